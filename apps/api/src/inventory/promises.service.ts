import { Injectable } from '@nestjs/common';
import { affected, rows, type Tx } from '../platform/database.service.js';

/** An order line that wants goods, no matter from where. */
export interface PromiseRequest {
  orderLineId: string;
  merchantId: string;
  itemId: string;
  quantity: number;
}

export interface ItemQuantity {
  itemId: string;
  quantity: number;
}

export interface ItemTotal {
  itemId: string;
  onHand: number;
  promised: number;
}

/** Quantities promised to order lines: first come first served per item, no bin chosen. */
@Injectable()
export class PromisesService {
  /**
   * Promises in the order given, as far as there is something left to promise.
   * @returns what each line was granted, from 0 to what it asked for.
   */
  async promise(tx: Tx, requests: readonly PromiseRequest[]): Promise<Map<string, number>> {
    const granted = new Map<string, number>();
    if (requests.length === 0) return granted;
    const merchants = new Map(requests.map((request) => [request.itemId, request.merchantId]));
    // A total that does not exist yet is made, so that goods arriving at this moment wait for us and then see our lines.
    await affected(
      tx,
      `insert into stock_totals (site_id, item_id, merchant_id, on_hand)
       select $1, i.id, i.merchant, 0 from unnest($2::uuid[], $3::uuid[]) as i (id, merchant) order by i.id
       on conflict (site_id, item_id) do nothing`,
      [tx.siteId, [...merchants.keys()], [...merchants.values()]],
    );
    const totals = await this.lockTotals(tx, [...merchants.keys()]);
    const free = new Map(totals.map((total) => [total.itemId, total.onHand - total.promised]));
    const taken = new Map<string, number>();
    for (const { orderLineId, itemId, quantity } of requests) {
      const grant = Math.min(quantity, free.get(itemId) ?? 0);
      granted.set(orderLineId, grant);
      free.set(itemId, (free.get(itemId) ?? 0) - grant);
      if (grant > 0) taken.set(itemId, (taken.get(itemId) ?? 0) + grant);
    }
    await this.changePromised(tx, taken, 1);
    return granted;
  }

  /** Gives promised quantities back, for example when an order is cancelled. */
  async breakPromises(tx: Tx, broken: readonly ItemQuantity[]): Promise<void> {
    const sums = new Map<string, number>();
    for (const { itemId, quantity } of broken) {
      if (quantity > 0) sums.set(itemId, (sums.get(itemId) ?? 0) + quantity);
    }
    await this.changePromised(tx, sums, -1);
  }

  /** Locks the totals of these items, in the order in which everybody does. */
  async lockTotals(tx: Tx, itemIds: readonly string[]): Promise<ItemTotal[]> {
    return rows<ItemTotal>(
      tx,
      `select item_id as "itemId", on_hand as "onHand", promised from stock_totals
       where site_id = $1 and item_id = any($2::uuid[]) order by item_id for update`,
      [tx.siteId, itemIds],
    );
  }

  private async changePromised(tx: Tx, sums: ReadonlyMap<string, number>, sign: 1 | -1): Promise<void> {
    if (sums.size === 0) return;
    const changed = await affected(
      tx,
      `update stock_totals t set promised = t.promised + c.quantity
       from unnest($2::uuid[], $3::int[]) as c (item, quantity)
       where t.site_id = $1 and t.item_id = c.item and t.promised + c.quantity between 0 and t.on_hand`,
      [tx.siteId, [...sums.keys()], [...sums.values()].map((quantity) => sign * quantity)],
    );
    if (changed !== sums.size) throw new Error('The promises of an item do not match its orders');
  }
}
