import { Injectable } from '@nestjs/common';
import type { BatchOrder, RunStop } from '#lib/planning';
import { affected, Database, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { asParameter } from '../platform/list-text.js';
import { takeCount } from '../platform/number-ranges.js';
import { type BatchGroup, groupsByLoad, wholeCart } from './cart-loads.js';
import { cartLoad, dropStations, walkable, zoneOfAisle } from './floor-plan.queries.js';
import { ordersStillIn } from './goods.queries.js';
import { groupBy } from './group-by.js';
import { groupByCutOff } from './group-by-cut-off.js';
import type { KeepResult, PipelineStep, StepControl, StepResult } from './pipeline-step.js';
import { shareWalls } from './plan-walls.js';
import { PlannerService } from './planner.service.js';
import type { BatchAnswer } from './planning.worker.js';
import { Prepared } from './prepared.js';
import { freeWallSlots } from './put-walls.queries.js';
import { reasonView } from './reason-texts.js';
import { searchTimeMs } from './search-time.js';
import { shareBenches } from './share-benches.js';
import {
  type Fault,
  type OrderInPlan,
  onlyOrders,
  type PlannedPick,
  picksByOrder,
  type RunInPlan,
  type WavePlan,
  wallOrders,
  withoutFaulty,
} from './wave-plan.js';
import { optionsOf } from './wave-steps.js';

/** Tasks are numbered with gaps, so that what is found elsewhere can come between. */
const SEQUENCE_STEP = 10;

/** Orders of one batch run unless the template says otherwise. */
const BATCH_ORDERS_MAX = 24;

/** Reservations whose goods are on their way to a face, with the move. */
const BOUND = `from reservations v join wave_replenishments p on p.site_id = v.site_id and p.id = v.replenishment_id
    and p.wave_id = v.wave_id
  where v.site_id = $1 and v.wave_id = $2 and v.state = 'open'`;

/** The second half of the pipeline: carts, walks and tasks. */
@Injectable()
export class WaveRunsService {
  private readonly tasks = new Prepared(taskColumns);

  constructor(
    private readonly db: Database,
    private readonly planner: PlannerService,
  ) {}

  /** Puts orders together on carts, one tote per order and slot, for the least walk; each run with the station where it ends. */
  readonly batch: PipelineStep = {
    decide: (plan, control) =>
      optionsOf(plan.order.pipeline, 'batch').method === 'batch'
        ? this.batchForWalls(plan, control)
        : this.batchOrders(plan, control),
    keep: (tx, plan, { waveId }) => this.keepRuns(tx, plan, waveId),
  };

  /** The order of the stops of each run, with the walk and what it would be without a plan. */
  readonly route: PipelineStep = {
    decide: (plan, control) => this.routeRuns(plan, control),
    keep: (tx, plan, { waveId }) => this.keepRoutes(tx, plan, waveId),
  };

  /** One task for each stop, in the order of the walk. */
  readonly createTasks: PipelineStep = {
    decide: async (plan) => ({ plan, log: [] }),
    prepare: (plan) => this.tasks.workOut(plan),
    keep: (tx, plan, { waveId }) => this.insertTasks(tx, plan, waveId),
  };

  private async batchOrders(plan: WavePlan, control: StepControl): Promise<StepResult> {
    const { method: asked = 'cluster', slotsMax } = optionsOf(plan.order.pipeline, 'batch');
    // Those that no put wall takes have a tote of their own.
    const method = asked === 'batch' ? 'cluster' : asked;
    const site = await this.db.transaction(async (tx) => ({
      walkable: await walkable(tx),
      cart: await cartLoad(tx),
      benches: (await dropStations(tx)).filter(({ kind }) => kind === 'pack-bench'),
      zoneOfAisle: method === 'zone' ? await zoneOfAisle(tx) : {},
    }));
    const slots = method === 'single' ? 1 : Math.min(site.cart.slots, slotsMax ?? site.cart.slots);
    const own = picksByOrder(plan);
    const waits = ({ orderId }: OrderInPlan) => own.get(orderId)!.some(({ waitsFor }) => waitsFor !== null);
    // Orders whose goods are still on their way to the face share no cart with those that can be picked at once.
    const groups = groupByCutOff([...plan.orders.values()], { slots, nowMs: plan.nowMs })
      .flatMap((group) => [group.filter((order) => !waits(order)), group.filter(waits)])
      .flatMap((group) => {
        const orders = group.map(({ orderId }) => batchOrder(plan, orderId, own.get(orderId)!));
        return groupsByLoad(orders, site.cart, { end: site.walkable.end, slots });
      });
    const { ofChannel, secondsMax } = plan.order;
    const answer = await this.planner.batch(
      {
        walkable: site.walkable,
        groups,
        slots,
        method,
        zoneOfAisle: site.zoneOfAisle,
        timeLimitMs: searchTimeMs(plan.orders.size, { ofChannel, secondsMax }),
        seed: 1,
      },
      control,
    );
    const next = withoutFaulty({ ...plan, naiveMm: answer.firstComeMm }, unplacedFaults(answer));
    const runs = shareBenches(runsOf(answer, method), site.benches);
    return {
      plan: { ...next, runs },
      log: [
        `${next.orders.size} orders on ${runs.length} runs of at most ${slots} totes after ${answer.iterations} steps of search`,
        ...apartLog(groups),
        site.benches.length === 0
          ? 'this site has no pack bench: any station takes the totes'
          : `${runs.length} runs to ${site.benches.length} benches`,
      ],
    };
  }

  /**
   * Runs whose totes hold many orders, each run for one put wall. Goods of two merchants may have the same barcode, so a run picks for
   * one merchant. Orders that no free slot takes are picked into totes of their own.
   */
  private async batchForWalls(plan: WavePlan, control: StepControl): Promise<StepResult> {
    const site = await this.db.transaction(async (tx) => ({
      walkable: await walkable(tx),
      cart: await cartLoad(tx),
      placeOf: new Map((await dropStations(tx)).map((each) => [each.id, each])),
      free: await freeWallSlots(tx, plan.waveId),
    }));
    const slots = optionsOf(plan.order.pipeline, 'batch').slotsMax ?? BATCH_ORDERS_MAX;
    const walls = shareWalls([...wallOrders(plan).values()], site.free);
    const alone = new Set([...plan.orders.keys()].filter((orderId) => !walls.has(orderId)));
    const own = picksByOrder(plan);
    const groups = groupByCutOff(
      [...plan.orders.values()].filter(({ orderId }) => walls.has(orderId)),
      { slots: site.cart.slots, nowMs: plan.nowMs },
    ).flatMap((group) => {
      const waits = ({ orderId }: OrderInPlan) => own.get(orderId)!.some(({ waitsFor }) => waitsFor !== null);
      const apart = groupBy(group, (order) =>
        JSON.stringify([order.merchantId, walls.get(order.orderId), waits(order)]),
      );
      return [...apart.values()].map((orders) => ({
        orders: orders.map(({ orderId }) => batchOrder(plan, orderId, own.get(orderId)!)),
        end: site.placeOf.get(walls.get(orders[0]!.orderId)!)!,
        // Its totes hold the goods of many orders.
        cart: { ...wholeCart(site.cart), slots },
      }));
    });
    const { ofChannel, secondsMax } = plan.order;
    const answer = await this.planner.batch(
      {
        walkable: site.walkable,
        groups,
        slots,
        method: 'batch',
        zoneOfAisle: {},
        timeLimitMs: searchTimeMs(plan.orders.size, { ofChannel, secondsMax }),
        seed: 1,
      },
      control,
    );
    const runs = runsOf(answer, 'batch').map((run) => ({
      ...run,
      stationId: walls.get(run.slots[0]!.orderId)!,
    }));
    const log = [`${walls.size} orders on ${runs.length} batch runs for put walls`];
    const faults = unplacedFaults(answer);
    if (alone.size === 0) {
      const next = withoutFaulty({ ...plan, naiveMm: answer.firstComeMm }, faults);
      return { plan: { ...next, runs }, log };
    }
    const rest = await this.batchOrders(onlyOrders(plan, alone), control);
    const { naiveMm } = rest.plan;
    const all = [...faults, ...rest.plan.faults.slice(plan.faults.length)];
    const next = withoutFaulty({ ...plan, naiveMm: answer.firstComeMm + naiveMm }, all);
    const left = `no free slot takes ${alone.size} orders: they have totes of their own`;
    return { plan: { ...next, runs: [...runs, ...rest.plan.runs] }, log: [...log, left, ...rest.log] };
  }

  private async keepRuns(tx: Tx, plan: WavePlan, waveId: string): Promise<KeepResult> {
    const { runs } = plan;
    if (runs.length === 0) return { plan, log: [] };
    const first = await takeRunNumbers(tx, runs.length);
    const places = [...plan.places.values()];
    const zoneIdOf = new Map(places.map(({ zoneCode, zoneId }) => [zoneCode, zoneId]));
    await affected(
      tx,
      `insert into runs (site_id, id, number, wave_id, state, walk_mm, because, method, zone_id, leg, after_run_id, created_at,
         drop_station_id)
       select $1, r.id, r.number, $2, 'blocked', r.walk_mm, r.because, r.method, r.zone_id, r.leg, r.after, $3, r.station
       from unnest($4::uuid[], $5::bigint[], $6::bigint[], $7::jsonb[], $8::text[], $9::uuid[], $10::int[], $11::uuid[],
         $12::uuid[]) as r (id, number, walk_mm, because, method, zone_id, leg, after, station) on conflict do nothing`,
      [
        tx.siteId,
        waveId,
        tx.at,
        runs.map((run) => run.id),
        runs.map((_, at) => first + at),
        runs.map((run) => run.walkMm),
        runs.map(becauseOf),
        runs.map((run) => run.method),
        runs.map((run) => (run.zone === null ? null : zoneIdOf.get(run.zone)!)),
        runs.map((run) => run.leg),
        runs.map((run) => run.afterRunId),
        runs.map((run) => run.stationId),
      ],
    );
    return { plan, log: [] };
  }

  private async routeRuns(plan: WavePlan, control: StepControl): Promise<StepResult> {
    const { site, placeOf } = await this.db.transaction(async (tx) => ({
      site: await walkable(tx),
      placeOf: new Map((await dropStations(tx)).map((each) => [each.id, each])),
    }));
    const pickOf = new Map(plan.picks.map((pick) => [pick.id, pick]));
    const asked = plan.runs.map(({ id, pickIds, stationId }) => ({
      runId: id,
      end: placeOf.get(stationId ?? '') ?? site.end,
      stops: pickIds.map((pickId) => stopOf(plan, pickOf.get(pickId)!)),
    }));
    const routed = await this.planner.route({ walkable: site, runs: asked }, control);
    const byRun = new Map(routed.map((run) => [run.runId, run]));
    const runs = plan.runs.map((run) => {
      const { stopIds, walkMm, naiveMm } = byRun.get(run.id)!;
      return { ...run, pickIds: stopIds, walkMm, naiveMm };
    });
    const saved = routed.reduce((sum, run) => sum + run.naiveMm - run.walkMm, 0);
    return {
      plan: { ...plan, runs },
      log: [`${Math.round(saved / 1000)} m shorter than the same runs in S-shape`],
    };
  }

  private async keepRoutes(tx: Tx, plan: WavePlan, waveId: string): Promise<KeepResult> {
    const { runs } = plan;
    await affected(
      tx,
      `update runs r set walk_mm = n.walk_mm, walk_naive_mm = n.naive_mm, because = n.because
       from unnest($3::uuid[], $4::bigint[], $5::bigint[], $6::jsonb[]) as n (id, walk_mm, naive_mm, because)
       where r.site_id = $1 and r.wave_id = $2 and r.id = n.id`,
      [
        tx.siteId,
        waveId,
        runs.map((run) => run.id),
        runs.map((run) => run.walkMm),
        runs.map((run) => run.naiveMm),
        runs.map(becauseOf),
      ],
    );
    return { plan, log: [] };
  }

  /**
   * What a task takes is what its reservation set aside, copied from there. Tasks are made ready: it is their run that waits for the release. A cart's later trips wait for the earlier ones in the same
   * way.
   */
  private async insertTasks(tx: Tx, decided: WavePlan, waveId: string): Promise<KeepResult> {
    const plan = onlyOrders(decided, await ordersStillIn(tx, waveId, new Set(decided.orders.keys())));
    const waits = plan.picks.some(({ waitsFor }) => waitsFor !== null);
    // Nobody brings these goods until the picks that wait for them stand.
    if (waits) await rows(tx, `select 1 ${BOUND} order by v.id for share of v`, [tx.siteId, waveId]);
    const made = await affected(
      tx,
      `insert into tasks (site_id, id, kind, wave_id, run_id, slot_id, sequence, order_id, order_line_id, merchant_id,
         reservation_id, item_id, lot, location_id, quantity, state)
       select v.site_id, n.id, 'pick', $2, t.run_id, t.id, n.sequence, t.order_id, v.order_line_id, v.merchant_id, v.id,
         v.item_id, v.lot, v.location_id, v.quantity, 'ready'
       from unnest($3::uuid[], $4::uuid[], $5::int[], $6::uuid[], $7::uuid[])
         as n (id, run_id, sequence, order_id, reservation_id)
       join run_slots t on t.site_id = $1 and t.run_id = n.run_id and t.order_id = n.order_id and t.state = 'open'
       join reservations v on v.site_id = $1 and v.id = n.reservation_id`,
      [tx.siteId, waveId, ...this.tasks.of(plan)],
    );
    if (!waits) return { plan, log: [`${made} tasks`] };
    const blocked = await affected(
      tx,
      `update tasks t set state = 'blocked', location_id = b.face
       from (select v.id, v.order_line_id, p.to_location_id as face ${BOUND}) as b
       where t.site_id = $1 and t.order_line_id = b.order_line_id and t.reservation_id = b.id and t.state = 'ready'`,
      [tx.siteId, waveId],
    );
    return { plan, log: [`${made} tasks, ${blocked} of them wait for goods`] };
  }
}

/** The columns of a plan's tasks: id, run, sequence, order, reservation. */
function taskColumns({ runs, picks }: WavePlan): unknown[] {
  const orderOf = new Map(picks.map(({ id, orderId }) => [id, orderId]));
  const [ids, runIds, sequences, orderIds, pickIds]: [string[], string[], number[], string[], string[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  for (const run of runs) {
    run.pickIds.forEach((pickId, at) => {
      ids.push(newId());
      runIds.push(run.id);
      sequences.push((at + 1) * SEQUENCE_STEP);
      orderIds.push(orderOf.get(pickId)!);
      pickIds.push(pickId);
    });
  }
  return [ids, runIds, sequences, orderIds, pickIds].map(asParameter);
}

/** What a run keeps to be explained by, and to be planned on after a crash. */
function becauseOf(run: RunInPlan): string {
  return JSON.stringify({ stops: run.pickIds, reasons: run.because, orders: run.slots.length });
}

function unplacedFaults({ unplaced }: BatchAnswer): Fault[] {
  return unplaced.map(({ orderId, reason: { code, ...facts } }) => ({
    step: 'batch',
    orderId,
    lineId: null,
    code,
    facts,
    text: reasonView({ code, ...facts }).text,
  }));
}

function apartLog(groups: readonly BatchGroup[]): string[] {
  const alone = groups.filter((group) => group.alone).length;
  const apart = groups.length - alone;
  return [
    ...(apart > 1 ? [`${apart} groups of orders share no cart`] : []),
    ...(alone > 0 ? [`${alone} orders are larger than a tote: each has a cart alone`] : []),
  ];
}

function runsOf(answer: BatchAnswer, method: RunInPlan['method']): RunInPlan[] {
  const ids = answer.runs.map(() => newId());
  return answer.runs.map((run, at) => ({
    id: ids[at]!,
    method: run.alone ? 'single' : method,
    zone: run.zone,
    leg: run.leg,
    afterRunId: run.after === null ? null : ids[run.after]!,
    slots: run.orderIds.map((orderId, slot) => ({
      orderId,
      slot: slot + 1,
      because: { code: 'as-batched' },
    })),
    pickIds: run.stopIds,
    walkMm: run.walkMm,
    naiveMm: 0,
    because: run.alone ? [run.alone, ...run.reasons] : run.reasons,
    stationId: null,
  }));
}

/** The first of `count` run numbers in a row; the counter stays locked until the transaction ends. */
async function takeRunNumbers(tx: Tx, count: number): Promise<number> {
  const first = await takeCount(tx, 'run');
  await affected(
    tx,
    `update number_ranges set next_value = next_value + $2 where site_id = $1 and kind = 'run' and scope = '' and prefix = ''`,
    [tx.siteId, count - 1],
  );
  return first;
}

function stopOf(plan: WavePlan, pick: PlannedPick): RunStop {
  const { aisleId, xMm, yMm } = plan.places.get(pick.locationId)!;
  return { stopId: pick.id, aisleId, xMm, yMm };
}

function batchOrder(plan: WavePlan, orderId: string, picks: readonly PlannedPick[]): BatchOrder {
  let [units, volumeMm3, weightGrams] = [0, 0, 0];
  for (const { itemId, quantity } of picks) {
    const item = plan.items.get(itemId)!;
    units += quantity;
    volumeMm3 += quantity * item.lengthMm * item.widthMm * item.heightMm;
    weightGrams += quantity * item.weightGrams;
  }
  const stops = picks.map((pick) => stopOf(plan, pick));
  return { orderId, stops, units, volumeMl: Math.round(volumeMm3 / 1000), weightGrams };
}
