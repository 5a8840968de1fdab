import type { DenseWaveRequest } from './dense-wave-request.js';

/** Rows of (item, quantity) pairs: row r owns positions from[r] to from[r + 1]. */
export interface PairRows {
  count: number;
  from: Int32Array;
  item: Int32Array;
  quantity: Int32Array;
}

/** A dense-wave problem by numbers, without the orders and items that can never take part. */
export interface WaveModel {
  orders: PairRows;
  orderUnits: Int32Array;
  /** Index of each order in the request. */
  orderSource: Int32Array;
  aisles: PairRows;
  itemCount: number;
  /** Orders of an item: positions ordersFrom[i] to ordersFrom[i + 1] of ordersOfItem. */
  ordersFrom: Int32Array;
  ordersOfItem: Int32Array;
  /** Aisles of an item, likewise. */
  aislesFrom: Int32Array;
  aislesOfItem: Int32Array;
  minUnits: number;
  maxUnits: number;
}

/** A wave by indices of the model. */
export interface WaveChoice {
  orders: number[];
  aisles: number[];
  units: number;
}

export function waveModelOf(request: DenseWaveRequest): WaveModel {
  const itemIds = new Map<string, number>();
  const idOf = (itemId: string) => {
    const known = itemIds.get(itemId);
    if (known !== undefined) return known;
    itemIds.set(itemId, itemIds.size);
    return itemIds.size - 1;
  };
  const merged = (lines: { itemId: string; quantity: number }[]) => {
    const byItem = new Map<number, number>();
    for (const { itemId, quantity } of lines) {
      if (quantity > 0) byItem.set(idOf(itemId), (byItem.get(idOf(itemId)) ?? 0) + quantity);
    }
    return byItem;
  };
  const stock = request.aisles.map(({ stock: pairs }) => merged(pairs));
  const total = new Map<number, number>();
  for (const pairs of stock)
    for (const [item, quantity] of pairs) total.set(item, (total.get(item) ?? 0) + quantity);
  const orderSource: number[] = [];
  const demand = request.orders.flatMap(({ lines }, source) => {
    const pairs = merged(lines);
    const units = sum(pairs.values());
    const possible =
      units > 0 && units <= request.maxUnits && [...pairs].every(([i, q]) => q <= (total.get(i) ?? 0));
    if (!possible) return [];
    orderSource.push(source);
    return [pairs];
  });
  const wanted = new Set(demand.flatMap((pairs) => [...pairs.keys()]));
  const orders = pairRows(demand);
  const aisles = pairRows(stock.map((pairs) => new Map([...pairs].filter(([item]) => wanted.has(item)))));
  const itemCount = itemIds.size;
  const [ordersFrom, ordersOfItem] = rowsOfItems(orders, itemCount);
  const [aislesFrom, aislesOfItem] = rowsOfItems(aisles, itemCount);
  return {
    orders,
    orderUnits: Int32Array.from(demand, (pairs) => sum(pairs.values())),
    orderSource: Int32Array.from(orderSource),
    aisles,
    itemCount,
    ordersFrom,
    ordersOfItem,
    aislesFrom,
    aislesOfItem,
    minUnits: request.minUnits,
    maxUnits: request.maxUnits,
  };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function pairRows(rows: Map<number, number>[]): PairRows {
  const from = new Int32Array(rows.length + 1);
  rows.forEach((row, at) => {
    from[at + 1] = from[at]! + row.size;
  });
  const item = new Int32Array(from[rows.length]!);
  const quantity = new Int32Array(from[rows.length]!);
  rows.forEach((row, index) => {
    let at = from[index]!;
    for (const [id, units] of row) {
      item[at] = id;
      quantity[at++] = units;
    }
  });
  return { count: rows.length, from, item, quantity };
}

function rowsOfItems(rows: PairRows, itemCount: number): [Int32Array, Int32Array] {
  const from = new Int32Array(itemCount + 1);
  for (const item of rows.item) from[item + 1]!++;
  for (let item = 0; item < itemCount; item++) from[item + 1]! += from[item]!;
  const next = from.slice();
  const found = new Int32Array(rows.item.length);
  for (let row = 0; row < rows.count; row++) {
    for (let at = rows.from[row]!; at < rows.from[row + 1]!; at++) found[next[rows.item[at]!]!++] = row;
  }
  return [from, found];
}

/** Units per aisle; 0 for a wave that is not allowed. */
export function densityOf(choice: WaveChoice, model: WaveModel): number {
  if (choice.aisles.length === 0 || choice.units < model.minUnits || choice.units > model.maxUnits) return 0;
  return choice.units / choice.aisles.length;
}
