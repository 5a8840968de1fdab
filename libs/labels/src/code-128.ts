import { GS } from '#lib/barcodes';
import { LabelError } from './label.js';

/** What goes into the printer's field, and how many modules wide the symbol comes out without its quiet zones. */
export interface LinearSymbol {
  readonly field: string;
  readonly modules: number;
}

/**
 * Code 128 as a ZPL printer wants it for `^BC`: `>:` and `>;` start in subset B and C, `>6` switches from C to B,
 * `>8` is FNC1, and three characters have a code of their own (ZPL II Programming Guide, table of invocation codes).
 * The way back from B to C, `>5`, is left out: renderers disagree about it, and a label must read the same anywhere.
 */
const ESCAPED: Readonly<Record<string, string>> = { '>': '>0', '^': '><', '~': '>=', [GS]: '>8' };
const START_B = '>:';
const START_C = '>;';
const TO_B = '>6';
const FNC1 = '>8';

/** Printable ASCII as plain Code 128; throws LabelError for anything else. */
export function code128(data: string): LinearSymbol {
  if (/^[\x20-\x7e]+$/.test(data)) return encode(data, '');
  throw new LabelError(
    'labels.value',
    'A Code 128 barcode holds printable ASCII and at least one character.',
  );
}

/** A GS1 element string as GS1-128: FNC1 leads and separates. */
export function gs1128(elementString: string): LinearSymbol {
  return encode(elementString, FNC1);
}

/** Leading digits go two by two into subset C where that is shorter, everything after them into subset B. */
function encode(data: string, lead: string): LinearSymbol {
  const digits = /^\d*/.exec(data)![0].length & ~1;
  const paired = digits >= 4 || digits === data.length ? digits : 0;
  const rest = data.slice(paired);
  const escaped = [...rest].map((char) => ESCAPED[char] ?? char).join('');
  const change = paired > 0 && rest !== '' ? TO_B : '';
  const start = paired > 0 ? START_C : START_B;
  const symbols = 1 + lead.length / 2 + paired / 2 + change.length / 2 + rest.length + 1;
  return { field: start + lead + data.slice(0, paired) + change + escaped, modules: symbols * 11 + 13 };
}
