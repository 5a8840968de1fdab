import { identifyScan } from '#lib/barcodes';

/** What the parcel's label says, and how many papers of it were ever printed. */
export interface KnownLabel {
  sscc: string | null;
  trackingNumber: string | null;
  nonce: string | null;
  papers: number;
}

/**
 * Why a scanned label does not prove that the right paper is on the parcel, or null when it does. Where several papers exist only the
 * square code, which carries the print's nonce, can tell them apart.
 */
export function faultOfLabelScan(
  scan: string,
  known: KnownLabel,
): {
  code: 'wrong-label' | 'old-label' | 'scan-square-code';
  detail: string;
  facts?: Record<string, unknown>;
} | null {
  const code = identifyScan(scan);
  const isThis =
    (code.kind === 'sscc' && code.value === known.sscc) ||
    (code.kind === 'tracking' && code.value === known.trackingNumber);
  if (!isThis) {
    const got = (code.value || code.data).slice(0, 40) || 'an unreadable code';
    const detail = `Need the label of ${known.sscc}, got ${got}.`;
    return { code: 'wrong-label', detail, facts: { needed: known.sscc, got } };
  }
  const nonce = code.kind === 'sscc' ? code.printNonce : null;
  if (nonce !== null) {
    if (nonce === known.nonce) return null;
    return {
      code: 'old-label',
      detail: `That paper (${nonce}) was replaced. The valid one is ${known.nonce}.`,
      facts: { needed: known.nonce, got: nonce },
    };
  }
  if (known.papers <= 1) return null;
  return {
    code: 'scan-square-code',
    detail: 'This parcel was printed more than once: scan the square code of its label.',
  };
}
