import type { StageRate } from '#lib/planning';
import { row, type Tx } from '../platform/database.service.js';
import type { WorkDone } from './labour.js';

/** What was picked and packed within the last hours, with the time that it took. */
export async function workDone(tx: Tx): Promise<WorkDone> {
  const found = await row<WorkDone>(
    tx,
    `select p.*, q.* from (select count(*)::int as runs, coalesce(sum(r.walk_mm), 0)::float8 as "walkMm",
         coalesce(sum(t.stops), 0)::int as stops, coalesce(sum(t.units), 0)::int as units,
         coalesce(sum(extract(epoch from r.ended_at - r.started_at)), 0)::float8 as "pickSeconds"
       from runs r cross join lateral (select count(*) as stops, sum(done_quantity) as units from tasks x
         where x.site_id = r.site_id and x.run_id = r.id) t
       where r.site_id = $1 and r.state = 'done' and r.started_at is not null
         and r.ended_at > $2::timestamptz - interval '${HOURS_BACK} hours') p
     cross join (select count(*)::int as parcels, coalesce(sum(c.units), 0)::int as "packedUnits",
         coalesce(sum(extract(epoch from x.closed_at - x.opened_at)), 0)::float8 as "packSeconds"
       from parcels x cross join lateral (select sum(quantity) as units from parcel_contents y
         where y.site_id = x.site_id and y.parcel_id = x.id) c
       where x.site_id = $1 and x.closed_at > $2::timestamptz - interval '${HOURS_BACK} hours') q`,
    [tx.siteId, tx.at],
  );
  return found!;
}

/** What the floor does now, measured over the last hour. */
export interface MeasuredRates {
  stages: StageRate[];
  /** `standard` where a stage has done too little lately to be measured. */
  basis: 'measured' | 'standard';
}

/** Long enough for a few waves, short enough for today's people. */
const HOURS_BACK = 8;
/** Fewer events than this say nothing about a rate. */
const EVENTS_LEAST = 20;
/** Per person and hour, where nothing is measured: usual for carts and benches. */
const LINES_PER_HOUR = 90;
const ORDERS_PER_HOUR = 50;
/** From the pick to the bench, and from the bench to the carrier's lane. */
const TO_BENCH_MS = 5 * 60_000;
const TO_LANE_MS = 10 * 60_000;

interface StageRow {
  done: number;
  minutes: number;
  people: number;
  backlog: number;
}

/** Rates of picking (in lines) and packing (in orders), with what waits before each and who works there. */
export async function measuredRates(tx: Tx): Promise<MeasuredRates> {
  const pick = await row<StageRow>(
    tx,
    `select count(*) filter (where t.ended_at is not null)::int as done, count(distinct t.person_id)::int as people,
       coalesce(extract(epoch from $2::timestamptz - min(t.ended_at)) / 60, 0)::float8 as minutes,
       (select count(*) from order_lines l join orders o on o.site_id = l.site_id and o.id = l.order_id
          where l.site_id = $1 and o.state in ('released', 'picking') and l.state = 'released')::int as backlog
     from tasks t where t.site_id = $1 and t.kind = 'pick' and t.ended_at > $2::timestamptz - interval '1 hour'`,
    [tx.siteId, tx.at],
  );
  const pack = await row<StageRow>(
    tx,
    `select count(*)::int as done, count(distinct p.station_id)::int as people,
       coalesce(extract(epoch from $2::timestamptz - min(p.closed_at)) / 60, 0)::float8 as minutes,
       (select count(*) from orders where site_id = $1 and state in ('picked', 'packing'))::int as backlog
     from parcels p where p.site_id = $1 and p.closed_at > $2::timestamptz - interval '1 hour'`,
    [tx.siteId, tx.at],
  );
  const measured = [pick!, pack!].every(({ done, minutes }) => done >= EVENTS_LEAST && minutes > 0);
  return {
    stages: [
      { stage: 'pick', measure: 'lines', transferMs: TO_BENCH_MS, ...rateOf(pick!, LINES_PER_HOUR) },
      { stage: 'pack', measure: 'orders', transferMs: TO_LANE_MS, ...rateOf(pack!, ORDERS_PER_HOUR) },
    ],
    basis: measured ? 'measured' : 'standard',
  };
}

function rateOf(found: StageRow, perPerson: number): Pick<StageRate, 'perHour' | 'backlog' | 'staff'> {
  const { done, minutes, backlog } = found;
  const staff = Math.max(1, found.people);
  const enough = done >= EVENTS_LEAST && minutes > 0;
  return { staff, backlog, perHour: enough ? (done * 60) / minutes : perPerson * staff };
}
