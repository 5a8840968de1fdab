import { Injectable } from '@nestjs/common';
import type { Page, PickMethod, RunRouteView, WaveRunView } from '#lib/contracts';
import { inferAisleSite, walkAlongMm, walkPath } from '#lib/planning';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { type WalkEnd, walkable } from './floor-plan.queries.js';
import { reasonViews } from './reason-texts.js';

interface RunRow {
  id: string;
  number: number;
  state: string;
  method: PickMethod;
  zone: string | null;
  leg: number | null;
  orders: number;
  stops: number;
  doneStops: number;
  units: number;
  walkMm: number;
  naiveMm: number;
  picker: string | null;
  cart: string | null;
  dropStation: string | null;
  because: { reasons?: unknown };
  slots: WaveRunView['slots'];
}

interface StopRow {
  taskId: string;
  location: string;
  aisleId: string;
  xMm: number;
  yMm: number;
  sku: string;
  quantity: number;
  slot: number;
  state: string;
  because: unknown;
}

const RUNS = `select r.id, r.number::int, r.state, r.method, z.code as zone, r.leg, r.walk_mm::int as "walkMm",
    r.walk_naive_mm::int as "naiveMm", p.name as picker, c.code as cart, d.code as "dropStation", r.because,
    t.stops, t.done as "doneStops", t.units, coalesce(s.orders, 0) as orders, coalesce(s.slots, '[]') as slots
  from runs r left join zones z on z.site_id = r.site_id and z.id = r.zone_id
  left join people p on p.id = r.person_id
  left join carts c on c.site_id = r.site_id and c.id = r.cart_id
  left join stations d on d.site_id = r.site_id and d.id = r.drop_station_id
  cross join lateral (select count(*) filter (where x.state <> 'cancelled')::int as stops,
      count(*) filter (where x.state in ('picked', 'dropped', 'done', 'short'))::int as done,
      coalesce(sum(x.quantity) filter (where x.state <> 'cancelled'), 0)::int as units
    from tasks x where x.site_id = r.site_id and x.run_id = r.id) t
  left join lateral (select count(*)::int as orders, json_agg(json_build_object('slot', y.slot, 'orderId', y.order_id,
      'externalRef', o.external_ref, 'carton', (select min(k.code) from planned_cartons pc
        join carton_types k on k.site_id = pc.site_id and k.id = pc.carton_type_id
        where pc.site_id = y.site_id and pc.wave_id = r.wave_id and pc.order_id = y.order_id and pc.number_in_order = 1),
      'lpn', n.lpn) order by y.slot) as slots
    from run_slots y join orders o on o.site_id = y.site_id and o.id = y.order_id
    left join containers n on n.site_id = y.site_id and n.id = y.container_id
    where y.site_id = r.site_id and y.run_id = r.id and y.state <> 'cancelled') s on true`;

const PAGE = 200;

/** The runs of a wave, and the way of one of them over the floor. */
@Injectable()
export class WaveRunsQueries {
  constructor(private readonly db: Database) {}

  /** By number; the cursor is that of the last run of the page before. */
  async runs(waveId: string, after: number): Promise<Page<WaveRunView>> {
    const found = await this.db.transaction((tx) =>
      rows<RunRow>(
        tx,
        `${RUNS} where r.site_id = $1 and r.wave_id = $2 and r.number > $3 order by r.number limit ${PAGE}`,
        [tx.siteId, waveId, after],
      ),
    );
    const items = found.map(({ because, walkMm, naiveMm, ...run }) => ({
      ...run,
      walkMetres: Math.round(walkMm / 1000),
      naiveWalkMetres: Math.round(naiveMm / 1000),
      reasons: reasonViews(because.reasons),
    }));
    const last = items.at(-1);
    return { items, next: items.length === PAGE && last ? String(last.number) : null };
  }

  /** The stops of a run in the order of the walk, with the walk itself. */
  route(waveId: string, runId: string): Promise<RunRouteView> {
    return this.db.transaction(async (tx) => {
      const run = await row<{ number: number; drop: WalkEnd | null }>(
        tx,
        `select r.number::int, case when d.id is not null
             then json_build_object('code', d.code, 'xMm', d.x_mm, 'yMm', d.y_mm) end as drop
         from runs r left join stations d on d.site_id = r.site_id and d.id = r.drop_station_id
         where r.site_id = $1 and r.wave_id = $2 and r.id = $3`,
        [tx.siteId, waveId, runId],
      );
      if (!run) throw new Refusal('waves.unknown-run', 'This wave has no such run.', { status: 404 });
      const stops = await stopsOf(tx, runId);
      const floor = await walkable(tx);
      const end = run.drop ?? floor.end;
      const places = [floor.start, ...stops, end];
      const site = inferAisleSite(floor.bins, floor.known);
      let stop = 0;
      return {
        runId,
        number: run.number,
        start: floor.start,
        end,
        path: walkPath(site, places),
        walkMm: walkAlongMm(site, places),
        stops: stops.map(({ aisleId: _aisle, because, ...each }, at) => {
          if (each.location !== stops[at - 1]?.location) stop += 1;
          return { ...each, stop, reasons: reasonViews(because) };
        }),
      };
    });
  }
}

/** Cancelled picks are no stops; before its tasks are made a run has none. */
function stopsOf(tx: Tx, runId: string): Promise<StopRow[]> {
  return rows<StopRow>(
    tx,
    `select t.id as "taskId", a.code as location, z.code || '/' || a.aisle as "aisleId", a.x_mm as "xMm", a.y_mm as "yMm",
       i.sku, t.quantity, coalesce(s.slot, 0) as slot, t.state, v.because
     from tasks t join locations a on a.site_id = t.site_id and a.id = t.location_id
     join zones z on z.site_id = a.site_id and z.id = a.zone_id join items i on i.id = t.item_id
     left join run_slots s on s.site_id = t.site_id and s.id = t.slot_id
     left join reservations v on v.site_id = t.site_id and v.id = t.reservation_id
     where t.site_id = $1 and t.run_id = $2 and t.state <> 'cancelled' order by t.sequence, t.id`,
    [tx.siteId, runId],
  );
}
