import { affected, rows, type Tx } from '../platform/database.service.js';

/** Of run `r`: goods of it are in totes. A batch run's slots are in the wall from the beginning, its totes stand with its tasks. */
export const HAS_TOTES = `(r.method <> 'batch' and exists (select 1 from run_slots s where s.site_id = r.site_id and s.run_id = r.id
    and s.state = 'open' and s.container_id is not null)
  or exists (select 1 from tasks h where h.site_id = r.site_id and h.run_id = r.id and h.kind = 'pick' and h.container_id is not null))`;

/**
 * All totes of the cart stand at the station now, also those whose order was withdrawn and whose goods go back.
 * @returns the plates of those that are packed there
 */
export async function handOver(tx: Tx, runId: string, stationId: string): Promise<string[]> {
  await affected(
    tx,
    `update containers c set state = 'picked', station_id = $3, location_id = null, parent_id = null
     from run_slots s where s.site_id = $1 and s.run_id = $2 and s.state = 'cancelled' and c.site_id = s.site_id
       and c.id = s.container_id and c.state = 'picking' and not exists (select 1 from run_slots o
         where o.site_id = s.site_id and o.container_id = c.id and o.state in ('open', 'picked', 'dropped', 'packing'))`,
    [tx.siteId, runId, stationId],
  );
  const moved = await rows<{ lpn: string }>(
    tx,
    `update containers c set state = 'picked', station_id = $3, location_id = null, parent_id = null
     from run_slots s where s.site_id = $1 and s.run_id = $2 and s.state = 'open' and c.site_id = s.site_id
       and c.id = s.container_id returning c.lpn`,
    [tx.siteId, runId, stationId],
  );
  return moved.map(({ lpn }) => lpn).sort();
}

/** All totes of a batch run stand at their put wall now. @returns their plates */
export async function handOverBatch(tx: Tx, runId: string, stationId: string): Promise<string[]> {
  const moved = await rows<{ lpn: string }>(
    tx,
    `update containers c set state = 'picked', station_id = $3, location_id = null, parent_id = null
     where c.site_id = $1 and c.state = 'picking' and c.id in (select t.container_id from tasks t where t.site_id = $1
       and t.run_id = $2 and t.kind = 'pick' and t.container_id is not null) returning c.lpn`,
    [tx.siteId, runId, stationId],
  );
  return moved.map(({ lpn }) => lpn).sort();
}

/**
 * Slots with a tote wait for packing; slots that stayed empty are over. Tasks that were picked are done.
 * @returns the orders of the slots
 */
export async function endSlots(tx: Tx, runId: string): Promise<string[]> {
  await endTasks(tx, runId);
  const ended = await rows<{ order_id: string }>(
    tx,
    `update run_slots set state = case when container_id is null then 'cancelled' else 'dropped' end
     where site_id = $1 and run_id = $2 and state = 'open' returning order_id`,
    [tx.siteId, runId],
  );
  return ended.map((slot) => slot.order_id);
}

/**
 * Slots of the put wall whose goods came wait to be sorted; those of orders without any are free again. Tasks that were picked are
 * done. No order is picked before its slot is complete: it answers none.
 */
export async function endBatchSlots(tx: Tx, runId: string): Promise<string[]> {
  await endTasks(tx, runId);
  await affected(
    tx,
    `update run_slots s set state = case when exists (select 1 from tasks t where t.site_id = s.site_id and t.run_id = s.run_id
       and t.slot_id = s.id and t.done_quantity > 0) then 'picked' else 'cancelled' end
     where s.site_id = $1 and s.run_id = $2 and s.state = 'open'`,
    [tx.siteId, runId],
  );
  return [];
}

async function endTasks(tx: Tx, runId: string): Promise<void> {
  await affected(
    tx,
    `update tasks set state = 'done' where site_id = $1 and run_id = $2 and state in ('picked', 'dropped')`,
    [tx.siteId, runId],
  );
}
