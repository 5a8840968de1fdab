import { rows, type Tx } from '../platform/database.service.js';
import type { CartonPlanned } from './suggest-carton.js';

/** What is left of the cartons that the order's wave planned for it, in their order: one is used up by each parcel. */
export function plannedCartons(tx: Tx, orderId: string): Promise<CartonPlanned[]> {
  return rows<CartonPlanned>(
    tx,
    `select t.id, t.code, p.contents, p.because from planned_cartons p
     join orders o on o.site_id = p.site_id and o.id = p.order_id and o.wave_id = p.wave_id
     join carton_types t on t.site_id = p.site_id and t.id = p.carton_type_id and t.active
     where p.site_id = $1 and p.order_id = $2 and p.number_in_order > (select count(*) from parcels x
       where x.site_id = p.site_id and x.order_id = p.order_id and x.state <> 'cancelled')
     order by p.number_in_order`,
    [tx.siteId, orderId],
  );
}
