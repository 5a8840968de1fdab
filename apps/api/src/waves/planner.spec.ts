import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { baskets, CARTONS as cartons } from '../../test/hold-thread.js';
import { freeControl } from './pipeline-step.js';
import { PlannerService } from './planner.service.js';

let planner: PlannerService;

beforeEach(() => {
  planner = new PlannerService();
});
afterEach(() => planner.onApplicationShutdown());

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
