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
});
