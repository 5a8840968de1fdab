import { gmnCheckPair, hasIbanCheck, hasMod10, isDigits, mod10CheckDigit } from '../check-digits.js';
import type { BarcodeFaultCode } from '../fault.js';
import {
  COUNTRY_LETTERS,
  COUNTRY_NUMBERS,
  CURRENCY_NUMBERS,
  MEDIA_TYPES,
  PACKAGE_TYPES,
} from './code-lists.js';
import { couponFault, offerFault } from './coupon.js';
import type { ValueFault } from './value-fault.js';

/** Looks at one component whose length and character set are right already; null when nothing is wrong. */
export type ValueCheck = (value: string) => ValueFault | null;

function wrong(message: string, at = 0, code: BarcodeFaultCode = 'barcodes.value'): ValueFault {
  return { code, at, message };
}

/** A check that is one yes-or-no question. */
function must(holds: (value: string) => boolean, sentence: string): ValueCheck {
  return (value) => (holds(value) ? null : wrong(`"${value}" ${sentence}.`));
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** A date with a two or four digit year; day 00 is "some day of the month" where `dayMayBeOpen`. */
function date(yearDigits: 2 | 4, dayMayBeOpen: boolean): ValueCheck {
  return (value) => {
    const year = Number(value.slice(0, yearDigits));
    const month = Number(value.slice(yearDigits, yearDigits + 2));
    const day = Number(value.slice(yearDigits + 2));
    if (month < 1 || month > 12) {
      return wrong(
        `There is no month ${value.slice(yearDigits, yearDigits + 2)}.`,
        yearDigits,
        'barcodes.date',
      );
    }
    const leap = year % 4 === 0 && (yearDigits === 2 || year % 100 !== 0 || year % 400 === 0);
    const last = month === 2 && !leap ? 28 : DAYS[month - 1]!;
    if (day > last || (day === 0 && !dayMayBeOpen)) {
      return wrong(
        `Month ${month} has no day ${value.slice(yearDigits + 2)}.`,
        yearDigits + 2,
        'barcodes.date',
      );
    }
    return null;
  };
}

function upTo(max: number, what: string): ValueCheck {
  return (value) =>
    Number(value) <= max ? null : wrong(`${value} is no ${what}: 00 to ${max}.`, 0, 'barcodes.date');
}

const hour = upTo(23, 'hour');
const sixty = upTo(59, 'minute or second');

function hhmm(value: string): ValueFault | null {
  const minutes = sixty(value.slice(2));
  return hour(value.slice(0, 2)) ?? (minutes && { ...minutes, at: 2 });
}

function csum(value: string): ValueFault | null {
  if (hasMod10(value)) return null;
  const expected = mod10CheckDigit(value.slice(0, -1));
  return wrong(
    `The check digit of ${value} should be ${expected}, not ${value.at(-1)}.`,
    value.length - 1,
    'barcodes.check-digit',
  );
}

/** A GS1 company prefix must be able to begin at `start`. */
function prefixAt(start: number): ValueCheck {
  return (value) =>
    isDigits(value.slice(start, start + 2)) && value.length >= start + 2
      ? null
      : wrong('A GS1 company prefix begins with digits.', Math.min(start, value.length));
}

function checkPair(value: string): ValueFault | null {
  const expected = value.length > 2 ? gmnCheckPair(value.slice(0, -2)) : null;
  if (expected !== null && value.endsWith(expected)) return null;
  const at = Math.max(value.length - 2, 0);
  if (expected === null)
    return wrong('The value is too short for its pair of check characters.', at, 'barcodes.check-digit');
  return wrong(
    `The check characters should be ${expected}, not ${value.slice(-2)}.`,
    at,
    'barcodes.check-digit',
  );
}

function percent(value: string): ValueFault | null {
  for (let at = value.indexOf('%'); at >= 0; at = value.indexOf('%', at + 1)) {
    if (/^[0-9A-Fa-f]{2}$/.test(value.slice(at + 1, at + 3))) continue;
    return wrong('A percent sign must be followed by two hexadecimal digits.', at, 'barcodes.character-set');
  }
  return null;
}

function iban(value: string): ValueFault | null {
  if (!COUNTRY_LETTERS.has(value.slice(0, 2)))
    return wrong(`"${value.slice(0, 2)}" is no country of an IBAN.`);
  return hasIbanCheck(value)
    ? null
    : wrong('The check digits of the IBAN are wrong.', 2, 'barcodes.check-digit');
}

function piece(value: string): ValueFault | null {
  const half = value.length / 2;
  const [number, total] = [Number(value.slice(0, half)), Number(value.slice(half))];
  if (number === 0) return wrong('Piece numbers begin at 1.');
  return total >= number ? null : wrong(`Piece ${number} of ${total} cannot be.`, half);
}

function sequence(value: string): ValueFault | null {
  const match = /^([1-9]\d*)\/([1-9]\d*)$/.exec(value);
  if (match && Number(match[1]) <= Number(match[2])) return null;
  return wrong(`"${value}" is no position such as 1/2.`);
}

function oneOf(list: { has(value: string): boolean }, what: string): ValueCheck {
  return must((value) => list.has(value), `is no ${what}`);
}

/** Every check that a row of the table may name. */
export const VALUE_CHECKS = {
  csum,
  prefix1: prefixAt(0),
  prefix2: prefixAt(1),
  pair: checkPair,
  yymmd0: date(2, true),
  yymmdd: date(2, false),
  yyyymmdd: date(4, false),
  hour,
  sixty,
  hhmm,
  percent,
  iban,
  piece,
  sequence,
  coupon: couponFault,
  offer: offerFault,
  country: oneOf(COUNTRY_NUMBERS, 'country number of ISO 3166'),
  country999: must(
    (v) => v === '999' || COUNTRY_NUMBERS.has(v),
    'is neither a country number of ISO 3166 nor 999',
  ),
  country2: oneOf(COUNTRY_LETTERS, 'country of ISO 3166'),
  currency: oneOf(CURRENCY_NUMBERS, 'currency number of ISO 4217'),
  media: oneOf(MEDIA_TYPES, 'media type'),
  package: oneOf(PACKAGE_TYPES, 'package type'),
  sex: must((v) => '0129'.includes(v), 'is none of 0, 1, 2, 9'),
  yesno: must((v) => v === '0' || v === '1', 'is neither 0 nor 1'),
  winding: must((v) => v === '0' || v === '1' || v === '9', 'is none of 0, 1, 9'),
  importer: must((v) => /^[-0-9A-Za-z_]$/.test(v), 'is no importer index'),
  zero: must((v) => v === '0', 'must be 0'),
  nonzero: must((v) => /[1-9]/.test(v), 'must not be zero'),
  nozeros: must((v) => v.length === 1 || v[0] !== '0', 'must not begin with 0'),
  hyphen: must((v) => v === '-', 'must be a hyphen'),
  letter: must((v) => /\D/.test(v), 'needs a character that is no digit'),
  latitude: must((v) => v <= '1800000000', 'is past 180 degrees'),
  longitude: must((v) => v <= '3600000000', 'is past 360 degrees'),
} satisfies Record<string, ValueCheck>;

export type ValueCheckName = keyof typeof VALUE_CHECKS;
