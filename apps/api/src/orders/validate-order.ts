import { Ajv, type ErrorObject } from 'ajv';
import type { NewOrder } from '#lib/contracts';
import type { FieldError } from '../platform/refusal.js';
import { COUNTRY, ORDER_LIMITS as MAX, MOMENT, TEXT } from './order-limits.js';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength, pattern: TEXT });

/** NewOrder as a JSON Schema: what NewOrderDto says, compiled for bulk work. A spec holds the two equal. */
export const newOrderSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['externalRef', 'carrier', 'service', 'consignee', 'lines'],
  properties: {
    externalRef: text(MAX.ref),
    merchantCode: text(MAX.code),
    carrier: text(MAX.code),
    service: text(MAX.code),
    priority: { type: 'integer', minimum: 1, maximum: MAX.priorityMax },
    cutOffAt: { type: 'string', pattern: MOMENT },
    consignee: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'street', 'city', 'postcode', 'country'],
      properties: {
        name: text(MAX.name),
        company: text(MAX.name),
        street: text(MAX.street),
        street2: text(MAX.street),
        city: text(MAX.city),
        region: text(MAX.city),
        postcode: text(MAX.postcode),
        country: { type: 'string', pattern: COUNTRY },
        phone: text(MAX.phone),
      },
    },
    lines: {
      type: 'array',
      minItems: 1,
      maxItems: MAX.lines,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['sku', 'quantity'],
        properties: { sku: text(MAX.sku), quantity: { type: 'integer', minimum: 1, maximum: MAX.quantity } },
      },
    },
  },
} as const;

const check = new Ajv({ allErrors: true, unicodeRegExp: true }).compile<NewOrder>(newOrderSchema);

/** What is wrong with a row of a bulk request; empty for a sound order. */
export function orderFaults(row: unknown): FieldError[] {
  if (check(row)) return [];
  const faults = (check.errors ?? []).slice(0, 20).map(asFieldError);
  return faults.filter((fault, at) => faults.findIndex((other) => other.field === fault.field) === at);
}

function asFieldError(error: ErrorObject): FieldError {
  const at = error.instancePath.slice(1).replaceAll('/', '.');
  const inside = (key: string) => (at ? `${at}.${key}` : key);
  switch (error.keyword) {
    case 'required':
      return { field: inside(error.params.missingProperty), message: 'is missing' };
    case 'additionalProperties':
      return { field: inside(error.params.additionalProperty), message: 'is not a field of an order' };
    case 'pattern':
      return { field: at, message: patternMessage(error.params.pattern) };
    default:
      return { field: at || 'order', message: error.message ?? 'is wrong' };
  }
}

function patternMessage(pattern: string): string {
  if (pattern === COUNTRY) return 'must be a country code of two capital letters';
  if (pattern === MOMENT) return 'must be an ISO 8601 moment with its zone';
  return 'must be one line of text without control characters';
}
