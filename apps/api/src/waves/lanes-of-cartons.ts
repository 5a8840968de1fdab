import { row, rows, type Tx } from '../platform/database.service.js';
import { groupBy } from './group-by.js';
import { type LaneRank, type PlanLane, planLanes } from './plan-lanes.js';
import type { CartonInPlan, WavePlan } from './wave-plan.js';

interface Sorting {
  lanes: readonly PlanLane[];
  ranks: readonly LaneRank[];
  timeZone: string;
}

/** What the lanes of parcels are chosen by. */
export async function sortingOf(tx: Tx): Promise<Sorting> {
  return { lanes: await lanesOf(tx), ranks: await ranksOf(tx), timeZone: await timeZoneOf(tx) };
}

/** Parcels of one service and cut-off in the order of their urgency, dealt to its lanes share by share. */
export function withLanes(
  cartons: readonly CartonInPlan[],
  orders: WavePlan['orders'],
  { lanes, ranks, timeZone }: Sorting,
): CartonInPlan[] {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const groups = groupBy(cartons, ({ orderId }) => {
    const { carrier, service, cutOffAtMs } = orders.get(orderId)!;
    return JSON.stringify([carrier, service, cutOffAtMs]);
  });
  const loads = [...groups].map(([key, { length }]) => {
    const [carrier, service, cutOffAtMs] = JSON.parse(key) as [string, string, number];
    return { key, carrier, service, cutOff: clock.format(cutOffAtMs), parcels: length };
  });
  const shares = planLanes(loads, lanes, ranks);
  return [...groups].flatMap(([key, cartons]) => {
    const own = (shares.get(key) ?? []).flatMap(({ parcels, ...share }) => Array(parcels).fill(share));
    return cartons.map((carton, at) => ({
      ...carton,
      laneId: own[at]?.laneId ?? null,
      laneBecause: own[at]?.because ?? [],
    }));
  });
}

/** Lanes with what is on its way to them: labelled parcels, and planned ones of waves on the floor. */
export async function lanesOf(tx: Tx): Promise<(PlanLane & { name: string })[]> {
  return rows<PlanLane & { name: string }>(
    tx,
    `select l.id, l.code, l.name, l.closed, l.fill,
       (select count(*) from routes r where r.site_id = l.site_id and r.lane_id = l.id and r.active)::int as "onTheWay"
     from lanes l where l.site_id = $1 and l.kind = 'ship' order by l.code`,
    [tx.siteId],
  );
}

async function timeZoneOf(tx: Tx): Promise<string> {
  const site = await row<{ timezone: string }>(tx, 'select timezone from sites where id = $1', [tx.siteId]);
  return site!.timezone;
}

function ranksOf(tx: Tx): Promise<LaneRank[]> {
  return rows<LaneRank>(
    tx,
    `select lane_id as "laneId", carrier_code as carrier, service, rank, cut_off_time as "cutOffTime" from lane_assignments
     where site_id = $1 order by rank, lane_id`,
    [tx.siteId],
  );
}
