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

/** How a Code 128 symbol is set: FNC1 in front or not, digits that go two by two into subset C, the rest in subset B. */
export interface Code128Plan {
  readonly fnc1: boolean;
  readonly pairs: string;
  /** GS stands for FNC1 within. */
  readonly rest: string;
  readonly modules: number;
}

/** The plan of a plain Code 128; throws LabelError for an empty text and for what is no printable ASCII but > ^ ~. */
export function planCode128(data: string): Code128Plan {
  return plan(requirePrintable(data), false);
}

/** The plan of a GS1-128: FNC1 leads and separates. */
export function planGs1128(elementString: string): Code128Plan {
  requirePrintable(elementString.replaceAll(GS, ''));
  return plan(elementString, true);
}

/** Plain Code 128; throws LabelError for an empty text and for what is no printable ASCII but > ^ ~. */
export function code128(data: string): LinearSymbol {
  return encode(planCode128(data));
}

/** A GS1 element string as GS1-128: FNC1 leads and separates. */
export function gs1128(elementString: string): LinearSymbol {
  return encode(planGs1128(elementString));
}

function requirePrintable(data: string): string {
  if (/^[\x20-\x3d\x3f-\x5d\x5f-\x7d]+$/.test(data)) return data;
  throw new LabelError(
    'labels.value',
    'A Code 128 barcode of ours holds printable ASCII without > ^ ~, at least one character.',
  );
}

/** Leading digits go two by two into subset C where that is shorter, everything after them into subset B. */
function plan(data: string, fnc1: boolean): Code128Plan {
  const paired = leadingPairs(data);
  const rest = data.slice(paired);
  const change = paired > 0 && rest !== '' ? 1 : 0;
  const symbols = 1 + (fnc1 ? 1 : 0) + paired / 2 + change + rest.length + 1;
  return { fnc1, pairs: data.slice(0, paired), rest, modules: symbols * 11 + 13 };
}

function encode({ fnc1, pairs, rest, modules }: Code128Plan): LinearSymbol {
  const change = pairs !== '' && rest !== '' ? TO_B : '';
  const start = pairs === '' ? START_B : START_C;
  return {
    field: start + (fnc1 ? FNC1 : '') + pairs + change + rest.replaceAll(GS, FNC1),
    modules,
  };
}

/** How many leading digits go into subset C: an even number that leaves nothing or at least two characters. */
function leadingPairs(data: string): number {
  const digits = /^\d*/.exec(data)![0].length & ~1;
  const paired = data.length - digits === 1 ? digits - 2 : digits;
  return paired >= 4 || paired === data.length ? paired : 0;
}
