import type { SolveLimits, SolveModel } from '../search/linear-model.js';
import { Random } from '../search/random.js';
import type { SearchBudget } from '../search/search-limits.js';
import type { MultiLineSearch } from './multi-line-search.js';
import { servableOrders, solveScope, type WaveScope } from './wave-exact.js';
import type { WaveChoice, WaveModel } from './wave-model.js';

/** Up to this many orders and aisles together the whole problem goes to the solver. */
const WHOLE_PROBLEM = 700;
/** Longest single solve of the whole problem; a request to stop is heard between solves. */
const WHOLE_LIMIT_MS = 20_000;
/** Longest solve of a part of a larger problem. */
const PART_LIMIT_MS = 4000;
/** Without a time limit nodes limit a solve, so that the same steps give the same plan. */
const WHOLE_NODES = 20_000;
const PART_NODES = 500;

/** Improves the best wave by solving parts of the problem exactly: some aisles free, the others as they are. */
export class WavePolish {
  private readonly random: Random;
  private freeKept = 12;

  constructor(
    private readonly model: WaveModel,
    private readonly budget: SearchBudget,
    private readonly search: MultiLineSearch,
    private readonly solve: SolveModel,
  ) {
    this.random = new Random(budget.seed + 1);
  }

  /** True when the problem is small enough to be solved exactly in one piece. */
  static solvesWhole(model: WaveModel): boolean {
    return model.orders.count + model.aisles.count <= WHOLE_PROBLEM;
  }

  /** `true` when the best wave is proven the densest of all. */
  improve(): boolean {
    return WavePolish.solvesWhole(this.model) ? this.solveWhole() : this.solvePart();
  }

  private solveWhole(): boolean {
    const aisles = Array.from({ length: this.model.aisles.count }, (_, aisle) => aisle);
    const scope = { freeAisles: aisles, keptAisles: [], orders: servableOrders(this.model, aisles) };
    while (!this.budget.exhausted()) {
      const answer = this.ask(scope, { timeLimitMs: WHOLE_LIMIT_MS, maxNodes: WHOLE_NODES });
      if (answer.proven) return true;
      if (!answer.improved) return false;
    }
    return false;
  }

  private solvePart(): boolean {
    const { best } = this.search;
    if (!best) return false;
    const scope = this.scopeAround(best);
    const { improved, quick } = this.ask(scope, { timeLimitMs: PART_LIMIT_MS, maxNodes: PART_NODES });
    // Parts as large as can be solved in the time they get.
    if (quick && !improved) this.freeKept = Math.min(60, this.freeKept + 4);
    else if (!quick) this.freeKept = Math.max(6, this.freeKept - 3);
    return false;
  }

  /** One solve, limited by time where the budget is, else by nodes. */
  private ask(scope: WaveScope, most: Required<SolveLimits>) {
    const { best, bestDensity } = this.search;
    const leftMs = this.budget.remainingMs();
    const timeLimitMs = Number.isFinite(leftMs) ? Math.min(leftMs, most.timeLimitMs) : undefined;
    const beforeMs = this.budget.elapsedMs();
    const { choice, proven, solved } = solveScope(this.model, scope, bestDensity, {
      solve: this.solve,
      limits: timeLimitMs === undefined ? { maxNodes: most.maxNodes } : { timeLimitMs },
      start: best && isWithin(best, scope) ? best : null,
    });
    const improved = choice !== null && this.search.accept(choice);
    const quick = timeLimitMs === undefined ? solved : this.budget.elapsedMs() - beforeMs < timeLimitMs / 2;
    return { improved, proven, quick };
  }

  /** Some of its aisles and about as many others that come closest to serving further orders. */
  private scopeAround(best: WaveChoice): WaveScope {
    const inside = this.random.shuffle([...best.aisles]);
    const freeInside = inside.slice(0, this.freeKept);
    const keptAisles = inside.slice(this.freeKept);
    const outside = this.usefulOutside(best).slice(0, 2 * this.freeKept);
    const freeAisles = [...freeInside, ...outside];
    return { freeAisles, keptAisles, orders: servableOrders(this.model, [...freeAisles, ...keptAisles]) };
  }

  private usefulOutside(best: WaveChoice): number[] {
    const chosen = new Set(best.aisles);
    const outside: { aisle: number; worth: number }[] = [];
    const { aisles } = this.model;
    const wanted = this.lackedItems(best);
    for (let aisle = 0; aisle < aisles.count; aisle++) {
      if (chosen.has(aisle)) continue;
      let worth = 0;
      for (let at = aisles.from[aisle]!; at < aisles.from[aisle + 1]!; at++)
        worth += wanted[aisles.item[at]!]!;
      outside.push({ aisle, worth: worth * (0.3 + this.random.next()) });
    }
    outside.sort((one, two) => two.worth - one.worth || one.aisle - two.aisle);
    return outside.map(({ aisle }) => aisle);
  }

  /** For each item the units of the orders that would come in, were there more of it; orders lacking little count more. */
  private lackedItems(best: WaveChoice): Float64Array {
    const { orders, orderUnits, aisles, itemCount } = this.model;
    const free = new Int32Array(itemCount);
    for (const aisle of best.aisles) {
      for (let at = aisles.from[aisle]!; at < aisles.from[aisle + 1]!; at++)
        free[aisles.item[at]!]! += aisles.quantity[at]!;
    }
    for (const order of best.orders) {
      for (let at = orders.from[order]!; at < orders.from[order + 1]!; at++)
        free[orders.item[at]!]! -= orders.quantity[at]!;
    }
    const taken = new Set(best.orders);
    const wanted = new Float64Array(itemCount);
    for (let order = 0; order < orders.count; order++) {
      if (taken.has(order)) continue;
      const lacked: number[] = [];
      for (let at = orders.from[order]!; at < orders.from[order + 1]!; at++) {
        if (free[orders.item[at]!]! < orders.quantity[at]!) lacked.push(orders.item[at]!);
      }
      for (const item of lacked) wanted[item]! += orderUnits[order]! / lacked.length ** 2;
    }
    return wanted;
  }
}

function isWithin(choice: WaveChoice, scope: WaveScope): boolean {
  const aisles = new Set([...scope.freeAisles, ...scope.keptAisles]);
  return choice.aisles.every((aisle) => aisles.has(aisle));
}
