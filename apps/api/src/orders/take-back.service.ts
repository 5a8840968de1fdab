import { Injectable } from '@nestjs/common';
import { orderStates, statesBefore } from '#lib/contracts';
import { PromisesService } from '../inventory/promises.service.js';
import { affected, rows, type Tx } from '../platform/database.service.js';
import { addEvents } from '../platform/events.js';
import './orders.events.js';

/** A line whose goods can't be had for a while, with why: its order is not tried again before. */
export interface LineDelay {
  orderLineId: string;
  reason: string;
}

interface LineRow {
  id: string;
  order_id: string;
  merchant_id: string;
  item_id: string;
  missing: number;
}

/** Orders come back from the floor and wait as if they had never been released. */
@Injectable()
export class TakeBackService {
  constructor(private readonly promises: PromisesService) {}

  /**
   * Sets what was reserved, picked and packed of the orders' live lines to nothing. The caller has withdrawn the work and knows where
   * the goods are. A line that had been given less than it wanted is promised the rest again, or waits for stock.
   * @returns the orders that are ready again; the others wait for stock.
   */
  async takeBack(tx: Tx, orderIds: readonly string[], delays: readonly LineDelay[]): Promise<string[]> {
    if (orderIds.length === 0) return [];
    const lines = await this.resetLines(tx, orderIds);
    await this.promiseRest(
      tx,
      lines.filter(({ missing }) => missing > 0),
    );
    await affected(
      tx,
      `update order_lines l set reason = d.reason from unnest($2::uuid[], $3::text[]) as d (id, reason)
       where l.site_id = $1 and l.id = d.id and l.state = 'open'`,
      [tx.siteId, delays.map(({ orderLineId }) => orderLineId), delays.map(({ reason }) => reason)],
    );
    return this.moveBack(tx, orderIds);
  }

  private resetLines(tx: Tx, orderIds: readonly string[]): Promise<LineRow[]> {
    return rows<LineRow>(
      tx,
      `with locked as materialized (select id from order_lines where site_id = $1 and order_id = any($2::uuid[])
         and state in ('released', 'picked', 'packed') order by id for update)
       update order_lines l set reserved = 0, picked = 0, packed = 0, state = 'open', reason = null from locked
       where l.site_id = $1 and l.id = locked.id
       returning l.id, l.order_id, l.merchant_id, l.item_id, l.ordered - l.promised as missing`,
      [tx.siteId, orderIds],
    );
  }

  private async promiseRest(tx: Tx, lines: readonly LineRow[]): Promise<void> {
    if (lines.length === 0) return;
    const granted = await this.promises.promise(
      tx,
      lines.map(({ id, merchant_id, item_id, missing }) => {
        return { orderLineId: id, merchantId: merchant_id, itemId: item_id, quantity: missing };
      }),
    );
    await affected(
      tx,
      `update order_lines l set promised = l.promised + g.quantity,
         state = case when l.promised + g.quantity < l.ordered then 'backordered' else 'open' end
       from unnest($2::uuid[], $3::int[]) as g (id, quantity) where l.site_id = $1 and l.id = g.id`,
      [tx.siteId, lines.map(({ id }) => id), lines.map(({ id }) => granted.get(id) ?? 0)],
    );
    const waiting = lines.filter(({ id, missing }) => (granted.get(id) ?? 0) < missing);
    await addEvents(
      tx,
      waiting.map(({ id, order_id: orderId, merchant_id: merchantId, missing }) => ({
        type: 'orders.order-backordered' as const,
        aggregateId: orderId,
        orderId,
        merchantId,
        data: { orderId, orderLineId: id, quantity: missing - (granted.get(id) ?? 0) },
      })),
    );
  }

  private async moveBack(tx: Tx, orderIds: readonly string[]): Promise<string[]> {
    const toAccepted = statesBefore(orderStates, 'accepted');
    const from = statesBefore(orderStates, 'ready').filter((state) => toAccepted.includes(state));
    const moved = await rows<{ id: string; merchant_id: string; state: string }>(
      tx,
      `update orders o set wave_id = null, state_at = $3, state = case when w.backordered then 'accepted' else 'ready' end,
         waiting_for = case when w.backordered then 'stock to arrive' else w.reason end
       from (select order_id, bool_or(state = 'backordered') as backordered, min(reason) filter (where state = 'open') as reason
         from order_lines where site_id = $1 and order_id = any($2::uuid[]) group by order_id) as w
       where o.site_id = $1 and o.id = w.order_id and o.state = any($4::text[])
       returning o.id, o.merchant_id, o.state`,
      [tx.siteId, orderIds, tx.at, from],
    );
    const ready = moved.filter(({ state }) => state === 'ready');
    await addEvents(
      tx,
      ready.map(({ id: orderId, merchant_id: merchantId }) => ({
        type: 'orders.order-ready' as const,
        aggregateId: orderId,
        orderId,
        merchantId,
        data: { orderId },
      })),
    );
    return ready.map(({ id }) => id);
  }
}
