import type { Consignee, PlannedLabel } from '#lib/contracts';
import { rows, type Tx } from '../platform/database.service.js';
import type { CartonPlanned } from './suggest-carton.js';

/** A tote that waits at a bench and becomes one parcel as far as anybody can know. */
export interface WaitingTote {
  containerId: string;
  tote: string;
  orderId: string;
  merchantId: string;
  stationId: string;
  stationCode: string;
  carrierCode: string;
  carrierName: string | null;
  service: string;
  serviceName: string | null;
  externalRef: string;
  consignee: Consignee;
  merchantName: string;
  sender: Partial<Consignee> | null;
  siteName: string;
  items: { itemId: string; quantity: number }[];
  units: number;
  goodsGrams: number;
  carton: CartonPlanned;
  tareGrams: number;
}

/** The whole order lies in this tote: picked, not held, no other tote of it on its way, no parcel begun. */
const ONE_TOTE = `
  not exists (select 1 from run_slots x where x.site_id = s.site_id and x.order_id = s.order_id and x.id <> s.id
    and x.state in ('open', 'picked', 'dropped', 'packing'))
  and not exists (select 1 from order_holds h where h.site_id = o.site_id and h.order_id = o.id and h.released_at is null)`;

/** Totes that want a label ahead, the nearest cut-off first: those whose wave has planned one carton, at a bench with a scanner. */
export function waitingTotes(tx: Tx, limit: number): Promise<WaitingTote[]> {
  return rows(
    tx,
    `select c.id as "containerId", c.lpn as tote, o.id as "orderId", o.merchant_id as "merchantId", n.id as "stationId",
       n.code as "stationCode", o.carrier_code as "carrierCode", k.name as "carrierName", o.service, v.name as "serviceName",
       o.external_ref as "externalRef", o.consignee, m.name as "merchantName", m.settings -> 'sender' as sender,
       w.name as "siteName", g.items, g.units, g.grams as "goodsGrams", t.tare_grams as "tareGrams",
       json_build_object('id', t.id, 'code', t.code, 'contents', p.contents, 'because', p.because) as carton
     from run_slots s
     join containers c on c.site_id = s.site_id and c.id = s.container_id
     join stations n on n.site_id = c.site_id and n.id = c.station_id and n.kind = 'pack-bench'
     join orders o on o.site_id = s.site_id and o.id = s.order_id and o.state = 'picked'
     join merchants m on m.id = o.merchant_id
     join sites w on w.id = o.site_id
     left join carriers k on k.code = o.carrier_code
     join carrier_services v on v.site_id = o.site_id and v.carrier_code = o.carrier_code and v.service = o.service
     join planned_cartons p on p.site_id = o.site_id and p.order_id = o.id and p.wave_id = o.wave_id and p.number_in_order = 1
     join carton_types t on t.site_id = p.site_id and t.id = p.carton_type_id and t.active
     cross join lateral (
       select json_agg(json_build_object('itemId', l.item_id, 'quantity', l.quantity)) as items, sum(l.quantity)::int as units,
         sum(l.quantity * i.weight_grams)::int as grams
       from levels l join items i on i.id = l.item_id
       where l.site_id = c.site_id and l.account_kind = 'container' and l.account_id = c.id and l.quantity > 0) g
     where s.site_id = $1 and s.state = 'dropped' and g.units > 0
       and not exists (select 1 from planned_labels x where x.site_id = c.site_id and x.container_id = c.id and x.state = 'planned')
       and not exists (select 1 from planned_cartons x where x.site_id = p.site_id and x.order_id = p.order_id
         and x.wave_id = p.wave_id and x.number_in_order > 1)
       and not exists (select 1 from parcels x where x.site_id = o.site_id and x.order_id = o.id and x.state <> 'cancelled')
       and exists (select 1 from devices d where d.site_id = n.site_id and d.station_id = n.id and d.kind = 'scanner'
         and d.state <> 'disabled')
       and ${ONE_TOTE}
     order by o.cut_off_at, c.lpn limit $2`,
    [tx.siteId, limit],
  );
}

/** How many labels wait for each printer. */
export async function labelsByPrinter(tx: Tx): Promise<Map<string, number>> {
  const counts = await rows<{ deviceId: string; count: number }>(
    tx,
    `select device_id as "deviceId", count(*)::int as count from planned_labels where site_id = $1 and state = 'planned'
     group by device_id`,
    [tx.siteId],
  );
  return new Map(counts.map(({ deviceId, count }) => [deviceId, count]));
}

/** A label that was planned and is void from now on. */
export interface Withdrawn {
  id: string;
  commandId: string;
  orderId: string;
  merchantId: string;
  tote: string;
  nonce: string;
  carrierCode: string;
  trackingNumber: string;
  printState: string;
  reason: string;
}

const WITHDRAWN = `x.id, x.command_id as "commandId", x.order_id as "orderId", x.merchant_id as "merchantId", x.tote, x.nonce,
  x.carrier_code as "carrierCode", x.tracking_number as "trackingNumber", x.print_state as "printState", x.reason`;

/**
 * Makes void what can't come true any more: the order went elsewhere, its tote is gone or will not be the only one, its time is over.
 * Where paper has come out already a tote that was moved and a time that is over change nothing.
 */
export function withdrawOvertaken(tx: Tx): Promise<Withdrawn[]> {
  return rows(
    tx,
    `update planned_labels x set state = 'void', ended_at = $2, reason = b.reason
     from (
       select x.id, case
         when o.state not in ('picked', 'packing') then 'the order is ' || o.state
         when s.id is null then 'its tote was packed or emptied otherwise'
         when not (${ONE_TOTE}) then 'the order is on hold or has another tote'
         when exists (select 1 from parcels p where p.site_id = x.site_id and p.order_id = x.order_id
           and p.state not in ('cancelled', 'open')) then 'the order has another parcel'
         when x.print_state in ('queued', 'failed') and c.station_id is distinct from x.station_id then 'its tote was moved'
         when x.print_state in ('queued', 'failed') and x.valid_until <= $2 then 'its time is over'
         end as reason
       from planned_labels x
       join orders o on o.site_id = x.site_id and o.id = x.order_id
       join containers c on c.site_id = x.site_id and c.id = x.container_id
       left join run_slots s on s.site_id = x.site_id and s.container_id = x.container_id and s.order_id = x.order_id
         and s.state in ('dropped', 'packing')
       where x.site_id = $1 and x.state = 'planned') b
     where x.site_id = $1 and x.id = b.id and x.state = 'planned' and b.reason is not null
     returning ${WITHDRAWN}`,
    [tx.siteId, tx.at],
  );
}

/** Makes one label void. @returns nothing where it is not planned any more */
export function withdrawOne(tx: Tx, id: string, reason: string): Promise<Withdrawn[]> {
  return rows(
    tx,
    `update planned_labels x set state = 'void', ended_at = $3, reason = $4
     where x.site_id = $1 and x.id = $2 and x.state = 'planned' returning ${WITHDRAWN}`,
    [tx.siteId, id, tx.at, reason],
  );
}

interface AgentLabel {
  id: string;
  agent: string;
  commandId: string;
  live: boolean;
  fresh: boolean;
  atAgent: boolean;
}

/** What agents keep or should keep, and whether they know. */
export function labelsAtAgents(tx: Tx, agentId: string | null = null): Promise<AgentLabel[]> {
  return rows(
    tx,
    `select x.id, a.code as agent, x.command_id as "commandId", x.fresh, x.at_agent as "atAgent",
       case x.state when 'planned' then x.print_state in ('queued', 'failed')
         when 'adopted' then exists (select 1 from prints p where p.site_id = x.site_id and p.id = x.id and p.state = 'queued')
         else false end as live
     from planned_labels x join agents a on a.site_id = x.site_id and a.id = x.agent_id
     where x.site_id = $1 and (x.at_agent or x.state = 'planned') and ($2::uuid is null or x.agent_id = $2)
     order by x.created_at, x.id`,
    [tx.siteId, agentId],
  );
}

/** The labels with these ids as agents are sent them. */
export async function edgeLabels(tx: Tx, ids: readonly string[]): Promise<PlannedLabel[]> {
  if (ids.length === 0) return [];
  const found = await rows<Omit<PlannedLabel, 'codes' | 'validUntil'> & { tote: string; validUntil: Date }>(
    tx,
    `select x.command_id as "commandId", d.code as printer, x.tote, q.args, x.valid_until as "validUntil",
       array(select y.code from devices y where y.site_id = x.site_id and y.station_id = x.station_id and y.kind = 'scanner'
         and y.agent_id = x.agent_id and y.state <> 'disabled' order by y.code) as scanners
     from planned_labels x
     join devices d on d.site_id = x.site_id and d.id = x.device_id
     join device_commands q on q.site_id = x.site_id and q.id = x.command_id
     where x.site_id = $1 and x.id = any($2::uuid[]) order by x.created_at, x.id`,
    [tx.siteId, ids],
  );
  return found.map(({ tote, validUntil, ...label }) => ({
    ...label,
    codes: [tote],
    validUntil: validUntil.toISOString(),
  }));
}
