import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decidePutBacks, type PickedGoods } from './decide-put-backs.js';

const goods = (over: Partial<PickedGoods> = {}): PickedGoods => ({
  slotId: 's1',
  containerId: 'c1',
  lpn: 'T-000001',
  orderId: 'o1',
  orderLineId: 'l1',
  merchantId: 'm1',
  itemId: 'i1',
  sku: 'SKU-1',
  lot: '',
  locationId: 'a1',
  location: 'A-01-01-1',
  quantity: 1,
  held: 1,
  ...over,
});

const said = (list: PickedGoods[]) =>
  list.map((each) => `${each.orderLineId} ${each.locationId} ${each.quantity}`);

describe('decidePutBacks', () => {
  it.each<[string, Partial<PickedGoods>[], string[]]>([
    ['nothing was picked', [], []],
    ['all is in the tote', [{ quantity: 3, held: 3 }], ['l1 a1 3']],
    ['some of it was packed', [{ quantity: 3, held: 1 }], ['l1 a1 1']],
    [
      'two lines want the same item and one is packed',
      [
        { orderLineId: 'l2', quantity: 1, held: 1 },
        { orderLineId: 'l1', quantity: 1, held: 1 },
      ],
      ['l2 a1 1'],
    ],
    [
      'it came from two places',
      [
        { locationId: 'a2', quantity: 2, held: 3 },
        { locationId: 'a1', quantity: 1, held: 3 },
      ],
      ['l1 a2 2', 'l1 a1 1'],
    ],
    [
      'the same place was picked twice',
      [
        { quantity: 2, held: 3 },
        { quantity: 1, held: 3 },
      ],
      ['l1 a1 3'],
    ],
    [
      'an older pick of the tote was put back before',
      [
        { locationId: 'new', quantity: 2, held: 2 },
        { locationId: 'old', quantity: 2, held: 2 },
      ],
      ['l1 new 2'],
    ],
  ])('when %s', (_name, list, expected) => {
    expect(said(decidePutBacks(list.map(goods)))).toEqual(expected);
  });

  it('never takes more out of a tote than it holds, and all of it where the ledger knows it', () => {
    const one = fc.record({
      containerId: fc.constantFrom('c1', 'c2'),
      orderLineId: fc.constantFrom('l1', 'l2', 'l3'),
      locationId: fc.constantFrom('a1', 'a2'),
      quantity: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.nat(20), fc.nat(20), (list, c1, c2) => {
        const held: Record<string, number> = { c1, c2 };
        const made = decidePutBacks(list.map((each) => goods({ ...each, held: held[each.containerId]! })));
        for (const id of ['c1', 'c2']) {
          const sum = (of: { containerId: string; quantity: number }[]) =>
            of.filter((each) => each.containerId === id).reduce((total, each) => total + each.quantity, 0);
          expect(sum(made)).toBe(Math.min(held[id]!, sum(list)));
        }
      }),
    );
  });
});
