import { affected, row, rows, type Tx } from '../platform/database.service.js';
import type { UndoablePut } from './decide-put-undo.js';
import type { Wall } from './put-wall.queries.js';

/** Reasons in the ledger: of a put, and of its undo. */
export const PUT = 'sort';
export const UNDO = 'sort-undone';

/** The movements of a put at this wall; they never change. */
export interface PutMovements {
  sku: string;
  orderId: string;
  toteId: string;
  slotId: string;
  slotLpn: string;
  toteLpn: string;
  moved: { merchantId: string; itemId: string; lot: string; quantity: number; orderLineId: string }[];
}

/** What went into a slot of this wall with this event; null where nothing did. */
export function putMovements(tx: Tx, wall: Wall, eventId: string): Promise<PutMovements | null> {
  return row<PutMovements>(
    tx,
    `select min(i.sku) as sku, min(l.order_id::text) as "orderId", m.from_id as "toteId", m.to_id as "slotId",
       min(c.lpn) as "slotLpn", min(f.lpn) as "toteLpn",
       json_agg(json_build_object('merchantId', m.merchant_id, 'itemId', m.item_id, 'lot', m.lot, 'quantity', m.quantity,
         'orderLineId', m.order_line_id) order by m.line_no) as moved
     from movements m join put_wall_slots w on w.site_id = m.site_id and w.id = m.to_id and w.station_id = $3
     join containers c on c.site_id = m.site_id and c.id = m.to_id
     join containers f on f.site_id = m.site_id and f.id = m.from_id
     join items i on i.id = m.item_id join order_lines l on l.site_id = m.site_id and l.id = m.order_line_id
     where m.site_id = $1 and m.event_id = $2 and m.reason = '${PUT}' group by m.from_id, m.to_id`,
    [tx.siteId, eventId, wall.id],
  );
}

/** As confirmations at the wall lock: runs, then whatever a bench locks to open the slot, and its tote. */
export async function lockPut(tx: Tx, { moved, toteId, slotId }: PutMovements): Promise<void> {
  await rows(
    tx,
    `select 1 from runs where site_id = $1 and id in (select t.run_id from tasks t where t.site_id = $1 and t.container_id = $2
       and t.order_line_id = any($3::uuid[])) order by id for update`,
    [tx.siteId, toteId, moved.map(({ orderLineId }) => orderLineId)],
  );
  await rows(
    tx,
    'select 1 from containers where site_id = $1 and id = any($2::uuid[]) order by id for update',
    [tx.siteId, [toteId, slotId]],
  );
}

/** How a put stands now, for the person who asks. */
export async function undoablePut(
  tx: Tx,
  { wall, eventId, put }: { wall: Wall; eventId: string; put: PutMovements },
): Promise<UndoablePut & { runSlotId: string | null }> {
  const { orderId, toteId, slotId, slotLpn, toteLpn, moved } = put;
  const last = await row<{ eventId: string }>(
    tx,
    `select event_id as "eventId" from movements where site_id = $1 and actor = $2 and reason in ('${PUT}', '${UNDO}')
     order by at desc, id desc limit 1`,
    [tx.siteId, tx.actorName],
  );
  const slot = await row<{ id: string; state: string }>(
    tx,
    `select id, state from run_slots where site_id = $1 and container_id = $2 and order_id = $3
       and state in ('open', 'picked', 'dropped', 'packing')`,
    [tx.siteId, slotId, orderId],
  );
  const tote = await row<{ state: string; isHere: boolean }>(
    tx,
    `select state, coalesce(state = 'picked' and station_id = $3, false) as "isHere" from containers where site_id = $1 and id = $2`,
    [tx.siteId, toteId, wall.id],
  );
  const tasks = await rows<{ id: string; orderLineId: string; lot: string; sorted: number }>(
    tx,
    `select id, order_line_id as "orderLineId", lot, done_quantity - to_sort as sorted from tasks where site_id = $1
       and container_id = $2 and slot_id = $3 and kind = 'pick' and order_line_id = any($4::uuid[]) order by id`,
    [tx.siteId, toteId, slot?.id ?? null, moved.map(({ orderLineId }) => orderLineId)],
  );
  return {
    isLast: last?.eventId === eventId,
    runSlotId: slot?.id ?? null,
    slot: { code: slotLpn, state: slot?.state ?? null },
    tote: { lpn: toteLpn, ...tote! },
    parts: together(moved, tasks),
  };
}

/** Lines of the put that are of the same goods for the same order line are one part: their units are alike. */
function together(
  moved: PutMovements['moved'],
  tasks: readonly { id: string; orderLineId: string; lot: string; sorted: number }[],
): UndoablePut['parts'] {
  const parts = new Map<string, UndoablePut['parts'][number]>();
  for (const { orderLineId, lot, quantity } of moved) {
    const key = `${orderLineId} ${lot}`;
    const own = tasks.filter((task) => task.orderLineId === orderLineId && task.lot === lot);
    const part = parts.get(key) ?? { orderLineId, quantity: 0, tasks: own };
    parts.set(key, { ...part, quantity: part.quantity + quantity });
  }
  return [...parts.values()];
}

/** The tote stands at the wall with goods again; the slot is incomplete, and anybody's where nothing is left in it. */
export async function reopenSlotAndTote(
  tx: Tx,
  { wall, put, runSlotId }: { wall: Wall; put: PutMovements; runSlotId: string },
): Promise<void> {
  await affected(
    tx,
    `update run_slots set state = 'picked' where site_id = $1 and id = $2 and state = 'dropped'`,
    [tx.siteId, runSlotId],
  );
  await affected(
    tx,
    `update containers c set state = case when v.held then 'picking' else 'empty' end,
       station_id = case when v.held then c.station_id end
     from (select exists (select 1 from levels where site_id = $1 and account_kind = 'container' and account_id = $2
       and quantity > 0) as held) v where c.site_id = $1 and c.id = $2`,
    [tx.siteId, put.slotId],
  );
  await affected(
    tx,
    `update containers set state = 'picked', station_id = $3, location_id = null, parent_id = null
     where site_id = $1 and id = $2 and state = 'empty'`,
    [tx.siteId, put.toteId, wall.id],
  );
}
