import { Injectable } from '@nestjs/common';
import { affected, Database, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { asParameter } from '../platform/list-text.js';
import { ordersStillIn } from './goods.queries.js';
import { groupBy } from './group-by.js';
import type { KeepResult, PipelineStep, StepResult } from './pipeline-step.js';
import { assignWallSlots, type SlotOfOrder, type WallSlot } from './plan-walls.js';
import { Prepared } from './prepared.js';
import { freeWallSlots, holdWallSlots } from './put-walls.queries.js';
import {
  type Fault,
  onlyOrders,
  type RunInPlan,
  type SlotInPlan,
  type WavePlan,
  wallOrders,
  withoutFaulty,
} from './wave-plan.js';

/**
 * Where the goods of a wave go: slots on the carts and of the put walls. The lanes of its parcels were chosen with the cartons, and are
 * told here.
 */
@Injectable()
export class WaveAssignService {
  private readonly slots = new Prepared(slotColumns);

  constructor(private readonly db: Database) {}

  readonly assign: PipelineStep = {
    decide: (plan) => this.decide(plan),
    prepare: (plan) => this.slots.workOut(plan),
    keep: (tx, plan, { waveId }) => this.keep(tx, plan, waveId),
  };

  private async decide(plan: WavePlan): Promise<StepResult> {
    const walls = await this.db.transaction((tx) => freeWallSlots(tx, plan.waveId));
    const onCarts = withSlots(plan);
    const { runs, faults } = withWallSlots({ ...plan, runs: onCarts }, walls);
    const atWalls = runs.reduce(
      (sum, run) => sum + run.slots.filter(({ containerId }) => containerId).length,
      0,
    );
    const { cartons } = plan;
    const laneless = cartons.filter(({ laneId }) => laneId === null).length;
    const log = [
      ...(atWalls > 0 ? [`${atWalls} orders have a slot of a put wall`] : []),
      `${cartons.length - laneless} parcels to ${new Set(cartons.map(({ laneId }) => laneId)).size} lanes`,
      ...(laneless > 0 ? [`no lane takes ${laneless} parcels: they leave by the exception lane`] : []),
    ];
    return { plan: withoutFaulty({ ...plan, runs }, faults), log };
  }

  private async keep(tx: Tx, decided: WavePlan, waveId: string): Promise<KeepResult> {
    const stays = onlyOrders(decided, await ordersStillIn(tx, waveId, new Set(decided.orders.keys())));
    const plan = await this.holdSlots(tx, stays, waveId);
    await affected(
      tx,
      `insert into run_slots (site_id, id, run_id, slot, order_id, merchant_id, state, container_id,
         because)
       select r.site_id, s.id, r.id, s.slot, o.id, o.merchant_id, 'open', s.container, s.because
       from unnest($2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::uuid[], $7::jsonb[])
         as s (id, run_id, slot, order_id, container, because)
       join runs r on r.site_id = $1 and r.id = s.run_id join orders o on o.site_id = $1 and o.id = s.order_id`,
      [tx.siteId, ...this.slots.of(plan)],
    );
    return { plan, log: [] };
  }

  /** Slots of put walls are given away by one planner at a time; where another was quicker they are shared out again. */
  private async holdSlots(tx: Tx, plan: WavePlan, waveId: string): Promise<WavePlan> {
    const wanted = plan.runs.flatMap(({ slots }) => slots.flatMap(({ containerId }) => containerId ?? []));
    if (wanted.length === 0) return plan;
    const free = await holdWallSlots(tx, waveId);
    const known = new Set(free.map(({ slotId }) => slotId));
    if (wanted.every((slotId) => known.has(slotId))) return plan;
    const { runs, faults } = withWallSlots(plan, free);
    return withoutFaulty({ ...plan, runs }, faults);
  }
}

/** The columns of a plan's cart slots: id, run, slot, order, container, reason. */
function slotColumns({ runs }: WavePlan): unknown[] {
  const slots = runs.flatMap((run) => run.slots.map((slot) => ({ ...slot, runId: run.id })));
  return [
    slots.map(() => newId()),
    slots.map((slot) => slot.runId),
    slots.map((slot) => slot.slot),
    slots.map((slot) => slot.orderId),
    slots.map((slot) => slot.containerId ?? null),
    slots.map((slot) => (slot.containerId ? JSON.stringify([slot.because]) : null)),
  ].map(asParameter);
}

/** Orders of batch runs get slots of the wall that their run goes to; those that find none leave the wave. */
function withWallSlots(plan: WavePlan, free: readonly WallSlot[]): { runs: RunInPlan[]; faults: Fault[] } {
  const toWall = groupBy(
    plan.runs.filter(({ method }) => method === 'batch'),
    ({ stationId }) => String(stationId),
  );
  if (toWall.size === 0) return { runs: plan.runs, faults: [] };
  const sizes = wallOrders(plan);
  const chosen = new Map<string, SlotOfOrder>();
  for (const [wallId, runs] of toWall) {
    const orders = runs.flatMap(({ slots }) => slots.map(({ orderId }) => sizes.get(orderId)!));
    const own = free.filter((slot) => slot.wallId === wallId);
    for (const [orderId, slot] of assignWallSlots(orders, own)) chosen.set(orderId, slot);
  }
  const faults: Fault[] = [];
  const runs = plan.runs.map((run) => {
    if (run.method !== 'batch') return run;
    const slots = run.slots.map(({ orderId }, at): SlotInPlan => {
      const own = chosen.get(orderId);
      if (!own) faults.push(noSlot(orderId));
      return {
        orderId,
        slot: at + 1,
        because: own?.because ?? { code: 'no-wall-slot' },
        containerId: own?.slot.slotId ?? null,
      };
    });
    return { ...run, slots };
  });
  return { runs, faults };
}

function noSlot(orderId: string): Fault {
  const text = 'no slot of the put wall is free';
  return { step: 'assign', orderId, lineId: null, code: 'no-wall-slot', facts: {}, text };
}

/** On each cart the order with most picks gets the slot that is reached first; its place is the same on all trips of the cart. */
function withSlots(plan: WavePlan): RunInPlan[] {
  const { runs } = plan;
  const orderOfPick = new Map(plan.picks.map((pick) => [pick.id, pick.orderId]));
  const cartOf = new Map<string, string>();
  const picksOf = new Map<string, Map<string, number>>();
  for (const run of runs) {
    const cart = (run.afterRunId && cartOf.get(run.afterRunId)) ?? run.id;
    cartOf.set(run.id, cart);
    const counts = picksOf.get(cart) ?? new Map<string, number>();
    picksOf.set(cart, counts);
    for (const pickId of run.pickIds) {
      const orderId = orderOfPick.get(pickId)!;
      counts.set(orderId, (counts.get(orderId) ?? 0) + 1);
    }
  }
  const slotsOf = new Map([...picksOf].map(([cart, counts]) => [cart, slotsByPicks(counts)]));
  return runs.map((run) => {
    const own = slotsOf.get(cartOf.get(run.id)!)!;
    return { ...run, slots: run.slots.map(({ orderId }) => own.get(orderId)!) };
  });
}

/** The least sum of slot number times picks: the most picks to the first slot (rearrangement inequality). */
function slotsByPicks(counts: ReadonlyMap<string, number>): Map<string, SlotInPlan> {
  const byPicks = [...counts].sort(([, one], [, two]) => two - one);
  return new Map(
    byPicks.map(([orderId, picks], at) => [
      orderId,
      { orderId, slot: at + 1, because: { code: 'fewest-reaches', picks } },
    ]),
  );
}
