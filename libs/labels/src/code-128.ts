import { GS } from '#lib/barcodes';
import { LabelError } from './label.js';

/**
 * Code 128 as a ZPL printer wants it for `^BC`: `>:` and `>;` start in subset B and C, `>6` switches from C to B,
 * `>8` is FNC1, and three characters have a code of their own (ZPL II Programming Guide, table of invocation codes).
 * The way back from B to C, `>5`, is left out: renderers disagree about it, and a label must read the same anywhere.
 */
const ESCAPED: Readonly<Record<string, string>> = { '>': '>0', '^': '><', '~': '>=' };
const [START_B, START_C, TO_B, FNC1] = ['>:', '>;', '>6', '>8'];

/** Printable ASCII as plain Code 128. */
export function code128Field(data: string): string {
  const stray = /[^\x20-\x7e]/.exec(data);
  if (data === '' || stray) {
    throw new LabelError('labels.value', `A Code 128 barcode holds printable ASCII, not "${data}".`);
  }
  return encode(data, '');
}

/** A GS1 element string as GS1-128: FNC1 leads and separates. */
export function gs1128Field(elementString: string): string {
  return encode(elementString, FNC1!);
}

/** Leading digits go two by two into subset C where that is shorter, everything after them into subset B. */
function encode(data: string, lead: string): string {
  const digits = /^\d*/.exec(data)![0].length & ~1;
  const paired = digits >= 4 || digits === data.length ? digits : 0;
  const rest = [...data.slice(paired)].map((char) => (char === GS ? FNC1 : (ESCAPED[char] ?? char))).join('');
  if (paired === 0) return START_B + lead + rest;
  return START_C + lead + data.slice(0, paired) + (rest === '' ? '' : TO_B + rest);
}
