import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Account, levelChanges, type Movement, totalChanges } from './movement.js';

const accounts: Account[] = [
  { kind: 'location', id: 'l1' },
  { kind: 'location', id: 'l2' },
  { kind: 'container', id: 'c1' },
  { kind: 'parcel', id: 'p1' },
  { kind: 'missing', id: 'l1' },
  { kind: 'shortfall', id: 'l1' },
  { kind: 'supplier', id: 'w' },
  { kind: 'customer', id: 'w' },
];
const PHYSICAL = new Set(['location', 'container', 'parcel']);

const movement = fc
  .record({
    from: fc.constantFrom(...accounts),
    to: fc.constantFrom(...accounts),
    quantity: fc.integer({ min: 1, max: 99 }),
    item: fc.constantFrom('i1', 'i2'),
  })
  .filter(({ from, to }) => from !== to)
  .map(
    ({ from, to, quantity, item }): Movement => ({
      merchantId: 'm',
      itemId: item,
      lot: '',
      quantity,
      from,
      to,
      reason: '',
      eventId: 'e',
    }),
  );

describe('levelChanges', () => {
  it('nets movements to the same balances in one order, whatever order they came in', () => {
    fc.assert(
      fc.property(fc.array(movement, { maxLength: 12 }), (movements) => {
        expect(levelChanges([...movements].reverse())).toEqual(levelChanges(movements));
      }),
    );
  });

  it('says nothing of goods that come back to where they were', () => {
    const out: Movement = {
      merchantId: 'm',
      itemId: 'i1',
      lot: '',
      quantity: 3,
      from: accounts[0]!,
      to: accounts[2]!,
      reason: '',
      eventId: 'e',
    };
    expect(levelChanges([out, { ...out, from: out.to, to: out.from }])).toEqual([]);
  });
});

describe('totalChanges', () => {
  it('is what the physical balances together change by', () => {
    fc.assert(
      fc.property(fc.array(movement, { maxLength: 12 }), (movements) => {
        for (const itemId of ['i1', 'i2']) {
          const physical = levelChanges(movements).filter(
            (change) => change.itemId === itemId && PHYSICAL.has(change.kind),
          );
          const onHand = totalChanges(movements).find((change) => change.itemId === itemId)?.onHand ?? 0;
          expect(onHand).toBe(physical.reduce((sum, change) => sum + change.quantity, 0));
        }
      }),
    );
  });

  it('ends the promise of goods that reach the customer', () => {
    const ship: Movement = {
      merchantId: 'm',
      itemId: 'i1',
      lot: '',
      quantity: 3,
      from: accounts[3]!,
      to: accounts[7]!,
      reason: '',
      eventId: 'e',
    };
    expect(totalChanges([ship])).toEqual([{ merchantId: 'm', itemId: 'i1', onHand: -3, promised: -3 }]);
  });
});
