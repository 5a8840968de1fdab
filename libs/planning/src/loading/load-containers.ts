import { SearchBudget, type SearchLimits } from '../search/search-limits.js';
import { type LoadPlan, type LoadRequest, loadWithin } from './load-container.js';

export interface ContainersPlan {
  /** In the sequence of loading; the `leftCounts` of each went on to the next ones. */
  containers: LoadPlan[];
  /** Boxes by kind that no container of this size holds, however they stand. */
  leftCounts: number[];
  /** No plan can do with fewer: the volume of what is loaded by that of a container. */
  leastContainers: number;
  iterations: number;
}

/** Greedy loadings for each container in the first pass after the greedy one; four times as many in each further pass. */
const FIRST_PASS = 50;
const PASS_GROWTH = 4;

/**
 * Splits goods over as few equal containers or pallets as it finds: each is loaded as full as can be with what is left, in passes
 * that search longer and longer; of plans with equally many the one whose last container has most room left. A pass that the
 * limit interrupts does not count, so that more time never gives a worse plan. Default 1,000 greedy loadings.
 */
export function loadContainers(request: LoadRequest, limits: SearchLimits = {}): ContainersPlan {
  const budget = new SearchBudget(limits, 1000);
  let best = passOf(request, budget, 0);
  const least = leastContainers(request, best.leftCounts);
  for (let steps = FIRST_PASS; best.containers.length > least && !budget.exhausted(); steps *= PASS_GROWTH) {
    const pass = passOf(request, budget, steps);
    if (budget.exhausted()) break;
    if (isBetter(pass, best)) best = pass;
    if (pass.searchedOut) break;
  }
  const { containers, leftCounts } = best;
  return { containers, leftCounts, leastContainers: least, iterations: budget.iterations };
}

interface Pass {
  containers: LoadPlan[];
  leftCounts: number[];
  /** No container used up its steps: further passes would do the same. */
  searchedOut: boolean;
}

function passOf(request: LoadRequest, budget: SearchBudget, steps: number): Pass {
  const containers: LoadPlan[] = [];
  let left = request.kinds.map(({ count }) => count);
  let searchedOut = true;
  while (left.some((count) => count > 0)) {
    const own = budget.upTo(steps);
    const kinds = request.kinds.map((kind, at) => ({ ...kind, count: left[at]! }));
    const plan = loadWithin({ ...request, kinds }, own);
    budget.used(own);
    if (plan.iterations >= steps) searchedOut = false;
    if (plan.boxes.length === 0) break;
    containers.push(plan);
    left = plan.leftCounts;
  }
  return { containers, leftCounts: left, searchedOut };
}

function isBetter(one: Pass, two: Pass): boolean {
  const fewer = two.containers.length - one.containers.length;
  if (fewer !== 0) return fewer > 0;
  return (one.containers.at(-1)?.fillRatio ?? 0) < (two.containers.at(-1)?.fillRatio ?? 0);
}

function leastContainers({ container, kinds }: LoadRequest, leftCounts: number[]): number {
  const volumeMm3 = kinds.reduce(
    (sum, { size, count }, at) =>
      sum + size.lengthMm * size.widthMm * size.heightMm * (count - leftCounts[at]!),
    0,
  );
  return Math.ceil(volumeMm3 / (container.lengthMm * container.widthMm * container.heightMm) - 1e-9);
}
