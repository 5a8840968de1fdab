import { isGtin } from '#lib/barcodes';
import type { NewItem } from '#lib/contracts';
import { isLine } from '../platform/http/is-line.js';
import type { FieldError } from '../platform/refusal.js';

export const TRACKING = ['none', 'lot', 'serial', 'expiry'] as const;

const FIELDS = new Set([
  'merchantCode',
  'sku',
  'name',
  'lengthMm',
  'widthMm',
  'heightMm',
  'weightGrams',
  'tracking',
  'fragile',
  'barcodes',
]);
const BARCODES_MAX = 20;
const LENGTH_MAX_MM = 5_000;
const WEIGHT_MAX_GRAMS = 1_000_000;
/** Printable characters without spaces: what a scanner sends of a plain barcode. */
const BARCODE = /^[\x21-\x7e]{4,48}$/;

/** Everything that is wrong with an item as a merchant sends it; empty when it may be kept. */
export function itemFaults(value: unknown): FieldError[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ field: 'item', message: 'is no object' }];
  }
  const item = value as Record<string, unknown>;
  const faults = Object.keys(item)
    .filter((field) => !FIELDS.has(field))
    .map((field) => ({ field, message: 'is not a field of an item' }));
  const say = (field: string, message: string) => faults.push({ field, message });
  // Printable from end to end: a SKU is printed, scanned and typed.
  if (!isText(item.sku, 48) || !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(item.sku)) {
    say('sku', 'must be 1 to 48 printable ASCII characters');
  }
  if (!isText(item.name, 200)) say('name', 'must be 1 to 200 characters');
  for (const field of ['lengthMm', 'widthMm', 'heightMm'] as const) {
    if (!isCount(item[field], LENGTH_MAX_MM)) say(field, `must be a whole number from 1 to ${LENGTH_MAX_MM}`);
  }
  if (!isCount(item.weightGrams, WEIGHT_MAX_GRAMS)) {
    say('weightGrams', `must be a whole number from 1 to ${WEIGHT_MAX_GRAMS}`);
  }
  if (item.tracking !== undefined && !TRACKING.includes(item.tracking as 'none')) {
    say('tracking', `must be one of ${TRACKING.join(', ')}`);
  }
  if (item.fragile !== undefined && typeof item.fragile !== 'boolean')
    say('fragile', 'must be true or false');
  if (item.merchantCode !== undefined && !isText(item.merchantCode, 16))
    say('merchantCode', 'must be a merchant code');
  return [...faults, ...barcodeFaults(item.barcodes)];
}

function barcodeFaults(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [{ field: 'barcodes', message: 'must be a list' }];
  if (value.length > BARCODES_MAX) return [{ field: 'barcodes', message: `must be at most ${BARCODES_MAX}` }];
  const seen = new Set<string>();
  return value.flatMap((each: NewItem['barcodes'][number], at): FieldError[] => {
    const field = `barcodes.${at}`;
    if (typeof each?.code !== 'string' || !BARCODE.test(each.code)) {
      return [{ field: `${field}.code`, message: 'must be 4 to 48 printable characters without spaces' }];
    }
    if (each.quantity !== undefined && !isCount(each.quantity, 10_000)) {
      return [{ field: `${field}.quantity`, message: 'must be a whole number from 1 to 10000' }];
    }
    // A code of digits in a GTIN's length is one or a typing mistake: it would be scanned and never found.
    if (/^(\d{8}|\d{12,14})$/.test(each.code) && !isGtin(each.code)) {
      return [{ field: `${field}.code`, message: 'has the length of a GTIN but a wrong check digit' }];
    }
    const name = keptBarcode(each.code);
    if (seen.has(name)) return [{ field: `${field}.code`, message: 'is there twice' }];
    seen.add(name);
    return [];
  });
}

/** The form in which a barcode is kept and compared: a GTIN with its 14 digits, anything else as it is. */
export function keptBarcode(code: string): string {
  return isGtin(code) ? code.padStart(14, '0') : code;
}

function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length <= max && isLine(value);
}

function isCount(value: unknown, max: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= max;
}
