import type { LeftOrder } from '#lib/planning';
import { affected, type Tx } from '../platform/database.service.js';
import { sharedValues } from '../platform/shared-values.js';

/**
 * Keeps why these orders found no room in the wave, in place of what its template's or channel's wave before said. A channel takes
 * those that wait for room with its next wave; of them only the ones that no wave of it can hold are kept.
 */
export async function keepLeft(
  tx: Tx,
  wave: { id: string; ofChannel: boolean },
  left: readonly Pick<LeftOrder, 'orderId' | 'reason'>[],
): Promise<void> {
  const kept = wave.ofChannel ? left.filter(({ reason }) => reason.code === 'larger-than-wave') : left;
  const taker = 'select coalesce(channel_id, template_id) from waves where site_id = $1 and id = $2';
  if (kept.length === 0) {
    await affected(tx, `delete from wave_left_orders where site_id = $1 and id = (${taker})`, [
      tx.siteId,
      wave.id,
    ]);
    return;
  }
  const { texts, places } = sharedValues(kept, ({ reason }) => reason);
  await affected(
    tx,
    `insert into wave_left_orders (site_id, id, wave_id, at, order_ids, places, reasons)
     values ($1, (${taker}), $2, $3, $4, $5, $6::jsonb[])
     on conflict (site_id, id) do update set wave_id = excluded.wave_id, at = excluded.at, order_ids = excluded.order_ids,
       places = excluded.places, reasons = excluded.reasons`,
    [tx.siteId, wave.id, tx.at, kept.map(({ orderId }) => orderId), places, texts],
  );
}

/** SQL of the orders that are in there, each with its last reason and the wave's number. Parameter: $1 the site. */
export const LEFT_ORDERS = `select distinct on (x.order_id) x.order_id, f.id as taker_id, w.number, f.reasons[x.place] as reason
  from wave_left_orders f join waves w on w.site_id = f.site_id and w.id = f.wave_id
  cross join lateral unnest(f.order_ids, f.places) as x (order_id, place)
  where f.site_id = $1 order by x.order_id, f.at desc, w.number desc`;
