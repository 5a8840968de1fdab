import type { EdgePoint, EdgeRoute, ParcelExpectation } from '#lib/contracts';
import type { Parcel } from '../packing/parcels.service.js';
import { row, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import type { AssignableLane, ServingLane } from './assign-route.js';
import { type BenchMeasures, expectationOf, USUAL_SETTINGS } from './flow-settings.js';

type Service = Pick<Parcel, 'carrierCode' | 'service'>;

/** A lane that may take the carrier service. */
type ServedLane = ServingLane & AssignableLane;

/** When an order must leave, on the clock of its site; `o` and `s` are the order and the site. */
export const CUT_OFF_TIME = `to_char(o.cut_off_at at time zone s.timezone, 'HH24:MI')`;

/** Lanes that may take each of these carrier services, in their order, each lane with what matters for choosing one of them. */
export async function lanesOf(tx: Tx, services: readonly Service[]): Promise<ServedLane[][]> {
  const found = await rows<ServedLane & { place: number }>(
    tx,
    `with served as materialized (
       select s.place, a.lane_id, a.rank, a.cut_off_time, a.carrier_code, a.service
       from unnest($2::text[], $3::text[]) with ordinality as s (carrier_code, service, place)
       join lane_assignments a on a.site_id = $1 and a.carrier_code = s.carrier_code and a.service = s.service),
     under_way as (
       select r.lane_id, count(*) as parcels from routes r
       where r.site_id = $1 and r.active and r.lane_id in (select lane_id from served) group by r.lane_id)
     select s.place::int, s.lane_id as "laneId", s.rank, s.cut_off_time as "cutOffTime", l.id, l.code, l.closed, l.fill,
       l.forced_open as "forcedOpen", coalesce(u.parcels, 0)::int as "underWay",
       (select json_object_agg(d.cut_off_time, d.because) from lane_duties d where d.site_id = $1
         and d.carrier_code = s.carrier_code and d.service = s.service and d.lane_id = s.lane_id) as duties
     from served s
     join lanes l on l.site_id = $1 and l.id = s.lane_id
     left join under_way u on u.lane_id = s.lane_id`,
    [tx.siteId, services.map(({ carrierCode }) => carrierCode), services.map(({ service }) => service)],
  );
  return services.map((_, at) => found.filter(({ place }) => place === at + 1));
}

/** Every lane as the edge is told it. */
export function everyLane(
  tx: Tx,
): Promise<(Pick<AssignableLane, 'code' | 'closed' | 'fill'> & { forcedOpen: boolean })[]> {
  return rows(
    tx,
    'select code, closed, fill, forced_open as "forcedOpen" from lanes where site_id = $1 order by code',
    [tx.siteId],
  );
}

/** The active routes as the edge is told them: all, or those of parcels with one of these codes. */
export async function edgeRoutes(tx: Tx, keys: string[] | null = null): Promise<EdgeRoute[]> {
  const found = await rows<StoredRoute>(
    tx,
    `select r.codes, r.parcel_id as "parcelId", l.code as lane, r.laps, r.expected,
       array(select a.code from unnest(r.alternative_ids) with ordinality as t (id, at)
         join lanes a on a.site_id = r.site_id and a.id = t.id order by t.at) as alternatives
     from routes r join lanes l on l.site_id = r.site_id and l.id = r.lane_id
     where r.site_id = $1 and r.active ${keys ? 'and r.codes && $2::text[]' : ''}`,
    keys ? [tx.siteId, keys] : [tx.siteId],
  );
  return found.map(edgeRoute);
}

export interface StoredRoute {
  codes: string[];
  parcelId: string;
  lane: string;
  alternatives: string[];
  laps: number;
  expected: ParcelExpectation | null;
}

/** What need not be said is left out: a snapshot may hold many thousands. */
export function edgeRoute({ laps, expected, ...route }: StoredRoute): EdgeRoute {
  return { ...route, ...(laps > 0 ? { laps } : {}), ...(expected ? { expected } : {}) };
}

interface PointRow extends Omit<EdgePoint, 'check' | 'safe'> {
  safeLane: string;
  forcedSafe: string | null;
  coreGoneAfterMs: number | null;
  checkLane: string | null;
  scale: string | null;
  dimensioner: string | null;
  windowMs: number;
  waitMs: number;
  whenMissing: 'pass' | 'check';
}

/** The points of an agent as it is told them; one of them where a code is given. */
export async function edgePoints(tx: Tx, of: { agent?: string; point?: string }): Promise<EdgePoint[]> {
  const found = await rows<PointRow>(
    tx,
    `select p.code, d.code as device, e.code as "exceptionLane", n.code as "noReadLane", c.code as "recirculationLane",
       p.laps_max as "lapsMax", p.deadline_ms as "deadlineMs", coalesce(s.code, e.code) as "safeLane",
       p.forced_safe as "forcedSafe", p.core_gone_after_ms as "coreGoneAfterMs", k.code as "checkLane",
       w.code as scale, m.code as dimensioner, p.check_window_ms as "windowMs", p.check_wait_ms as "waitMs",
       p.check_when_missing as "whenMissing"
     from conveyor_points p
     join devices d on d.site_id = p.site_id and d.id = p.device_id
     join agents a on a.site_id = d.site_id and a.id = d.agent_id
     join lanes e on e.site_id = p.site_id and e.id = p.exception_lane_id
     join lanes n on n.site_id = p.site_id and n.id = p.no_read_lane_id
     left join lanes c on c.site_id = p.site_id and c.id = p.recirculation_lane_id
     left join lanes s on s.site_id = p.site_id and s.id = p.safe_lane_id
     left join lanes k on k.site_id = p.site_id and k.id = p.check_lane_id
     left join devices w on w.site_id = p.site_id and w.id = p.check_scale_id
     left join devices m on m.site_id = p.site_id and m.id = p.check_dimensioner_id
     where p.site_id = $1 and ($2::text is null or a.code = $2) and ($3::text is null or p.code = $3) order by p.code`,
    [tx.siteId, of.agent ?? null, of.point ?? null],
  );
  return found.map(edgePoint);
}

function edgePoint(found: PointRow): EdgePoint {
  const { safeLane, forcedSafe, coreGoneAfterMs, checkLane, scale, dimensioner, ...rest } = found;
  const { windowMs, waitMs, whenMissing, ...point } = rest;
  const check =
    checkLane === null
      ? {}
      : { check: { scale, dimensioner, lane: checkLane, windowMs, waitMs, whenMissing } };
  return { ...point, ...check, safe: { lane: safeLane, forced: forcedSafe, coreGoneAfterMs } };
}

/** What matters of a parcel beside its carrier service when its route is made. */
export interface RouteFacts {
  expected: ParcelExpectation | null;
  /** The lane that its wave planned for the carton; null where it planned none. */
  plannedLaneId: string | null;
  /** An exception says that it has no route. */
  missesRoute: boolean;
  /** HH:MM on the site's clock at which its order must leave. */
  cutOff: string;
}

/**
 * The facts for each of these parcels. A parcel is the carton of its wave's plan that has the same place among those of its order: a
 * cancelled one left its place to the next.
 */
export async function routeFactsOf(
  tx: Tx,
  parcelIds: readonly string[],
): Promise<ReadonlyMap<string, RouteFacts>> {
  const found = await rows<
    BenchMeasures & { id: string; checked: boolean; settings: object | null } & Omit<RouteFacts, 'expected'>
  >(
    tx,
    `select p.id, p.weight_grams as "weightGrams", c.length_mm as "lengthMm", c.width_mm as "widthMm",
       c.height_mm as "heightMm", f.settings, c.id is not null and k.checked as checked,
       (select n.lane_id from planned_cartons n where n.site_id = p.site_id and n.order_id = p.order_id
         and n.wave_id = (select o.wave_id from orders o where o.site_id = p.site_id and o.id = p.order_id)
         and n.number_in_order = (select count(*) from parcels x where x.site_id = p.site_id
           and x.order_id = p.order_id and x.state <> 'cancelled' and x.number_in_order <= p.number_in_order)) as "plannedLaneId",
       exists (select 1 from exceptions e where e.site_id = p.site_id and e.subject_id = p.id and e.resolved_at is null
         and e.code = 'no-route') as "missesRoute", ${CUT_OFF_TIME} as "cutOff"
     from parcels p
     join orders o on o.site_id = p.site_id and o.id = p.order_id
     join sites s on s.id = p.site_id
     cross join (select exists (select 1 from conveyor_points where site_id = $1 and check_lane_id is not null) as checked) k
     left join carton_types c on c.site_id = p.site_id and c.id = p.carton_type_id
     left join flow_settings f on f.site_id = p.site_id
     where p.site_id = $1 and p.id = any($2::uuid[])`,
    [tx.siteId, parcelIds],
  );
  return new Map(
    found.map(({ id, checked, settings, plannedLaneId, missesRoute, cutOff, ...measures }) => {
      const expected = checked ? expectationOf(measures, { ...USUAL_SETTINGS, ...settings }) : null;
      return [id, { expected, plannedLaneId, missesRoute, cutOff }];
    }),
  );
}

/** A version of the site's table with whom to tell of it. */
export interface NewVersion {
  version: number;
  /** Codes of the agents that have points. */
  agents: string[];
}

/**
 * The next version of the site's table. Its row lock makes versions commit in order and without gaps; whoever holds it keeps
 * every other route of the site waiting, so it is taken last.
 */
export async function nextVersion(tx: Tx): Promise<NewVersion> {
  const next = await row<{ version: string; agents: string[] }>(
    tx,
    `with told as materialized (
       select array(select distinct a.code from conveyor_points p
         join devices d on d.site_id = p.site_id and d.id = p.device_id
         join agents a on a.site_id = d.site_id and a.id = d.agent_id
         where p.site_id = $1) as agents)
     insert into route_versions as v (site_id, version) select $1, 1 from told
     on conflict (site_id) do update set version = v.version + 1
     returning version, (select agents from told)`,
    [tx.siteId],
  );
  return { version: Number(next!.version), agents: next!.agents };
}

/** A route as it is written. */
export interface NewRoute {
  parcelId: string;
  merchantId: string;
  codes: readonly string[];
  laneId: string;
  alternativeIds: readonly string[];
  because: { text: string };
  pinned: boolean;
  expected: ParcelExpectation | null;
}

/** Writes routes under a version; one that a parcel had before makes way. */
export async function writeRoutes(tx: Tx, version: number, routes: readonly NewRoute[]): Promise<void> {
  await rows(
    tx,
    `insert into routes (site_id, id, parcel_id, merchant_id, codes, lane_id, alternative_ids, because, active, version, at,
       laps, pinned, expected)
     select $1, r.id, r."parcelId", r."merchantId", r.codes, r."laneId", r."alternativeIds", r.because, true, $2, $3, 0, r.pinned,
       r.expected
     from jsonb_to_recordset($4::jsonb) as r (id uuid, "parcelId" uuid, "merchantId" uuid, codes text[], "laneId" uuid,
       "alternativeIds" uuid[], because jsonb, pinned boolean, expected jsonb)
     on conflict (site_id, parcel_id) do update set codes = excluded.codes, lane_id = excluded.lane_id,
       alternative_ids = excluded.alternative_ids, because = excluded.because, active = true, version = excluded.version,
       at = excluded.at, laps = excluded.laps, pinned = excluded.pinned, expected = excluded.expected`,
    [tx.siteId, version, tx.at, JSON.stringify(routes.map((route) => ({ id: newId(), ...route })))],
  );
}
