import { Random } from '../search/random.js';
import type { WaveChoice, WaveModel } from './wave-model.js';

/** What was done, to be undone: aisles as index, orders as ~index. */
type Journal = number[];

/**
 * A wave in the making: chosen aisles, and orders that their stock serves, always within stock and the most units.
 * Every change can be taken back.
 */
export class WaveState {
  readonly hasAisle: Uint8Array;
  readonly hasOrder: Uint8Array;
  readonly aisleList: number[] = [];
  units = 0;
  /** Stock of the chosen aisles that no chosen order uses, per item. */
  readonly free: Int32Array;
  private readonly slot: Int32Array;
  private readonly journal: Journal = [];
  private readonly seen: Int32Array;
  private seenMark = 0;
  private readonly offered: number[] = [];

  constructor(
    readonly model: WaveModel,
    private readonly random: Random,
  ) {
    this.hasAisle = new Uint8Array(model.aisles.count);
    this.hasOrder = new Uint8Array(model.orders.count);
    this.free = new Int32Array(model.itemCount);
    this.slot = new Int32Array(model.aisles.count);
    this.seen = new Int32Array(model.orders.count);
  }

  /** A mark to return to. */
  mark(): number {
    return this.journal.length;
  }

  undoTo(mark: number): void {
    while (this.journal.length > mark) {
      const entry = this.journal.pop()!;
      if (entry >= 0) this.flipAisle(entry);
      else this.flipOrder(~entry);
    }
  }

  forgetUndo(): void {
    this.journal.length = 0;
  }

  load({ aisles, orders }: Pick<WaveChoice, 'aisles' | 'orders'>): void {
    for (const aisle of [...this.aisleList]) this.flipAisle(aisle);
    this.hasOrder.forEach((has, order) => {
      if (has === 1) this.flipOrder(order);
    });
    for (const aisle of aisles) this.flipAisle(aisle);
    for (const order of orders) this.flipOrder(order);
    this.forgetUndo();
  }

  choice(): WaveChoice {
    const orders: number[] = [];
    this.hasOrder.forEach((has, order) => {
      if (has === 1) orders.push(order);
    });
    return { orders, aisles: [...this.aisleList], units: this.units };
  }

  /** Adds an aisle; the orders it makes possible come with `refill`. */
  addAisle(aisle: number): void {
    this.journal.push(aisle);
    this.flipAisle(aisle);
    const { from, item } = this.model.aisles;
    for (let at = from[aisle]!; at < from[aisle + 1]!; at++) this.offered.push(item[at]!);
  }

  /** Takes an aisle away and drops the orders that its stock carried. */
  removeAisle(aisle: number): void {
    this.journal.push(aisle);
    this.flipAisle(aisle);
    const { from, item } = this.model.aisles;
    for (let at = from[aisle]!; at < from[aisle + 1]!; at++) {
      while (this.free[item[at]!]! < 0) this.dropOrder(this.cheapestUser(item[at]!));
    }
  }

  dropOrder(order: number): void {
    this.journal.push(~order);
    this.flipOrder(order);
    const { from, item } = this.model.orders;
    for (let at = from[order]!; at < from[order + 1]!; at++) this.offered.push(item[at]!);
  }

  takeOrder(order: number): void {
    this.journal.push(~order);
    this.flipOrder(order);
  }

  /** Tries the orders of all items that became free since the last time, large ones first with some chance. */
  refill(): void {
    const { ordersFrom, ordersOfItem, orderUnits } = this.model;
    this.seenMark++;
    const candidates: number[] = [];
    for (const item of this.offered) {
      if (this.free[item]! <= 0) continue;
      for (let at = ordersFrom[item]!; at < ordersFrom[item + 1]!; at++) {
        const order = ordersOfItem[at]!;
        if (this.seen[order] === this.seenMark || this.hasOrder[order] === 1) continue;
        this.seen[order] = this.seenMark;
        if (this.fits(order)) candidates.push(order);
      }
    }
    this.offered.length = 0;
    const noise = this.random.next() < 0.5 ? 0 : 3;
    const worth = new Map(
      candidates.map((order) => [order, orderUnits[order]! + noise * this.random.next()]),
    );
    candidates.sort((one, two) => worth.get(two)! - worth.get(one)! || one - two);
    for (const order of candidates) if (this.fits(order)) this.takeOrder(order);
  }

  fits(order: number): boolean {
    const { from, item, quantity } = this.model.orders;
    if (this.units + this.model.orderUnits[order]! > this.model.maxUnits) return false;
    for (let at = from[order]!; at < from[order + 1]!; at++) {
      if (this.free[item[at]!]! < quantity[at]!) return false;
    }
    return true;
  }

  /** Items of an order of which the chosen aisles have too little left. */
  missingItems(order: number): number[] {
    const { from, item, quantity } = this.model.orders;
    const missing: number[] = [];
    for (let at = from[order]!; at < from[order + 1]!; at++) {
      if (this.free[item[at]!]! < quantity[at]!) missing.push(item[at]!);
    }
    return missing;
  }

  private cheapestUser(item: number): number {
    const { ordersFrom, ordersOfItem, orderUnits } = this.model;
    let best = -1;
    let bestUnits = Number.POSITIVE_INFINITY;
    for (let at = ordersFrom[item]!; at < ordersFrom[item + 1]!; at++) {
      const order = ordersOfItem[at]!;
      if (this.hasOrder[order] === 0 || orderUnits[order]! >= bestUnits) continue;
      best = order;
      bestUnits = orderUnits[order]!;
    }
    return best;
  }

  private flipAisle(aisle: number): void {
    const { from, item, quantity } = this.model.aisles;
    const sign = this.hasAisle[aisle] === 1 ? -1 : 1;
    for (let at = from[aisle]!; at < from[aisle + 1]!; at++) this.free[item[at]!]! += sign * quantity[at]!;
    if (sign === 1) {
      this.hasAisle[aisle] = 1;
      this.slot[aisle] = this.aisleList.length;
      this.aisleList.push(aisle);
      return;
    }
    this.hasAisle[aisle] = 0;
    const last = this.aisleList.pop()!;
    if (last === aisle) return;
    this.aisleList[this.slot[aisle]!] = last;
    this.slot[last] = this.slot[aisle]!;
  }

  private flipOrder(order: number): void {
    const { from, item, quantity } = this.model.orders;
    const sign = this.hasOrder[order] === 1 ? -1 : 1;
    for (let at = from[order]!; at < from[order + 1]!; at++) this.free[item[at]!]! -= sign * quantity[at]!;
    this.units += sign * this.model.orderUnits[order]!;
    this.hasOrder[order] = sign === 1 ? 1 : 0;
  }
}
