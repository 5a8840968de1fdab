import { Injectable } from '@nestjs/common';
import { orderStates } from '#lib/contracts';
import { PromisesService } from '../inventory/promises.service.js';
import { affected, rows, type Tx } from '../platform/database.service.js';
import { addEvents } from '../platform/events.js';
import { moveAll } from '../platform/transition.js';
import './orders.events.js';

interface WaitingLine {
  id: string;
  order_id: string;
  merchant_id: string;
  missing: number;
}

const orders = { table: 'orders', states: orderStates, noun: 'order' };

/** Lines that wait for stock get it first come first served when it arrives. */
@Injectable()
export class BackordersService {
  constructor(private readonly promises: PromisesService) {}

  /** Promises newly arrived goods of one item; orders that now have everything become ready. */
  async promiseArrived(tx: Tx, itemId: string): Promise<void> {
    const waiting = await rows<WaitingLine>(
      tx,
      `select l.id, l.order_id, l.merchant_id, l.ordered - l.promised as missing
       from order_lines l join orders o on o.site_id = l.site_id and o.id = l.order_id
       where l.site_id = $1 and l.item_id = $2 and l.state = 'backordered' and l.promised < l.ordered and o.state = 'accepted'
       order by o.priority, o.received_at, o.id, l.line_no for update of l`,
      [tx.siteId, itemId],
    );
    const granted = await this.promises.promise(
      tx,
      waiting.map(({ id, merchant_id, missing }) => {
        return { orderLineId: id, merchantId: merchant_id, itemId, quantity: missing };
      }),
    );
    const served = waiting.filter(({ id }) => (granted.get(id) ?? 0) > 0);
    if (served.length > 0) await this.keepGrants(tx, served, granted);
    await this.forgetWaveShorts(tx, itemId);
  }

  private async keepGrants(
    tx: Tx,
    served: WaitingLine[],
    granted: ReadonlyMap<string, number>,
  ): Promise<void> {
    await affected(
      tx,
      `update order_lines l set promised = l.promised + g.quantity, reason = null,
         state = case when l.promised + g.quantity >= l.ordered then 'open' else 'backordered' end
       from unnest($2::uuid[], $3::int[]) as g (id, quantity) where l.site_id = $1 and l.id = g.id`,
      [tx.siteId, served.map(({ id }) => id), served.map(({ id }) => granted.get(id)!)],
    );
    await this.tellWhatIsMissing(tx, [...new Set(served.map((line) => line.order_id))]);
    const complete = await rows<{ id: string }>(
      tx,
      `select o.id from orders o where o.site_id = $1 and o.id = any($2::uuid[]) and not exists
         (select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id and l.state = 'backordered')`,
      [tx.siteId, [...new Set(served.map((line) => line.order_id))]],
    );
    const ready = await moveAll(
      tx,
      orders,
      complete.map(({ id }) => id),
      'ready',
    );
    if (ready.length === 0) return;
    await affected(
      tx,
      `update orders set waiting_for = null, state_at = $3 where site_id = $1 and id = any($2::uuid[])`,
      [tx.siteId, ready, tx.at],
    );
    const merchantOf = new Map(served.map((line) => [line.order_id, line.merchant_id]));
    await addEvents(
      tx,
      ready.map((orderId) => ({
        type: 'orders.order-ready' as const,
        aggregateId: orderId,
        orderId,
        merchantId: merchantOf.get(orderId)!,
        data: { orderId },
      })),
    );
  }

  private async tellWhatIsMissing(tx: Tx, orderIds: readonly string[]): Promise<void> {
    await affected(
      tx,
      `update orders o set waiting_for = w.text
       from (select l.order_id, 'stock: ' || string_agg((l.ordered - l.promised) || ' of ' || i.sku, ', ' order by l.line_no) as text
         from order_lines l join items i on i.id = l.item_id
         where l.site_id = $1 and l.order_id = any($2::uuid[]) and l.state = 'backordered' group by l.order_id) as w
       where o.site_id = $1 and o.id = w.order_id`,
      [tx.siteId, orderIds],
    );
  }

  /** Lines that the last wave had to leave behind for want of this item at a location may try again. */
  private async forgetWaveShorts(tx: Tx, itemId: string): Promise<void> {
    const freed = await rows<{ order_id: string }>(
      tx,
      `update order_lines set reason = null where site_id = $1 and item_id = $2 and state = 'open' and reason is not null
       returning order_id`,
      [tx.siteId, itemId],
    );
    if (freed.length === 0) return;
    await affected(
      tx,
      `update orders set waiting_for = null where site_id = $1 and id = any($2::uuid[]) and state = 'ready'`,
      [tx.siteId, [...new Set(freed.map((line) => line.order_id))]],
    );
  }
}
