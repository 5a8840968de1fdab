import { row, rows, type Tx } from '../platform/database.service.js';

/** A tote as it stands at a bench: which order's goods it brings. */
export interface BenchTote {
  id: string;
  lpn: string;
  /** `slot`: of a put wall, in which an order's goods lie as in a tote. */
  type: string;
  state: string;
  /** Goods of several orders, which a put wall sorts. */
  toSort: boolean;
  slotId: string | null;
  slotState: string | null;
  orderId: string | null;
}

export interface Station {
  id: string;
  code: string;
  kind: string;
}

export function stationByCode(tx: Tx, code: string): Promise<Station | null> {
  return row(tx, 'select id, code, kind from stations where site_id = $1 and code = $2', [tx.siteId, code]);
}

/** The tote with this plate, locked, so that two benches can't open it at once, with the run slot that it stands for. */
export async function lockTote(tx: Tx, lpn: string): Promise<BenchTote | null> {
  const tote = await row<Pick<BenchTote, 'id' | 'lpn' | 'type' | 'state' | 'toSort'>>(
    tx,
    `select c.id, c.lpn, c.type, c.state, exists (select 1 from tasks t where t.site_id = c.site_id and t.container_id = c.id
       and t.to_sort > 0) as "toSort" from containers c where c.site_id = $1 and c.lpn = $2 for update`,
    [tx.siteId, lpn],
  );
  if (!tote) return null;
  const slot = await row<{ slotId: string; slotState: string; orderId: string }>(
    tx,
    `select id as "slotId", state as "slotState", order_id as "orderId" from run_slots
     where site_id = $1 and container_id = $2 and state in ('open', 'picked', 'dropped', 'packing')`,
    [tx.siteId, tote.id],
  );
  return { ...tote, slotId: null, slotState: null, orderId: null, ...slot };
}

/** The parcel of this tote that has not got its label yet. */
export function openParcelOf(tx: Tx, toteId: string): Promise<{ id: string; orderId: string } | null> {
  return row(
    tx,
    `select id, order_id as "orderId" from parcels
     where site_id = $1 and source_container_id = $2 and state in ('open', 'closed', 'verified')
     order by opened_at desc, id desc limit 1`,
    [tx.siteId, toteId],
  );
}

/** The tote is being packed at this station. */
export async function toteAtStation(
  tx: Tx,
  tote: { id: string; slotId: string },
  stationId: string,
): Promise<void> {
  await rows(
    tx,
    `update run_slots set state = 'packing' where site_id = $1 and id = $2 and state = 'dropped'`,
    [tx.siteId, tote.slotId],
  );
  await rows(
    tx,
    `update containers set state = 'packing', station_id = $3, location_id = null, parent_id = null
     where site_id = $1 and id = $2`,
    [tx.siteId, tote.id, stationId],
  );
}

/** Frees a tote that holds nothing more. @returns its plate and slot, or null while goods are in it */
export async function freeEmptyTote(tx: Tx, toteId: string): Promise<{ lpn: string; slotId: string } | null> {
  const freed = await row<{ slotId: string }>(
    tx,
    `update run_slots set state = 'emptied'
     where site_id = $1 and container_id = $2 and state = 'packing' and not exists (
       select 1 from levels where site_id = $1 and account_kind = 'container' and account_id = $2 and quantity > 0)
     returning id as "slotId"`,
    [tx.siteId, toteId],
  );
  if (!freed) return null;
  const tote = await row<{ lpn: string }>(
    tx,
    `update containers set state = 'empty', station_id = null where site_id = $1 and id = $2 returning lpn`,
    [tx.siteId, toteId],
  );
  return { lpn: tote!.lpn, slotId: freed.slotId };
}
