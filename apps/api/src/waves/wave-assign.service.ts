import { Injectable } from '@nestjs/common';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { asParameter } from '../platform/list-text.js';
import { sharedValues } from '../platform/shared-values.js';
import { ordersStillIn } from './goods.queries.js';
import { groupBy } from './group-by.js';
import type { KeepResult, PipelineStep, StepControl, StepResult } from './pipeline-step.js';
import { type LaneRank, type PlanLane, planLanes } from './plan-lanes.js';
import { assignWallSlots, type SlotOfOrder, type WallSlot } from './plan-walls.js';
import { Prepared } from './prepared.js';
import { freeWallSlots, holdWallSlots } from './put-walls.queries.js';
import { WaveCartonsService } from './wave-cartons.service.js';
import {
  type CartonInPlan,
  type Fault,
  onlyOrders,
  type RunInPlan,
  type SlotInPlan,
  type WavePlan,
  wallOrders,
  withoutFaulty,
} from './wave-plan.js';

/** Where the goods of a wave go: slots on the carts and of the put walls, lanes for the parcels. */
@Injectable()
export class WaveAssignService {
  private readonly slots = new Prepared(slotColumns);
  private readonly parcels = new Prepared(cartonColumns);

  constructor(
    private readonly db: Database,
    private readonly cartons: WaveCartonsService,
  ) {}

  readonly assign: PipelineStep = {
    decide: (plan, control) => this.decide(plan, control),
    prepare: (plan) => {
      this.slots.workOut(plan);
      this.parcels.workOut(plan);
    },
    keep: (tx, plan, { waveId }) => this.keep(tx, plan, waveId),
  };

  private async decide(decided: WavePlan, control: StepControl): Promise<StepResult> {
    const plan = await this.withCartons(decided, control);
    const { walls, ...sorting } = await this.db.transaction(async (tx) => ({
      walls: await freeWallSlots(tx, plan.waveId),
      lanes: await lanesOf(tx),
      ranks: await ranksOf(tx),
      timeZone: await timeZoneOf(tx),
    }));
    const onCarts = withSlots(plan);
    const { runs, faults } = withWallSlots({ ...plan, runs: onCarts }, walls);
    const atWalls = runs.reduce(
      (sum, run) => sum + run.slots.filter(({ containerId }) => containerId).length,
      0,
    );
    const cartons = withLanes(plan, sorting);
    const laneless = cartons.filter(({ laneId }) => laneId === null).length;
    const log = [
      ...(atWalls > 0 ? [`${atWalls} orders have a slot of a put wall`] : []),
      `${cartons.length - laneless} parcels to ${new Set(cartons.map(({ laneId }) => laneId)).size} lanes`,
      ...(laneless > 0 ? [`no lane takes ${laneless} parcels: they leave by the exception lane`] : []),
    ];
    return { plan: withoutFaulty({ ...plan, runs, cartons }, faults), log };
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
    await this.keepCartons(tx, plan, waveId);
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

  /** A plan that went on here after a crash has its cartons chosen again: they are kept with their lanes. */
  private async withCartons(plan: WavePlan, control: StepControl): Promise<WavePlan> {
    const wanted = plan.order.pipeline.some(({ name }) => name === 'cartonise');
    if (!wanted || plan.cartons.length > 0 || plan.unfitOrderIds.length > 0) return plan;
    return (await this.cartons.cartonise.decide(plan, control)).plan;
  }

  private async keepCartons(tx: Tx, plan: WavePlan, waveId: string): Promise<void> {
    await affected(
      tx,
      `insert into planned_cartons (site_id, id, wave_id, order_id, merchant_id, number_in_order, carton_type_id, contents,
         gross_grams, because, lane_id, lane_because)
       select o.site_id, c.id, w.id, o.id, o.merchant_id, c.number, t.id, k.contents, c.grams, b.because, l.id, x.because
       from unnest($3::uuid[], $4::uuid[], $5::int[], $6::uuid[], $7::int[], $8::int[], $9::int[], $10::uuid[], $11::int[])
         as c (id, order_id, number, type_id, contents, grams, because, lane, lane_because)
       join unnest($12::jsonb[]) with ordinality as k (contents, place) on k.place = c.contents
       join unnest($13::jsonb[]) with ordinality as b (because, place) on b.place = c.because
       join unnest($14::jsonb[]) with ordinality as x (because, place) on x.place = c.lane_because
       join orders o on o.site_id = $1 and o.id = c.order_id
       join carton_types t on t.site_id = $1 and t.id = c.type_id
       join waves w on w.site_id = $1 and w.id = $2
       left join lanes l on l.site_id = $1 and l.id = c.lane`,
      [tx.siteId, waveId, ...this.parcels.of(plan)],
    );
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

/** The columns of a plan's cartons, and the texts that they share. */
function cartonColumns({ cartons }: WavePlan): unknown[] {
  const contents = sharedValues(cartons, (each) => each.contents);
  const because = sharedValues(cartons, (each) => each.because);
  const laneBecause = sharedValues(cartons, (each) => each.laneBecause);
  return [
    cartons.map(() => newId()),
    cartons.map(({ orderId }) => orderId),
    cartons.map(({ number }) => number),
    cartons.map(({ cartonTypeId }) => cartonTypeId),
    contents.places,
    cartons.map(({ grossGrams }) => Math.round(grossGrams)),
    because.places,
    cartons.map(({ laneId }) => laneId),
    laneBecause.places,
    contents.texts,
    because.texts,
    laneBecause.texts,
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

/** Parcels of one service and cut-off in the order of their urgency, dealt to its lanes share by share. */
function withLanes(
  plan: WavePlan,
  { lanes, ranks, timeZone }: { lanes: readonly PlanLane[]; ranks: readonly LaneRank[]; timeZone: string },
): CartonInPlan[] {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const groups = groupBy(plan.cartons, ({ orderId }) => {
    const { carrier, service, cutOffAtMs } = plan.orders.get(orderId)!;
    return JSON.stringify([carrier, service, cutOffAtMs]);
  });
  const loads = [...groups].map(([key, { length }]) => {
    const [carrier, service, cutOffAtMs] = JSON.parse(key) as [string, string, number];
    return { key, carrier, service, cutOff: clock.format(cutOffAtMs), parcels: length };
  });
  const shares = planLanes(loads, lanes, ranks);
  return [...groups].flatMap(([key, cartons]) => {
    const own = (shares.get(key) ?? []).flatMap(({ parcels, ...share }) => Array(parcels).fill(share));
    return cartons.map((carton, at) => ({
      ...carton,
      laneId: own[at]?.laneId ?? null,
      laneBecause: own[at]?.because ?? [],
    }));
  });
}

/** Lanes with what is on its way to them: labelled parcels, and planned ones of waves on the floor. */
export async function lanesOf(tx: Tx): Promise<(PlanLane & { name: string })[]> {
  return rows<PlanLane & { name: string }>(
    tx,
    `select l.id, l.code, l.name, l.closed, l.fill,
       (select count(*) from routes r where r.site_id = l.site_id and r.lane_id = l.id and r.active)::int as "onTheWay"
     from lanes l where l.site_id = $1 and l.kind = 'ship' order by l.code`,
    [tx.siteId],
  );
}

async function timeZoneOf(tx: Tx): Promise<string> {
  const site = await row<{ timezone: string }>(tx, 'select timezone from sites where id = $1', [tx.siteId]);
  return site!.timezone;
}

export function ranksOf(tx: Tx): Promise<LaneRank[]> {
  return rows<LaneRank>(
    tx,
    `select lane_id as "laneId", carrier_code as carrier, service, rank, cut_off_time as "cutOffTime" from lane_assignments
     where site_id = $1 order by rank, lane_id`,
    [tx.siteId],
  );
}
