import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { itemFaults, keptBarcode } from './item-faults.js';
import { itemOfCsv } from './read-item-rows.js';

const good = { sku: 'A-1', name: 'Tea', lengthMm: 1, widthMm: 1, heightMm: 1, weightGrams: 1, barcodes: [] };
const fields = (over: object) => itemFaults({ ...good, ...over }).map(({ field }) => field);

describe('itemFaults', () => {
  it('finds nothing in an item with the least that it needs', () => expect(itemFaults(good)).toEqual([]));

  it.each([
    [{ sku: '' }, ['sku']],
    [{ sku: ' A' }, ['sku']],
    [{ sku: 'A\n' }, ['sku']],
    [{ sku: 'x'.repeat(49) }, ['sku']],
    [{ name: '  ' }, ['name']],
    [{ name: 'a\u0000b' }, ['name']],
    [{ lengthMm: 0 }, ['lengthMm']],
    [{ widthMm: 1.5 }, ['widthMm']],
    [{ heightMm: '10' }, ['heightMm']],
    [{ weightGrams: Number.NaN }, ['weightGrams']],
    [{ tracking: 'sometimes' }, ['tracking']],
    [{ fragile: 'yes' }, ['fragile']],
    [{ colour: 'red' }, ['colour']],
    [{ barcodes: 'x' }, ['barcodes']],
    [{ barcodes: [{ code: '9520001000073' }] }, ['barcodes.0.code']],
    [{ barcodes: [{ code: 'with space' }] }, ['barcodes.0.code']],
    [{ barcodes: [{ code: 'CODE-1' }, { code: 'CODE-1' }] }, ['barcodes.1.code']],
    [{ barcodes: [{ code: '9520001000072' }, { code: '09520001000072' }] }, ['barcodes.1.code']],
    [{ barcodes: [{ code: 'CODE-1', quantity: 0 }] }, ['barcodes.0.quantity']],
    [{ barcodes: [null] }, ['barcodes.0.code']],
  ])('%p: %p', (over, expected) => expect(fields(over)).toEqual(expected));

  it('names what is wrong with any value, and never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => itemFaults(value).length > 0));
  });
});

describe('barcodes', () => {
  it('are kept with the 14 digits of a GTIN, else as they are', () => {
    expect(['9520001000072', '96385074', 'CODE-1'].map(keptBarcode)).toEqual([
      '09520001000072',
      '00000096385074',
      'CODE-1',
    ]);
  });

  it('stand in one column of a CSV, packs with their count', () => {
    expect(
      itemOfCsv({ sku: 'A', weightGrams: '12', lengthMm: 'x', fragile: 'true', barcodes: 'ONE-1 CASE-1*12' }),
    ).toEqual({
      sku: 'A',
      weightGrams: 12,
      lengthMm: 'x',
      fragile: true,
      barcodes: [{ code: 'ONE-1' }, { code: 'CASE-1', quantity: 12 }],
    });
  });
});
