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
/** From the last pick to the bench, and from the bench to the carrier's lane, where nothing is measured. */
const TO_BENCH_MS = 5 * 60_000;
const TO_LANE_MS = 10 * 60_000;
/** Most that a measured spread counts: a night between two picks is no slowness of people. */
const SPREAD_MAX = 3;

interface StageRow {
  done: number;
  minutes: number;
  people: number;
  backlog: number;
}

/** How long something took within the last hour: half of it at most `p50`, four fifths at most `p80`, in seconds. */
interface Durations {
  count: number;
  p50: number | null;
  p80: number | null;
}

const DURATIONS = `count(*)::int as count, (percentile_cont(0.5) within group (order by d.s))::float8 as p50,
  (percentile_cont(0.8) within group (order by d.s))::float8 as p80`;

/**
 * Rates of picking (in lines) and packing (in orders), with what waits before each, who works there, how much the slower fifth is
 * slower, and how long the way to the next stage takes four of five.
 */
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
  const hour = [tx.siteId, tx.at];
  const perLine = await durations(
    tx,
    `select extract(epoch from r.ended_at - r.started_at) / greatest(1, (select count(*) from tasks t where t.site_id = r.site_id
       and t.run_id = r.id)) as s from runs r where r.site_id = $1 and r.state = 'done' and r.started_at is not null
       and r.ended_at > $2::timestamptz - interval '1 hour'`,
    hour,
  );
  const toBench = await durations(
    tx,
    `select extract(epoch from r.ended_at - max(t.ended_at)) as s from runs r join tasks t on t.site_id = r.site_id and t.run_id = r.id
     where r.site_id = $1 and r.state = 'done' and r.ended_at > $2::timestamptz - interval '1 hour'
       and t.ended_at <= r.ended_at group by r.id, r.ended_at`,
    hour,
  );
  const perParcel = await durations(
    tx,
    `select extract(epoch from closed_at - opened_at) as s from parcels
     where site_id = $1 and closed_at > $2::timestamptz - interval '1 hour'`,
    hour,
  );
  const toLane = await durations(
    tx,
    `select extract(epoch from diverted_at - closed_at) as s from parcels
     where site_id = $1 and diverted_at > $2::timestamptz - interval '1 hour' and diverted_at >= closed_at`,
    hour,
  );
  const measured = [pick!, pack!].every(({ done, minutes }) => done >= EVENTS_LEAST && minutes > 0);
  return {
    stages: [
      {
        ...{ stage: 'pick', measure: 'lines', ...rateOf(pick!, LINES_PER_HOUR) },
        ...{ ...spreadOf(perLine), transferMs: transferMs(toBench, TO_BENCH_MS) },
      },
      {
        ...{ stage: 'pack', measure: 'orders', ...rateOf(pack!, ORDERS_PER_HOUR) },
        ...{ ...spreadOf(perParcel), transferMs: transferMs(toLane, TO_LANE_MS) },
      },
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

async function durations(tx: Tx, seconds: string, parameters: unknown[]): Promise<Durations> {
  const found = await row<Durations>(tx, `select ${DURATIONS} from (${seconds}) as d (s)`, parameters);
  return found!;
}

function spreadOf({ count, p50, p80 }: Durations): { spread?: number } {
  if (count < EVENTS_LEAST || !p50 || p80 === null) return {};
  return { spread: Math.min(SPREAD_MAX, Math.max(1, p80 / p50)) };
}

function transferMs({ count, p80 }: Durations, standardMs: number): number {
  return count < EVENTS_LEAST || p80 === null ? standardMs : Math.round(p80 * 1000);
}
