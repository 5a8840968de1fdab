import { rows, type Tx } from '../platform/database.service.js';
import { itemsOf, placesOf } from './goods.queries.js';
import {
  type CartonInPlan,
  emptyPlan,
  type OrderInPlan,
  type PlannedPick,
  type PlanOrder,
  type PlanOrderLine,
  type RunInPlan,
  type WavePlan,
} from './wave-plan.js';

/** A wave as far as its steps have kept it: what a plan goes on from after a crash, and what a dry run of the wave begins with. */
export async function loadPlan(tx: Tx, waveId: string, order: PlanOrder): Promise<WavePlan> {
  const empty = emptyPlan(waveId, tx.at, order);
  const lines = await keptLines(tx, waveId);
  const orders = await keptOrders(tx, waveId, [...new Set(lines.map(({ orderId }) => orderId))]);
  const at = new Map(orders.map(({ orderId }, index) => [orderId, index]));
  const inPlan = lines.filter(({ orderId }) => at.has(orderId));
  inPlan.sort((one, two) => at.get(one.orderId)! - at.get(two.orderId)!);
  const picks = (await keptPicks(tx, waveId)).filter(({ orderId }) => at.has(orderId));
  picks.sort((one, two) => at.get(one.orderId)! - at.get(two.orderId)!);
  return {
    ...empty,
    orders: new Map(orders.map((each) => [each.orderId, each])),
    lines: inPlan,
    picks,
    places: await placesOf(
      tx,
      picks.map(({ locationId }) => locationId),
    ),
    items: await itemsOf(
      tx,
      picks.map(({ itemId }) => itemId),
    ),
    cartons: await keptCartons(tx, waveId),
    runs: await keptRuns(tx, waveId, picks),
  };
}

function keptLines(tx: Tx, waveId: string): Promise<PlanOrderLine[]> {
  return rows<PlanOrderLine>(
    tx,
    `select w.order_line_id as "lineId", w.order_id as "orderId", w.merchant_id as "merchantId", l.item_id as "itemId", i.sku,
       w.quantity, l.wave_attempts as attempts, exists (select 1 from reservations v where v.site_id = w.site_id
         and v.order_line_id = w.order_line_id and v.wave_id = w.wave_id and v.state = 'open') as reserved
     from wave_lines w join order_lines l on l.site_id = w.site_id and l.id = w.order_line_id join items i on i.id = l.item_id
     where w.site_id = $1 and w.wave_id = $2 and w.state = 'included' order by w.order_id, l.line_no`,
    [tx.siteId, waveId],
  );
}

async function keptOrders(tx: Tx, waveId: string, orderIds: string[]): Promise<OrderInPlan[]> {
  const found = await rows<
    Omit<OrderInPlan, 'cutOffAtMs' | 'because'> & { cutOffAt: Date; because: [] | null }
  >(
    tx,
    `select o.id as "orderId", o.merchant_id as "merchantId", o.carrier_code as carrier, o.service, o.cut_off_at as "cutOffAt",
       o.line_count as lines, o.unit_count as units, (select w.because from wave_lines w where w.site_id = o.site_id
         and w.wave_id = $2 and w.order_id = o.id and w.because is not null limit 1) as because
     from orders o where o.site_id = $1 and o.wave_id = $2 and o.id = any($3::uuid[])
     order by o.cut_off_at, o.priority, o.received_at, o.id`,
    [tx.siteId, waveId, orderIds],
  );
  return found.map(({ cutOffAt, because, ...order }) => ({
    ...order,
    cutOffAtMs: cutOffAt.getTime(),
    because: because ?? [],
  }));
}

function keptPicks(tx: Tx, waveId: string): Promise<PlannedPick[]> {
  return rows<PlannedPick>(
    tx,
    `select v.id, v.order_line_id as "lineId", l.order_id as "orderId", v.merchant_id as "merchantId", v.item_id as "itemId",
       v.lot, coalesce(p.to_location_id, v.location_id) as "locationId", v.quantity, v.replenishment_id as "waitsFor", v.because
     from wave_lines w join reservations v on v.site_id = w.site_id and v.order_line_id = w.order_line_id and v.wave_id = w.wave_id
     join order_lines l on l.site_id = v.site_id and l.id = v.order_line_id
     left join wave_replenishments p on p.site_id = v.site_id and p.id = v.replenishment_id
     where w.site_id = $1 and w.wave_id = $2 and v.state = 'open' order by v.id`,
    [tx.siteId, waveId],
  );
}

export function keptCartons(tx: Tx, waveId: string): Promise<CartonInPlan[]> {
  return rows<CartonInPlan>(
    tx,
    `select p.order_id as "orderId", p.merchant_id as "merchantId", p.number_in_order as number,
       p.carton_type_id as "cartonTypeId", t.code, p.contents, p.gross_grams as "grossGrams", p.because, p.lane_id as "laneId",
       p.lane_because as "laneBecause"
     from planned_cartons p join carton_types t on t.site_id = p.site_id and t.id = p.carton_type_id
     join orders o on o.site_id = p.site_id and o.id = p.order_id and o.wave_id = p.wave_id
     where o.site_id = $1 and o.wave_id = $2 order by p.order_id, p.number_in_order`,
    [tx.siteId, waveId],
  );
}

async function keptRuns(tx: Tx, waveId: string, picks: readonly PlannedPick[]): Promise<RunInPlan[]> {
  const found = await rows<
    Omit<RunInPlan, 'slots' | 'pickIds' | 'because'> & {
      because: { stops?: string[]; reasons?: RunInPlan['because'] };
      slots: { orderId: string; slot: number }[];
    }
  >(
    tx,
    `select r.id, r.method, z.code as zone, r.leg, r.after_run_id as "afterRunId", r.walk_mm::int as "walkMm",
       r.walk_naive_mm::int as "naiveMm", r.because, r.drop_station_id as "stationId",
       coalesce((select json_agg(json_build_object('orderId', s.order_id, 'slot', s.slot) order by s.slot) from run_slots s
         where s.site_id = r.site_id and s.run_id = r.id), '[]') as slots
     from runs r left join zones z on z.site_id = r.site_id and z.id = r.zone_id
     where r.site_id = $1 and r.wave_id = $2 and r.state <> 'cancelled' order by r.number`,
    [tx.siteId, waveId],
  );
  const orderOf = new Map(picks.map(({ id, orderId }) => [id, orderId]));
  return found.map(({ because, slots, ...run }) => {
    const pickIds = (because.stops ?? []).filter((id) => orderOf.has(id));
    const orderIds = [...new Set(pickIds.map((id) => orderOf.get(id)!))];
    const known = slots.length > 0 ? slots : orderIds.map((orderId, at) => ({ orderId, slot: at + 1 }));
    return {
      ...run,
      pickIds,
      slots: known.map((slot) => ({ ...slot, because: { code: 'as-batched' } })),
      because: because.reasons ?? [],
    };
  });
}
