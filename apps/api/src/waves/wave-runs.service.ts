import { Injectable } from '@nestjs/common';
import type { BatchOrder, ItemToPack, RunStop } from '#lib/planning';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { takeCount } from '../platform/number-ranges.js';
import { LeftOutService } from './left-out.service.js';
import { PlannerService } from './planner.service.js';
import type { RoutedRunOf, Walkable } from './planning.worker.js';

interface StopRow {
  reservation_id: string;
  order_id: string;
  merchant_id: string;
  run_id: string | null;
  aisle_id: string;
  x_mm: number;
  y_mm: number;
  quantity: number;
  length_mm: number;
  width_mm: number;
  height_mm: number;
  weight_grams: number;
  item_id: string;
}

/** The goods of a wave that are set aside, with where they lie; by urgency of their orders. */
const STOPS = `select v.id as reservation_id, l.order_id, l.merchant_id, s.run_id, z.code || '/' || a.aisle as aisle_id, a.x_mm, a.y_mm,
    v.quantity, i.length_mm, i.width_mm, i.height_mm, i.weight_grams, i.id as item_id
  from reservations v join order_lines l on l.site_id = v.site_id and l.id = v.order_line_id
  join orders o on o.site_id = l.site_id and o.id = l.order_id
  join locations a on a.site_id = v.site_id and a.id = v.location_id
  join zones z on z.site_id = a.site_id and z.id = a.zone_id
  join items i on i.id = v.item_id
  left join run_slots s on s.site_id = l.site_id and s.order_id = l.order_id and s.state = 'open'
    and exists (select 1 from runs r where r.site_id = s.site_id and r.id = s.run_id and r.wave_id = $2)
  where v.site_id = $1 and v.wave_id = $2 and v.state = 'open' order by o.cut_off_at, o.priority, o.received_at, o.id, v.id`;

const DEFAULT_SLOTS = 12;

/** The second half of the pipeline: carts, walks and tasks. */
@Injectable()
export class WaveRunsService {
  constructor(
    private readonly db: Database,
    private readonly planner: PlannerService,
    private readonly leftOut: LeftOutService,
  ) {}

  /** Says what is picked from reserve because pick faces have too little. */
  async replenish(waveId: string): Promise<string[]> {
    const found = await this.db.transaction((tx) =>
      row<{ lines: string }>(
        tx,
        `select count(*) as lines from reservations v join locations a on a.site_id = v.site_id and a.id = v.location_id
         where v.site_id = $1 and v.wave_id = $2 and v.state = 'open' and a.type = 'reserve'`,
        [tx.siteId, waveId],
      ),
    );
    return [`${found!.lines} picks come straight from reserve`];
  }

  /** How many cartons of each kind the wave will need. */
  async cartonise(waveId: string): Promise<string[]> {
    const { orders, cartons } = await this.db.transaction(async (tx) => ({
      orders: groupByOrder(await rows<StopRow>(tx, STOPS, [tx.siteId, waveId])),
      cartons: await rows<{
        code: string;
        length_mm: number;
        width_mm: number;
        height_mm: number;
        tare_grams: number;
        max_grams: number;
      }>(
        tx,
        `select code, length_mm, width_mm, height_mm, tare_grams, max_grams from carton_types where site_id = $1 and active`,
        [tx.siteId],
      ),
    }));
    if (cartons.length === 0) return ['this site has no cartons'];
    const answer = await this.planner.cartonise({
      orders: [...orders].map(([orderId, stops]) => ({ orderId, items: stops.map(itemToPack) })),
      cartons: cartons.map((carton) => ({
        cartonId: carton.code,
        inner: { lengthMm: carton.length_mm, widthMm: carton.width_mm, heightMm: carton.height_mm },
        tareGrams: carton.tare_grams,
        maxContentGrams: carton.max_grams - carton.tare_grams,
      })),
    });
    await this.db.transaction((tx) => this.addToSummary(tx, waveId, { cartons: answer.cartons }));
    const text = Object.entries(answer.cartons).map(([code, count]) => `${count} x ${code}`);
    return [
      text.join(', '),
      ...(answer.unpackedOrders.length > 0
        ? [`${answer.unpackedOrders.length} orders fit no carton whole`]
        : []),
    ];
  }

  /** Puts orders together on carts, one tote per order and slot, for the least walk. */
  async batch(waveId: string, timeLimitMs: number): Promise<string[]> {
    const { stops, walkable, slots, made } = await this.db.transaction(async (tx) => ({
      made: await rows(tx, `select 1 from runs where site_id = $1 and wave_id = $2 limit 1`, [
        tx.siteId,
        waveId,
      ]),
      stops: await rows<StopRow>(tx, STOPS, [tx.siteId, waveId]),
      walkable: await this.walkable(tx),
      slots: await this.cartSlots(tx),
    }));
    if (made.length > 0) return ['the runs were made before'];
    const orders = [...groupByOrder(stops)].map(([orderId, own]) => batchOrder(orderId, own));
    const plan = await this.planner.batch({ walkable, orders, slots, timeLimitMs, seed: 1 });
    await this.db.transaction(async (tx) => {
      const out = plan.unplaced.map(({ orderId, reason }) => {
        const why = reason.code === 'larger-than-cart' ? 'larger than a cart' : 'no way leads to its goods';
        return { orderId, reason: why, shortLineIds: [] };
      });
      await this.leftOut.leaveOut(tx, waveId, out);
      await this.insertRuns(
        tx,
        waveId,
        plan.runs,
        new Map(stops.map((stop) => [stop.order_id, stop.merchant_id])),
      );
      await this.addToSummary(tx, waveId, {
        runs: plan.runs.length,
        walkMetres: Math.round(plan.walkMm / 1000),
        naiveWalkMetres: Math.round(plan.firstComeMm / 1000),
      });
    });
    return [
      `${orders.length} orders on ${plan.runs.length} runs of at most ${slots} totes after ${plan.iterations} steps of search`,
    ];
  }

  /** The order of the stops of each run, with the walk and what it would be without a plan. */
  async route(waveId: string): Promise<string[]> {
    const { stops, walkable } = await this.db.transaction(async (tx) => ({
      stops: await rows<StopRow>(tx, STOPS, [tx.siteId, waveId]),
      walkable: await this.walkable(tx),
    }));
    const byRun = new Map<string, RunStop[]>();
    for (const stop of stops) {
      if (stop.run_id !== null) byRun.set(stop.run_id, [...(byRun.get(stop.run_id) ?? []), runStop(stop)]);
    }
    const routed = await this.planner.route({
      walkable,
      runs: [...byRun].map(([runId, own]) => ({ runId, stops: own })),
    });
    await this.db.transaction((tx) => this.keepRoutes(tx, waveId, routed));
    const saved = routed.reduce((sum, run) => sum + run.naiveMm - run.walkMm, 0);
    return [`${Math.round(saved / 1000)} m shorter than the same runs in S-shape`];
  }

  /** Each run ends at the pack bench that has the fewest runs coming. */
  async assign(waveId: string): Promise<string[]> {
    return this.db.transaction(async (tx) => {
      const stations = await rows<{ id: string; open: string }>(
        tx,
        `select s.id, (select count(*) from runs r where r.site_id = s.site_id and r.drop_station_id = s.id
           and r.state in ('blocked', 'ready', 'assigned', 'in-progress', 'picked')) as open
         from stations s where s.site_id = $1 and s.kind = 'pack-bench' order by s.code`,
        [tx.siteId],
      );
      if (stations.length === 0) return ['this site has no pack bench: any station takes the totes'];
      const runs = await rows<{ id: string }>(
        tx,
        `select id from runs where site_id = $1 and wave_id = $2 order by number`,
        [tx.siteId, waveId],
      );
      const load = stations.map(({ id, open }) => ({ id, open: Number(open) }));
      const chosen = runs.map(() => {
        const least = load.reduce((best, each) => (each.open < best.open ? each : best));
        least.open += 1;
        return least.id;
      });
      await affected(
        tx,
        `update runs r set drop_station_id = c.station from unnest($2::uuid[], $3::uuid[]) as c (id, station)
         where r.site_id = $1 and r.id = c.id`,
        [tx.siteId, runs.map(({ id }) => id), chosen],
      );
      return [`${runs.length} runs to ${stations.length} benches`];
    });
  }

  /** One task per stop, in the order of the walk; blocked until the wave is released. */
  async createTasks(waveId: string): Promise<string[]> {
    return this.db.transaction(async (tx) => {
      const stops = await rows<{ reservation_id: string }>(
        tx,
        `select s.reservation_id from runs r
         cross join lateral jsonb_array_elements_text(r.because -> 'stops') with ordinality as s (reservation_id, sequence)
         where r.site_id = $1 and r.wave_id = $2`,
        [tx.siteId, waveId],
      );
      const made = await affected(
        tx,
        `insert into tasks (site_id, id, kind, wave_id, run_id, slot_id, sequence, order_id, order_line_id, merchant_id,
           reservation_id, item_id, lot, location_id, quantity, state)
         select r.site_id, n.id, 'pick', r.wave_id, r.id, t.id, s.sequence * 10, l.order_id, l.id, l.merchant_id, v.id,
           v.item_id, v.lot, v.location_id, v.quantity, 'blocked'
         from runs r cross join lateral jsonb_array_elements_text(r.because -> 'stops') with ordinality as s (reservation_id, sequence)
         join unnest($3::uuid[], $4::uuid[]) as n (reservation_id, id) on n.reservation_id = s.reservation_id::uuid
         join reservations v on v.site_id = r.site_id and v.id = n.reservation_id and v.state = 'open'
         join order_lines l on l.site_id = v.site_id and l.id = v.order_line_id
         join run_slots t on t.site_id = r.site_id and t.run_id = r.id and t.order_id = l.order_id and t.state = 'open'
         where r.site_id = $1 and r.wave_id = $2
           and not exists (select 1 from tasks x where x.site_id = r.site_id and x.run_id = r.id)
         on conflict do nothing`,
        [tx.siteId, waveId, stops.map((stop) => stop.reservation_id), stops.map(() => newId())],
      );
      return [`${made} tasks`];
    });
  }

  private async insertRuns(
    tx: Tx,
    waveId: string,
    planned: readonly { orderIds: string[]; stopIds: string[]; walkMm: number; savedMm: number }[],
    merchantOf: ReadonlyMap<string, string>,
  ): Promise<void> {
    if (planned.length === 0) return;
    const first = await takeRunNumbers(tx, planned.length);
    const runs = planned.map((run, at) => ({ ...run, id: newId(), number: first + at }));
    await affected(
      tx,
      `insert into runs (site_id, id, number, wave_id, state, walk_mm, because, created_at)
       select $1, r.id, r.number, $2, 'blocked', r.walk_mm, r.because, $3
       from unnest($4::uuid[], $5::bigint[], $6::bigint[], $7::jsonb[]) as r (id, number, walk_mm, because) on conflict do nothing`,
      [
        tx.siteId,
        waveId,
        tx.at,
        runs.map((run) => run.id),
        runs.map((run) => run.number),
        runs.map((run) => run.walkMm),
        runs.map((run) =>
          JSON.stringify({ stops: run.stopIds, savedMm: run.savedMm, orders: run.orderIds.length }),
        ),
      ],
    );
    const slots = runs.flatMap((run) =>
      run.orderIds.map((orderId, at) => ({ runId: run.id, slot: at + 1, orderId })),
    );
    await affected(
      tx,
      `insert into run_slots (site_id, id, run_id, slot, order_id, merchant_id, state)
       select $1, s.id, s.run_id, s.slot, s.order_id, s.merchant_id, 'open'
       from unnest($2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::uuid[]) as s (id, run_id, slot, order_id, merchant_id)
       on conflict do nothing`,
      [
        tx.siteId,
        slots.map(() => newId()),
        slots.map((slot) => slot.runId),
        slots.map((slot) => slot.slot),
        slots.map((slot) => slot.orderId),
        slots.map((slot) => merchantOf.get(slot.orderId)!),
      ],
    );
  }

  private async keepRoutes(tx: Tx, waveId: string, routed: readonly RoutedRunOf[]): Promise<void> {
    await affected(
      tx,
      `update runs r set walk_mm = n.walk_mm, walk_naive_mm = n.naive_mm,
         because = r.because || jsonb_build_object('stops', n.stops, 'route', 'shortest')
       from unnest($3::uuid[], $4::bigint[], $5::bigint[], $6::jsonb[]) as n (id, walk_mm, naive_mm, stops)
       where r.site_id = $1 and r.wave_id = $2 and r.id = n.id`,
      [
        tx.siteId,
        waveId,
        routed.map((run) => run.runId),
        routed.map((run) => run.walkMm),
        routed.map((run) => run.naiveMm),
        routed.map((run) => JSON.stringify(run.stopIds)),
      ],
    );
    const walkMetres = Math.round(routed.reduce((sum, run) => sum + run.walkMm, 0) / 1000);
    await this.addToSummary(tx, waveId, { walkMetres });
  }

  /** Where people walk at this site. */
  async walkable(tx: Tx): Promise<Walkable> {
    const bins = await rows<{ aisleId: string; xMm: number; yMm: number }>(
      tx,
      `select z.code || '/' || a.aisle as "aisleId", a.x_mm as "xMm", a.y_mm as "yMm" from locations a
       join zones z on z.site_id = a.site_id and z.id = a.zone_id where a.site_id = $1 and a.type in ('pick-face', 'reserve')`,
      [tx.siteId],
    );
    const stations = await rows<{ kind: string; xMm: number; yMm: number }>(
      tx,
      `select kind, x_mm as "xMm", y_mm as "yMm" from stations where site_id = $1 and kind in ('pick-start', 'pack-bench')
       order by code`,
      [tx.siteId],
    );
    const at = (kind: string) => stations.find((station) => station.kind === kind);
    const start = at('pick-start') ?? at('pack-bench') ?? { xMm: 0, yMm: 0 };
    return { bins, start, end: at('pack-bench') ?? start };
  }

  /** The size that most carts have. */
  async cartSlots(tx: Tx): Promise<number> {
    const found = await row<{ slots: number }>(
      tx,
      `select slots from carts where site_id = $1 group by slots order by count(*) desc, slots limit 1`,
      [tx.siteId],
    );
    return found?.slots ?? DEFAULT_SLOTS;
  }

  private async addToSummary(tx: Tx, waveId: string, part: Record<string, unknown>): Promise<void> {
    await affected(tx, `update waves set summary = summary || $3::jsonb where site_id = $1 and id = $2`, [
      tx.siteId,
      waveId,
      JSON.stringify(part),
    ]);
  }
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

function groupByOrder(stops: readonly StopRow[]): Map<string, StopRow[]> {
  const byOrder = new Map<string, StopRow[]>();
  for (const stop of stops) {
    const own = byOrder.get(stop.order_id);
    if (own) own.push(stop);
    else byOrder.set(stop.order_id, [stop]);
  }
  return byOrder;
}

function runStop(stop: StopRow): RunStop {
  return { stopId: stop.reservation_id, aisleId: stop.aisle_id, xMm: stop.x_mm, yMm: stop.y_mm };
}

function batchOrder(orderId: string, stops: readonly StopRow[]): BatchOrder {
  const sum = (of: (stop: StopRow) => number) => stops.reduce((total, stop) => total + of(stop), 0);
  return {
    orderId,
    stops: stops.map(runStop),
    units: sum((stop) => stop.quantity),
    volumeMl: Math.round(
      sum((stop) => (stop.quantity * stop.length_mm * stop.width_mm * stop.height_mm) / 1000),
    ),
    weightGrams: sum((stop) => stop.quantity * stop.weight_grams),
  };
}

function itemToPack(stop: StopRow): ItemToPack {
  return {
    itemId: stop.item_id,
    quantity: stop.quantity,
    size: { lengthMm: stop.length_mm, widthMm: stop.width_mm, heightMm: stop.height_mm },
    weightGrams: stop.weight_grams,
  };
}
