import { Random } from '../search/random.js';
import type { SearchBudget } from '../search/search-limits.js';

/** What the batching search works on: orders by index, loads and limits per kind of capacity. */
export interface BatchProblem {
  /** `loads[order][kind]`. */
  loads: number[][];
  limits: number[];
  /** Walk of one run over these orders. */
  lengthOf(orders: readonly number[]): number;
  /** 0..1, how likely two orders share a good run. */
  kinship(one: number, two: number): number;
  /** First and last aisle, from left to right, that the order needs. */
  columnsOf(order: number): { first: number; last: number };
  /** A cheap guess at the walk that an order adds to a run. Where given, only the batches with the least get exact routes. */
  guessAdded?(order: number, run: readonly number[]): number;
}

/** A turn of the search that cools once from `heat`, given as a share of the walk of an order. */
export interface SearchTurn {
  steps: number;
  heat: number;
}

export interface Batch {
  orders: number[];
  load: number[];
  length: number;
}

const EPSILON = 1e-6;
/** Kin of an order that construction and repair look at. */
const KIN_COUNT = 60;
/** Kinships that differ by less than one of so many steps are the same. */
const KIN_STEPS = 1e7;
/** Batches that get exact routes for an order when there is a guess to choose them by. */
const GUESSED = 5;
const USUAL_HEAT = 0.1;
/** At the end of a cooling. */
const LEAST_HEAT = 0.001;
/** After so many cycles without a better plan, each hotter than the one before, the heat is the usual one again. */
const HOTTER_CYCLES = 6;

/**
 * Large neighbourhood search over batches: takes some kindred orders out, puts them back where they add least walk,
 * and keeps the result by simulated annealing in cycles, so that more iterations never give a worse answer.
 */
export class BatchSearch {
  batches: Batch[];
  total: number;
  best: number[][];
  bestTotal: number;
  private readonly random: Random;
  private readonly batchOf: Int32Array;
  private readonly kin: Int32Array[];
  private heat: number;

  constructor(
    private readonly problem: BatchProblem,
    seed: number,
    start?: number[][],
  ) {
    this.random = new Random(seed);
    const orders = problem.loads.map((_, order) => order);
    this.batchOf = new Int32Array(orders.length);
    this.kin = orders.map((order) => kinOf(order, problem));
    this.batches = start ? start.map((members) => this.batchFrom(members)) : this.construct();
    this.indexBatches();
    this.total = sumLengths(this.batches);
    this.best = this.snapshot();
    this.bestTotal = this.total;
    this.heat = 0;
  }

  /** Runs until the budget is spent, or one turn is done. */
  improve(budget: SearchBudget, turn?: SearchTurn): void {
    if (this.problem.loads.length < 2) return;
    const perOrder = this.total / this.problem.loads.length;
    const heat = turn?.heat ?? USUAL_HEAT;
    const cycle = turn?.steps ?? 2000 + 100 * this.problem.loads.length;
    const last = turn?.steps ?? Number.POSITIVE_INFINITY;
    let stale = 0;
    let bestBefore = this.bestTotal;
    for (let step = 0; step < last && !budget.spent(); step++) {
      if (step > 0 && step % cycle === 0) {
        stale = this.bestTotal < bestBefore - EPSILON ? 0 : stale + 1;
        bestBefore = this.bestTotal;
        this.restore(this.best);
      }
      // A cycle that found nothing better is followed by a hotter one, which leaves what it went round in.
      const hot = heat * (1 + (stale % HOTTER_CYCLES));
      this.heat = perOrder * hot * (LEAST_HEAT / hot) ** ((step % cycle) / cycle);
      this.step();
    }
  }

  /** Takes a known set of batches as the current state. */
  restore(batches: number[][]): void {
    this.batches = batches.map((orders) => this.batchFrom(orders));
    this.indexBatches();
    this.total = sumLengths(this.batches);
    this.rememberIfBest();
  }

  /** Takes a known set of batches if it is better than the current one. */
  offer(batches: number[][]): void {
    const total = batches.reduce((sum, orders) => sum + this.problem.lengthOf(orders), 0);
    if (total < this.total - EPSILON) this.restore(batches);
  }

  private step(): void {
    const before = this.total;
    const removed = this.chooseOrders();
    const touched = new Set(removed.map((order) => this.batches[this.batchOf[order]!]!));
    const undo = [...touched].map((batch) => ({
      batch,
      orders: batch.orders,
      load: batch.load,
      length: batch.length,
    }));
    const batchesBefore = this.batches;
    this.batches = [...this.batches];
    this.takeOut(removed, touched);
    this.putBack(removed, undo);
    if (this.total <= before + EPSILON || this.random.next() < Math.exp((before - this.total) / this.heat)) {
      this.dropEmpty();
      this.rememberIfBest();
      return;
    }
    for (const { batch, orders, load, length } of undo) Object.assign(batch, { orders, load, length });
    this.batches = batchesBefore;
    this.total = before;
    this.indexBatches();
  }

  /** A few strings of kindred orders, from one seed outward, sometimes with their whole batches. */
  private chooseOrders(): number[] {
    const count = this.problem.loads.length;
    const seed = this.random.below(count);
    const wanted = Math.min(count, 2 + this.random.below(Math.min(10, Math.max(2, count >> 1))));
    const chosen = new Set([seed]);
    if (this.random.next() < 0.25) {
      const near = this.kin[seed]!;
      const partner = near.length > 0 ? near[this.random.below(Math.min(12, near.length))]! : seed;
      for (const batch of new Set([this.batchOf[seed]!, this.batchOf[partner]!])) {
        for (const order of this.batches[batch]!.orders) chosen.add(order);
      }
      return [...chosen];
    }
    const near = this.kin[seed]!;
    for (let tries = 0; chosen.size < wanted && tries < 4 * wanted; tries++) {
      const skewed = Math.floor(near.length * this.random.next() ** 2);
      chosen.add(this.random.next() < 0.2 || near.length === 0 ? this.random.below(count) : near[skewed]!);
    }
    return [...chosen];
  }

  private takeOut(removed: number[], touched: Set<Batch>): void {
    const out = new Set(removed);
    for (const batch of touched) {
      this.total -= batch.length;
      Object.assign(batch, this.batchFrom(batch.orders.filter((order) => !out.has(order))));
      this.total += batch.length;
    }
  }

  private putBack(removed: number[], undo: { batch: Batch }[]): void {
    const weight = (order: number) =>
      Math.max(...this.problem.loads[order]!.map((l, kind) => l / this.problem.limits[kind]!));
    const bySize = this.random.next() < 0.5;
    const sequence = this.random.shuffle([...removed]);
    if (bySize) sequence.sort((one, two) => weight(two) - weight(one));
    const changed = new Set(undo.map(({ batch }) => batch));
    for (const order of sequence) this.insert(order, changed, undo as UndoEntry[]);
  }

  private insert(order: number, changed: Set<Batch>, undo: UndoEntry[]): void {
    let best: Batch | undefined;
    let bestIndex = -1;
    const alone = this.problem.lengthOf([order]);
    let bestAdded = alone;
    for (const index of this.promising(order)) {
      const batch = this.batches[index]!;
      const added =
        batch.orders.length === 0 ? alone : this.problem.lengthOf([...batch.orders, order]) - batch.length;
      if (added < bestAdded) {
        bestAdded = added;
        best = batch;
        bestIndex = index;
      }
    }
    this.total += bestAdded;
    if (!best) {
      this.batchOf[order] = this.batches.length;
      this.batches.push(this.batchFrom([order]));
      return;
    }
    if (!changed.has(best)) {
      changed.add(best);
      undo.push({ batch: best, orders: best.orders, load: best.load, length: best.length });
    }
    best.load = best.load.map((load, kind) => load + this.problem.loads[order]![kind]!);
    best.orders = [...best.orders, order];
    best.length += bestAdded;
    this.batchOf[order] = bestIndex;
  }

  /** The batches worth an exact route, a few left out by chance; without a guess all that have room. */
  private promising(order: number): number[] {
    const open: number[] = [];
    for (const index of this.candidateBatches(order)) {
      if (this.fits(order, this.batches[index]!) && this.random.next() >= 0.02) open.push(index);
    }
    if (!this.problem.guessAdded || open.length <= GUESSED) return open;
    const guess = new Map(
      open.map((index) => [index, this.problem.guessAdded!(order, this.batches[index]!.orders)]),
    );
    return open.sort((one, two) => guess.get(one)! - guess.get(two)!).slice(0, GUESSED);
  }

  /** All batches when they are few, otherwise those of kindred orders. */
  private candidateBatches(order: number): Iterable<number> {
    if (this.batches.length <= KIN_COUNT) return this.batches.keys();
    const near = new Set<number>();
    for (const other of this.kin[order]!) near.add(this.batchOf[other]!);
    return near;
  }

  private fits(order: number, batch: Batch): boolean {
    const load = this.problem.loads[order]!;
    return load.every((value, kind) => batch.load[kind]! + value <= this.problem.limits[kind]! + EPSILON);
  }

  private batchFrom(orders: number[]): Batch {
    const load = this.problem.limits.map((_, kind) =>
      orders.reduce((sum, order) => sum + this.problem.loads[order]![kind]!, 0),
    );
    return { orders, load, length: orders.length === 0 ? 0 : this.problem.lengthOf(orders) };
  }

  private dropEmpty(): void {
    if (this.batches.every((batch) => batch.orders.length > 0)) return;
    this.batches = this.batches.filter((batch) => batch.orders.length > 0);
    this.indexBatches();
  }

  private indexBatches(): void {
    this.batches.forEach((batch, index) => {
      for (const order of batch.orders) this.batchOf[order] = index;
    });
  }

  private rememberIfBest(): void {
    if (this.total >= this.bestTotal - EPSILON) return;
    this.bestTotal = this.total;
    this.best = this.snapshot();
  }

  private snapshot(): number[][] {
    return this.batches.filter((batch) => batch.orders.length > 0).map((batch) => batch.orders);
  }

  /** Savings (Clarke and Wright 1964): joins the two batches that save most walk, among kindred ones. */
  private construct(): Batch[] {
    const { loads, lengthOf, kinship } = this.problem;
    const own = loads.map((_, order) => this.batchFrom([order]));
    const batchAt: (Batch | null)[] = own.slice();
    const savings = this.kin.flatMap((kin, order) =>
      Array.from(kin, (other) => ({
        order,
        other,
        saved: own[order]!.length + own[other]!.length - lengthOf.call(this.problem, [order, other]),
        kin: kinship.call(this.problem, order, other),
      })),
    );
    savings.sort(
      (one, two) =>
        two.saved - one.saved || two.kin - one.kin || one.order - two.order || one.other - two.other,
    );
    const home = loads.map((_, order) => order);
    for (const { order, other, saved } of savings) {
      const [into, from] = [home[order]!, home[other]!];
      if (saved <= 0 || into === from) continue;
      const [one, two] = [batchAt[into]!, batchAt[from]!];
      if (one.load.some((load, kind) => load + two.load[kind]! > this.problem.limits[kind]! + EPSILON))
        continue;
      const joined = this.batchFrom([...one.orders, ...two.orders]);
      if (joined.length > one.length + two.length) continue;
      batchAt[into] = joined;
      batchAt[from] = null;
      for (const moved of two.orders) home[moved] = into;
    }
    return batchAt.filter((batch) => batch !== null);
  }
}

type UndoEntry = { batch: Batch; orders: number[]; load: number[]; length: number };

function kinOf(order: number, problem: BatchProblem): Int32Array {
  const count = problem.loads.length;
  // Numbers that sort by themselves, the nearest first: sorting them takes no call for each two.
  const ranks = new Float64Array(count);
  for (let other = 0; other < count; other++) {
    const apart = other === order ? KIN_STEPS : Math.round((1 - problem.kinship(order, other)) * KIN_STEPS);
    ranks[other] = apart * count + other;
  }
  const nearest = ranks.sort().subarray(0, Math.min(KIN_COUNT + 1, count));
  return Int32Array.from(nearest, (rank) => rank % count)
    .filter((other) => other !== order)
    .slice(0, KIN_COUNT);
}

function sumLengths(batches: Batch[]): number {
  return batches.reduce((sum, batch) => sum + batch.length, 0);
}
