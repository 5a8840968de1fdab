/** Goods that the ledger saw going into a tote that now stands for an order, newest first. */
export interface PickedGoods {
  slotId: string;
  containerId: string;
  lpn: string;
  orderId: string;
  orderLineId: string;
  merchantId: string;
  itemId: string;
  sku: string;
  lot: string;
  locationId: string;
  location: string;
  /** Units of this movement. */
  quantity: number;
  /** Units of this item and lot that the tote holds now. */
  held: number;
}

/**
 * What goes back from which tote to where: never more than the tote holds (the rest was packed, or put back before), the newest first,
 * one put-back for each order line and location.
 */
export function decidePutBacks(goods: readonly PickedGoods[]): PickedGoods[] {
  const left = new Map<string, number>();
  const putBacks = new Map<string, PickedGoods>();
  for (const each of goods) {
    const stock = `${each.containerId} ${each.itemId} ${each.lot}`;
    const there = left.get(stock) ?? each.held;
    const quantity = Math.min(each.quantity, there);
    left.set(stock, there - quantity);
    if (quantity === 0) continue;
    const key = `${stock} ${each.orderLineId} ${each.locationId}`;
    const known = putBacks.get(key);
    putBacks.set(key, { ...each, quantity: quantity + (known?.quantity ?? 0) });
  }
  return [...putBacks.values()];
}
