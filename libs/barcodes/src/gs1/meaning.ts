import { BarcodeError } from '../fault.js';
import { type Gs1Pair, requireIdentifier } from './element-string.js';
import { VALUE_CHECKS } from './value-checks.js';

/** A date of a GS1 element in the calendar. */
export interface Gs1Date {
  /** YYYY-MM-DD; the last day of the month when the code leaves the day open. */
  readonly iso: string;
  /** False when the code says 00 for the day. */
  readonly dayGiven: boolean;
}

/**
 * Reads the YYMMDD of AIs (11) to (17). The century is the one that puts the year from 49 years before to 50 years
 * after the current one (General Specifications, 7.12).
 * @param currentYear four digits, from the caller's clock
 */
export function readGs1Date(yymmdd: string, currentYear: number): Gs1Date {
  if (!/^\d{6}$/.test(yymmdd)) {
    throw new BarcodeError('barcodes.date', 0, `A GS1 date has 6 digits, not "${yymmdd}".`);
  }
  const fault = VALUE_CHECKS.yymmd0(yymmdd);
  if (fault) throw new BarcodeError(fault.code, fault.at, fault.message);
  const century = Math.floor(currentYear / 100) * 100;
  const away = Number(yymmdd.slice(0, 2)) - (currentYear - century);
  const year = century + Number(yymmdd.slice(0, 2)) + (away >= 51 ? -100 : away <= -50 ? 100 : 0);
  const month = Number(yymmdd.slice(2, 4));
  const day = Number(yymmdd.slice(4));
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const iso = `${year}-${yymmdd.slice(2, 4)}-${String(day || last).padStart(2, '0')}`;
  return { iso, dayGiven: day !== 0 };
}

/** A number whose decimal point the identifier places; kept as digits, so that nothing is rounded. */
export interface Gs1Decimal {
  readonly digits: string;
  /** Places after the point. */
  readonly decimals: number;
  /** As people write it: "12.345". */
  readonly text: string;
  /** ISO 4217 number, for amounts that name their currency. */
  readonly currency: string | null;
}

/** Reads a measure or an amount, AIs (31nn) to (36nn) and (390n) to (395n); null for any other identifier. */
export function readGs1Decimal({ ai, value }: Gs1Pair): Gs1Decimal | null {
  const { decimals, components } = requireIdentifier(ai);
  if (decimals === null) return null;
  const currency = components.length > 1 ? value.slice(0, 3) : null;
  const digits = currency === null ? value : value.slice(3);
  const padded = digits.padStart(decimals + 1, '0');
  const whole = padded.slice(0, padded.length - decimals).replace(/^0+(?=\d)/, '');
  const text = decimals === 0 ? whole : `${whole}.${padded.slice(-decimals)}`;
  return { digits, decimals, text, currency };
}

/** Human readable interpretation (General Specifications, 4.15): identifiers in brackets, values as they are. */
export function hriText(pairs: readonly Gs1Pair[]): string {
  return pairs.map(({ ai, value }) => `(${ai})${value}`).join('');
}
