import { printableText } from './zpl-field.js';

/** Widths of the printer's scalable font 0 as shares of its height: taken a little too wide, so that lines fit. */
const NARROW = /[ .,:;'!|ijlI()[\]/-]/;
const WIDE = /[mwMW@%&]/;
/** Chinese, Japanese, Korean, and everything beyond the basic plane. */
const FULL =
  /[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{10000}-\u{10ffff}]/u;

function share(char: string): number {
  if (FULL.test(char)) return 1.02;
  if (NARROW.test(char)) return 0.34;
  if (WIDE.test(char)) return 0.88;
  return /[A-Z]/.test(char) ? 0.68 : 0.58;
}

/** How wide a line comes out, in the unit of the font's height. */
export function textWidth(text: string, fontHeight: number): number {
  let sum = 0;
  for (const char of text) sum += share(char) * fontHeight;
  return sum;
}

/**
 * Breaks text into exactly `lines` lines, the last ones empty when they are not needed; what does not fit is cut
 * and marked with "...". The count never depends on the text, so that the label's commands don't either.
 */
export function fitText(text: string, fit: { width: number; fontHeight: number; lines: number }): string[] {
  const result: string[] = [];
  let rest = printableText(text);
  for (let left = fit.lines; left > 0; left--) {
    const line = left === 1 ? lastLine(rest, fit) : firstLine(rest, fit);
    result.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  return result;
}

/** The longest beginning that fits, up to the last space in it where there is one. */
function firstLine(text: string, fit: { width: number; fontHeight: number }): string {
  const most = longestFit(text, fit.width, fit.fontHeight);
  if (most.length === text.length) return most;
  const space = most.lastIndexOf(' ');
  return text[most.length] === ' ' || space <= 0 ? most : most.slice(0, space + 1);
}

function lastLine(text: string, { width, fontHeight }: { width: number; fontHeight: number }): string {
  if (textWidth(text, fontHeight) <= width) return text;
  return `${longestFit(text, width - textWidth('...', fontHeight), fontHeight).trimEnd()}...`;
}

function longestFit(text: string, width: number, fontHeight: number): string {
  let used = 0;
  let end = 0;
  for (const char of text) {
    used += share(char) * fontHeight;
    if (used > width && end > 0) break;
    end += char.length;
  }
  return text.slice(0, end);
}
