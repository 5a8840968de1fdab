import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CutOffRequest, planCutOffs, type StageRate } from './plan-cut-offs.js';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;
const MINUTE = 60_000;

function stage(name: string, perHour: number, over: Partial<StageRate> = {}): StageRate {
  return { stage: name, measure: 'lines', perHour, backlog: 0, staff: 2, transferMs: 0, ...over };
}

const requests: fc.Arbitrary<CutOffRequest> = fc.record({
  nowMs: fc.constant(NOW),
  stages: fc.array(
    fc.record({
      stage: fc.constantFrom('pick', 'pack', 'load'),
      measure: fc.constantFrom('orders' as const, 'lines' as const, 'units' as const),
      perHour: fc.integer({ min: 1, max: 500 }),
      backlog: fc.nat(300),
      staff: fc.integer({ min: 1, max: 9 }),
      transferMs: fc.nat(10).map((minutes) => minutes * MINUTE),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  orders: fc
    .array(fc.record({ hours: fc.integer({ min: -1, max: 9 }), lines: fc.nat(9), units: fc.nat(30) }), {
      maxLength: 20,
    })
    .map((rows) =>
      rows.map(({ hours, lines, units }, at) => ({
        orderId: `${at}`,
        cutOffAtMs: NOW + hours * HOUR,
        lines,
        units,
      })),
    ),
});

describe('planning back from cut-offs', () => {
  it('calls an order late exactly if its queue is not worked off in time, and is never less cautious than expected', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { orders } = planCutOffs(request);
        expect(orders.map((order) => order.orderId).sort()).toEqual(
          request.orders.map((o) => o.orderId).sort(),
        );
        for (const outlook of orders) {
          const { cutOffAtMs } = request.orders.find((order) => order.orderId === outlook.orderId)!;
          expect(outlook.cautiousDoneAtMs).toBeGreaterThanOrEqual(outlook.expectedDoneAtMs);
          expect(outlook.risk === 'late').toBe(outlook.expectedDoneAtMs > cutOffAtMs);
          expect(outlook.startByMs).toBeLessThanOrEqual(cutOffAtMs);
        }
      }),
    );
  });

  it('makes every cut-off when one stage starts by the latest start', () => {
    const orders = [1, 2, 3].map((at) => ({
      orderId: `${at}`,
      cutOffAtMs: NOW + at * HOUR,
      lines: 60,
      units: 60,
    }));
    const plan = planCutOffs({ nowMs: NOW, stages: [stage('pick', 60)], orders });
    expect(plan.orders.map((order) => order.startByMs)).toEqual([NOW, NOW + HOUR, NOW + 2 * HOUR]);
    expect(plan.orders.map((order) => order.risk)).toEqual(['at-risk', 'at-risk', 'at-risk']);
  });

  it('names the bottleneck, the risk and the people needed', () => {
    const stages = [stage('pick', 100, { transferMs: 10 * MINUTE }), stage('pack', 10, { backlog: 5 })];
    const orders = [{ orderId: 'a', cutOffAtMs: NOW + HOUR, lines: 10, units: 10 }];
    const plan = planCutOffs({ nowMs: NOW, stages, orders });
    expect(plan.orders[0]).toMatchObject({
      risk: 'late',
      bottleneck: 'pack',
      expectedDoneAtMs: NOW + 1.5 * HOUR,
    });
    expect(plan.cutOffs[0]?.stages[1]).toEqual({
      stage: 'pack',
      work: 15,
      capacity: 10,
      staffNeeded: 3,
      staff: 2,
    });
  });

  it('refuses a plan without stages', () => {
    expect(() => planCutOffs({ nowMs: NOW, stages: [], orders: [] })).toThrow('needs at least one stage');
  });
});
