import { Injectable } from '@nestjs/common';
import { orderStates } from '#lib/contracts';
import { PromisesService } from '../inventory/promises.service.js';
import { actorName, asSystem, currentActor } from '../platform/context.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { move } from '../platform/transition.js';
import './orders.events.js';

/**
 * What another module does when an order is cancelled, in the same transaction: withdraw its tasks, void its labels. Answers
 * its effects in words; throws a Refusal where the order can't be cancelled any more (goods on a truck).
 */
export type CancelHook = (tx: Tx, orderId: string) => Promise<string[]>;

interface OrderRow {
  id: string;
  merchant_id: string;
  state: keyof typeof orderStates;
}

const orders = { table: 'orders', states: orderStates, noun: 'order' };

/** Holds and cancellation of orders. */
@Injectable()
export class OrdersService {
  private readonly cancelHooks: CancelHook[] = [];

  constructor(
    private readonly db: Database,
    private readonly promises: PromisesService,
  ) {}

  /** Modules further down register here what a cancellation means to them; called in the order of registration. */
  onCancel(hook: CancelHook): void {
    this.cancelHooks.push(hook);
  }

  /** An order with an open hold is not released. The same code twice is one hold. */
  async placeHold(orderId: string, code: string, reason: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const order = await lockOrder(tx, orderId);
      if (!['received', 'accepted', 'ready'].includes(order.state)) {
        throw new Refusal(
          'orders.too-late',
          `The order is ${order.state}: a hold would stop nothing any more.`,
          {
            facts: { state: order.state },
          },
        );
      }
      const placed = await affected(
        tx,
        `insert into order_holds (site_id, id, order_id, merchant_id, code, reason, placed_by, placed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (site_id, order_id, code) where released_at is null do nothing`,
        [tx.siteId, newId(), orderId, order.merchant_id, code, reason, tx.actorName, tx.at],
      );
      if (placed === 0) return;
      const about = { aggregateId: orderId, orderId, merchantId: order.merchant_id };
      await addEvent(tx, { ...about, type: 'orders.hold-placed', data: { orderId, code, reason } });
    });
  }

  async releaseHold(orderId: string, code: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const order = await lockOrder(tx, orderId);
      const released = await affected(
        tx,
        `update order_holds set released_at = $4, released_by = $5
         where site_id = $1 and order_id = $2 and code = $3 and released_at is null`,
        [tx.siteId, orderId, code, tx.at, tx.actorName],
      );
      if (released === 0) {
        throw new Refusal('orders.no-such-hold', `The order has no open hold "${code}".`, {
          status: 404,
          facts: { hold: code },
        });
      }
      const about = { aggregateId: orderId, orderId, merchantId: order.merchant_id };
      await addEvent(tx, { ...about, type: 'orders.hold-released', data: { orderId, code } });
    });
  }

  /**
   * Cancels an order wherever it is, as long as nothing of it is on a truck. Cancelling twice is answered as the first time.
   * @returns what that entailed, in words.
   */
  async cancelOrder(orderId: string, reason: string): Promise<string[]> {
    // Whose order it is the caller's own rights decide; withdrawing the floor's work needs the core's.
    await this.db.transaction((tx) => findOrder(tx, orderId));
    const actor = currentActor()!;
    const siteId = actor.siteId;
    return asSystem(`orders for ${actorName(actor)}`, siteId, () =>
      this.db.transaction((tx) => this.cancelWithin(tx, orderId, reason)),
    );
  }

  /** {@link cancelOrder} within a transaction of the core's. */
  async cancelWithin(tx: Tx, orderId: string, reason: string): Promise<string[]> {
    const order = await lockOrder(tx, orderId);
    if (order.state === 'cancelled') return [];
    if (!orderStates[order.state].includes('cancelled')) {
      throw new Refusal('orders.too-late', `The order is ${order.state} and can't be cancelled any more.`, {
        facts: { state: order.state },
      });
    }
    const effects: string[] = [];
    for (const hook of this.cancelHooks) effects.push(...(await hook(tx, orderId)));
    const lines = await rows<{ item_id: string; given_back: number }>(
      tx,
      `update order_lines l set state = 'cancelled', promised = l.shipped, reason = $3
       from (select id, promised from order_lines where site_id = $1 and order_id = $2
         and state not in ('cancelled', 'closed-short') order by id for update) as before
       where l.site_id = $1 and l.id = before.id returning l.item_id, before.promised - l.shipped as given_back`,
      [tx.siteId, orderId, reason],
    );
    await this.promises.breakPromises(
      tx,
      lines.map((line) => ({ itemId: line.item_id, quantity: line.given_back })),
    );
    await move(tx, orders, orderId, 'cancelled');
    await affected(
      tx,
      `update orders set state_at = $3, reason = $4, waiting_for = null where site_id = $1 and id = $2`,
      [tx.siteId, orderId, tx.at, reason],
    );
    const about = { aggregateId: orderId, orderId, merchantId: order.merchant_id };
    await addEvent(tx, { ...about, type: 'orders.order-cancelled', data: { orderId, reason, effects } });
    return effects;
  }
}

async function findOrder(tx: Tx, orderId: string, lock = ''): Promise<OrderRow> {
  const order = await row<OrderRow>(
    tx,
    `select id, merchant_id, state from orders where site_id = $1 and id = $2 ${lock}`,
    [tx.siteId, orderId],
  );
  if (!order) throw new Refusal('orders.unknown', 'There is no such order.', { status: 404 });
  return order;
}

const lockOrder = (tx: Tx, orderId: string) => findOrder(tx, orderId, 'for update');
