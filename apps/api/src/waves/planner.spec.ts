import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CartonType, ItemToPack } from '#lib/planning';
import { freeControl } from './pipeline-step.js';
import { PlannerService } from './planner.service.js';

let planner: PlannerService;

beforeEach(() => {
  planner = new PlannerService();
});
afterEach(() => planner.onApplicationShutdown());

const cartons: CartonType[] = [200, 300, 400, 600].map((side, at) => ({
  cartonId: String(at),
  inner: { lengthMm: side, widthMm: side - 50, heightMm: side - 100 },
  tareGrams: 100,
  maxContentGrams: 30_000,
}));

/** Baskets of so many units, no two alike, so that none is chosen for another. */
function baskets(count: number, units: number): { orderId: string; items: ItemToPack[] }[] {
  return Array.from({ length: count }, (_, order) => ({
    orderId: `order ${order}`,
    items: Array.from({ length: 10 }, (_, at) => ({
      itemId: `${order} ${at}`,
      quantity: units / 10,
      size: { lengthMm: 40 + 11 * at, widthMm: 35 + 7 * ((at + order) % 9), heightMm: 20 + 5 * at },
      weightGrams: 50,
    })),
  }));
}

const idsOf = (orders: readonly { orderId: string }[]) => orders.map(({ orderId }) => orderId);
const nothing = { nowMs: 0, candidates: [], capacity: {} };

describe('the choice of cartons', () => {
  it('ends with its time: the first orders have theirs, the others are named', async () => {
    const orders = baskets(300, 100);
    const answer = await planner.cartonise({ orders, cartons, timeLimitMs: 700 }, freeControl());
    expect(answer.byOrder.length).toBeGreaterThan(0);
    expect(answer.openOrderIds.length).toBeGreaterThan(0);
    expect([...idsOf(answer.byOrder), ...answer.openOrderIds]).toEqual(idsOf(orders));
  });

  it('of many large baskets leaves the thread that channels plan in, and can be stopped', async () => {
    const orders = baskets(300, 100);
    const control = freeControl();
    let chosen = false;
    const choosing = planner.cartonise({ orders, cartons, timeLimitMs: 60_000 }, control).finally(() => {
      chosen = true;
    });
    await planner.select(nothing);
    expect(chosen).toBe(false);
    Atomics.store(control.flags, 0, 1);
    const answer = await choosing;
    expect([...idsOf(answer.byOrder), ...answer.openOrderIds]).toEqual(idsOf(orders));
    expect(answer.openOrderIds.length).toBeGreaterThan(0);
  });
});

it('gives a task its time from when it begins, however long it waited for the thread', async () => {
  await planner.select(nothing);
  planner.graceMs = 1_500;
  const before = planner.cartonise({ orders: baskets(300, 60), cartons, timeLimitMs: 2_400 }, freeControl());
  const behind = planner.select(nothing);
  await expect(behind).resolves.toMatchObject({ selected: [] });
  await expect(before).resolves.toMatchObject({ unfitOrderIds: [] });
});
