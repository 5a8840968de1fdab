import { Random } from '../search/random.js';
import type { SearchBudget } from '../search/search-limits.js';
import { densityOf, type WaveChoice, type WaveModel } from './wave-model.js';
import { WaveState } from './wave-state.js';

/** Steps of one cooling. */
const CYCLE = 60_000;

/**
 * Wave selection in general: simulated annealing over sets of aisles, with orders following the stock. The ratio is
 * made linear as Dinkelbach (1967) does: units - density * aisles is positive exactly when the density is beaten.
 */
export class MultiLineSearch {
  best: WaveChoice | null = null;
  bestDensity = 0;
  private readonly random: Random;
  private readonly state: WaveState;

  constructor(
    private readonly model: WaveModel,
    private readonly budget: SearchBudget,
    private readonly report: (choice: WaveChoice) => void,
  ) {
    this.random = new Random(budget.seed);
    this.state = new WaveState(model, this.random);
  }

  /** Starts from a known wave if there is one, otherwise greedily. */
  run(start: WaveChoice | null, maxSteps = Number.POSITIVE_INFINITY): void {
    if (start) this.state.load(start);
    else this.greedy();
    this.remember();
    for (let step = 0; step < maxSteps && !this.budget.spent(); step++) {
      const phase = (step % CYCLE) / CYCLE;
      if (step > 0 && phase === 0 && this.best && this.random.next() < 0.7) this.state.load(this.best);
      this.step(this.heatAt(phase));
    }
  }

  /** Takes a wave found elsewhere; `true` if it is the densest so far. */
  accept(choice: WaveChoice): boolean {
    const density = densityOf(choice, this.model);
    if (density <= this.bestDensity) return false;
    this.best = choice;
    this.bestDensity = density;
    this.report(choice);
    return true;
  }

  private heatAt(phase: number): number {
    const density = Math.max(1, this.bestDensity);
    return density * 0.25 * 0.02 ** phase;
  }

  /** The linear objective, with a price on the units that a wave lacks. */
  private worth(): number {
    const lacking = Math.max(0, this.model.minUnits - this.state.units);
    return this.state.units - this.bestDensity * this.state.aisleList.length - lacking;
  }

  private step(heat: number): void {
    const before = this.worth();
    this.state.forgetUndo();
    const draw = this.random.next();
    if (draw < 0.45) this.reachForOrder();
    else if (draw < 0.8) this.exchangeAisles();
    else if (draw < 0.9) this.removeSome(1);
    else this.renewOrders();
    this.state.refill();
    const change = this.worth() - before;
    if (change < 0 && this.random.next() >= Math.exp(change / heat)) this.state.undoTo(0);
    else this.remember();
  }

  /** Adds the aisles that one more order lacks; often takes as many others away. */
  private reachForOrder(): void {
    const order = this.random.below(this.model.orders.count);
    if (this.state.hasOrder[order] === 1) return;
    const missing = this.state.missingItems(order);
    const most = this.random.next() < 0.8 ? 2 : 4;
    if (missing.length > most) return;
    let added = 0;
    for (const item of missing) {
      const { aislesFrom, aislesOfItem } = this.model;
      const aisle =
        aislesOfItem[aislesFrom[item]! + this.random.below(aislesFrom[item + 1]! - aislesFrom[item]!)]!;
      if (this.state.hasAisle[aisle] === 1) continue;
      this.state.addAisle(aisle);
      added++;
    }
    if (this.state.fits(order)) this.state.takeOrder(order);
    if (this.random.next() < 0.7) this.removeSome(added);
  }

  private exchangeAisles(): void {
    const aisle = this.random.below(this.model.aisles.count);
    if (this.state.hasAisle[aisle] === 0) this.state.addAisle(aisle);
    if (this.random.next() < 0.8) this.removeSome(1);
  }

  private removeSome(count: number): void {
    for (let removed = 0; removed < count && this.state.aisleList.length > 1; removed++) {
      const list = this.state.aisleList;
      this.state.removeAisle(list[this.random.below(list.length)]!);
    }
  }

  /** Drops a few orders so that others may take their stock. */
  private renewOrders(): void {
    for (let dropped = 0; dropped < 3; dropped++) {
      const order = this.random.below(this.model.orders.count);
      if (this.state.hasOrder[order] === 1) this.state.dropOrder(order);
    }
  }

  /** All aisles first, then those that carry least go while the density rises. */
  private greedy(): void {
    for (let aisle = 0; aisle < this.model.aisles.count; aisle++) this.state.addAisle(aisle);
    this.state.refill();
    this.remember();
  }

  private remember(): void {
    const { units, aisleList } = this.state;
    if (units < this.model.minUnits || units <= this.bestDensity * aisleList.length + 1e-9) return;
    this.accept(this.state.choice());
  }
}
