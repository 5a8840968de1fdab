import { s10CheckDigit } from './check-digits.js';
import { BarcodeError } from './fault.js';

/** A postal item number after UPU S10: two letters of service, eight digits, check digit, two letters of country. */
export interface S10Parts {
  /** Service indicator, two letters: E. is express, R. registered, C. parcel, L. tracked letter, V. insured. */
  readonly service: string;
  /** 0 to 99,999,999. */
  readonly serial: number;
  /** ISO 3166-1 alpha-2 of the issuing post. */
  readonly country: string;
}

const S10 = /^[A-Z]{2}\d{9}[A-Z]{2}$/;

/** Builds the 13 characters of an S10 number. */
export function buildS10({ service, serial, country }: S10Parts): string {
  if (!/^[A-Z]{2}$/.test(service)) {
    throw new BarcodeError(
      'barcodes.value',
      0,
      `An S10 service indicator is two capital letters, got "${service}".`,
    );
  }
  if (!Number.isInteger(serial) || serial < 0 || serial > 99_999_999) {
    throw new BarcodeError('barcodes.value', 2, `An S10 serial is 0 to 99999999, got ${serial}.`);
  }
  if (!/^[A-Z]{2}$/.test(country)) {
    throw new BarcodeError('barcodes.value', 11, `An S10 country is two capital letters, got "${country}".`);
  }
  const digits = String(serial).padStart(8, '0');
  return service + digits + s10CheckDigit(digits) + country;
}

/** True when the text has the shape of an S10 number and the right check digit. */
export function isS10(text: string): boolean {
  return S10.test(text) && s10CheckDigit(text.slice(2, 10)) === text.charCodeAt(10) - 48;
}

/**
 * Takes an S10 number apart.
 * @throws BarcodeError that points at the first character that is wrong
 */
export function parseS10(text: string): S10Parts {
  if (text.length !== 13) {
    throw new BarcodeError(
      'barcodes.value',
      Math.min(text.length, 13),
      `An S10 number has 13 characters, got ${text.length}.`,
    );
  }
  for (let i = 0; i < 13; i++) {
    const letter = i < 2 || i > 10;
    const ok = letter ? /[A-Z]/.test(text[i]!) : /[0-9]/.test(text[i]!);
    if (ok) continue;
    const wanted = letter ? 'a capital letter' : 'a digit';
    throw new BarcodeError(
      'barcodes.character-set',
      i,
      `Character ${i + 1} of an S10 number must be ${wanted}.`,
    );
  }
  const expected = s10CheckDigit(text.slice(2, 10));
  if (expected !== Number(text[10])) {
    throw new BarcodeError(
      'barcodes.check-digit',
      10,
      `The check digit of ${text} should be ${expected}, not ${text[10]}.`,
    );
  }
  return { service: text.slice(0, 2), serial: Number(text.slice(2, 10)), country: text.slice(11) };
}
