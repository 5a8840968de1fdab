import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { fieldErrors } from '../platform/http/validation.js';
import { NewOrderDto } from './orders.dto.js';
import { orderFaults } from './validate-order.js';

const order = {
  externalRef: 'A-1',
  carrier: 'post',
  service: 'standard',
  consignee: { name: 'Ann Example', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
  lines: [{ sku: 'SKU-1', quantity: 2 }],
};

/** The fields that the form of single orders finds fault with. */
function faultyByDto(body: unknown): string[] {
  const instance = plainToInstance(NewOrderDto, body);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true });
  return [...new Set(fieldErrors(errors).map(({ field }) => field))].sort();
}

const faultyBySchema = (body: unknown) =>
  orderFaults(body)
    .map(({ field }) => field)
    .sort();

function withField(path: string, value: unknown): unknown {
  const copy = structuredClone(order) as Record<string, unknown>;
  const keys = path.split('.');
  let at = copy;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[keys.at(-1)!];
  else at[keys.at(-1)!] = value;
  return copy;
}

const paths = [
  'externalRef',
  'merchantCode',
  'carrier',
  'service',
  'priority',
  'cutOffAt',
  'consignee.name',
  'consignee.company',
  'consignee.street',
  'consignee.street2',
  'consignee.city',
  'consignee.region',
  'consignee.postcode',
  'consignee.country',
  'consignee.phone',
  'lines.0.sku',
  'lines.0.quantity',
  'extra',
  'consignee.extra',
  'lines.0.extra',
];
const values = [
  undefined,
  '',
  ' ',
  'ok',
  'A'.repeat(41),
  'x'.repeat(65),
  'x'.repeat(101),
  'with\u0000nul',
  'two\nlines',
  'turn\u202Eed',
  0,
  1,
  9,
  10,
  10_001,
  1.5,
  -1,
  '5',
  true,
  'FR',
  'fr',
  '2026-03-02T10:00:00Z',
  '2026-03-02',
  '<b>',
  "'; drop table orders;--",
  '^XZ',
];

describe('bulk orders', () => {
  it('are held to exactly what single orders are held to', () => {
    expect(faultyByDto(order)).toEqual([]);
    expect(orderFaults(order)).toEqual([]);
    for (const path of paths) {
      for (const value of values) {
        const body = withField(path, value);
        expect({ path, value, faulty: faultyBySchema(body) }).toEqual({
          path,
          value,
          faulty: faultyByDto(body),
        });
      }
    }
  });

  it.each([
    [null],
    [[]],
    ['text'],
    [{}],
    [{ ...order, lines: [] }],
    [{ ...order, lines: 'x' }],
    [{ ...order, consignee: null }],
  ])('refuse %j whatever it is', (body) => expect(orderFaults(body)).not.toEqual([]));

  it('are never taken on without a check that throws', () => {
    fc.assert(fc.property(fc.anything(), (body) => orderFaults(body).length >= 0));
  });
});
