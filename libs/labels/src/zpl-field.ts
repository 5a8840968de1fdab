const utf8 = new TextEncoder();
const HEX = '0123456789ABCDEF';

/** Letters, digits, space and . , : / - : the bytes that mean nothing to a ZPL printer. */
function isPlain(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x3a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x20 ||
    (byte >= 0x2c && byte <= 0x2f)
  );
}

/**
 * A whole ZPL field, `^FH^FD...^FS`, that prints exactly `value`. Every byte that could mean something to the
 * printer is written as `_` and two hexadecimal digits: a caret in a name stays a caret on paper.
 */
export function zplField(value: string): string {
  let text = '^FH^FD';
  for (const byte of utf8.encode(value)) {
    text += isPlain(byte) ? String.fromCharCode(byte) : `_${HEX[byte >> 4]}${HEX[byte & 15]}`;
  }
  return `${text}^FS`;
}

/** Text for people without what can't be printed: control characters become spaces, runs of white space one. */
export function printableText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}
