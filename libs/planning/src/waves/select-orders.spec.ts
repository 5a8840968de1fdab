import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { selectOrders, type WaveCandidate } from './select-orders.js';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;

const candidates = fc
  .array(
    fc.record({
      merchantId: fc.constantFrom('m1', 'm2', 'm3'),
      priority: fc.nat(3),
      cutOffAtMs: fc.option(fc.integer({ min: -3, max: 12 }).map((hours) => NOW + hours * HOUR)),
      readyAtMs: fc.nat(30).map((hours) => NOW - hours * HOUR),
      lines: fc.integer({ min: 1, max: 5 }),
      units: fc.integer({ min: 1, max: 20 }),
      loads: fc.constantFrom<Record<string, number>>({}, { 'lane:1': 1 }),
    }),
    { maxLength: 40 },
  )
  .map((rows) => rows.map((row, at): WaveCandidate => ({ ...row, orderId: `o${at}` })));

function order(orderId: string, over: Partial<WaveCandidate> = {}): WaveCandidate {
  return {
    orderId,
    merchantId: 'm',
    priority: 0,
    cutOffAtMs: null,
    readyAtMs: NOW,
    lines: 1,
    units: 1,
    ...over,
  };
}

describe('selecting the orders of a wave', () => {
  it('stays within every capacity and accounts for every candidate', () => {
    fc.assert(
      fc.property(candidates, (waiting) => {
        const capacity = { orders: 12, lines: 30, units: 80, loads: { 'lane:1': 4 } };
        const { selected, left, used } = selectOrders({ nowMs: NOW, candidates: waiting, capacity });
        const chosen = waiting.filter((candidate) =>
          selected.some((entry) => entry.orderId === candidate.orderId),
        );
        expect(used.orders).toBe(chosen.length);
        expect(used.units).toBe(chosen.reduce((sum, candidate) => sum + candidate.units, 0));
        expect(used.orders).toBeLessThanOrEqual(12);
        expect(used.lines).toBeLessThanOrEqual(30);
        expect(used.units).toBeLessThanOrEqual(80);
        expect(used.loads['lane:1'] ?? 0).toBeLessThanOrEqual(4);
        const ids = [...selected, ...left].map((entry) => entry.orderId);
        expect(ids.sort()).toEqual(waiting.map((candidate) => candidate.orderId).sort());
      }),
      { numRuns: 200 },
    );
  });

  it('leaves nobody out who would still fit', () => {
    fc.assert(
      fc.property(candidates, (waiting) => {
        const { left, used } = selectOrders({ nowMs: NOW, candidates: waiting, capacity: { units: 60 } });
        for (const { orderId } of left) {
          expect(waiting.find((candidate) => candidate.orderId === orderId)!.units).toBeGreaterThan(
            60 - used.units,
          );
        }
      }),
    );
  });

  it('takes the nearest cut-off first, then priority, and says so', () => {
    const waiting = [
      order('idle'),
      order('important', { priority: 2 }),
      order('due', { cutOffAtMs: NOW + HOUR }),
      order('tomorrow', { cutOffAtMs: NOW + 24 * HOUR }),
    ];
    const { selected, left } = selectOrders({ nowMs: NOW, candidates: waiting, capacity: { orders: 2 } });
    expect(selected.map((entry) => entry.orderId)).toEqual(['due', 'important']);
    expect(selected[0]?.reasons[0]).toEqual({ code: 'cut-off-near', slackMs: 0 });
    expect(left[0]?.reason).toEqual({ code: 'no-capacity', capacity: 'orders', needed: 1, free: 0 });
  });

  it('does not let the flash sale of one merchant starve the others', () => {
    const flood = Array.from({ length: 500 }, (_, at) =>
      order(`f${at}`, { merchantId: 'flash', priority: 1 }),
    );
    const few = Array.from({ length: 10 }, (_, at) => order(`s${at}`, { merchantId: 'small' }));
    const { unitsByMerchant } = selectOrders({
      nowMs: NOW,
      candidates: [...flood, ...few],
      capacity: { units: 100 },
    });
    expect(unitsByMerchant).toEqual({ flash: 90, small: 10 });
  });

  it('starves no merchant in a wave that is limited by orders, lines or labour alone', () => {
    const flood = Array.from({ length: 500 }, (_, at) =>
      order(`f${at}`, { merchantId: 'flash', priority: 1, loads: { minutes: 2 } }),
    );
    const few = Array.from({ length: 10 }, (_, at) =>
      order(`s${at}`, { merchantId: 'small', loads: { minutes: 2 } }),
    );
    for (const capacity of [{ orders: 100 }, { lines: 100 }, { loads: { minutes: 200 } }]) {
      const { unitsByMerchant } = selectOrders({ nowMs: NOW, candidates: [...flood, ...few], capacity });
      expect(unitsByMerchant).toEqual({ flash: 90, small: 10 });
    }
  });

  it('gives every merchant its share, or all that it wants, to within an order of each', () => {
    const alike = fc.array(
      fc.record({ merchantId: fc.constantFrom('m1', 'm2', 'm3'), units: fc.integer({ min: 1, max: 4 }) }),
      {
        maxLength: 60,
      },
    );
    const shares = fc.record({ m1: fc.integer({ min: 1, max: 4 }), m2: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(alike, shares, fc.integer({ min: 12, max: 80 }), (rows, merchantShares, units) => {
        const waiting = rows.map((row, at) => order(`o${at}`, row));
        const request = { nowMs: NOW, candidates: waiting, capacity: { units }, merchantShares };
        const { unitsByMerchant } = selectOrders(request);
        const merchants = Object.keys(unitsByMerchant);
        const shareOf = (merchantId: string) =>
          ({ ...merchantShares, m3: 1 })[merchantId as 'm1' | 'm2' | 'm3'];
        const all = merchants.reduce((sum, merchantId) => sum + shareOf(merchantId), 0);
        for (const merchantId of merchants) {
          const wanted = waiting.reduce(
            (sum, each) => sum + (each.merchantId === merchantId ? each.units : 0),
            0,
          );
          const fair = (units * shareOf(merchantId)) / all;
          expect(unitsByMerchant[merchantId]).toBeGreaterThanOrEqual(
            Math.min(wanted, fair - 4 * merchants.length),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it('chooses the same orders in whatever sequence they are given', () => {
    fc.assert(
      fc.property(candidates, (waiting) => {
        const request = { nowMs: NOW, candidates: waiting, capacity: { orders: 9, units: 50 } };
        const plan = selectOrders(request);
        expect(selectOrders(request)).toEqual(plan);
        expect(selectOrders({ ...request, candidates: waiting.toReversed() })).toEqual(plan);
      }),
      { numRuns: 30 },
    );
  });
});
