import { Injectable } from '@nestjs/common';
import { orderStates, statesBefore } from '#lib/contracts';
import { PromisesService } from '../inventory/promises.service.js';
import { affected, row, rows, type Tx } from '../platform/database.service.js';
import { addEventOfEach, addEvents, type NewEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import './orders.events.js';

export interface LineQuantity {
  orderLineId: string;
  quantity: number;
}

interface OrderKey {
  id: string;
  merchant_id: string;
}

type Counter = 'reserved' | 'picked' | 'packed' | 'shipped';

/** Lines that still count: not cancelled and not closed without goods. */
const LIVE = `l.state not in ('cancelled', 'closed-short')`;

/** The state a line enters with its last unit, as part of the same update. */
const STATE_AFTER: Record<Counter, string> = {
  reserved: '',
  picked: `, state = case when l.state = 'released' and l.picked + c.quantity = l.reserved then 'picked' else l.state end`,
  packed: '',
  shipped: `, state = case when l.state = 'packed' and l.shipped + c.quantity = l.packed then 'shipped' else l.state end`,
};

/**
 * How far orders have come, told by the modules that move them on, inside their transactions. Per line always
 * shipped <= packed <= picked <= reserved <= ordered; whoever passes that has counted something twice and is refused.
 */
@Injectable()
export class OrderProgressService {
  constructor(private readonly promises: PromisesService) {}

  /**
   * A wave goes to the floor: its orders are released with what is set aside for their lines. The orders come first, so that whoever
   * cancels one waits; each row is written once and no line leaves the database, for a wave may have ten thousand orders.
   * @returns how many orders were released.
   * @throws Refusal when nothing is set aside for an order, or more than a line wants.
   */
  async markReleased(tx: Tx, waveId: string): Promise<number> {
    const released = await affected(
      tx,
      `update orders set state = 'released', state_at = $3, waiting_for = null
       where site_id = $1 and wave_id = $2 and state = any($4::text[])`,
      [tx.siteId, waveId, tx.at, statesBefore(orderStates, 'released')],
    );
    const done = await row<{ lines: number; moved: number; orders: number }>(
      tx,
      `with goods as materialized (select l.id, sum(v.quantity)::int as quantity from orders o
         join order_lines l on l.site_id = o.site_id and l.order_id = o.id
         join reservations v on v.site_id = l.site_id and v.order_line_id = l.id and v.wave_id = o.wave_id and v.state = 'open'
         where o.site_id = $1 and o.wave_id = $2 and o.state = 'released' and o.state_at = $3 group by l.id),
       moved as (update order_lines l set reserved = l.reserved + c.quantity, state = 'released', reason = null from goods c
         where l.site_id = $1 and l.id = c.id and l.reserved + c.quantity between l.picked and l.ordered returning l.order_id)
       select (select count(*)::int from goods) as lines, count(*)::int as moved, count(distinct order_id)::int as orders from moved`,
      [tx.siteId, waveId, tx.at],
    );
    const { lines, moved, orders } = done!;
    if (moved !== lines || orders !== released) {
      const facts = { waveId, lines, moved, released, orders };
      throw new Refusal('orders.chain-broken', 'What is set aside for the wave does not fit its orders.', {
        facts,
      });
    }
    await addEventOfEach(tx, 'orders.order-released', {
      sql: `select o.id as aggregate_id, o.id as order_id, o.merchant_id, jsonb_build_object('orderId', o.id, 'waveId', o.wave_id) as data
        from orders o where o.site_id = $1 and o.wave_id = $2 and o.state = 'released' and o.state_at = $3`,
      parameters: [tx.siteId, waveId, tx.at],
      count: released,
    });
    return released;
  }

  /** Goods were put into totes: `released -> picking`. */
  async addPicked(tx: Tx, lines: readonly LineQuantity[]): Promise<void> {
    const orderIds = await this.add(tx, 'picked', lines);
    await this.moveOrders(tx, orderIds, 'picking');
  }

  /** Units that were picked are not to be found any more: their lines wait for others, or are closed short. */
  async removePicked(tx: Tx, lines: readonly LineQuantity[]): Promise<void> {
    const back = lines.map(({ orderLineId, quantity }) => ({ orderLineId, quantity: -quantity }));
    await this.add(tx, 'picked', back);
    await affected(
      tx,
      `update order_lines set state = 'released' where site_id = $1 and id = any($2::uuid[]) and state = 'picked'
         and picked < reserved`,
      [tx.siteId, lines.map((line) => line.orderLineId)],
    );
  }

  /**
   * The goods of these orders stand at a station: `picking -> picked` for orders with every live line picked.
   * @returns the orders that moved.
   */
  async markPicked(tx: Tx, orderIds: readonly string[]): Promise<string[]> {
    const complete = await this.ordersWhere(
      tx,
      orderIds,
      `l.picked < l.reserved or l.state in ('open', 'backordered')`,
    );
    const moved = await this.moveOrders(tx, complete, 'picked');
    await tell(tx, moved, (orderId) => ({ type: 'orders.order-picked', data: { orderId } }));
    return moved.map(({ id }) => id);
  }

  /** Goods of these orders are to be brought to their station again: `picked -> picking`. */
  async reopenPicked(tx: Tx, orderIds: readonly string[]): Promise<void> {
    await this.moveOrders(tx, orderIds, 'picking');
  }

  /** Units were scanned into a parcel: `picked -> packing`. */
  async addPacked(tx: Tx, lines: readonly LineQuantity[]): Promise<void> {
    const orderIds = await this.add(tx, 'packed', lines);
    await this.moveOrders(tx, orderIds, 'packing');
  }

  /** A parcel was reopened or emptied: its units count as picked again. */
  async removePacked(tx: Tx, lines: readonly LineQuantity[]): Promise<void> {
    const back = lines.map(({ orderLineId, quantity }) => ({ orderLineId, quantity: -quantity }));
    const orderIds = await this.add(tx, 'packed', back);
    await affected(
      tx,
      `update order_lines set state = 'picked' where site_id = $1 and id = any($2::uuid[]) and state = 'packed'`,
      [tx.siteId, lines.map((line) => line.orderLineId)],
    );
    await this.moveOrders(tx, orderIds, 'packing');
  }

  /**
   * Parcels of these orders were closed: `packing -> packed` for orders with every picked unit packed.
   * @returns the orders that moved.
   */
  async markPacked(tx: Tx, orderIds: readonly string[]): Promise<string[]> {
    const complete = await this.ordersWhere(tx, orderIds, 'l.packed < l.reserved');
    await affected(
      tx,
      `update order_lines l set state = 'packed' where l.site_id = $1 and l.order_id = any($2::uuid[]) and l.state = 'picked'
         and l.packed = l.reserved`,
      [tx.siteId, complete],
    );
    const moved = await this.moveOrders(tx, complete, 'packed');
    await tell(tx, moved, (orderId) => ({ type: 'orders.order-packed', data: { orderId } }));
    return moved.map(({ id }) => id);
  }

  /** All parcels of these orders stand in staging: `packed -> staged`. The caller knows the parcels. */
  async markStaged(tx: Tx, orderIds: readonly string[]): Promise<string[]> {
    const moved = await this.moveOrders(tx, orderIds, 'staged');
    await tell(tx, moved, (orderId) => ({ type: 'orders.order-staged', data: { orderId } }));
    return moved.map(({ id }) => id);
  }

  /** Parcels left the building: `staged -> shipped` for orders with every packed unit shipped. */
  async addShipped(tx: Tx, lines: readonly LineQuantity[]): Promise<string[]> {
    const orderIds = await this.add(tx, 'shipped', lines);
    const complete = await this.ordersWhere(tx, orderIds, 'l.shipped < l.reserved');
    // A parcel that a lane hands straight to the truck was staged for a moment all the same.
    await this.moveOrders(tx, complete, 'staged');
    const moved = await this.moveOrders(tx, complete, 'shipped');
    await tell(tx, moved, (orderId) => ({ type: 'orders.order-shipped', data: { orderId } }));
    return moved.map(({ id }) => id);
  }

  /** More goods were set aside for a released line in place of missing ones. */
  async addReserved(tx: Tx, lines: readonly LineQuantity[]): Promise<void> {
    await this.add(tx, 'reserved', lines);
  }

  /**
   * Goods that a line was promised and that were set aside for it are not there: reservation and promise go. The caller takes
   * them out of the book afterwards, and then asks `promiseAgain`.
   */
  async loseGoods(tx: Tx, orderLineId: string, quantity: number): Promise<void> {
    await this.add(tx, 'reserved', [{ orderLineId, quantity: -quantity }]);
    const [line] = await rows<{ item_id: string }>(
      tx,
      `update order_lines set promised = promised - $3 where site_id = $1 and id = $2 returning item_id`,
      [tx.siteId, orderLineId, quantity],
    );
    await this.promises.breakPromises(tx, [{ itemId: line!.item_id, quantity }]);
  }

  /** Promises a line other goods in place of lost ones. @returns how many there were to promise. */
  async promiseAgain(tx: Tx, orderLineId: string, quantity: number): Promise<number> {
    const [line] = await rows<{ item_id: string; merchant_id: string }>(
      tx,
      `select item_id, merchant_id from order_lines where site_id = $1 and id = $2 for update`,
      [tx.siteId, orderLineId],
    );
    const request = { orderLineId, merchantId: line!.merchant_id, itemId: line!.item_id, quantity };
    const granted = (await this.promises.promise(tx, [request])).get(orderLineId) ?? 0;
    await affected(tx, `update order_lines set promised = promised + $3 where site_id = $1 and id = $2`, [
      tx.siteId,
      orderLineId,
      granted,
    ]);
    return granted;
  }

  /** Whether anything of the order is picked or on its way to be: set aside for any of its lines. */
  async isInPlay(tx: Tx, orderId: string): Promise<boolean> {
    const found = await rows(
      tx,
      `select 1 from order_lines l where l.site_id = $1 and l.order_id = $2 and l.reserved > 0 and ${LIVE} limit 1`,
      [tx.siteId, orderId],
    );
    return found.length > 0;
  }

  /**
   * Ends a line with what it has: the rest of its promise is given back, the line goes on with what was picked (or is closed
   * when that is nothing). An order with no live line left is closed short.
   */
  async closeLineShort(tx: Tx, orderLineId: string, reason: string): Promise<void> {
    const [line] = await rows<{
      order_id: string;
      merchant_id: string;
      item_id: string;
      given_back: number;
      missing: number;
    }>(
      tx,
      `update order_lines l set promised = l.reserved, reason = $3,
         state = case when l.reserved = 0 then 'closed-short' when l.picked = l.reserved then 'picked' else 'released' end
       from (select id, promised from order_lines where site_id = $1 and id = $2 for update) as before
       where l.site_id = $1 and l.id = before.id
       returning l.order_id, l.merchant_id, l.item_id, before.promised - l.reserved as given_back, l.ordered - l.reserved as missing`,
      [tx.siteId, orderLineId, reason],
    );
    if (!line) throw new Refusal('orders.unknown-line', 'There is no such order line.', { status: 404 });
    await this.promises.breakPromises(tx, [{ itemId: line.item_id, quantity: line.given_back }]);
    const about = { aggregateId: line.order_id, orderId: line.order_id, merchantId: line.merchant_id };
    const data = { orderId: line.order_id, orderLineId, quantity: line.missing, reason };
    await addEvents(tx, [{ ...about, type: 'orders.line-closed-short', data }]);
    await this.closeEmptyOrders(tx, [line.order_id], reason);
  }

  /** Sends an order of which nothing is in play back to wait for the goods of this line. */
  async backorderLine(tx: Tx, orderLineId: string): Promise<void> {
    const [line] = await rows<{ order_id: string; merchant_id: string; missing: number }>(
      tx,
      `update order_lines l set reason = 'goods missing at their location',
         state = case when l.promised < l.ordered then 'backordered' else 'open' end
       where l.site_id = $1 and l.id = $2 returning l.order_id, l.merchant_id, l.ordered - l.promised as missing`,
      [tx.siteId, orderLineId],
    );
    if (!line) throw new Refusal('orders.unknown-line', 'There is no such order line.', { status: 404 });
    await this.moveOrders(tx, [line.order_id], line.missing > 0 ? 'accepted' : 'ready');
    const waiting = line.missing > 0 ? 'stock to arrive' : 'goods to be put away';
    await affected(tx, `update orders set wave_id = null, waiting_for = $3 where site_id = $1 and id = $2`, [
      tx.siteId,
      line.order_id,
      waiting,
    ]);
    const about = { aggregateId: line.order_id, orderId: line.order_id, merchantId: line.merchant_id };
    const data = { orderId: line.order_id, orderLineId, quantity: line.missing };
    await addEvents(tx, [{ ...about, type: 'orders.order-backordered', data }]);
  }

  private async closeEmptyOrders(tx: Tx, orderIds: string[], reason: string): Promise<void> {
    const empty = await rows<{ id: string }>(
      tx,
      `select o.id from orders o where o.site_id = $1 and o.id = any($2::uuid[]) and not exists
         (select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id and ${LIVE})`,
      [tx.siteId, orderIds],
    );
    const moved = await this.moveOrders(
      tx,
      empty.map(({ id }) => id),
      'closed-short',
    );
    await affected(
      tx,
      `update orders set reason = $3, waiting_for = null where site_id = $1 and id = any($2::uuid[])`,
      [tx.siteId, moved.map(({ id }) => id), reason],
    );
    await tell(tx, moved, (orderId) => ({ type: 'orders.order-closed-short', data: { orderId, reason } }));
  }

  /** Adds to one counter of the chain; locks the lines in order. @returns their orders. */
  private async add(tx: Tx, counter: Counter, lines: readonly LineQuantity[]): Promise<string[]> {
    if (lines.length === 0) return [];
    const sums = new Map<string, number>();
    for (const { orderLineId, quantity } of lines)
      sums.set(orderLineId, (sums.get(orderLineId) ?? 0) + quantity);
    const chain = ['shipped', 'packed', 'picked', 'reserved', 'ordered'];
    const at = chain.indexOf(counter);
    const value = `l.${counter} + c.quantity`;
    const changed = await rows<{ order_id: string }>(
      tx,
      `with locked as materialized (select id from order_lines where site_id = $1 and id = any($2::uuid[]) order by id for update)
       update order_lines l set ${counter} = ${value}${STATE_AFTER[counter]}
       from unnest($2::uuid[], $3::int[]) as c (id, quantity), locked
       where l.site_id = $1 and l.id = c.id and locked.id = l.id
         and ${value} between ${at === 0 ? '0' : `l.${chain[at - 1]}`} and l.${chain[at + 1]}
       returning l.order_id`,
      [tx.siteId, [...sums.keys()], [...sums.values()]],
    );
    if (changed.length !== sums.size) {
      throw chainBroken(counter, lines);
    }
    return [...new Set(changed.map((each) => each.order_id))];
  }

  /**
   * Those of the orders that have no live line in the given unfinished condition. The orders are locked first: of two that finish
   * the last lines of an order at the same moment the second must see what the first did.
   */
  private async ordersWhere(tx: Tx, orderIds: readonly string[], unfinished: string): Promise<string[]> {
    await rows(
      tx,
      'select 1 from orders where site_id = $1 and id = any($2::uuid[]) order by id for no key update',
      [tx.siteId, orderIds],
    );
    const complete = await rows<{ id: string }>(
      tx,
      `select o.id from orders o where o.site_id = $1 and o.id = any($2::uuid[])
         and exists (select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id and ${LIVE})
         and not exists (select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id and ${LIVE}
           and (${unfinished}))
       order by o.id`,
      [tx.siteId, orderIds],
    );
    return complete.map(({ id }) => id);
  }

  private async moveOrders(
    tx: Tx,
    orderIds: readonly string[],
    to: keyof typeof orderStates,
  ): Promise<OrderKey[]> {
    if (orderIds.length === 0) return [];
    return rows<OrderKey>(
      tx,
      `update orders set state = $3, state_at = $4 where site_id = $1 and id = any($2::uuid[]) and state = any($5::text[])
       returning id, merchant_id`,
      [tx.siteId, orderIds, to, tx.at, statesBefore(orderStates, to)],
    );
  }
}

function chainBroken(counter: Counter, lines: readonly LineQuantity[]): Refusal {
  return new Refusal('orders.chain-broken', `More would be ${counter} of an order line than it allows.`, {
    facts: { counter, lines: lines.map(({ orderLineId }) => orderLineId) },
  });
}

async function tell(
  tx: Tx,
  orders: readonly OrderKey[],
  of: (orderId: string) => Pick<NewEvent, 'type' | 'data'>,
): Promise<void> {
  await addEvents(
    tx,
    orders.map(({ id, merchant_id }) => ({
      ...of(id),
      aggregateId: id,
      orderId: id,
      merchantId: merchant_id,
    })),
  );
}
