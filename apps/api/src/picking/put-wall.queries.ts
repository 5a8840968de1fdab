import type { PutOutcome, PutWallSlotState, PutWallView } from '#lib/contracts';
import { affected, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import type { GoodsToSort } from './decide-put.js';
import type { PickedGoods } from './decide-put-backs.js';

export interface Wall {
  id: string;
  code: string;
  name: string;
}

/** Slots that an order has. */
const LIVE = `s.state in ('open', 'picked', 'dropped', 'packing')`;
const OPEN_TASK = `t.state in ('blocked', 'ready', 'assigned', 'in-progress')`;

/** @throws Refusal picking.unknown-wall */
export async function wallOf(tx: Tx, code: string): Promise<Wall> {
  const wall = await row<Wall>(
    tx,
    `select id, code, name from stations where site_id = $1 and code = $2 and kind = 'put-wall'`,
    [tx.siteId, code],
  );
  if (wall) return wall;
  const got = code.slice(0, 40);
  throw new Refusal('picking.unknown-wall', `There is no put wall ${got}.`, { status: 404, facts: { got } });
}

export function wallsOf(tx: Tx): Promise<Wall[]> {
  return rows<Wall>(
    tx,
    `select id, code, name from stations where site_id = $1 and kind = 'put-wall' order by code`,
    [tx.siteId],
  );
}

interface SlotRow extends Omit<PutWallView['slots'][number], 'state'> {
  slotState: string | null;
  empty: boolean;
}

/** A wall as people see it. */
export async function wallView(tx: Tx, wall: Wall): Promise<PutWallView> {
  const found = await rows<SlotRow>(
    tx,
    `select c.lpn as code, w.row_no as row, w.column_no as column, w.volume_ml as "volumeMl",
       case when d.id is null then null else json_build_object('device', d.code, 'address', w.light_address) end as light,
       s.state as "slotState", s.order_id as "orderId", o.external_ref as "externalRef", o.cut_off_at as "cutOffAt",
       p.put, p.put + coalesce(n.coming, 0) as wanted, c.state = 'empty' as empty
     from put_wall_slots w join containers c on c.site_id = w.site_id and c.id = w.id
     left join devices d on d.site_id = w.site_id and d.id = w.light_device_id
     left join run_slots s on s.site_id = c.site_id and s.container_id = c.id and ${LIVE}
     left join orders o on o.site_id = s.site_id and o.id = s.order_id
     left join lateral (select sum(case when ${OPEN_TASK} then t.quantity else t.to_sort end)::int as coming
       from order_lines l join tasks t on t.site_id = l.site_id and t.order_line_id = l.id and t.slot_id = s.id and t.kind = 'pick'
       where l.site_id = s.site_id and l.order_id = s.order_id) n on true
     cross join lateral (select coalesce(sum(v.quantity), 0)::int as put from levels v where v.site_id = c.site_id
       and v.account_kind = 'container' and v.account_id = c.id) p
     where w.site_id = $1 and w.station_id = $2 order by w.row_no, w.column_no`,
    [tx.siteId, wall.id],
  );
  const totes = await rows<PutWallView['totes'][number]>(
    tx,
    `select c.lpn, min(r.number)::int as "runNumber", sum(t.to_sort)::int as units
     from containers c join tasks t on t.site_id = c.site_id and t.container_id = c.id and t.kind = 'pick' and t.to_sort > 0
     join runs r on r.site_id = t.site_id and r.id = t.run_id
     join run_slots s on s.site_id = t.site_id and s.id = t.slot_id and s.state in ('open', 'picked')
     where c.site_id = $1 and c.station_id = $2 and c.state = 'picked' group by c.lpn order by 2, 1`,
    [tx.siteId, wall.id],
  );
  const slots = found.map(({ slotState, empty, ...slot }) => ({
    ...slot,
    state: slotStateOf(slotState, { empty, put: slot.put }),
  }));
  const freeSlots = slots.filter(({ state }) => state === 'free').length;
  return { station: { code: wall.code, name: wall.name }, slots, totes, freeSlots };
}

function slotStateOf(
  slotState: string | null,
  { empty, put }: { empty: boolean; put: number },
): PutWallSlotState {
  if (slotState === null) return empty ? 'free' : 'put-back';
  if (slotState === 'packing') return 'packing';
  if (slotState === 'dropped') return 'complete';
  return put > 0 ? 'filling' : 'waiting';
}

/** Locks the runs that goods of this tote were picked by, as confirmations do: whoever sorts them comes one after the other. */
export async function lockRunsOfTote(tx: Tx, lpn: string): Promise<void> {
  await rows(
    tx,
    `select 1 from runs where site_id = $1 and id in (select t.run_id from containers c
       join tasks t on t.site_id = c.site_id and t.container_id = c.id where c.site_id = $1 and c.lpn = $2 and t.to_sort > 0)
     order by id for update`,
    [tx.siteId, lpn],
  );
}

/** What a tote brings to its wall, the most urgent order first. */
export function goodsToSort(tx: Tx, toteId: string): Promise<GoodsToSort[]> {
  return rows<GoodsToSort>(
    tx,
    `select t.id as "taskId", s.id as "runSlotId", t.order_id as "orderId", t.order_line_id as "orderLineId",
       t.merchant_id as "merchantId", t.item_id as "itemId", i.sku, i.name, t.lot, t.to_sort as quantity,
       o.external_ref as "externalRef",
       coalesce((select json_agg(json_build_object('code', b.barcode, 'quantity', b.quantity)) from item_barcodes b
         where b.item_id = t.item_id), '[]') as barcodes,
       json_build_object('id', c.id, 'code', c.lpn, 'row', w.row_no, 'column', w.column_no, 'light',
         case when d.id is null then null else json_build_object('deviceId', d.id, 'address', w.light_address) end) as slot
     from tasks t join run_slots s on s.site_id = t.site_id and s.id = t.slot_id and s.state in ('open', 'picked')
     join containers c on c.site_id = s.site_id and c.id = s.container_id
     join put_wall_slots w on w.site_id = c.site_id and w.id = c.id
     left join devices d on d.site_id = w.site_id and d.id = w.light_device_id and d.state in ('ready', 'degraded')
     join items i on i.id = t.item_id join orders o on o.site_id = t.site_id and o.id = t.order_id
     where t.site_id = $1 and t.container_id = $2 and t.kind = 'pick' and t.to_sort > 0
     order by o.cut_off_at, o.priority, w.row_no, w.column_no, t.id`,
    [tx.siteId, toteId],
  );
}

/** What a put came to, read from the ledger; null before it is there. */
export async function outcomeOf(tx: Tx, eventId: string): Promise<PutOutcome | null> {
  return row<PutOutcome>(
    tx,
    `select c.lpn as slot, m.quantity, not exists (select 1 from run_slots s where s.site_id = c.site_id and s.container_id = c.id
         and s.state in ('open', 'picked')) as "orderComplete",
       not exists (select 1 from levels v where v.site_id = c.site_id and v.account_kind = 'container' and v.account_id = m.from_id
         and v.quantity > 0) as "toteEmpty"
     from (select to_id, from_id, sum(quantity)::int as quantity from movements where site_id = $1 and event_id = $2
       and reason = 'sort' group by to_id, from_id) m
     join containers c on c.site_id = $1 and c.id = m.to_id`,
    [tx.siteId, eventId],
  );
}

/** Slots of these that nothing more comes to: complete with goods in them, over without. @returns the complete ones */
export async function endSlotsWithAll(
  tx: Tx,
  runSlotIds: readonly string[],
): Promise<{ orderId: string; merchantId: string; containerId: string; code: string }[]> {
  const ended = await rows<{
    orderId: string;
    merchantId: string;
    containerId: string;
    code: string;
    state: string;
  }>(
    tx,
    `update run_slots s set state = case when exists (select 1 from levels v where v.site_id = s.site_id
       and v.account_kind = 'container' and v.account_id = s.container_id and v.quantity > 0) then 'dropped' else 'cancelled' end
     from containers c where s.site_id = $1 and s.id = any($2::uuid[]) and s.state = 'picked' and c.site_id = s.site_id
       and c.id = s.container_id and not exists (select 1 from order_lines l join tasks t on t.site_id = l.site_id
         and t.order_line_id = l.id and t.slot_id = s.id and t.kind = 'pick' where l.site_id = s.site_id and l.order_id = s.order_id
         and (t.to_sort > 0 or ${OPEN_TASK}))
     returning s.order_id as "orderId", s.merchant_id as "merchantId", s.container_id as "containerId", c.lpn as code, s.state`,
    [tx.siteId, runSlotIds],
  );
  const complete = ended.filter(({ state }) => state === 'dropped').map(({ state: _state, ...slot }) => slot);
  await affected(tx, `update containers set state = 'picked' where site_id = $1 and id = any($2::uuid[])`, [
    tx.siteId,
    complete.map(({ containerId }) => containerId),
  ]);
  return complete;
}

/** A tote that holds nothing more is anybody's. */
export async function freeToteIfEmpty(tx: Tx, toteId: string): Promise<void> {
  await affected(
    tx,
    `update containers c set state = 'empty', station_id = null where c.site_id = $1 and c.id = $2 and not exists
       (select 1 from levels v where v.site_id = c.site_id and v.account_kind = 'container' and v.account_id = c.id
          and v.quantity > 0)`,
    [tx.siteId, toteId],
  );
}

/** What batch runs have picked for these orders: in the totes what was not sorted yet, in the wall the rest, newest first. */
export function batchPicked(tx: Tx, orderIds: readonly string[]): Promise<PickedGoods[]> {
  return rows<PickedGoods>(
    tx,
    `select s.id as "slotId", c.id as "containerId", c.lpn, t.order_id as "orderId", t.order_line_id as "orderLineId",
       t.merchant_id as "merchantId", t.item_id as "itemId", i.sku, t.lot, t.location_id as "locationId", a.code as location,
       x.quantity, v.quantity as held
     from run_slots s join order_lines l on l.site_id = s.site_id and l.order_id = s.order_id
     join tasks t on t.site_id = l.site_id and t.order_line_id = l.id and t.slot_id = s.id and t.kind = 'pick'
       and t.container_id is not null
     cross join lateral (values (t.container_id, t.to_sort), (s.container_id, t.done_quantity - t.to_sort))
       as x (container_id, quantity)
     join containers c on c.site_id = s.site_id and c.id = x.container_id
     join items i on i.id = t.item_id join locations a on a.site_id = t.site_id and a.id = t.location_id
     join levels v on v.site_id = c.site_id and v.account_kind = 'container' and v.account_id = c.id and v.item_id = t.item_id
       and v.lot = t.lot and v.quantity > 0
     where s.site_id = $1 and s.order_id = any($2::uuid[]) and ${LIVE} and x.quantity > 0
     order by t.ended_at desc, t.id desc`,
    [tx.siteId, orderIds],
  );
}
