import { expect, it } from '@jest/globals';
import { readItemScan } from './scan-checks.js';

const itemWith = (...codes: string[]) =>
  ({ sku: 'MUG', barcodes: codes.map((code) => ({ code, quantity: 1 })) }) as Parameters<
    typeof readItemScan
  >[0];

it.each([
  ['an own code of 18 digits with a check digit', '106141412345678908'],
  ['an own code of 20 digits that begins with 00', '00106141412345678908'],
  ['an own code that is neither', 'ABC-1'],
])('goods are found by %s, though it could be another thing’s', (_name, code) => {
  expect(readItemScan(itemWith(code), '', code)).toEqual({ ok: true, units: 1 });
  expect(readItemScan(itemWith('4006381333931'), '', code)).toMatchObject({
    ok: false,
    wrong: { code: 'wrong-item' },
  });
});
