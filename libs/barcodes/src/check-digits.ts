import { BarcodeError } from './fault.js';

const ZERO = 48;

/** Offset of the first character that is not 0-9, or -1. */
export function firstNonDigit(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return i;
  }
  return -1;
}

/** True when the text is one digit or more and nothing else. */
export function isDigits(text: string): boolean {
  return text.length > 0 && firstNonDigit(text) < 0;
}

/** Throws unless `text` is digits only; `what` names it in the sentence. */
export function requireDigits(text: string, what: string): void {
  const at = firstNonDigit(text);
  if (at >= 0 || text.length === 0) {
    throw new BarcodeError(
      'barcodes.character-set',
      Math.max(at, 0),
      `${what} must be digits only, got "${text}".`,
    );
  }
}

/**
 * GS1 modulo 10 (General Specifications, 7.9): from the right, digits weigh 3, 1, 3, 1 ...
 * @param digits the key without its check digit; the caller guarantees digits
 * @returns 0 to 9
 */
export function mod10CheckDigit(digits: string): number {
  let sum = 0;
  for (let i = digits.length - 1, weight = 3; i >= 0; i--, weight = 4 - weight) {
    sum += (digits.charCodeAt(i) - ZERO) * weight;
  }
  return (10 - (sum % 10)) % 10;
}

/** True when the last of `digits` is the modulo 10 check digit of those before it. */
export function hasMod10(digits: string): boolean {
  if (digits.length < 2 || !isDigits(digits)) return false;
  return mod10CheckDigit(digits.slice(0, -1)) === digits.charCodeAt(digits.length - 1) - ZERO;
}

const S10_WEIGHTS = [8, 6, 4, 2, 3, 5, 9, 7] as const;

/**
 * UPU S10 check digit: weights 8 6 4 2 3 5 9 7, 11 - sum mod 11, where 10 becomes 0 and 11 becomes 5.
 * @param serial eight digits; the caller guarantees them
 */
export function s10CheckDigit(serial: string): number {
  let sum = 0;
  for (let i = 0; i < 8; i++) sum += (serial.charCodeAt(i) - ZERO) * S10_WEIGHTS[i]!;
  const rest = 11 - (sum % 11);
  return rest === 10 ? 0 : rest === 11 ? 5 : rest;
}

/** GS1 character set 82 in the order of its values (General Specifications, figure 7.11-1). */
export const CHARSET_82 =
  '!"%&\'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const CHARSET_32 = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const PRIMES = [
  2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
] as const;

/**
 * The two check characters of a Global Model Number (General Specifications, 7.9.5): values in set 82, weighted
 * by the primes from the right, modulo 1021, written as two characters of a 32-character set.
 * @param body the model number without its pair, at most 23 characters of set 82
 * @returns the pair, or null when a character is outside the set or the body is too long
 */
export function gmnCheckPair(body: string): string | null {
  if (body.length > PRIMES.length) return null;
  let sum = 0;
  for (let i = 0; i < body.length; i++) {
    const value = CHARSET_82.indexOf(body[i]!);
    if (value < 0) return null;
    sum += value * PRIMES[body.length - 1 - i]!;
  }
  const rest = sum % 1021;
  return CHARSET_32[rest >> 5]! + CHARSET_32[rest & 31]!;
}

/** ISO 7064 MOD 97-10 as used by an IBAN: the first four characters moved to the end, letters as 10 to 35. */
export function hasIbanCheck(iban: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(iban)) return false;
  let rest = 0;
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
