import { Injectable } from '@nestjs/common';
import type { OrderFilter } from '#lib/contracts';
import type { Allocation, StockAt, WaveCandidate } from '#lib/planning';
import { ReservationsService } from '../inventory/reservations.service.js';
import { affected, Database, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { CANDIDATES } from './candidates.js';
import { type LeftOut, LeftOutService } from './left-out.service.js';
import { PlannerService } from './planner.service.js';
import { shortText } from './short-text.js';

export interface WaveLimits {
  ordersMax?: number;
  linesMax?: number;
  unitsMax?: number;
}

/** More than this are never looked at together; the most urgent come first. */
const CANDIDATES_MAX = 20_000;
/** Tries to reserve again what others took between looking and locking. */
const RESERVE_ATTEMPTS = 3;

interface CandidateRow {
  id: string;
  merchant_id: string;
  priority: number;
  cut_off_at: Date;
  received_at: Date;
  line_count: number;
  unit_count: number;
}

interface DemandRow {
  line_id: string;
  order_id: string;
  merchant_id: string;
  item_id: string;
  sku: string;
  quantity: number;
}

type Demand = DemandRow & { fill: 'all' };

/** The first half of the pipeline: which orders, and where their goods come from. */
@Injectable()
export class WaveStockService {
  constructor(
    private readonly db: Database,
    private readonly planner: PlannerService,
    private readonly reservations: ReservationsService,
    private readonly leftOut: LeftOutService,
  ) {}

  /** Orders that could be planned now, most urgent first. */
  async candidates(tx: Tx, filter: OrderFilter): Promise<WaveCandidate[]> {
    const found = await rows<CandidateRow>(
      tx,
      `select o.id, o.merchant_id, o.priority, o.cut_off_at, o.received_at, o.line_count, o.unit_count ${CANDIDATES}
       order by o.cut_off_at, o.priority, o.received_at, o.id limit ${CANDIDATES_MAX}`,
      [tx.siteId, JSON.stringify(filter), tx.at],
    );
    return found.map((order) => ({
      orderId: order.id,
      merchantId: order.merchant_id,
      // The merchant's 1 is first and 9 last; the planner's higher goes first, 0 is normal.
      priority: 5 - order.priority,
      cutOffAtMs: order.cut_off_at.getTime(),
      readyAtMs: order.received_at.getTime(),
      lines: order.line_count,
      units: order.unit_count,
    }));
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

  /** Chooses orders and takes them for this wave; another wave that was quicker keeps its own. */
  async select(waveId: string, filter: OrderFilter, limits: WaveLimits): Promise<string[]> {
    const { candidates, nowMs, taken } = await this.db.transaction(async (tx) => {
      const taken = await rows(tx, `select 1 from wave_lines where site_id = $1 and wave_id = $2 limit 1`, [
        tx.siteId,
        waveId,
      ]);
      await this.retryShortOrders(tx);
      return {
        candidates: await this.candidates(tx, filter),
        nowMs: tx.at.getTime(),
        taken: taken.length > 0,
      };
    });
    if (taken) return ['the orders were taken before'];
    const capacity = { orders: limits.ordersMax, lines: limits.linesMax, units: limits.unitsMax };
    const selection = await this.planner.select({ nowMs, candidates, capacity });
    const chosen = selection.selected.map(({ orderId }) => orderId);
    return this.db.transaction(async (tx) => {
      const claimed = await rows<{ id: string }>(
        tx,
        `with free as (select id from orders where site_id = $1 and id = any($3::uuid[]) and state = 'ready' and wave_id is null
           order by id for update skip locked)
         update orders o set wave_id = $2 from free where o.site_id = $1 and o.id = free.id returning o.id`,
        [tx.siteId, waveId, chosen],
      );
      await this.insertLines(
        tx,
        waveId,
        claimed.map(({ id }) => id),
      );
      const log = [`${candidates.length} orders could go, ${chosen.length} chosen, ${claimed.length} taken`];
      for (const left of selection.left.slice(0, 3)) {
        log.push(`left: ${left.reason.code} (${left.reason.capacity})`);
      }
      return log;
    });
  }

  /** Orders that were held or cancelled since, or have lines that no longer count, leave. */
  async validate(waveId: string): Promise<string[]> {
    return this.db.transaction(async (tx) => {
      const faulty = await rows<{ id: string; reason: string }>(
        tx,
        `select o.id, case when o.state <> 'ready' then 'the order is ' || o.state else 'hold: ' || h.reason end as reason
         from orders o left join lateral (select reason from order_holds x where x.site_id = o.site_id and x.order_id = o.id
           and x.released_at is null limit 1) h on true
         where o.site_id = $1 and o.wave_id = $2 and (o.state <> 'ready' or h.reason is not null) order by o.id`,
        [tx.siteId, waveId],
      );
      const out = faulty.map(({ id, reason }) => ({ orderId: id, reason, shortLineIds: [] }));
      await this.leftOut.leaveOut(tx, waveId, out);
      return [`${faulty.length} orders left`];
    });
  }

  /** Every line must have its promise: who was promised first keeps the goods. */
  async checkPromises(waveId: string): Promise<string[]> {
    return this.db.transaction(async (tx) => {
      const open = await rows<{ order_id: string; line_id: string }>(
        tx,
        `select l.order_id, l.id as line_id from wave_lines w
         join order_lines l on l.site_id = w.site_id and l.id = w.order_line_id
         where w.site_id = $1 and w.wave_id = $2 and w.state = 'included' and l.promised - l.reserved < w.quantity`,
        [tx.siteId, waveId],
      );
      const orderIds = [...new Set(open.map((line) => line.order_id))];
      const out = orderIds.map((orderId) => ({
        orderId,
        reason: 'not all of it is promised',
        shortLineIds: [],
      }));
      await this.leftOut.leaveOut(tx, waveId, out);
      return [`${orderIds.length} orders left`];
    });
  }

  /** Chooses locations first expired first out and sets the goods aside; whole orders or nothing. */
  async reserve(waveId: string): Promise<string[]> {
    const log: string[] = [];
    for (let attempt = 1; attempt <= RESERVE_ATTEMPTS; attempt++) {
      const { demand, stock, onDay } = await this.db.transaction((tx) => this.openDemand(tx, waveId));
      if (demand.length === 0) break;
      const allocation = await this.planner.allocate({
        demand: demand.map((line) => ({
          ...line,
          lineId: line.line_id,
          orderId: line.order_id,
          itemId: line.item_id,
        })),
        stock,
        onDay,
        wholeOrders: true,
      });
      const last = attempt === RESERVE_ATTEMPTS;
      log.push(await this.db.transaction((tx) => this.setAside(tx, { waveId, demand, allocation, last })));
    }
    return log;
  }

  /** What may still be reserved of these items, location by location; places with an open count are left alone. */
  async stockOf(tx: Tx, itemIds: readonly string[]): Promise<StockAt[]> {
    const stock = await rows<Omit<StockAt, 'distanceMm'>>(
      tx,
      `select a.id as "locationId", v.item_id as "itemId", v.lot, to_char(t.expires_on, 'YYYY-MM-DD') as "expiresOn",
         to_char(t.received_at, 'YYYY-MM-DD') as "receivedOn", v.quantity - v.reserved as available,
         -- Pick faces are taken before reserve of the same age.
         a.pick_sequence + case when a.type = 'reserve' then 1000000 else 0 end as "pickSequence"
       from levels v join locations a on a.site_id = v.site_id and a.id = v.account_id
       left join lots t on t.site_id = v.site_id and t.item_id = v.item_id and t.lot = v.lot
       where v.site_id = $1 and v.account_kind = 'location' and v.item_id = any($2::uuid[]) and v.quantity > v.reserved
         and a.type in ('pick-face', 'reserve') and not a.blocked
         and not exists (select 1 from counts c where c.site_id = v.site_id and c.location_id = v.account_id
           and c.item_id = v.item_id and c.lot = v.lot and c.state <> 'posted')`,
      [tx.siteId, itemIds],
    );
    return stock.map((at) => ({ ...at, distanceMm: at.pickSequence }));
  }

  private async insertLines(tx: Tx, waveId: string, orderIds: string[]): Promise<void> {
    const lines = await rows<{ id: string; order_id: string; merchant_id: string; quantity: number }>(
      tx,
      `select id, order_id, merchant_id, ordered - reserved as quantity from order_lines
       where site_id = $1 and order_id = any($2::uuid[]) and state = 'open' order by order_id, line_no`,
      [tx.siteId, orderIds],
    );
    await affected(
      tx,
      `insert into wave_lines (site_id, id, wave_id, order_id, order_line_id, merchant_id, quantity, state)
       select $1, l.id, $2, l.order_id, l.line_id, l.merchant_id, l.quantity, 'included'
       from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[])
         as l (id, order_id, line_id, merchant_id, quantity)
       on conflict (site_id, wave_id, order_line_id) do nothing`,
      [
        tx.siteId,
        waveId,
        lines.map(() => newId()),
        lines.map((line) => line.order_id),
        lines.map((line) => line.id),
        lines.map((line) => line.merchant_id),
        lines.map((line) => line.quantity),
      ],
    );
  }

  private async openDemand(
    tx: Tx,
    waveId: string,
  ): Promise<{ demand: Demand[]; stock: StockAt[]; onDay: string }> {
    const demand = await rows<DemandRow>(
      tx,
      `select l.id as line_id, l.order_id, l.merchant_id, l.item_id, i.sku, w.quantity from wave_lines w
       join order_lines l on l.site_id = w.site_id and l.id = w.order_line_id
       join orders o on o.site_id = l.site_id and o.id = l.order_id join items i on i.id = l.item_id
       where w.site_id = $1 and w.wave_id = $2 and w.state = 'included'
       order by o.cut_off_at, o.priority, o.received_at, o.id, l.line_no`,
      [tx.siteId, waveId],
    );
    const stock = await this.stockOf(tx, [...new Set(demand.map((line) => line.item_id))]);
    return {
      demand: demand.map((line) => ({ ...line, fill: 'all' as const })),
      stock,
      onDay: tx.at.toISOString().slice(0, 10),
    };
  }

  private async setAside(
    tx: Tx,
    work: { waveId: string; demand: Demand[]; allocation: Allocation; last: boolean },
  ): Promise<string> {
    const { waveId, demand, allocation, last } = work;
    const merchantOf = new Map(demand.map((line) => [line.line_id, line.merchant_id]));
    const made = await this.reservations.reserve(
      tx,
      allocation.reservations.map((wanted) => ({
        orderLineId: wanted.lineId,
        merchantId: merchantOf.get(wanted.lineId)!,
        waveId,
        locationId: wanted.locationId,
        itemId: wanted.itemId,
        lot: wanted.lot ?? '',
        quantity: wanted.quantity,
        because: wanted.reasons,
      })),
    );
    const got = new Map<string, number>();
    for (const { orderLineId, quantity } of made)
      got.set(orderLineId, (got.get(orderLineId) ?? 0) + quantity);
    const lost = demand.filter((line) => (got.get(line.line_id) ?? 0) < line.quantity);
    const lostOrders = new Set(lost.map((line) => line.order_id));
    const lineOrder = new Map(demand.map((line) => [line.line_id, line.order_id]));
    await this.reservations.release(
      tx,
      made.filter((each) => lostOrders.has(lineOrder.get(each.orderLineId)!)).map(({ id }) => id),
    );
    const complete = demand.filter((line) => !lostOrders.has(line.order_id)).map((line) => line.line_id);
    await affected(
      tx,
      `update wave_lines set state = 'reserved' where site_id = $1 and wave_id = $2 and order_line_id = any($3::uuid[])`,
      [tx.siteId, waveId, complete],
    );
    await this.leftOut.leaveOut(tx, waveId, shortOrders(allocation, demand, last ? lostOrders : new Set()));
    return `${complete.length} lines reserved at ${made.length} places, ${lostOrders.size} orders without their goods`;
  }
}

/** Orders for which there is not enough; `lost` are those that others were quicker than, time and again. */
function shortOrders(
  allocation: Allocation,
  demand: readonly Demand[],
  lost: ReadonlySet<string>,
): LeftOut[] {
  const skuOf = new Map(demand.map((line) => [line.line_id, line.sku]));
  const out = new Map<string, LeftOut>();
  for (const short of allocation.shorts) {
    const known = out.get(short.orderId) ?? { orderId: short.orderId, reason: '', shortLineIds: [] };
    if (short.reason.code !== 'order-incomplete') {
      known.shortLineIds.push(short.lineId);
      known.reason ||= shortText(short, skuOf.get(short.lineId)!);
    }
    out.set(short.orderId, known);
  }
  for (const orderId of lost) {
    if (!out.has(orderId))
      out.set(orderId, { orderId, reason: 'other waves were quicker', shortLineIds: [] });
  }
  return [...out.values()];
}
