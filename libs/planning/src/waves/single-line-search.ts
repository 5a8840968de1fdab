import { Random } from '../search/random.js';
import type { SearchBudget } from '../search/search-limits.js';
import { densityOf, type WaveChoice, type WaveModel } from './wave-model.js';

/**
 * Wave selection where every order asks for one item. Then the orders of different items do not compete for stock, the
 * units that a set of aisles can serve are a sum over items, and the gain of every exchange of aisles is known exactly.
 * With a diminishing gain per aisle the densest wave has hardly more aisles than the fewest that reach the least units.
 */
export class SingleLineSearch {
  /** `served[servedFrom[i] + s]`: most units of item i that stock s can serve by whole orders. */
  private readonly served: Int32Array;
  private readonly servedFrom: Int32Array;
  private readonly servedMost: Int32Array;
  private readonly stock: Int32Array;
  private readonly chosen: Uint8Array;
  private list: number[] = [];
  private units = 0;
  private readonly random: Random;
  /** No wave is denser. */
  private readonly bound: number;
  best: WaveChoice | null = null;
  private bestDensity = 0;

  constructor(
    private readonly model: WaveModel,
    private readonly budget: SearchBudget,
    private readonly report: (choice: WaveChoice) => void,
  ) {
    this.random = new Random(budget.seed);
    this.stock = new Int32Array(model.itemCount);
    this.chosen = new Uint8Array(model.aisles.count);
    this.servedFrom = new Int32Array(model.itemCount + 1);
    this.servedMost = new Int32Array(model.itemCount);
    this.served = this.tabulateServed();
    this.bound = this.densityBound();
  }

  static applies(model: WaveModel): boolean {
    return model.orders.item.length === model.orders.count;
  }

  /** From a greedy set of aisles: fewer aisles while the least units are within reach, then better ones. */
  run(): void {
    const greedy = this.greedyToLeastUnits();
    if (!greedy) return;
    let aisles: number[] = greedy;
    while (!this.budget.exhausted()) {
      const fewer: number[] | null =
        aisles.length > 1 ? this.searchSize(aisles.length - 1, aisles, 40) : null;
      if (!fewer || this.unitsOf(fewer) < this.model.minUnits) break;
      aisles = fewer;
    }
    let best = aisles;
    for (let round = 0; !this.budget.exhausted() && this.bestDensity < this.bound; round++) {
      best = this.searchSize(best.length, best, 60 + 20 * round);
      const fewer = best.length > 1 ? this.searchSize(best.length - 1, best, 30 + 10 * round) : best;
      if (this.unitsOf(fewer) >= this.model.minUnits) best = fewer;
      if (round % 3 === 2 && best.length < this.model.aisles.count)
        this.searchSize(best.length + 1, best, 20);
    }
  }

  private tabulateServed(): Int32Array {
    const { model } = this;
    const tables: Int32Array[] = [];
    const stockOf = new Int32Array(model.itemCount);
    model.aisles.item.forEach((item, at) => {
      stockOf[item]! += model.aisles.quantity[at]!;
    });
    for (let item = 0; item < model.itemCount; item++) {
      const quantities: number[] = [];
      for (let at = model.ordersFrom[item]!; at < model.ordersFrom[item + 1]!; at++) {
        quantities.push(model.orderUnits[model.ordersOfItem[at]!]!);
      }
      const most = Math.min(
        stockOf[item]!,
        quantities.reduce((sum, quantity) => sum + quantity, 0),
      );
      tables.push(mostByLimit(quantities, most));
      this.servedMost[item] = most;
      this.servedFrom[item + 1] = this.servedFrom[item]! + most + 1;
    }
    const all = new Int32Array(this.servedFrom[model.itemCount]!);
    tables.forEach((table, item) => {
      all.set(table, this.servedFrom[item]!);
    });
    return all;
  }

  private servedBy(item: number, stock: number): number {
    const most = this.servedMost[item]!;
    return this.served[this.servedFrom[item]! + Math.min(stock, most)]!;
  }

  /** Aisles together serve at most the sum of their usable stock; the mean of the largest falls with their number. */
  private densityBound(): number {
    const { from, item, quantity, count: aisleCount } = this.model.aisles;
    const alone = Array.from({ length: aisleCount }, (_, aisle) => {
      let usable = 0;
      for (let at = from[aisle]!; at < from[aisle + 1]!; at++) {
        usable += Math.min(quantity[at]!, this.servedMost[item[at]!]!);
      }
      return usable;
    });
    alone.sort((one, two) => two - one);
    let units = 0;
    for (let count = 1; count <= alone.length; count++) {
      units += alone[count - 1]!;
      if (units >= this.model.minUnits) return Math.min(units, this.model.maxUnits) / count;
    }
    return 0;
  }

  private gainOf(aisle: number): number {
    const { from, item, quantity } = this.model.aisles;
    let gain = 0;
    for (let at = from[aisle]!; at < from[aisle + 1]!; at++) {
      const id = item[at]!;
      const stock = this.stock[id]!;
      if (stock < this.servedMost[id]!)
        gain += this.servedBy(id, stock + quantity[at]!) - this.servedBy(id, stock);
    }
    return gain;
  }

  private toggle(aisle: number): void {
    const { from, item, quantity } = this.model.aisles;
    const sign = this.chosen[aisle] === 1 ? -1 : 1;
    for (let at = from[aisle]!; at < from[aisle + 1]!; at++) {
      const id = item[at]!;
      const before = this.servedBy(id, this.stock[id]!);
      this.stock[id]! += sign * quantity[at]!;
      this.units += this.servedBy(id, this.stock[id]!) - before;
    }
    this.chosen[aisle] = sign === 1 ? 1 : 0;
    if (sign === 1) this.list.push(aisle);
    else this.list.splice(this.list.indexOf(aisle), 1);
  }

  private load(aisles: number[]): void {
    for (const aisle of [...this.list]) this.toggle(aisle);
    for (const aisle of aisles) this.toggle(aisle);
  }

  private unitsOf(aisles: number[]): number {
    this.load(aisles);
    return this.units;
  }

  private bestToAdd(barred: number): number {
    let best = -1;
    let bestGain = -1;
    for (let aisle = 0; aisle < this.model.aisles.count; aisle++) {
      if (this.chosen[aisle] === 1 || aisle === barred) continue;
      const gain = this.gainOf(aisle);
      if (gain > bestGain) {
        bestGain = gain;
        best = aisle;
      }
    }
    return best;
  }

  private greedyToLeastUnits(): number[] | null {
    while (this.units < this.model.minUnits || this.list.length === 0) {
      const next = this.bestToAdd(-1);
      if (next < 0) return null;
      this.toggle(next);
    }
    this.remember();
    this.exchange();
    return [...this.list];
  }

  /** Iterated local search over sets of one size; answers the best set found. */
  private searchSize(size: number, from: number[], patience: number): number[] {
    this.load(from);
    while (this.list.length > size) this.toggle(this.leastMissed());
    while (this.list.length < size && this.list.length < this.model.aisles.count)
      this.toggle(this.bestToAdd(-1));
    this.exchange();
    let best = [...this.list];
    let bestUnits = this.units;
    for (let fruitless = 0; fruitless < patience && !this.budget.exhausted(); fruitless++) {
      const moves = 1 + this.random.below(Math.max(1, Math.min(4, size - 1)));
      for (let move = 0; move < moves; move++) {
        this.toggle(this.list[this.random.below(this.list.length)]!);
      }
      while (this.list.length < size) this.toggle(this.randomAisle());
      this.exchange();
      if (this.units > bestUnits) {
        best = [...this.list];
        bestUnits = this.units;
        fruitless = -1;
      } else if (this.units < bestUnits - bestUnits * 0.01 || this.random.next() < 0.3) this.load(best);
    }
    return best;
  }

  private randomAisle(): number {
    for (;;) {
      const aisle = this.random.below(this.model.aisles.count);
      if (this.chosen[aisle] === 0) return aisle;
    }
  }

  private leastMissed(): number {
    let best = this.list[0]!;
    let most = -1;
    for (const aisle of [...this.list]) {
      this.toggle(aisle);
      if (this.units > most) {
        most = this.units;
        best = aisle;
      }
      this.toggle(aisle);
    }
    return best;
  }

  /**
   * Exchanges one aisle for the best other one until no exchange serves more units. It remembers the waves on its way, none
   * once the budget is spent: a longer search passes the same ones and would not pass that last one.
   */
  private exchange(): void {
    if (this.budget.exhausted()) return;
    this.remember();
    for (let improved = true; improved; ) {
      improved = false;
      for (const aisle of [...this.list]) {
        if (this.budget.spent()) return;
        const before = this.units;
        this.toggle(aisle);
        const other = this.bestToAdd(aisle);
        if (other >= 0 && this.units + this.gainOf(other) > before) {
          this.toggle(other);
          this.remember();
          improved = true;
        } else this.toggle(aisle);
      }
    }
  }

  private remember(): void {
    const { minUnits, maxUnits } = this.model;
    if (this.units < minUnits || Math.min(this.units, maxUnits) / this.list.length <= this.bestDensity)
      return;
    const choice = this.fill();
    const density = densityOf(choice, this.model);
    if (density <= this.bestDensity) return;
    this.bestDensity = density;
    this.best = choice;
    this.report(choice);
  }

  /** The orders that serve most units, item by item, less what exceeds the most units of the wave. */
  private fill(): WaveChoice {
    const { model } = this;
    const orders: number[] = [];
    for (let item = 0; item < model.itemCount; item++) {
      if (this.stock[item] === 0) continue;
      const members = Array.from(
        model.ordersOfItem.subarray(model.ordersFrom[item]!, model.ordersFrom[item + 1]!),
      );
      orders.push(...bestSubset(members, model.orderUnits, this.servedBy(item, this.stock[item]!)));
    }
    const within = this.withinMost(orders);
    const units = within.reduce((sum, order) => sum + model.orderUnits[order]!, 0);
    return { orders: within, aisles: [...this.list], units };
  }

  /** Takes out what exceeds the most units of the wave, large orders first, and fills the rest with what still fits. */
  private withinMost(orders: number[]): number[] {
    const { orderUnits, orders: rows, maxUnits } = this.model;
    const bySize = (one: number, two: number) => orderUnits[two]! - orderUnits[one]! || one - two;
    let excess = this.units - maxUnits;
    if (excess <= 0) return orders;
    const left = this.stock.slice();
    const kept = new Set(orders);
    for (const order of orders.sort(bySize)) {
      if (excess < orderUnits[order]! && order !== orders[orders.length - 1]) continue;
      if (excess <= 0) break;
      kept.delete(order);
      excess -= orderUnits[order]!;
    }
    for (const order of kept) left[rows.item[rows.from[order]!]!]! -= orderUnits[order]!;
    for (const order of Array.from(orderUnits.keys()).sort(bySize)) {
      const item = rows.item[rows.from[order]!]!;
      if (kept.has(order) || orderUnits[order]! > Math.min(-excess, left[item]!)) continue;
      kept.add(order);
      left[item]! -= orderUnits[order]!;
      excess += orderUnits[order]!;
    }
    return [...kept];
  }
}

/** For each limit up to `most`, the largest sum of some of the quantities that stays within it. */
function mostByLimit(quantities: number[], most: number): Int32Array {
  const reached = new Uint8Array(most + 1);
  reached[0] = 1;
  for (const quantity of quantities) {
    for (let at = most; at >= quantity; at--) if (reached[at - quantity] === 1) reached[at] = 1;
  }
  const table = new Int32Array(most + 1);
  for (let at = 1; at <= most; at++) table[at] = reached[at] === 1 ? at : table[at - 1]!;
  return table;
}

/** Orders whose units sum up to exactly `target`, which must be reachable. */
function bestSubset(orders: number[], units: Int32Array, target: number): number[] {
  const cameBy = new Int32Array(target + 1).fill(-1);
  const reached = new Uint8Array(target + 1);
  reached[0] = 1;
  for (const order of orders) {
    const quantity = units[order]!;
    for (let at = target; at >= quantity; at--) {
      if (reached[at] === 1 || reached[at - quantity] === 0) continue;
      reached[at] = 1;
      cameBy[at] = order;
    }
    if (reached[target] === 1) break;
  }
  const subset: number[] = [];
  for (let at = target; at > 0; at -= units[cameBy[at]!]!) subset.push(cameBy[at]!);
  return subset;
}
