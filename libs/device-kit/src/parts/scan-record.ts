import type { PointResult } from '#lib/contracts';

/** What a fixed-mount reader (one camera or a tunnel of several) saw at one trigger. */
export interface ScanRecord {
  /** The codes without repetitions, the most telling first; AIM identifiers in front where the reader sends them. */
  codes: string[];
  result: PointResult;
}

/** How telling a code is: a logistic unit, then a plate of our own, then a trade item, then the rest. */
const RANKS = ['sscc', 'own', 'gtin', 'other'] as const;
type Rank = (typeof RANKS)[number];

/**
 * Orders the codes of one trigger and names the result. Two different logistic units, or two different plates of ours, are a
 * `conflict`: choosing one of them would be a guess. Several codes of other kinds beside one are `multi`.
 * @param ownPrefixes how plates of the site begin, for example `T-`
 */
export function scanRecord(heard: readonly string[], ownPrefixes: readonly string[]): ScanRecord {
  const ranked = [...new Set(heard)].map((code) => ({ code, rank: rankOf(code, ownPrefixes) }));
  const of = (rank: Rank) => ranked.filter((each) => each.rank === rank).map(({ code }) => code);
  const codes = RANKS.flatMap(of);
  const names = (rank: Rank) => new Set(of(rank).map((code) => nameOf(code, rank))).size;
  if (codes.length === 0) return { codes, result: 'no-read' };
  if (names('sscc') > 1 || names('own') > 1) return { codes, result: 'conflict' };
  return { codes, result: codes.length > 1 ? 'multi' : 'read' };
}

const AIM = /^\][A-Za-z][0-9A-Za-z]/;
/** AIM identifiers of GS1 symbologies: element strings, so that the first digits are an application identifier. */
const GS1 = /^\](?:C1|d2|Q3|e0|J1)/;
/** EAN-13 and EAN-8 (]E0, ]E4), ITF-14 (]I1). */
const RETAIL = /^\](?:E[0-4]\d{8,18}|I1\d{14})$/;

function rankOf(code: string, ownPrefixes: readonly string[]): Rank {
  const bare = code.replace(AIM, '');
  if (ownPrefixes.some((prefix) => bare.startsWith(prefix))) return 'own';
  // Without an identifier nobody knows whether this is an element string; 20 digits that begin with 00 and check are an SSCC.
  if (GS1.test(code) || !AIM.test(code)) {
    if (/^00\d{18}/.test(bare) && hasCheckDigit(bare.slice(2, 20))) return 'sscc';
  }
  if (GS1.test(code) && /^0[12]\d{14}/.test(bare)) return 'gtin';
  return RETAIL.test(code) ? 'gtin' : 'other';
}

/** What tells two codes of a rank apart: the SSCC of a Data Matrix and of the GS1-128 beside it are one. */
function nameOf(code: string, rank: Rank): string {
  const bare = code.replace(AIM, '');
  return rank === 'sscc' ? bare.slice(2, 20) : bare;
}

/** GS1 General Specifications 7.9: weights 3 and 1 from the right, the check digit completes the sum to a multiple of 10. */
function hasCheckDigit(digits: string): boolean {
  const sum = [...digits].reduce(
    (total, digit, i) => total + Number(digit) * ((digits.length - i) % 2 ? 1 : 3),
    0,
  );
  return sum % 10 === 0;
}
