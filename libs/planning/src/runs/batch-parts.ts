import type { SearchBudget } from '../search/search-limits.js';
import { type BatchProblem, BatchSearch } from './batch-search.js';

/** Up to this many orders are searched as one problem. */
const WHOLE = 400;
/** Orders of one part of a larger problem. */
const PART = 250;
/** Steps per order in one turn of a part: 1, 2, 4 .. in the rounds, at most so many. */
const LONGEST_TURN = 16;
/** A turn starts cool: it improves a known plan and is over soon. */
const TURN_HEAT = 0.01;

/**
 * The best batches within the budget. A large problem is first filled in the sequence of the aisles, which takes no
 * time to speak of, and then improved part by part: runs that walk the same aisles, with other borders in each round.
 */
export function searchBatches(problem: BatchProblem, budget: SearchBudget): number[][] {
  if (problem.loads.length <= WHOLE) {
    // So few are searched with exact routes throughout.
    const { guessAdded: _, ...exact } = problem;
    const search = new BatchSearch(exact, budget.seed);
    search.improve(budget);
    return search.best;
  }
  let batches = fillInSequence(problem);
  for (let round = 0; !budget.exhausted(); round++) {
    const before = budget.iterations;
    batches = improveRound(problem, batches, budget, round);
    if (budget.iterations === before) break;
  }
  return batches;
}

function fillInSequence(problem: BatchProblem): number[][] {
  const columns = problem.loads.map((_, order) => problem.columnsOf(order));
  const sequence = problem.loads.map((_, order) => order);
  sequence.sort(
    (one, two) =>
      columns[one]!.last - columns[two]!.last || columns[one]!.first - columns[two]!.first || one - two,
  );
  const batches: number[][] = [];
  let load: number[] = [];
  for (const order of sequence) {
    const needed = problem.loads[order]!;
    const fits =
      batches.length > 0 && needed.every((need, kind) => load[kind]! + need <= problem.limits[kind]!);
    if (fits) {
      batches[batches.length - 1]!.push(order);
      load = load.map((sum, kind) => sum + needed[kind]!);
    } else {
      batches.push([order]);
      load = [...needed];
    }
  }
  return batches;
}

/** Each part gets a turn whose length depends on the round alone, so that more steps go on where fewer would end. */
function improveRound(
  problem: BatchProblem,
  batches: number[][],
  budget: SearchBudget,
  round: number,
): number[][] {
  return partsOf(problem, batches, round).flatMap((part) =>
    budget.exhausted() ? part : improvePart(problem, part, budget, round),
  );
}

/** Neighbouring runs together, by the middle of the aisles they walk; every second round the borders move by half. */
function partsOf(problem: BatchProblem, batches: number[][], round: number): number[][][] {
  const middle = new Map(
    batches.map((orders) => {
      const columns = orders.map((order) => problem.columnsOf(order));
      const first = Math.min(...columns.map((column) => column.first));
      const last = Math.max(...columns.map((column) => column.last));
      return [orders, round % 4 < 2 ? last * 1000 + first : first * 1000 + last];
    }),
  );
  const sorted = [...batches].sort((one, two) => middle.get(one)! - middle.get(two)!);
  const parts: number[][][] = [[]];
  let size = round % 2 === 1 ? PART / 2 : 0;
  for (const orders of sorted) {
    if (size + orders.length > PART && parts[parts.length - 1]!.length > 0) {
      parts.push([]);
      size = 0;
    }
    parts[parts.length - 1]!.push(orders);
    size += orders.length;
  }
  return parts;
}

function improvePart(
  problem: BatchProblem,
  part: number[][],
  budget: SearchBudget,
  round: number,
): number[][] {
  const members = part.flat();
  const local = new Map(members.map((order, at) => [order, at]));
  const own: BatchProblem = {
    loads: members.map((order) => problem.loads[order]!),
    limits: problem.limits,
    lengthOf: (orders) => problem.lengthOf(orders.map((at) => members[at]!)),
    kinship: (one, two) => problem.kinship(members[one]!, members[two]!),
    columnsOf: (at) => problem.columnsOf(members[at]!),
  };
  if (problem.guessAdded)
    own.guessAdded = (at, run) =>
      problem.guessAdded!(
        members[at]!,
        run.map((each) => members[each]!),
      );
  const start = part.map((orders) => orders.map((order) => local.get(order)!));
  const search = new BatchSearch(own, budget.seed + round, round === 0 ? undefined : start);
  search.offer(start);
  search.improve(budget, {
    steps: members.length * Math.min(LONGEST_TURN, 2 ** round),
    heat: TURN_HEAT,
  });
  return search.best.map((orders) => orders.map((at) => members[at]!));
}
