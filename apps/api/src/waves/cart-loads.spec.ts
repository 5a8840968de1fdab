import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BatchOrder } from '#lib/planning';
import { type CartLoad, groupsByLoad } from './cart-loads.js';
import { batch } from './planning.worker.js';
import { reasonView } from './reason-texts.js';

const cart: CartLoad = { slots: 4, maxGrams: 50_000, tote: { volumeMl: 40_000, maxGrams: 15_000 } };
const end = { xMm: 0, yMm: 0 };
const order = (orderId: string, volumeMl: number, weightGrams: number, aisle = 0): BatchOrder => ({
  orderId,
  units: 1,
  volumeMl,
  weightGrams,
  stops: [{ stopId: orderId, aisleId: `A/${aisle}`, xMm: aisle * 3_000, yMm: 5_000 }],
});
const bins = [0, 1, 2, 3].flatMap((n) =>
  [1_000, 9_000].map((yMm) => ({ aisleId: `A/${n}`, xMm: n * 3_000, yMm })),
);
const planned = (orders: BatchOrder[], method: 'cluster' | 'zone' = 'cluster') =>
  batch({
    walkable: { bins, known: {}, start: end },
    groups: groupsByLoad(orders, cart, { end, slots: cart.slots }),
    slots: cart.slots,
    method,
    zoneOfAisle: { 'A/0': 'A', 'A/1': 'A', 'A/2': 'B', 'A/3': 'B' },
    timeLimitMs: 1_000,
    seed: 1,
    flags: new Int32Array(new SharedArrayBuffer(8)),
  });

describe('what carts and totes carry', () => {
  it.each<[string, number, number, string[]]>([
    ['what a tote holds goes with others', 40_000, 15_000, ['big,small']],
    ['what fills more than a tote has a cart alone', 40_001, 100, ['big', 'small']],
    ['what weighs more than a tote may has a cart alone', 100, 15_001, ['big', 'small']],
    ['what fills a cart still goes', 160_000, 50_000, ['big', 'small']],
    ['what fills more than a cart stays', 160_001, 100, ['small']],
    ['what weighs more than a cart may stays', 100, 50_001, ['small']],
  ])('%s', (_what, volumeMl, weightGrams, runs) => {
    const answer = planned([order('big', volumeMl, weightGrams), order('small', 1_000, 500)]);
    expect(answer.runs.map(({ orderIds }) => orderIds.join()).sort()).toEqual(runs);
    const [alone] = answer.runs.filter(({ orderIds }) => orderIds.join() === 'big');
    expect(Boolean(alone?.alone)).toBe(alone !== undefined);
    expect(answer.unplaced.map(({ orderId }) => orderId)).toEqual(
      alone || runs[0] === 'big,small' ? [] : ['big'],
    );
  });

  it('are told in litres and kilograms', () => {
    const texts = planned([order('heavy', 100, 80_000), order('large', 200_000, 100)]).unplaced.map(
      ({ reason }) => reasonView(reason).text,
    );
    expect(texts).toEqual(['weighs 80 kg, a cart takes 50 kg', 'fills 200 l, a cart takes 160 l']);
    const [alone] = groupsByLoad([order('o', 100, 16_500)], cart, { end, slots: 4 });
    expect(reasonView(alone!.alone!)).toMatchObject({
      text: 'weighs 16.5 kg, a tote takes 15 kg: it has a cart alone',
      facts: { neededText: '16.5 kg', limitText: '15 kg' },
    });
  });

  it('are never exceeded, and only what no cart takes stays', () => {
    const orders = fc.array(fc.tuple(fc.nat(200_000), fc.nat(60_000), fc.nat(3)), {
      minLength: 1,
      maxLength: 24,
    });
    fc.assert(
      fc.property(orders, fc.constantFrom('cluster', 'zone'), (sizes, method) => {
        const all = sizes.map((size, at) => order(`o${at}`, ...size));
        const byId = new Map(all.map((each) => [each.orderId, each]));
        const { runs, unplaced } = planned(all, method as 'cluster');
        // Trips of one cart count together.
        const carts = new Map<number, { orderIds: Set<string>; alone: boolean }>();
        const cartOf: number[] = [];
        runs.forEach((run, at) => {
          cartOf[at] = run.after === null ? at : cartOf[run.after]!;
          const known = carts.get(cartOf[at]!) ?? { orderIds: new Set(), alone: run.alone !== null };
          for (const orderId of run.orderIds) known.orderIds.add(orderId);
          carts.set(cartOf[at]!, known);
        });
        for (const { orderIds, alone } of carts.values()) {
          const own = [...orderIds].map((id) => byId.get(id)!);
          const sum = (of: (each: BatchOrder) => number) => own.reduce((total, each) => total + of(each), 0);
          expect(sum(({ weightGrams }) => weightGrams)).toBeLessThanOrEqual(cart.maxGrams);
          expect(sum(({ volumeMl }) => volumeMl)).toBeLessThanOrEqual(cart.slots * cart.tote.volumeMl);
          expect(own.length).toBeLessThanOrEqual(alone ? 1 : cart.slots);
          if (alone) continue;
          for (const { volumeMl, weightGrams } of own) {
            expect(volumeMl).toBeLessThanOrEqual(cart.tote.volumeMl);
            expect(weightGrams).toBeLessThanOrEqual(cart.tote.maxGrams);
          }
        }
        const beyond = all.filter(({ volumeMl, weightGrams }) => volumeMl > 160_000 || weightGrams > 50_000);
        expect(unplaced.map(({ orderId }) => orderId).sort()).toEqual(
          beyond.map(({ orderId }) => orderId).sort(),
        );
        const placed = [...carts.values()].flatMap(({ orderIds }) => [...orderIds]);
        expect([...placed, ...unplaced.map(({ orderId }) => orderId)].sort()).toEqual(
          all.map(({ orderId }) => orderId).sort(),
        );
      }),
      { numRuns: 40 },
    );
  });
});
