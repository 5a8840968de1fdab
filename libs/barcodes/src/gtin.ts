import { firstNonDigit, hasMod10, mod10CheckDigit, requireDigits } from './check-digits.js';
import { BarcodeError } from './fault.js';

export type GtinFormat = 'GTIN-8' | 'GTIN-12' | 'GTIN-13' | 'GTIN-14';

const FORMATS: Readonly<Record<number, GtinFormat>> = {
  8: 'GTIN-8',
  12: 'GTIN-12',
  13: 'GTIN-13',
  14: 'GTIN-14',
};

/** True for 8, 12, 13 or 14 digits with the right check digit. */
export function isGtin(text: string): boolean {
  return FORMATS[text.length] !== undefined && hasMod10(text);
}

/**
 * The 14 digits under which a GTIN is stored and compared, whatever length was printed.
 * @throws BarcodeError naming the digit that is wrong
 */
export function normaliseGtin(text: string): string {
  requireDigits(text, 'A GTIN');
  if (FORMATS[text.length] === undefined) {
    throw new BarcodeError(
      'barcodes.value',
      text.length,
      `A GTIN has 8, 12, 13 or 14 digits, got ${text.length}.`,
    );
  }
  requireMod10(text, 'GTIN');
  return text.padStart(14, '0');
}

/** The shortest format that holds this GTIN: what is printed on the item as EAN-8, UPC-A, EAN-13 or ITF-14. */
export function gtinFormat(gtin: string): GtinFormat {
  const full = normaliseGtin(gtin);
  if (full.startsWith('000000')) return 'GTIN-8';
  if (full.startsWith('00')) return 'GTIN-12';
  return full.startsWith('0') ? 'GTIN-13' : 'GTIN-14';
}

/** Appends the check digit to 7, 11, 12 or 13 digits. */
export function withGtinCheckDigit(body: string): string {
  requireDigits(body, 'A GTIN without its check digit');
  if (FORMATS[body.length + 1] === undefined) {
    throw new BarcodeError(
      'barcodes.value',
      body.length,
      `A GTIN without its check digit has 7, 11, 12 or 13 digits, got ${body.length}.`,
    );
  }
  return body + mod10CheckDigit(body);
}

/**
 * A UPC-E as printed (number system 0 or 1, six digits, check digit) written out as its UPC-A: the zeros that
 * UPC-E leaves out are put back (General Specifications, 5.2.2.4.2).
 */
export function expandUpcE(text: string): string {
  if (text.length !== 8 || firstNonDigit(text) >= 0 || text[0]! > '1') {
    throw new BarcodeError(
      'barcodes.value',
      0,
      `A UPC-E has 8 digits and starts with 0 or 1, got "${text}".`,
    );
  }
  const [a, b, c, d, e, last] = text.slice(1, 7) as unknown as string[];
  const body =
    last! <= '2'
      ? `${a}${b}${last}0000${c}${d}${e}`
      : last === '3'
        ? `${a}${b}${c}00000${d}${e}`
        : last === '4'
          ? `${a}${b}${c}${d}00000${e}`
          : `${a}${b}${c}${d}${e}0000${last}`;
  const upcA = text[0] + body + text[7];
  requireMod10(upcA, 'UPC-E');
  return upcA;
}

function requireMod10(digits: string, what: string): void {
  if (hasMod10(digits)) return;
  const expected = mod10CheckDigit(digits.slice(0, -1));
  throw new BarcodeError(
    'barcodes.check-digit',
    digits.length - 1,
    `The check digit of ${what} ${digits} should be ${expected}, not ${digits.at(-1)}.`,
  );
}
