/** Small pure pieces for bytes. Device text is Latin-1: one character is one byte, both ways. */

export const NUL = 0x00;
export const STX = 0x02;
export const ETX = 0x03;
export const ACK = 0x06;
export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const NAK = 0x15;
export const GS = 0x1d;

/** Text to bytes, one byte a character; throws a RangeError on a character above 0xFF, which no byte can carry. */
export function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) throw new RangeError(`character U+${code.toString(16)} does not fit in a byte`);
    bytes[i] = code;
  }
  return bytes;
}

/** Native conversions: a device that sends noise makes thousands of frames a second. */
const view = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function toText(bytes: Uint8Array): string {
  return view(bytes).toString('latin1');
}

export function toHex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

/** Pairs of hex digits, spaces allowed between them; throws a RangeError on anything else. */
export function fromHex(hex: string): Uint8Array {
  const digits = hex.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) {
    throw new RangeError(`not pairs of hex digits: ${JSON.stringify(hex.slice(0, 40))}`);
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

export function concatBytes(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** 16-bit registers to bytes, the high one first. */
export function bigEndian(registers: readonly number[]): Uint8Array {
  return Uint8Array.from(registers.flatMap((register) => [register >> 8, register & 0xff]));
}

/**
 * True when text holds a C0 or C1 control character (or DEL). With `exceptGs` the group separator, which stands for FNC1 in
 * GS1 codes, is allowed.
 */
export function hasControl(text: string, options: { exceptGs?: boolean } = {}): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === GS && options.exceptGs) continue;
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}

/** Bytes for a person to read: printable ASCII as is, the rest named or as <9F>. */
export function showBytes(bytes: Uint8Array): string {
  const names: Record<number, string> = {
    0: 'NUL',
    2: 'STX',
    3: 'ETX',
    6: 'ACK',
    9: 'TAB',
    10: 'LF',
    13: 'CR',
    21: 'NAK',
    29: 'GS',
  };
  let text = '';
  for (const byte of bytes) {
    if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `<${names[byte] ?? byte.toString(16).padStart(2, '0').toUpperCase()}>`;
  }
  return text;
}

/** `\r`, `\n`, `\t` and `\xHH` as people type them into a form or a shell, to the characters they stand for. */
export function unescapeText(text: string): string {
  const named: Record<string, string> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };
  return text.replace(/\\(x[0-9a-fA-F]{2}|[rnt\\])/g, (_, code: string) => {
    return named[code] ?? String.fromCharCode(Number.parseInt(code.slice(1), 16));
  });
}
