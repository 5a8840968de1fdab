import type { TemplateStep } from '#lib/contracts';
import { row, rows, type Tx } from '../platform/database.service.js';
import type { WallSlot } from './plan-walls.js';
import { optionsOf } from './wave-steps.js';

const IN_USE = `exists (select 1 from run_slots s join runs r on r.site_id = s.site_id and r.id = s.run_id
  where s.site_id = w.site_id and s.container_id = w.id and s.state in ('open', 'picked', 'dropped', 'packing')`;

/**
 * Slots that the orders of a wave may have: nobody has them and nothing lies in them, as many as the site's limit allows. Those that the
 * wave itself holds are free for it.
 */
export async function freeWallSlots(tx: Tx, waveId: string | null): Promise<WallSlot[]> {
  const found = await rows<WallSlot>(
    tx,
    `select w.id as "slotId", w.station_id as "wallId", t.code as wall, c.lpn as code, w.row_no as row, w.column_no as column,
       w.volume_ml as "volumeMl"
     from put_wall_slots w join containers c on c.site_id = w.site_id and c.id = w.id and c.state = 'empty'
     join stations t on t.site_id = w.site_id and t.id = w.station_id
     where w.site_id = $1 and not ${IN_USE} and r.wave_id is distinct from $2)
     order by t.code, w.row_no, w.column_no`,
    [tx.siteId, waveId],
  );
  const limit = await row<{ ordersMax: number | null; inUse: number }>(
    tx,
    `select (select orders_max from work_limits where site_id = $1 and stage = 'put-wall') as "ordersMax",
       (select count(*)::int from put_wall_slots w where w.site_id = $1 and ${IN_USE} and r.wave_id is distinct from $2)) as "inUse"`,
    [tx.siteId, waveId],
  );
  const { ordersMax, inUse } = limit!;
  return ordersMax === null ? found : found.slice(0, Math.max(0, ordersMax - inUse));
}

/** As {@link freeWallSlots}, and nobody else gives any away until the transaction ends. */
export async function holdWallSlots(tx: Tx, waveId: string): Promise<WallSlot[]> {
  await rows(
    tx,
    `select 1 from stations where site_id = $1 and kind = 'put-wall' order by id for no key update`,
    [tx.siteId],
  );
  return freeWallSlots(tx, waveId);
}

/** The orders that a plan may take to the put walls; null where it takes none there. */
export async function ordersForWalls(
  tx: Tx,
  plan: { waveId: string | null; order: { pipeline: readonly TemplateStep[] } },
): Promise<number | null> {
  if (optionsOf(plan.order.pipeline, 'batch').method !== 'batch') return null;
  return (await freeWallSlots(tx, plan.waveId)).length;
}
