import { describe, expect, it } from '@jest/globals';
import { decidePut, type GoodsToSort } from './decide-put.js';

const EAN = '4006381333931';
const PACK = '4006381333948';

function goods(at: number, slot: number, over: Partial<GoodsToSort> = {}): GoodsToSort {
  return {
    taskId: `t${at}`,
    runSlotId: `s${slot}`,
    orderId: `o${slot}`,
    orderLineId: `l${at}`,
    merchantId: 'm',
    itemId: 'pen',
    sku: 'PEN',
    name: 'Pen',
    lot: '',
    quantity: 1,
    externalRef: `A-${slot}`,
    barcodes: [
      { code: EAN, quantity: 1 },
      { code: PACK, quantity: 3 },
    ],
    slot: { id: `c${slot}`, code: `T-90000${slot}`, row: 1, column: slot, light: null },
    ...over,
  };
}

describe('decidePut', () => {
  it('says the slot of the most urgent order that wants the item', () => {
    const decision = decidePut(EAN, [goods(1, 2, { quantity: 2 }), goods(2, 1)], null);
    expect(decision).toMatchObject({ decision: 'put', slot: { code: 'T-900002' }, quantity: 1, wanted: 2 });
  });

  it('takes any slot that wants the item, and names those that do', () => {
    const toSort = [goods(1, 1), goods(2, 2), goods(3, 3, { itemId: 'cap', sku: 'CAP', barcodes: [] })];
    expect(decidePut(EAN, toSort, 'T-900002')).toMatchObject({ decision: 'put', slot: { code: 'T-900002' } });
    expect(decidePut(EAN, toSort, 'T-900003')).toMatchObject({
      decision: 'refuse',
      code: 'picking.wrong-slot',
      detail: 'Need slot T-900001 or T-900002, got T-900003.',
    });
  });

  it('shares a pack out among the picks of one order, and never among orders', () => {
    const one = [goods(1, 1), goods(2, 1, { quantity: 2 })];
    const decision = decidePut(PACK, one, null);
    if (decision.decision !== 'put') throw new Error(decision.detail);
    expect(decision.parts.map(({ goods: { taskId }, quantity }) => [taskId, quantity])).toEqual([
      ['t1', 1],
      ['t2', 2],
    ]);
    expect(decidePut(PACK, [goods(1, 1), goods(2, 2, { quantity: 2 })], null)).toMatchObject({
      code: 'picking.too-many',
      facts: { needed: '2', got: '3' },
    });
  });

  it.each([
    {
      what: 'another item',
      scan: '9506000134352',
      toSort: [goods(1, 1)],
      refusal: { code: 'picking.wrong-item', detail: 'Need PEN, got 09506000134352.' },
    },
    {
      what: 'an item that a tote of many lacks',
      scan: '9506000134352',
      toSort: ['CAP', 'CUP', 'MUG', 'PEN', 'PIN'].map((sku, at) => goods(at, 1, { sku, itemId: sku })),
      refusal: { code: 'picking.wrong-item', detail: 'Need CAP, CUP, MUG, …, got 09506000134352.' },
    },
    {
      what: 'another lot',
      scan: `]d201${EAN.padStart(14, '0')}10L2`,
      toSort: [goods(1, 1, { lot: 'L1' })],
      refusal: { code: 'picking.wrong-lot', detail: 'Need L1, got L2.' },
    },
    {
      what: 'a tote without anything',
      scan: EAN,
      toSort: [],
      refusal: { code: 'picking.nothing-to-sort', detail: 'Nothing of this tote is left to sort.' },
    },
  ])('refuses $what', ({ scan, toSort, refusal }) => {
    expect(decidePut(scan, toSort, null)).toMatchObject({ decision: 'refuse', ...refusal });
  });
});
