import { rows, type Tx } from '../platform/database.service.js';

/** A replenishment that fewer picks wait for than it was made for. */
export interface LessNeeded {
  sku: string;
  from: string;
  to: string;
  /** Units that are still wanted; 0: it is over. */
  quantity: number;
}

/**
 * Replenishments that were wanted for picks bring what picks still wait for: those that nobody has begun shrink to it, and are over when
 * it is nothing. One that is being confirmed at this moment is left alone; what it brings beyond the need is free goods at the face.
 * @param ids only these; null: all of the site.
 */
export function shrinkToNeed(tx: Tx, ids: readonly string[] | null): Promise<LessNeeded[]> {
  return rows<LessNeeded>(
    tx,
    `with open as materialized (select id from replenishments where site_id = $1 and state = 'ready' and need = 'before-wave'
         and ($2::uuid[] is null or id = any($2)) order by id for update skip locked),
       needed as (select o.id, coalesce(sum(v.quantity), 0)::int as quantity from open o
         left join reservations v on v.site_id = $1 and v.replenishment_id = o.id and v.state = 'open' group by o.id)
     update replenishments r set quantity = case when n.quantity = 0 then r.quantity else n.quantity end,
       state = case when n.quantity = 0 then 'cancelled' else r.state end,
       reason = case when n.quantity = 0 then 'no pick waits for it any more' else r.reason end,
       ended_at = case when n.quantity = 0 then $3::timestamptz else r.ended_at end
     from needed n join replenishments p on p.site_id = $1 and p.id = n.id join items i on i.id = p.item_id
     join locations a on a.site_id = $1 and a.id = p.from_location_id join locations b on b.site_id = $1 and b.id = p.to_location_id
     where r.site_id = $1 and r.id = n.id and n.quantity < r.quantity
     returning i.sku, a.code as "from", b.code as "to", n.quantity`,
    [tx.siteId, ids, tx.at],
  );
}
