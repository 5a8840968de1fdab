import { hasMod10, mod10CheckDigit, requireDigits } from './check-digits.js';
import { BarcodeError } from './fault.js';

/** What an SSCC is built from (General Specifications, 2.2.1). */
export interface SsccParts {
  /** 0 to 9; free for whoever builds the SSCC. */
  readonly extensionDigit: number;
  /** GS1 company prefix, 4 to 12 digits. */
  readonly companyPrefix: string;
  /** Serial reference; it has 16 less the prefix's length digits. */
  readonly serial: number | bigint;
}

/** How many serials one extension digit and company prefix give: the size of an allocated range. */
export function ssccSerialCapacity(companyPrefix: string): bigint {
  requirePrefix(companyPrefix);
  return 10n ** BigInt(16 - companyPrefix.length);
}

/**
 * Builds the 18 digits of an SSCC.
 * @throws BarcodeError when a part is out of range: an SSCC is never shortened or wrapped round
 */
export function buildSscc({ extensionDigit, companyPrefix, serial }: SsccParts): string {
  if (!Number.isInteger(extensionDigit) || extensionDigit < 0 || extensionDigit > 9) {
    throw new BarcodeError('barcodes.value', 0, `The extension digit must be 0 to 9, got ${extensionDigit}.`);
  }
  const capacity = ssccSerialCapacity(companyPrefix);
  if (typeof serial === 'number' && !Number.isSafeInteger(serial)) {
    throw new BarcodeError('barcodes.value', 0, `The serial must be a whole number, got ${serial}.`);
  }
  if (serial < 0 || serial >= capacity) {
    const last = capacity - 1n;
    throw new BarcodeError(
      'barcodes.value',
      0,
      `Serial ${serial} does not fit company prefix ${companyPrefix}: 0 to ${last}.`,
    );
  }
  const body = `${extensionDigit}${companyPrefix}${String(serial).padStart(16 - companyPrefix.length, '0')}`;
  return body + mod10CheckDigit(body);
}

/** True for 18 digits whose last is the check digit. */
export function isSscc(text: string): boolean {
  return text.length === 18 && hasMod10(text);
}

/**
 * Returns the SSCC when it is one.
 * @throws BarcodeError that names the digit that is wrong
 */
export function requireSscc(text: string): string {
  requireDigits(text, 'An SSCC');
  if (text.length !== 18) {
    throw new BarcodeError('barcodes.value', text.length, `An SSCC has 18 digits, got ${text.length}.`);
  }
  if (!hasMod10(text)) {
    const expected = mod10CheckDigit(text.slice(0, 17));
    throw new BarcodeError(
      'barcodes.check-digit',
      17,
      `The check digit of SSCC ${text} should be ${expected}, not ${text[17]}.`,
    );
  }
  return text;
}

/** Takes an SSCC apart; how long the company prefix is can't be seen from the number, so the caller says it. */
export function splitSscc(sscc: string, companyPrefixLength: number): SsccParts {
  requireSscc(sscc);
  const companyPrefix = sscc.slice(1, 1 + companyPrefixLength);
  requirePrefix(companyPrefix);
  return {
    extensionDigit: Number(sscc[0]),
    companyPrefix,
    serial: BigInt(sscc.slice(1 + companyPrefixLength, 17)),
  };
}

function requirePrefix(companyPrefix: string): void {
  requireDigits(companyPrefix, 'A GS1 company prefix');
  if (companyPrefix.length < 4 || companyPrefix.length > 12) {
    throw new BarcodeError(
      'barcodes.value',
      0,
      `A GS1 company prefix has 4 to 12 digits, got ${companyPrefix.length}.`,
    );
  }
}
