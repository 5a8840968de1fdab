import type { EdgePoint, EdgeRoute, ParcelExpectation } from '#lib/contracts';
import type { Parcel } from '../packing/parcels.service.js';
import { row, rows, type Tx } from '../platform/database.service.js';
import type { AssignableLane, Assignment } from './assign-route.js';
import { type BenchMeasures, expectationOf, USUAL_SETTINGS } from './flow-settings.js';

type Service = Pick<Parcel, 'carrierCode' | 'service'>;

/** Lanes that may take a carrier service, each with what matters for choosing one of them. */
export function lanesOf(tx: Tx, { carrierCode, service }: Service): Promise<(Assignment & AssignableLane)[]> {
  return rows(
    tx,
    `select a.lane_id as "laneId", a.rank, d.because as duty, l.id, l.code, l.closed, l.fill, l.forced_open as "forcedOpen",
       (select count(*) from routes r where r.site_id = a.site_id and r.lane_id = a.lane_id and r.active)::int as "underWay"
     from lane_assignments a
     join lanes l on l.site_id = a.site_id and l.id = a.lane_id
     left join lane_duties d on d.site_id = a.site_id and d.carrier_code = a.carrier_code and d.service = a.service
       and d.lane_id = a.lane_id
     where a.site_id = $1 and a.carrier_code = $2 and a.service = $3`,
    [tx.siteId, carrierCode, service],
  );
}

/** True when the lane serves the carrier service. */
export async function laneServes(
  tx: Tx,
  laneId: string,
  { carrierCode, service }: Service,
): Promise<boolean> {
  const found = await row(
    tx,
    'select 1 from lane_assignments where site_id = $1 and carrier_code = $2 and service = $3 and lane_id = $4',
    [tx.siteId, carrierCode, service, laneId],
  );
  return found !== null;
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

/** Codes of the agents that have points. */
export async function agentsWithPoints(tx: Tx): Promise<string[]> {
  const agents = await rows<{ code: string }>(
    tx,
    `select distinct a.code from conveyor_points p
     join devices d on d.site_id = p.site_id and d.id = p.device_id
     join agents a on a.site_id = d.site_id and a.id = d.agent_id
     where p.site_id = $1`,
    [tx.siteId],
  );
  return agents.map(({ code }) => code);
}

/** What in-line checks may expect of a parcel; null at a site without one. */
export async function expectedOf(tx: Tx, parcelId: string): Promise<ParcelExpectation | null> {
  const found = await row<BenchMeasures & { settings: object | null }>(
    tx,
    `select p.weight_grams as "weightGrams", c.length_mm as "lengthMm", c.width_mm as "widthMm", c.height_mm as "heightMm",
       s.settings
     from parcels p join carton_types c on c.site_id = p.site_id and c.id = p.carton_type_id
     left join flow_settings s on s.site_id = p.site_id
     where p.site_id = $1 and p.id = $2
       and exists (select 1 from conveyor_points k where k.site_id = $1 and k.check_lane_id is not null)`,
    [tx.siteId, parcelId],
  );
  return found && expectationOf(found, { ...USUAL_SETTINGS, ...found.settings });
}
