import { firstNonDigit } from '../check-digits.js';
import type { ValueFault } from './value-fault.js';

/**
 * One step through a coupon (GS1 US, North American Coupon Application Guideline): a run of digits, one digit out
 * of a set, a value led by its own length (that digit plus `add`), or a date. A length digit of 9 means "no value"
 * where `noneAt9` says so.
 */
type Step =
  | { readonly name: string; readonly digits: number }
  | { readonly name: string; readonly among: string }
  | { readonly name: string; readonly lengths: string; readonly add: number; readonly noneAt9?: true }
  | { readonly name: string; readonly date: true };

const REQUIREMENT: readonly Step[] = [
  { name: 'purchase requirement', lengths: '12345', add: 0 },
  { name: 'purchase requirement code', among: '012349' },
  { name: 'purchase family code', digits: 3 },
];
const OTHER_PREFIX: Step = { name: 'company prefix', lengths: '01234569', add: 6, noneAt9: true };

const COUPON: readonly Step[] = [
  { name: 'company prefix', lengths: '0123456', add: 6 },
  { name: 'offer code', digits: 6 },
  { name: 'save value', lengths: '12345', add: 0 },
  ...REQUIREMENT,
];

/** Optional fields, each led by its own digit, in this order. */
const COUPON_FIELDS: readonly (readonly [string, readonly Step[]])[] = [
  ['1', [{ name: 'additional purchase rules', among: '0123' }, ...REQUIREMENT, OTHER_PREFIX]],
  ['2', [...REQUIREMENT, OTHER_PREFIX]],
  ['3', [{ name: 'expiration date', date: true }]],
  ['4', [{ name: 'start date', date: true }]],
  ['5', [{ name: 'serial number', lengths: '0123456789', add: 6 }]],
  ['6', [{ name: 'retailer', lengths: '1234567', add: 6 }]],
  [
    '9',
    [
      { name: 'save value code', among: '01256' },
      { name: 'save value applies to', among: '012' },
      { name: 'store coupon flag', digits: 1 },
      { name: 'do not multiply flag', among: '01' },
    ],
  ],
];

const OFFER: readonly Step[] = [
  { name: 'format', among: '01' },
  { name: 'funder', lengths: '0123456', add: 6 },
  { name: 'offer code', digits: 6 },
  { name: 'serial number', lengths: '0123456789', add: 6 },
];

/** Checks AI (8110); null when its fields follow each other as they must. */
export function couponFault(value: string): ValueFault | null {
  let at = walk(value, 0, COUPON);
  for (const [lead, steps] of COUPON_FIELDS) {
    if (typeof at !== 'number') return at;
    if (value[at] === lead) at = walk(value, at + 1, steps);
  }
  return atEnd(value, at);
}

/** Checks AI (8112); null when its fields follow each other as they must. */
export function offerFault(value: string): ValueFault | null {
  return atEnd(value, walk(value, 0, OFFER));
}

function atEnd(value: string, at: number | ValueFault): ValueFault | null {
  if (typeof at !== 'number') return at;
  return at === value.length ? null : fault(at, 'The coupon goes on after its last field');
}

/** @returns the offset behind the steps, or what is wrong */
function walk(value: string, start: number, steps: readonly Step[]): number | ValueFault {
  let at = start;
  for (const step of steps) {
    const end = endOf(step, value, at);
    if (typeof end !== 'number') return end;
    if (end > value.length) return fault(value.length, `The coupon ends within its ${step.name}`);
    const letter = firstNonDigit(value.slice(at, end));
    if (letter >= 0) return fault(at + letter, `The ${step.name} of a coupon is digits only`);
    if ('date' in step && !isDay(value.slice(at, end)))
      return fault(at, `The ${step.name} of the coupon is no day`);
    at = end;
  }
  return at;
}

function endOf(step: Step, value: string, at: number): number | ValueFault {
  if ('digits' in step) return at + step.digits;
  if ('date' in step) return at + 6;
  const first = value[at];
  if (first === undefined) return fault(at, `The coupon ends before its ${step.name}`);
  const allowed = 'among' in step ? step.among : step.lengths;
  if (!allowed.includes(first)) return fault(at, `The ${step.name} of a coupon can't begin with "${first}"`);
  if ('among' in step) return at + 1;
  return at + 1 + (step.noneAt9 && first === '9' ? 0 : Number(first) + step.add);
}

function isDay(yymmdd: string): boolean {
  const [year, month, day] = [0, 2, 4].map((at) => Number(yymmdd.slice(at, at + 2))) as [
    number,
    number,
    number,
  ];
  const last = new Date(Date.UTC(2000 + year, month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= last;
}

function fault(at: number, message: string): ValueFault {
  return { code: 'barcodes.value', at, message: `${message}.` };
}
