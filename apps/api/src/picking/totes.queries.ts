import { row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import type { PickTask } from './pick-task.js';

/** An empty tote that was scanned goes with its picker until it is dropped. @returns its id */
export async function takeEmptyTote(tx: Tx, lpn: string): Promise<string> {
  const tote = await row<{ id: string }>(
    tx,
    `update containers c set state = 'picking', location_id = null, station_id = null, parent_id = null
     where c.site_id = $1 and c.lpn = $2 and c.type = 'tote' and c.state = 'empty'
       and not exists (select 1 from levels l where l.site_id = c.site_id and l.account_kind = 'container'
         and l.account_id = c.id and l.quantity > 0)
     returning c.id`,
    [tx.siteId, lpn],
  );
  if (tote) return tote.id;
  const known = await row<{ state: string }>(
    tx,
    `select state from containers where site_id = $1 and lpn = $2`,
    [tx.siteId, lpn],
  );
  if (!known) {
    const facts = { needed: 'an empty tote', got: lpn };
    throw new Refusal('picking.unknown-tote', `There is no tote ${lpn}.`, { facts });
  }
  const facts = { needed: 'an empty tote', got: lpn, state: known.state };
  throw new Refusal('picking.tote-not-empty', `Tote ${lpn} is not empty. Take another one.`, { facts });
}

/**
 * The tote of a batch run that goods are put into: an empty one, or any that the run has begun. Units of one item that only their lot
 * tells apart never share a tote: whoever sorts them could not.
 * @returns its id
 */
export async function batchTote(tx: Tx, task: PickTask, lpn: string): Promise<string> {
  const begun = await row<{ id: string; otherLot: string | null }>(
    tx,
    `select c.id, (select l.lot from levels l where l.site_id = c.site_id and l.account_kind = 'container' and l.account_id = c.id
       and l.item_id = $4 and l.lot <> $5 and l.quantity > 0 limit 1) as "otherLot"
     from containers c where c.site_id = $1 and c.lpn = $2 and c.state = 'picking' and exists (select 1 from tasks t
       where t.site_id = c.site_id and t.container_id = c.id and t.run_id = $3)`,
    [tx.siteId, lpn, task.run_id, task.item_id, task.lot],
  );
  if (!begun) return takeEmptyTote(tx, lpn);
  if (begun.otherLot === null) return begun.id;
  const facts = { needed: 'another tote', got: lpn, lot: begun.otherLot };
  const detail = `Tote ${lpn} has lot ${begun.otherLot} of this item. Take another one.`;
  throw new Refusal('picking.tote-other-lot', detail, { facts });
}

/** What a confirmation must know of tasks; more conditions and the lock follow. */
const TASK = `select t.id, t.kind, t.state, t.event_id, t.outcome, r.lease_until, t.run_id, r.state as run_state, r.method as run_method,
    r.person_id as run_person_id, t.slot_id, t.wave_id, t.sequence, t.order_id, t.order_line_id, t.merchant_id, t.reservation_id,
    t.item_id, i.sku, t.lot, t.location_id, a.code as location_code, t.quantity, c.lpn, c.id as container_id,
    coalesce((select json_agg(json_build_object('code', b.barcode, 'quantity', b.quantity)) from item_barcodes b
      where b.item_id = t.item_id), '[]') as barcodes,
    coalesce((select json_agg(oc.lpn) from run_slots o join containers oc on oc.site_id = o.site_id and oc.id = o.container_id
      where o.site_id = t.site_id and o.run_id = t.run_id and o.id <> t.slot_id), '[]') as other_lpns
  from tasks t join runs r on r.site_id = t.site_id and r.id = t.run_id
  join locations a on a.site_id = t.site_id and a.id = t.location_id join items i on i.id = t.item_id
  join run_slots s on s.site_id = t.site_id and s.id = t.slot_id
  left join containers c on c.site_id = s.site_id and c.id = s.container_id
  where t.site_id = $1 and t.kind = 'pick'`;

/** A task, locked; null for an unknown one. */
export function lockedTask(tx: Tx, taskId: string): Promise<PickTask | null> {
  return row<PickTask>(tx, `${TASK} and t.id = $2 for update of t`, [tx.siteId, taskId]);
}

/**
 * All that one confirmation of this task is about. In a batch run other orders want the same goods at the same stop: their open tasks
 * come after it, locked as it is.
 */
export async function tasksOfStop(tx: Tx, task: PickTask): Promise<PickTask[]> {
  if (task.run_method !== 'batch') return [task];
  const others = await rows<PickTask>(
    tx,
    `${TASK} and t.run_id = $2 and t.location_id = $3 and t.item_id = $4 and t.lot = $5 and t.state = $6 and t.id <> $7
     order by t.sequence, t.id for update of t`,
    [tx.siteId, task.run_id, task.location_id, task.item_id, task.lot, task.state, task.id],
  );
  return [task, ...others];
}
