import type { LaneKind, LanePlan, LanePlanChange, LanePlanView } from '#lib/contracts';
import { row, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import type { AssignableLane, ServingLane } from './assign-route.js';
import { CUT_OFF_TIME } from './edge-table.queries.js';
import { planDifferences, takeKey } from './lane-plan-changes.js';
import type { Placed, Serving } from './lane-plan-effect.js';
import { lanePlanFaults, type PlanGround, serviceName } from './lane-plan-faults.js';

const HISTORY_SHOWN = 20;

export interface Service {
  carrier: string;
  service: string;
}

/** A lane as the plan's effect is worked out with it. */
export interface PlanLane extends AssignableLane {
  name: string;
  kind: LaneKind;
}

/** A change as it was written. */
export interface StoredChange {
  id: string;
  revision: number;
  kind: LanePlanChange['kind'];
  at: Date;
  by: string;
  before: LanePlan;
  after: LanePlan;
}

/** What lanes and points do now. */
export async function planNow(tx: Tx): Promise<LanePlan> {
  const takes = await rows<LanePlan['takes'][number]>(
    tx,
    `select l.code as lane, a.carrier_code as carrier, a.service, a.rank, a.cut_off_time as "cutOffTime"
     from lane_assignments a join lanes l on l.site_id = a.site_id and l.id = a.lane_id
     where a.site_id = $1 order by l.code, a.rank, a.carrier_code, a.service, a.cut_off_time nulls first`,
    [tx.siteId],
  );
  const points = await rows<LanePlan['points'][number]>(
    tx,
    `select p.code as point, e.code as "exceptionLane", n.code as "noReadLane" from conveyor_points p
     join lanes e on e.site_id = p.site_id and e.id = p.exception_lane_id
     join lanes n on n.site_id = p.site_id and n.id = p.no_read_lane_id where p.site_id = $1 order by p.code`,
    [tx.siteId],
  );
  return { takes, points };
}

export async function planView(tx: Tx): Promise<LanePlanView> {
  const [plan, lanes, history] = [await planNow(tx), await planLanes(tx), await changesOf(tx)];
  const ground = await groundOf(tx, plan, lanes);
  const [last] = history;
  return {
    id: 'lanes',
    revision: history[0]?.revision ?? 0,
    ...plan,
    lanes: lanes.map(({ code, name, kind }) => ({ code, name, kind })),
    services: await servicesOf(tx),
    history: history.map(({ revision, kind, at, by, before, after }) => ({
      ...{ revision, kind, at: at.toISOString(), by },
      differences: planDifferences(before, after),
    })),
    undoable: last !== undefined && lanePlanFaults(last.before, ground).length === 0,
  };
}

function servicesOf(tx: Tx): Promise<LanePlanView['services']> {
  return rows(
    tx,
    `select carrier_code as carrier, service, name, cut_off_time as "cutOffTime" from carrier_services
     where site_id = $1 order by carrier_code, service`,
    [tx.siteId],
  );
}

/** What a plan that replaces `before` may name. */
export async function groundOf(tx: Tx, before: LanePlan, lanes: readonly PlanLane[]): Promise<PlanGround> {
  return { lanes, services: await servicesOf(tx), points: before.points.map(({ point }) => point), before };
}

/** Every lane with its state and what is on its way to it. */
export function planLanes(tx: Tx): Promise<PlanLane[]> {
  return rows(
    tx,
    `select l.id, l.code, l.name, l.kind, l.closed, l.fill, l.forced_open as "forcedOpen",
       (select count(*) from routes r where r.site_id = l.site_id and r.lane_id = l.id and r.active)::int as "underWay"
     from lanes l where l.site_id = $1
     order by array_position(array['ship', 'recirculation', 'exception', 'no-read'], l.kind), l.code`,
    [tx.siteId],
  );
}

/** The changes on record, newest first. */
function changesOf(tx: Tx): Promise<StoredChange[]> {
  return rows(
    tx,
    `select c.id, c.revision, c.kind, c.at, coalesce(p.name, replace(c.changed_by, 'system:', '')) as by, c.before, c.after from lane_plan_changes c
     left join people p on c.changed_by = 'person:' || p.id::text
     where c.site_id = $1 order by c.revision desc limit ${HISTORY_SHOWN}`,
    [tx.siteId],
  );
}

export function lastChange(tx: Tx): Promise<StoredChange | null> {
  return row(
    tx,
    `select id, revision, kind, at, changed_by as by, before, after from lane_plan_changes where site_id = $1
     order by revision desc limit 1`,
    [tx.siteId],
  );
}

/** Changes after which routes may still be written that were chosen by the plan before. */
export function unsettledChanges(tx: Tx): Promise<StoredChange[]> {
  return rows(
    tx,
    `select id, revision, kind, at, changed_by as by, before, after from lane_plan_changes
     where site_id = $1 and settled_at is null order by revision`,
    [tx.siteId],
  );
}

export async function settle(tx: Tx, ids: readonly string[]): Promise<void> {
  await rows(
    tx,
    'update lane_plan_changes set settled_at = $3 where site_id = $1 and id = any($2::uuid[]) and settled_at is null',
    [tx.siteId, ids, tx.at],
  );
}

/** Writes a change down; it keeps the next ones waiting. @returns false when somebody else has written this revision */
export async function recordChange(
  tx: Tx,
  change: Pick<StoredChange, 'revision' | 'kind' | 'before' | 'after'>,
): Promise<boolean> {
  const { revision, kind, before, after } = change;
  const written = await row(
    tx,
    `insert into lane_plan_changes (site_id, id, revision, kind, at, changed_by, before, after)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (site_id, revision) do nothing returning id`,
    [tx.siteId, newId(), revision, kind, tx.at, tx.actorName, JSON.stringify(before), JSON.stringify(after)],
  );
  return written !== null;
}

/** Keeps what an import says of the lanes. @returns false when the import before it said the same */
export async function isNews(tx: Tx, brought: LanePlan): Promise<boolean> {
  const kept = await row(
    tx,
    `insert into lane_plan_imports as i (site_id, id, brought, at) values ($1, $2, $3, $4)
     on conflict (site_id) do update set brought = excluded.brought, at = excluded.at where i.brought <> excluded.brought
     returning id`,
    [tx.siteId, newId(), JSON.stringify(brought), tx.at],
  );
  return kept !== null;
}

/** Puts `after` in the place of `before`; the codes in it are known to exist. */
export async function writePlan(tx: Tx, before: LanePlan, after: LanePlan): Promise<void> {
  const kept = new Set(after.takes.map(takeKey));
  const gone = before.takes.filter((take) => !kept.has(takeKey(take)));
  await rows(
    tx,
    `delete from lane_assignments a using lanes l,
       jsonb_to_recordset($2::jsonb) as t (lane text, carrier text, service text, "cutOffTime" text)
     where a.site_id = $1 and l.site_id = $1 and l.id = a.lane_id and l.code = t.lane and a.carrier_code = t.carrier
       and a.service = t.service and a.cut_off_time is not distinct from t."cutOffTime"`,
    [tx.siteId, JSON.stringify(gone)],
  );
  await rows(
    tx,
    `insert into lane_assignments (site_id, id, lane_id, carrier_code, service, rank, cut_off_time)
     select $1, t.id, l.id, t.carrier, t.service, t.rank, t."cutOffTime"
     from jsonb_to_recordset($2::jsonb) as t (id uuid, lane text, carrier text, service text, rank int, "cutOffTime" text)
     join lanes l on l.site_id = $1 and l.code = t.lane
     on conflict (site_id, carrier_code, service, lane_id, cut_off_time) do update set rank = excluded.rank`,
    [tx.siteId, JSON.stringify(after.takes.map((take) => ({ id: newId(), ...take })))],
  );
  await rows(
    tx,
    `update conveyor_points p set exception_lane_id = e.id, no_read_lane_id = n.id
     from jsonb_to_recordset($2::jsonb) as t (point text, "exceptionLane" text, "noReadLane" text)
     join lanes e on e.site_id = $1 and e.code = t."exceptionLane"
     join lanes n on n.site_id = $1 and n.code = t."noReadLane"
     where p.site_id = $1 and p.code = t.point`,
    [tx.siteId, JSON.stringify(after.points)],
  );
}

/** What rebalancing decided by the plan before: the ranks of the new one count. */
export async function endDuties(tx: Tx, services: readonly Service[]): Promise<void> {
  await rows(
    tx,
    `delete from lane_duties d using jsonb_to_recordset($2::jsonb) as s (carrier text, service text)
     where d.site_id = $1 and d.carrier_code = s.carrier and d.service = s.service`,
    [tx.siteId, JSON.stringify(services)],
  );
}

/** The lanes of carrier services as a plan has them, with nobody on duty. */
export function servingBy(plan: LanePlan, lanes: readonly PlanLane[], services: readonly Service[]): Serving {
  const idOf = new Map(lanes.map(({ code, id }) => [code, id]));
  const serving = new Map<string, ServingLane[]>(services.map((each) => [serviceName(each), []]));
  for (const { lane, carrier, service, rank, cutOffTime } of plan.takes) {
    const laneId = idOf.get(lane)!;
    serving.get(serviceName({ carrier, service }))?.push({ laneId, rank, cutOffTime, duties: null });
  }
  return serving;
}

/** A parcel whose lane is chosen by the plan. */
export interface PlacedParcel extends Placed {
  id: string;
  orderId: string;
  merchantId: string;
  alternativeIds: string[] | null;
}

const OF_THESE_SERVICES = `join jsonb_to_recordset($2::jsonb) as w (carrier text, service text)`;

/**
 * Parcels of these carrier services that are on their way with a lane that a supervisor did not choose, or without one for want of a
 * lane. With `locked` nobody else moves them until the transaction ends.
 */
export function parcelsUnderWay(
  tx: Tx,
  services: readonly Service[],
  { locked = false } = {},
): Promise<PlacedParcel[]> {
  return rows(
    tx,
    `select p.id, p.order_id as "orderId", p.merchant_id as "merchantId", p.carrier_code as carrier, p.service,
       ${CUT_OFF_TIME} as "cutOff", r.lane_id as "laneId", r.alternative_ids as "alternativeIds"
     from parcels p ${OF_THESE_SERVICES} on p.carrier_code = w.carrier and p.service = w.service
     join orders o on o.site_id = p.site_id and o.id = p.order_id join sites s on s.id = p.site_id
     left join routes r on r.site_id = p.site_id and r.parcel_id = p.id and r.active
     where p.site_id = $1 and p.state in ('labelled', 'inducted') and (r.pinned is false or r.id is null and exists (
       select 1 from exceptions e where e.site_id = p.site_id and e.subject_id = p.id and e.code = 'no-route'
         and e.resolved_at is null))
     order by p.id ${locked ? 'for update of p' : ''}`,
    [tx.siteId, JSON.stringify(services)],
  );
}

/** A carton that a wave planned. */
export interface PlacedCarton extends Placed {
  id: string;
}

/** Cartons of these carrier services that a wave planned and nobody has labelled. */
export function cartonsPlanned(tx: Tx, services: readonly Service[]): Promise<PlacedCarton[]> {
  return rows(
    tx,
    `select n.id, o.carrier_code as carrier, o.service, ${CUT_OFF_TIME} as "cutOff", n.lane_id as "laneId"
     from orders o ${OF_THESE_SERVICES} on o.carrier_code = w.carrier and o.service = w.service
     join sites s on s.id = o.site_id
     join planned_cartons n on n.site_id = o.site_id and n.order_id = o.id and n.wave_id = o.wave_id
     where o.site_id = $1 and o.state in ('ready', 'released', 'picking', 'picked', 'packing')
       and (select count(*) from parcels p where p.site_id = o.site_id and p.order_id = o.id
         and p.state not in ('planned', 'open', 'closed', 'verified', 'cancelled')) < n.number_in_order
     order by n.id`,
    [tx.siteId, JSON.stringify(services)],
  );
}

/** Plans cartons for other lanes, with the reason as a wave's plan gives it. */
export async function planCartons(
  tx: Tx,
  cartons: readonly { id: string; laneId: string; lane: string; rank: number }[],
): Promise<void> {
  const given = cartons.map(({ id, laneId, lane, rank }) => ({
    id,
    laneId,
    because: [{ code: 'lane-rank', rank, lane }],
  }));
  await rows(
    tx,
    `update planned_cartons n set lane_id = c."laneId", lane_because = c.because
     from jsonb_to_recordset($2::jsonb) as c (id uuid, "laneId" uuid, because jsonb) where n.site_id = $1 and n.id = c.id`,
    [tx.siteId, JSON.stringify(given)],
  );
}
