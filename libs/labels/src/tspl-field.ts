import { LabelError } from './label.js';

/**
 * A TSPL string, quotes included, that prints `value`. A quote inside is written as `\["]`; the two sequences that TSPL would read as
 * something else, `\[` (its escape) and `~!` (immediate commands, wherever they stand), get a space in their middle. Control characters never
 * come this far: text for people loses them before, barcodes refuse them.
 * @throws LabelError for a value with control characters
 */
export function tsplString(value: string): string {
  if (/\p{Cc}/u.test(value))
    throw new LabelError('labels.value', 'A label of ours holds no control characters.');
  return `"${value.replaceAll('\\[', '\\ [').replaceAll('~!', '~ !').replaceAll('"', '\\["]')}"`;
}

/**
 * A TSPL string for a barcode, where nothing may be changed.
 * @throws LabelError for a value that TSPL can't hold as it is
 */
export function tsplCode(value: string): string {
  if (/^[\x20-\x21\x23-\x7e]*$/.test(value) && !value.includes('\\[') && !value.includes('~!'))
    return `"${value}"`;
  throw new LabelError('labels.value', `The code "${value}" can't be written in TSPL.`);
}
