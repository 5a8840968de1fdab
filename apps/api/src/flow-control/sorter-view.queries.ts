import type { SorterArrival, SorterLane, SorterPoint, SorterView } from '#lib/contracts';
import { row, rows, type Tx } from '../platform/database.service.js';
import { laneViews } from './lane-views.queries.js';
import { overrideViews } from './override.queries.js';
import { type PointPartners, pointState } from './point-state.js';

const ARRIVALS_SHOWN = 30;
const CHANGES_SHOWN = 10;

/** The conveyor, whole: one round of set-based queries. */
export async function sorterView(tx: Tx): Promise<SorterView> {
  return {
    at: tx.at.toISOString(),
    lanes: await sorterLanes(tx),
    points: await sorterPoints(tx),
    last: await lastArrivals(tx),
    overrides: await overrideViews(tx),
    duties: await duties(tx),
    changes: await changes(tx),
    travels: await travels(tx),
  };
}

/** Minutes of the last hour in which each lane was full or jammed, by what its photo-eye said. */
const FULL_MINUTES = `
  select lane_id, sum(extract(epoch from least(until, $2::timestamptz) - greatest(at, $2::timestamptz - interval '1 hour'))) / 60
    as minutes
  from (select aggregate_id as lane_id, at, data ->> 'fill' as fill,
      coalesce(lead(at) over (partition by aggregate_id order by seq), $2::timestamptz) as until
    from events where site_id = $1 and type = 'flow.lane-fill-changed' and at > $2::timestamptz - interval '24 hours') f
  where fill <> 'clear' and until > $2::timestamptz - interval '1 hour' group by lane_id`;

type LaneFigures = Pick<
  SorterLane,
  'code' | 'lying' | 'capacity' | 'underWay' | 'forcedOpen' | 'fullMinutesLastHour'
>;

async function sorterLanes(tx: Tx): Promise<SorterLane[]> {
  const views = await laneViews(tx);
  const found = await rows<LaneFigures>(
    tx,
    `select l.code, l.capacity, l.forced_open as "forcedOpen",
       (select count(*) from parcels p where p.site_id = l.site_id and p.state in ('inducted', 'diverted')
          and p.actual_lane_id = l.id)::int as lying,
       (select count(*) from routes r where r.site_id = l.site_id and r.lane_id = l.id and r.active)::int as "underWay",
       coalesce(f.minutes, 0)::float as "fullMinutesLastHour"
     from lanes l left join (${FULL_MINUTES}) f on f.lane_id = l.id where l.site_id = $1`,
    [tx.siteId, tx.at],
  );
  const figures = new Map(found.map((each) => [each.code, each]));
  return views.map((view) => ({ ...view, ...figures.get(view.code)! }));
}

/** The sum over all lanes, for the board. */
export async function laneFullMinutes(tx: Tx): Promise<number> {
  const found = await row<{ minutes: number }>(
    tx,
    `select coalesce(sum(minutes), 0)::float as minutes from (${FULL_MINUTES}) f`,
    [tx.siteId, tx.at],
  );
  return found!.minutes;
}

type PointRow = PointPartners & Pick<SorterPoint, 'code' | 'device' | 'safeLane' | 'checks' | 'lastHour'>;

async function sorterPoints(tx: Tx): Promise<SorterPoint[]> {
  const found = await rows<PointRow>(
    tx,
    `select p.code, d.code as device, coalesce(s.code, e.code) as "safeLane", p.forced_safe as "forcedSafe",
       p.core_gone_after_ms as "coreGoneAfterMs", d.state as "plcState", a.online as "agentOnline", a.code as agent,
       coalesce(a.state -> 'safePoints', '[]'::jsonb) as "safePoints",
       array_remove(array[w.code, m.code], null) as checks,
       json_build_object('seen', coalesce(f.seen, 0), 'noReads', coalesce(f.no_reads, 0),
         'recirculated', coalesce(f.recirculated, 0), 'rejected', coalesce(f.rejected, 0),
         'misDiverted', coalesce(f.mis_diverted, 0), 'misSorted', coalesce(f.mis_sorted, 0), 'lost', coalesce(f.lost, 0),
         'late', coalesce(f.late, 0), 'checkFaults', coalesce(f.check_faults, 0),
         'decisionP50Ms', f.p50, 'decisionP99Ms', f.p99) as "lastHour"
     from conveyor_points p
     join devices d on d.site_id = p.site_id and d.id = p.device_id
     join agents a on a.site_id = d.site_id and a.id = d.agent_id
     join lanes e on e.site_id = p.site_id and e.id = p.exception_lane_id
     left join lanes s on s.site_id = p.site_id and s.id = p.safe_lane_id
     left join devices w on w.site_id = p.site_id and w.id = p.check_scale_id
     left join devices m on m.site_id = p.site_id and m.id = p.check_dimensioner_id
     left join lateral (
       select count(*) as seen, count(*) filter (where result = 'no-read') as no_reads,
         count(*) filter (where action = 'recirculate') as recirculated, count(*) filter (where action = 'reject') as rejected,
         count(*) filter (where actual_lane <> commanded_lane and not actual_lane = any(alternatives)) as mis_diverted,
         count(*) filter (where mis_sorted) as mis_sorted, count(*) filter (where x.state = 'lost') as lost,
         count(*) filter (where latency_micros > p.deadline_ms * 1000) as late,
         count(*) filter (where because = check_result) as check_faults,
         (percentile_disc(0.5) within group (order by latency_micros) / 1000.0)::float as p50,
         (percentile_disc(0.99) within group (order by latency_micros) / 1000.0)::float as p99
       from point_decisions x
       where x.site_id = p.site_id and x.point = p.code and x.seen_at > $2::timestamptz - interval '1 hour') f on true
     where p.site_id = $1 order by p.code`,
    [tx.siteId, tx.at],
  );
  return found.map((point) => {
    const { code, device, safeLane, checks, lastHour } = point;
    return { code, device, safeLane, checks, lastHour, ...pointState(point) };
  });
}

async function lastArrivals(tx: Tx): Promise<SorterArrival[]> {
  const found = await rows<Omit<SorterArrival, 'at'> & { at: Date }>(
    tx,
    `select d.seen_at as at, d.point, coalesce(p.tracking_number, p.sscc, d.codes[1]) as code, d.parcel_id as "parcelId",
       d.result, d.state, d.commanded_lane as commanded, d.actual_lane as actual, coalesce(d.because, d.plc_reason) as because
     from (select * from point_decisions where site_id = $1 order by seen_at desc limit ${ARRIVALS_SHOWN}) d
     left join parcels p on p.site_id = d.site_id and p.id = d.parcel_id order by d.seen_at desc`,
    [tx.siteId],
  );
  return found.map(({ at, ...arrival }) => ({ at: at.toISOString(), ...arrival }));
}

async function duties(tx: Tx): Promise<SorterView['duties']> {
  const found = await rows<Omit<SorterView['duties'][number], 'since'> & { since: Date }>(
    tx,
    `select d.carrier_code as carrier, d.service, nullif(d.cut_off_time, '') as truck, l.code as lane, d.since, d.because
     from lane_duties d join lanes l on l.site_id = d.site_id and l.id = d.lane_id
     where d.site_id = $1 order by 1, 2, 3 nulls first`,
    [tx.siteId],
  );
  return found.map(({ since, ...duty }) => ({ ...duty, since: since.toISOString() }));
}

async function changes(tx: Tx): Promise<SorterView['changes']> {
  const found = await rows<{
    at: Date;
    data: { carrier: string; service: string; to: string; because: string };
  }>(
    tx,
    `select at, data from events where site_id = $1 and type = 'flow.duty-changed' and at > $2::timestamptz - interval '24 hours'
     order by seq desc limit ${CHANGES_SHOWN}`,
    [tx.siteId, tx.at],
  );
  return found.map(({ at, data }) => ({
    at: at.toISOString(),
    text: `${data.carrier} ${data.service} → ${data.to}: ${data.because}`,
  }));
}

async function travels(tx: Tx): Promise<SorterView['travels']> {
  const found = await row<SorterView['travels']>(
    tx,
    `select count(*) filter (where state = 'under-way')::int as "underWay",
       count(*) filter (where state = 'lost' and ended_at > $2::timestamptz - interval '1 hour')::int as "lostLastHour"
     from travels where site_id = $1 and (state = 'under-way' or ended_at > $2::timestamptz - interval '1 hour')`,
    [tx.siteId, tx.at],
  );
  return found!;
}
