import { GS } from '#lib/barcodes';
import { LabelError } from './label.js';

/** What goes into the printer's field, and how many modules wide the symbol comes out without its quiet zones. */
export interface LinearSymbol {
  readonly field: string;
  readonly modules: number;
}

/**
 * Code 128 as a ZPL printer wants it for `^BC`: `>:` and `>;` start in subset B and C, `>6` switches from C to B,
 * `>8` is FNC1 (ZPL II Programming Guide, table of invocation codes). Only what printers and renderers agree about
 * is used, so that a label reads the same anywhere: no way back from B to C (`>5`), no single character behind a
 * switch, and none of the characters that need a code of their own.
 */
const START_B = '>:';
const START_C = '>;';
const TO_B = '>6';
const FNC1 = '>8';

/** Plain Code 128; throws LabelError for an empty text and for what is no printable ASCII but > ^ ~. */
export function code128(data: string): LinearSymbol {
  return encode(requirePrintable(data), '');
}

/** A GS1 element string as GS1-128: FNC1 leads and separates. */
export function gs1128(elementString: string): LinearSymbol {
  requirePrintable(elementString.replaceAll(GS, ''));
  return encode(elementString, FNC1);
}

function requirePrintable(data: string): string {
  if (/^[\x20-\x3d\x3f-\x5d\x5f-\x7d]+$/.test(data)) return data;
  throw new LabelError(
    'labels.value',
    'A Code 128 barcode of ours holds printable ASCII without > ^ ~, at least one character.',
  );
}

/** Leading digits go two by two into subset C where that is shorter, everything after them into subset B. */
function encode(data: string, lead: string): LinearSymbol {
  const paired = leadingPairs(data);
  const rest = data.slice(paired);
  const change = paired > 0 && rest !== '' ? TO_B : '';
  const start = paired > 0 ? START_C : START_B;
  const symbols = 1 + lead.length / 2 + paired / 2 + change.length / 2 + rest.length + 1;
  return {
    field: start + lead + data.slice(0, paired) + change + rest.replaceAll(GS, FNC1),
    modules: symbols * 11 + 13,
  };
}

/** How many leading digits go into subset C: an even number that leaves nothing or at least two characters. */
function leadingPairs(data: string): number {
  const digits = /^\d*/.exec(data)![0].length & ~1;
  const paired = data.length - digits === 1 ? digits - 2 : digits;
  return paired >= 4 || paired === data.length ? paired : 0;
}
