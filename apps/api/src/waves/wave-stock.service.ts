import { Injectable } from '@nestjs/common';
import type { AllocationRequest, StockAt, WaveCandidate } from '#lib/planning';
import { type ReservationRequest, ReservationsService } from '../inventory/reservations.service.js';
import { affected, Database, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { sharedValues } from '../platform/shared-values.js';
import { CANDIDATES, type ReleaseFilter, SIZE_ML, WEIGHT_GRAMS } from './candidates.js';
import { itemsOf, ordersStillIn, placesOf, stockOf } from './goods.queries.js';
import { paceOf, STANDARD } from './labour.js';
import { keepLeft } from './left-orders.queries.js';
import type { KeepResult, PipelineStep, StepControl, StepResult } from './pipeline-step.js';
import { PlannerService } from './planner.service.js';
import { ordersForWalls } from './put-walls.queries.js';
import { shortText } from './short-text.js';
import { workDone } from './stage-rates.queries.js';
import { capacityOf, largerThanWave, loadsOf, type OrderSize, type Pace } from './wave-capacity.js';
import {
  type Fault,
  type OrderInPlan,
  onlyOrders,
  type PlannedPick,
  type PlanOrderLine,
  type WaveLimits,
  type WavePlan,
  withoutFaulty,
} from './wave-plan.js';
import { optionsOf } from './wave-steps.js';

/** More than this are never looked at together; the most urgent come first. */
const CANDIDATES_MAX = 20_000;

interface CandidateRow {
  id: string;
  merchant_id: string;
  carrier_code: string;
  service: string;
  priority: number;
  cut_off_at: Date;
  received_at: Date;
  line_count: number;
  unit_count: number;
  volume_ml: string | null;
  weight_grams: string | null;
}

/** The first half of the pipeline: which orders, and where their goods come from. */
@Injectable()
export class WaveStockService {
  constructor(
    private readonly db: Database,
    private readonly planner: PlannerService,
    private readonly reservations: ReservationsService,
  ) {}

  /** Chooses orders; keeping takes them for this wave, and another wave that was quicker keeps its own. */
  readonly select: PipelineStep = {
    decide: (plan, control) => this.decideSelection(plan, control),
    keep: (tx, plan, { waveId }) => this.claim(tx, plan, waveId),
  };

  /** Orders that were held or cancelled since leave. */
  readonly validate: PipelineStep = { decide: (plan) => this.checkOrders(plan) };

  /** Every line must have its promise: who was promised first keeps the goods. */
  readonly promise: PipelineStep = { decide: (plan) => this.checkPromises(plan) };

  /** Chooses locations by the template's strategy; keeping sets the goods aside. Whole orders or nothing. */
  readonly reserve: PipelineStep = {
    decide: (plan, control) => this.allocate(plan, control),
    keep: (tx, plan, attempt) => this.setAside(tx, plan, attempt),
  };

  /** Whether any order could be planned now. */
  async anyCandidate(tx: Tx, filter: ReleaseFilter): Promise<boolean> {
    const found = await rows(tx, `select 1 ${CANDIDATES} limit 1`, [
      tx.siteId,
      JSON.stringify(filter),
      tx.at,
    ]);
    return found.length > 0;
  }

  /** {@link stockOf}, for those who look for goods outside of a wave. */
  stockOf(tx: Tx, itemIds: readonly string[]): Promise<StockAt[]> {
    return stockOf(tx, itemIds);
  }

  /** Orders that wait since their goods could not be had may try again once they can. */
  async retryShortOrders(tx: Tx): Promise<void> {
    const freed = await rows<{ order_id: string }>(
      tx,
      `update order_lines l set reason = null
       from orders o where o.site_id = $1 and o.state = 'ready' and o.wave_id is null and o.waiting_for is not null
         and l.site_id = o.site_id and l.order_id = o.id and l.state = 'open' and l.reason is not null
         and l.ordered - l.reserved <= (select coalesce(sum(v.quantity - v.reserved), 0) from levels v
           join locations a on a.site_id = v.site_id and a.id = v.account_id
           where v.site_id = l.site_id and v.account_kind = 'location' and v.item_id = l.item_id
             and a.type in ('pick-face', 'reserve') and not a.blocked
             and not exists (select 1 from counts c where c.site_id = v.site_id and c.location_id = v.account_id
               and c.item_id = v.item_id and c.lot = v.lot and c.state <> 'posted'))
       returning l.order_id`,
      [tx.siteId],
    );
    if (freed.length === 0) return;
    await affected(
      tx,
      `update orders set waiting_for = null where site_id = $1 and id = any($2::uuid[]) and not exists
         (select 1 from order_lines l where l.site_id = orders.site_id and l.order_id = orders.id and l.reason is not null
            and l.state = 'open')`,
      [tx.siteId, [...new Set(freed.map((line) => line.order_id))]],
    );
  }

  private async decideSelection(plan: WavePlan, control: StepControl): Promise<StepResult> {
    const { filter, limits } = plan.order;
    const { found, toWalls, pace } = await this.db.transaction(async (tx) => ({
      found: await candidatesOf(tx, filter, limits),
      toWalls: await ordersForWalls(tx, plan),
      pace: await paceFor(tx, limits),
    }));
    const room = { ...limits, ordersMax: leastOf(limits.ordersMax, toWalls) };
    const capacity = capacityOf(room, found.map(sizeOf));
    const candidates = found.map((each) => asCandidate(each, { limits, pace }));
    const selection = await this.planner.select({ nowMs: plan.nowMs, candidates, capacity }, control);
    const rowOf = new Map(found.map((each) => [each.id, each]));
    const becauseOf = new Map(selection.selected.map((each) => [each.orderId, each.reasons]));
    const lines = await this.db.transaction((tx) => linesOf(tx, [...becauseOf.keys()]));
    // The most urgent order first, as it was found: goods and carts are given out in this order.
    const chosen = found.filter(({ id }) => becauseOf.has(id));
    const orders = new Map(chosen.map(({ id }) => [id, asOrder(rowOf.get(id)!, becauseOf.get(id) ?? [])]));
    const at = new Map(chosen.map(({ id }, index) => [id, index]));
    lines.sort((one, two) => at.get(one.orderId)! - at.get(two.orderId)!);
    const log = [`${found.length} orders could go, ${chosen.length} chosen`];
    for (const left of selection.left.slice(0, 3))
      log.push(`left: ${left.reason.code} (${left.reason.capacity})`);
    const candidateOf = new Map(candidates.map((each) => [each.orderId, each]));
    // That no wave can hold it matters more than what this one had too little of.
    const left = selection.left.map(({ orderId, reason }) => ({
      orderId,
      reason: largerThanWave(candidateOf.get(orderId)!, capacity) ?? reason,
    }));
    return { plan: { ...plan, orders, lines, left: left.length, leftOrders: left }, log };
  }

  private async claim(tx: Tx, plan: WavePlan, waveId: string): Promise<KeepResult> {
    await keepLeft(tx, { id: waveId, ofChannel: plan.order.ofChannel }, plan.leftOrders);
    const claimed = await affected(
      tx,
      `with free as (select id from orders where site_id = $1 and id = any($3::uuid[]) and state = 'ready' and wave_id is null
         order by id for update skip locked)
       update orders o set wave_id = $2 from free where o.site_id = $1 and o.id = free.id`,
      [tx.siteId, waveId, [...plan.orders.keys()]],
    );
    const wanted = new Set(plan.orders.keys());
    const mine = claimed === wanted.size ? wanted : await ordersStillIn(tx, waveId, wanted);
    const { lines, orders } = mine === wanted ? plan : onlyOrders(plan, mine);
    // Why the order was selected stands with its first line.
    const because = sharedValues(lines, ({ orderId }, at) =>
      orderId === lines[at - 1]?.orderId ? null : orders.get(orderId)!.because,
    );
    await affected(
      tx,
      `insert into wave_lines (site_id, id, wave_id, order_id, order_line_id, merchant_id, quantity, state, because)
       select l.site_id, n.id, w.id, l.order_id, l.id, l.merchant_id, n.quantity, 'included', b.because
       from unnest($3::uuid[], $4::uuid[], $5::int[], $6::int[]) as n (id, line_id, quantity, because)
       left join unnest($7::jsonb[]) with ordinality as b (because, place) on b.place = n.because
       join order_lines l on l.site_id = $1 and l.id = n.line_id join waves w on w.site_id = $1 and w.id = $2`,
      [
        tx.siteId,
        waveId,
        lines.map(() => newId()),
        lines.map((line) => line.lineId),
        lines.map((line) => line.quantity),
        because.places,
        because.texts,
      ],
    );
    const log = [`${mine.size} taken`];
    return { plan: mine === wanted ? plan : { ...plan, orders, lines }, log };
  }

  private async checkOrders(plan: WavePlan): Promise<StepResult> {
    const faulty = await this.db.transaction((tx) =>
      rows<{ id: string; state: string; hold_code: string | null; hold_reason: string | null }>(
        tx,
        `select o.id, o.state, h.code as hold_code, h.reason as hold_reason
         from orders o left join order_holds h on h.site_id = o.site_id and h.order_id = o.id and h.released_at is null
         where o.site_id = $1 and o.id = any($2::uuid[]) and (o.state <> 'ready' or h.id is not null) order by o.id, h.placed_at`,
        [tx.siteId, [...plan.orders.keys()]],
      ),
    );
    const faults = faulty.map(({ id, state, hold_code, hold_reason }): Fault => {
      const about = { step: 'validate' as const, orderId: id, lineId: null };
      if (hold_code === null)
        return { ...about, code: 'order-not-ready', facts: { state }, text: `the order is ${state}` };
      return { ...about, code: 'on-hold', facts: { hold: hold_code }, text: `hold: ${hold_reason}` };
    });
    return this.leave(plan, faults);
  }

  private async checkPromises(plan: WavePlan): Promise<StepResult> {
    // Orders that leave already are looked at as well: all that is wrong is told at once.
    const orderIds = [...plan.orders.keys(), ...new Set(plan.faults.map(({ orderId }) => orderId))];
    const open = await this.db.transaction((tx) =>
      rows<{ order_id: string; id: string; sku: string; missing: number }>(
        tx,
        `select l.order_id, l.id, i.sku, l.ordered - l.promised as missing from order_lines l join items i on i.id = l.item_id
         where l.site_id = $1 and l.order_id = any($2::uuid[]) and l.state = 'open' and l.promised < l.ordered
         order by l.order_id, l.line_no`,
        [tx.siteId, orderIds],
      ),
    );
    const faults = open.map(
      ({ order_id, id, sku, missing }): Fault => ({
        step: 'promise',
        orderId: order_id,
        lineId: id,
        code: 'not-promised',
        facts: { sku, missing },
        text: `${missing} of ${sku} are not promised`,
      }),
    );
    return this.leave(plan, faults);
  }

  private leave(plan: WavePlan, faults: Fault[]): StepResult {
    const left = new Set(faults.map(({ orderId }) => orderId)).size;
    return { plan: withoutFaulty(plan, faults), log: [`${left} orders left`] };
  }

  private async allocate(plan: WavePlan, control: StepControl): Promise<StepResult> {
    const demand = plan.lines.filter(({ reserved }) => !reserved);
    const itemIds = [...new Set(demand.map(({ itemId }) => itemId))];
    const { stock, items } = await this.db.transaction(async (tx) => ({
      stock: await stockOf(tx, itemIds),
      items: await itemsOf(tx, itemIds),
    }));
    const request: AllocationRequest = {
      demand: demand.map(({ lineId, orderId, itemId, quantity }) => {
        return { lineId, orderId, itemId, quantity, fill: 'all' };
      }),
      stock,
      onDay: plan.onDay,
      wholeOrders: true,
      strategy: optionsOf(plan.order.pipeline, 'reserve').strategy,
    };
    const allocation = await this.planner.allocate(request, control);
    const lineOf = new Map(demand.map((line) => [line.lineId, line]));
    const faults = allocation.shorts.map((short): Fault => {
      const line = lineOf.get(short.lineId)!;
      const { code, ...facts } = short.reason;
      const whole = code === 'order-incomplete';
      const text = whole ? 'another line of the order is short' : shortText(short, line.sku);
      const { orderId, lineId } = short;
      const about = { sku: line.sku, missing: whole ? 0 : short.missing };
      return {
        step: 'reserve',
        orderId,
        lineId: whole ? null : lineId,
        code,
        facts: { ...facts, ...about },
        text,
      };
    });
    // What the order itself misses comes before that another line of it does.
    faults.sort((one, two) => Number(one.lineId === null) - Number(two.lineId === null));
    const picks = allocation.reservations.map((wanted) => ({
      id: newId(),
      lineId: wanted.lineId,
      orderId: wanted.orderId,
      merchantId: lineOf.get(wanted.lineId)!.merchantId,
      itemId: wanted.itemId,
      lot: wanted.lot ?? '',
      locationId: wanted.locationId,
      quantity: wanted.quantity,
      waitsFor: null,
      because: wanted.reasons,
    }));
    const places = await this.db.transaction((tx) =>
      placesOf(
        tx,
        picks.map((pick) => pick.locationId),
      ),
    );
    const next = withoutFaulty({ ...plan, picks: [...plan.picks, ...picks] }, faults);
    const short = new Set(faults.map(({ orderId }) => orderId)).size;
    return {
      plan: {
        ...next,
        places: new Map([...plan.places, ...places]),
        items: new Map([...plan.items, ...items]),
      },
      log: [`${picks.length} picks for ${demand.length} lines, ${short} orders without their goods`],
    };
  }

  private async setAside(
    tx: Tx,
    decided: WavePlan,
    { waveId, last }: { waveId: string; last: boolean },
  ): Promise<KeepResult> {
    const plan = onlyOrders(decided, await ordersStillIn(tx, waveId, new Set(decided.orders.keys())));
    const reserved = new Set(plan.lines.filter((line) => line.reserved).map(({ lineId }) => lineId));
    const wanted = plan.picks.filter(({ lineId }) => !reserved.has(lineId));
    const made = await this.reservations.reserve(tx, wanted.map(asRequest(waveId)));
    const madeOf = new Map(made.map(({ id, quantity }) => [id, quantity]));
    const picks = wanted.flatMap((pick) => {
      const quantity = madeOf.get(pick.id);
      if (quantity === undefined) return [];
      return [quantity === pick.quantity ? pick : { ...pick, quantity }];
    });
    const lost = lostOrders(plan, reserved, picks);
    await this.reservations.release(
      tx,
      picks.filter(({ orderId }) => lost.has(orderId)).map(({ id }) => id),
    );
    const done = plan.lines.filter((line) => !line.reserved && !lost.has(line.orderId));
    const log = [`${done.length} lines reserved at ${picks.length} places`];
    if (lost.size === 0) return { plan, log };
    const next: WavePlan = {
      ...plan,
      lines: plan.lines.map((line) => (lost.has(line.orderId) ? line : { ...line, reserved: true })),
      picks: [
        ...plan.picks.filter(({ lineId }) => reserved.has(lineId)),
        ...picks.filter(({ orderId }) => !lost.has(orderId)),
      ],
    };
    log.push(`others were quicker with goods of ${lost.size} orders`);
    return last ? { plan: withoutFaulty(next, quicker(lost)), log } : { plan: next, log, again: true };
  }
}

function asRequest(waveId: string) {
  return ({
    id,
    lineId,
    merchantId,
    locationId,
    itemId,
    lot,
    quantity,
    because,
  }: PlannedPick): ReservationRequest => {
    return { id, orderLineId: lineId, merchantId, waveId, locationId, itemId, lot, quantity, because };
  };
}

/** Orders that did not get all of what was chosen for them. */
function lostOrders(
  plan: WavePlan,
  reserved: ReadonlySet<string>,
  picks: readonly { lineId: string; quantity: number }[],
): Set<string> {
  const got = new Map<string, number>();
  for (const { lineId, quantity } of picks) got.set(lineId, (got.get(lineId) ?? 0) + quantity);
  const short = plan.lines.filter(
    ({ lineId, quantity }) => !reserved.has(lineId) && (got.get(lineId) ?? 0) < quantity,
  );
  return new Set(short.map(({ orderId }) => orderId));
}

function quicker(lost: ReadonlySet<string>): Fault[] {
  return [...lost].map((orderId) => ({
    step: 'reserve',
    orderId,
    lineId: null,
    code: 'others-were-quicker',
    facts: {},
    text: 'other waves were quicker',
  }));
}

async function candidatesOf(tx: Tx, filter: ReleaseFilter, limits: WaveLimits): Promise<CandidateRow[]> {
  const sized = limits.volumeMlMax !== undefined || limits.weightGramsMax !== undefined;
  const size = `left join lateral (select ${SIZE_ML} as volume_ml, ${WEIGHT_GRAMS} as weight_grams
    from order_lines l join items i on i.id = l.item_id where l.site_id = o.site_id and l.order_id = o.id) s on $4`;
  return rows<CandidateRow>(
    tx,
    `select o.id, o.merchant_id, o.carrier_code, o.service, o.priority, o.cut_off_at, o.received_at, o.line_count,
       o.unit_count, s.volume_ml, s.weight_grams ${CANDIDATES.replace('join merchants m', `${size} join merchants m`)}
     order by o.cut_off_at, o.priority, o.received_at, o.id limit ${CANDIDATES_MAX}`,
    [tx.siteId, JSON.stringify(filter), tx.at, sized],
  );
}

function asCandidate(order: CandidateRow, counted: { limits: WaveLimits; pace: Pace }): WaveCandidate {
  return {
    orderId: order.id,
    merchantId: order.merchant_id,
    // The merchant's 1 is first and 9 last; the planner's higher goes first, 0 is normal.
    priority: 5 - order.priority,
    cutOffAtMs: order.cut_off_at.getTime(),
    readyAtMs: order.received_at.getTime(),
    lines: order.line_count,
    units: order.unit_count,
    loads: loadsOf(sizeOf(order), counted),
  };
}

function sizeOf(order: CandidateRow): OrderSize {
  return {
    carrier: order.carrier_code,
    service: order.service,
    lines: order.line_count,
    units: order.unit_count,
    volumeMl: Number(order.volume_ml ?? 0),
    weightGrams: Number(order.weight_grams ?? 0),
  };
}

/** How quick this floor is, where a limit of labour asks for it. */
async function paceFor(tx: Tx, { pickMinutesMax, packMinutesMax }: WaveLimits): Promise<Pace> {
  if (pickMinutesMax === undefined && packMinutesMax === undefined) return { pick: 1, pack: 1 };
  const pace = paceOf(await workDone(tx), STANDARD);
  return { pick: pace.pick ?? 1, pack: pace.pack ?? 1 };
}

/** The lower of two limits, where there are any. */
function leastOf(ordersMax: number | undefined, other: number | null): number | undefined {
  return other === null ? ordersMax : Math.min(ordersMax ?? other, other);
}

function asOrder(order: CandidateRow, because: OrderInPlan['because']): OrderInPlan {
  return {
    orderId: order.id,
    merchantId: order.merchant_id,
    carrier: order.carrier_code,
    service: order.service,
    cutOffAtMs: order.cut_off_at.getTime(),
    lines: order.line_count,
    units: order.unit_count,
    because,
  };
}

function linesOf(tx: Tx, orderIds: readonly string[]): Promise<PlanOrderLine[]> {
  return rows<PlanOrderLine>(
    tx,
    `select l.id as "lineId", l.order_id as "orderId", l.merchant_id as "merchantId", l.item_id as "itemId", i.sku,
       l.ordered - l.reserved as quantity, l.wave_attempts as attempts, false as reserved
     from order_lines l join items i on i.id = l.item_id
     where l.site_id = $1 and l.order_id = any($2::uuid[]) and l.state = 'open' order by l.order_id, l.line_no`,
    [tx.siteId, orderIds],
  );
}
