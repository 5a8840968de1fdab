import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decidePackScan, type PackLine, type ToteLot } from './pack-scan.js';

const line = (sku: string, left: number, over: Partial<PackLine> = {}): PackLine => ({
  orderLineId: `line-${sku}`,
  itemId: `item-${sku}`,
  sku,
  name: sku,
  weightGrams: 100,
  barcodes: [],
  left,
  ...over,
});
const mug = line('MUG', 2, {
  barcodes: [
    { code: '4006381333931', quantity: 1 },
    { code: '14006381333938', quantity: 6 },
  ],
});
const tea = line('TEA', 3, { barcodes: [{ code: '96385074', quantity: 1 }] });
const lines = [mug, tea];
const tote: ToteLot[] = [
  { itemId: 'item-MUG', lot: '', quantity: 2 },
  { itemId: 'item-TEA', lot: 'B2', quantity: 2 },
  { itemId: 'item-TEA', lot: 'A1', quantity: 1 },
];

describe('decidePackScan', () => {
  it.each([
    ['an EAN-13', '4006381333931', 'MUG', [{ lot: '', quantity: 1 }]],
    ['an EAN-13 that the scanner sent as 14 digits', '04006381333931', 'MUG', [{ lot: '', quantity: 1 }]],
    ['an EAN-13 behind an AIM identifier', ']E04006381333931', 'MUG', [{ lot: '', quantity: 1 }]],
    ['an item code of the house', 'I-MUG', 'MUG', [{ lot: '', quantity: 1 }]],
    ['an EAN-8, from the first lot', '96385074', 'TEA', [{ lot: 'A1', quantity: 1 }]],
    ['a lot that the code names', ']C1010000009638507410B2', 'TEA', [{ lot: 'B2', quantity: 1 }]],
  ])('packs by %s', (_name, scan, sku, lots) => {
    const decided = decidePackScan(scan, lines, tote);
    expect(decided).toMatchObject({ kind: 'pack', quantity: 1, lots });
    expect(decided.kind === 'pack' && decided.line.sku).toBe(sku);
  });

  it.each([
    ['another item', '4000417025005', 'wrong-item', 'Need 2 of MUG, 3 of TEA, got 04000417025005.'],
    ['a location', 'L-A-01-01-1', 'wrong-item', 'Need 2 of MUG, 3 of TEA, got A-01-01-1.'],
    ['noise', '\u0001\u0002', 'wrong-item', 'Need 2 of MUG, 3 of TEA, got an unreadable code.'],
    [
      'a pack that holds more than is needed',
      '14006381333938',
      'too-many',
      'Only 2 of MUG are left to pack, the code counts 6.',
    ],
    [
      'a lot that is not in the tote',
      ']C1010000009638507410C3',
      'wrong-lot',
      'The tote holds B2, A1 of TEA, not 1 of C3.',
    ],
  ])('packs nothing by %s and says what is needed', (_name, scan, kind, detail) => {
    expect(decidePackScan(scan, lines, tote)).toMatchObject({ kind, detail });
  });

  it('says that all is in when a finished item is scanned once more', () => {
    const decided = decidePackScan('I-MUG', [{ ...mug, left: 0 }, tea], tote);
    expect(decided).toMatchObject({
      kind: 'too-many',
      detail: 'All of MUG is packed already. Need 3 of TEA.',
    });
  });

  it('takes the line with enough left when two lines want the same item', () => {
    const twice = [line('X', 0), line('X', 2, { orderLineId: 'second' })];
    const decided = decidePackScan('I-X', twice, [{ itemId: 'item-X', lot: '', quantity: 2 }]);
    expect(decided.kind === 'pack' && decided.line.orderLineId).toBe('second');
  });

  it('never packs more than is left or than the tote holds, whatever is scanned', () => {
    const scans = fc.oneof(
      fc.string(),
      fc.constantFrom('I-MUG', 'I-TEA', '4006381333931', '14006381333938', '96385074'),
    );
    fc.assert(
      fc.property(scans, fc.nat(9), fc.nat(9), (scan, left, there) => {
        const some = [{ ...mug, left }, tea];
        const decided = decidePackScan(scan, some, [{ itemId: 'item-MUG', lot: '', quantity: there }]);
        if (decided.kind !== 'pack') return;
        const taken = decided.lots.reduce((sum, { quantity }) => sum + quantity, 0);
        expect(taken).toBe(decided.quantity);
        expect(decided.quantity).toBeLessThanOrEqual(decided.line.left);
        expect(taken).toBeLessThanOrEqual(there);
      }),
    );
  });
});
