import type { StockAt } from '#lib/planning';
import { row, rows, type Tx } from '../platform/database.service.js';
import type { PlanItem, PlanPlace } from './wave-plan.js';

/** Reserve goes after pick faces of the same age. */
const RESERVE_LATER = 1_000_000;

/** What may still be reserved of these items, location by location; places with an open count are left alone. */
export async function stockOf(tx: Tx, itemIds: readonly string[]): Promise<StockAt[]> {
  const stock = await rows<Omit<StockAt, 'distanceMm'>>(
    tx,
    `select a.id as "locationId", v.item_id as "itemId", v.lot, to_char(t.expires_on, 'YYYY-MM-DD') as "expiresOn",
       to_char(t.received_at, 'YYYY-MM-DD') as "receivedOn", v.quantity - v.reserved as available,
       a.pick_sequence + case when a.type = 'reserve' then ${RESERVE_LATER} else 0 end as "pickSequence"
     from levels v join locations a on a.site_id = v.site_id and a.id = v.account_id
     left join lots t on t.site_id = v.site_id and t.item_id = v.item_id and t.lot = v.lot
     where v.site_id = $1 and v.account_kind = 'location' and v.item_id = any($2::uuid[]) and v.quantity > v.reserved
       and a.type in ('pick-face', 'reserve') and not a.blocked
       and not exists (select 1 from counts c where c.site_id = v.site_id and c.location_id = v.account_id
         and c.item_id = v.item_id and c.lot = v.lot and c.state <> 'posted')`,
    [tx.siteId, itemIds],
  );
  return stock.map((at) => ({ ...at, distanceMm: at.pickSequence }));
}

/** The places of these ids with where they are. */
export async function placesOf(tx: Tx, locationIds: readonly string[]): Promise<Map<string, PlanPlace>> {
  const found = await rows<PlanPlace>(
    tx,
    `select a.id as "locationId", a.code, z.code || '/' || a.aisle as "aisleId", z.id as "zoneId", z.code as "zoneCode",
       a.type, a.x_mm as "xMm", a.y_mm as "yMm"
     from locations a join zones z on z.site_id = a.site_id and z.id = a.zone_id
     where a.site_id = $1 and a.id = any($2::uuid[])`,
    [tx.siteId, [...new Set(locationIds)]],
  );
  return new Map(found.map((place) => [place.locationId, place]));
}

/** Size and weight of these items. */
export async function itemsOf(tx: Tx, itemIds: readonly string[]): Promise<Map<string, PlanItem>> {
  const found = await rows<PlanItem>(
    tx,
    `select id as "itemId", length_mm as "lengthMm", width_mm as "widthMm", height_mm as "heightMm",
       weight_grams as "weightGrams", fragile from items where id = any($1::uuid[])`,
    [[...new Set(itemIds)]],
  );
  return new Map(found.map((item) => [item.itemId, item]));
}

/**
 * Which of these orders still belong to the wave. They can't be cancelled until the transaction ends: what is written for them
 * is found by whoever withdraws them afterwards.
 */
export async function ordersStillIn(
  tx: Tx,
  waveId: string,
  orderIds: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const still = `select id from orders where site_id = $1 and wave_id = $2 and state = 'ready'`;
  const locked = await row<{ count: number }>(
    tx,
    `with still as materialized (${still} order by id for share) select count(*)::int from still`,
    [tx.siteId, waveId],
  );
  // Nobody joins a wave that is being planned: as many as before are the same ones.
  if (locked!.count === orderIds.size) return orderIds;
  const found = await rows<{ id: string }>(tx, still, [tx.siteId, waveId]);
  return new Set(found.map(({ id }) => id).filter((id) => orderIds.has(id)));
}
