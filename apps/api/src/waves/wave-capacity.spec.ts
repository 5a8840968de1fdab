import { describe, expect, it } from '@jest/globals';
import { selectOrders } from '#lib/planning';
import { explainWaiting } from './explain-waiting.js';
import { capacityOf, loadsOf, type OrderSize } from './wave-capacity.js';
import type { WaveLimits } from './wave-plan.js';

const order = (over: Partial<OrderSize> = {}): OrderSize => ({
  carrier: 'post',
  service: 'express',
  lines: 2,
  units: 5,
  volumeMl: 900,
  weightGrams: 400,
  ...over,
});
const standard = { pick: 1, pack: 1 };

/** How many of the orders a wave of these limits takes, and why the first of the others stays. */
function wave(limits: WaveLimits, orders: OrderSize[], pace = standard) {
  const { selected, left } = selectOrders({
    nowMs: 0,
    capacity: capacityOf(limits, orders),
    candidates: orders.map((size, at) => ({
      orderId: String(at),
      merchantId: 'm',
      priority: 0,
      cutOffAtMs: null,
      readyAtMs: 0,
      lines: size.lines,
      units: size.units,
      loads: loadsOf(size, { limits, pace }),
    })),
  });
  return [selected.length, left[0]?.reason ?? null];
}

describe('what a wave may hold', () => {
  const ten = Array.from({ length: 10 }, () => order());
  it.each<[string, WaveLimits, OrderSize[], unknown[]]>([
    ['everything without a limit', {}, ten, [10, null]],
    [
      // Two stops of 9 s and five units of 2 s: 28 s an order.
      'minutes of picking',
      { pickMinutesMax: 1 },
      ten,
      [2, { code: 'no-capacity', capacity: 'pick-seconds', needed: 28, free: 4 }],
    ],
    [
      // A parcel of 40 s and five units of 4 s.
      'minutes of packing',
      { packMinutesMax: 3 },
      ten,
      [3, { code: 'no-capacity', capacity: 'pack-seconds', needed: 60, free: 0 }],
    ],
    [
      'orders for the lanes of a carrier service',
      { laneOrdersMax: 4 },
      [...ten, order({ service: 'slow' })],
      [5, { code: 'no-capacity', capacity: 'lane:post/express', needed: 1, free: 0 }],
    ],
    [
      'an order that is larger than any wave',
      { volumeMlMax: 800 },
      [order()],
      [0, { code: 'larger-than-wave', capacity: 'millilitres', needed: 900, limit: 800 }],
    ],
  ])('%s', (_name, limits, orders, expected) => {
    expect(wave(limits, orders)).toEqual(expected);
  });

  it('counts work at the pace of this floor', () => {
    expect(wave({ pickMinutesMax: 1 }, ten, { pick: 2, pack: 1 })[0]).toBe(1);
  });
});

describe('why an order found no room', () => {
  it.each([
    [
      'no-room-in-wave',
      '12 lines',
      { code: 'no-capacity', capacity: 'lines', needed: 3, free: 1 },
      'Wave 12 had no room for it (lines: 3 needed, 1 free). A person plans the next wave.',
    ],
    [
      'larger-than-wave',
      '12 lane:post/express',
      { code: 'larger-than-wave', capacity: 'lane:post/express', needed: 1, limit: 0 },
      'Larger than a wave may be, as wave 12 found (orders by post/express: 1 needed, at most 0).',
    ],
    [
      'no-room-in-wave',
      '12 pack-seconds',
      null,
      'Wave 12 had no room for it (s of packing). A person plans the next wave.',
    ],
  ] as const)('%s %s', (kind, detail, left, text) => {
    expect(explainWaiting({ kind, detail, note: null, left }, [])).toMatchObject({ code: kind, text });
  });
});
