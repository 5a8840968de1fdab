import { SearchBudget, type SearchLimits } from '../search/search-limits.js';
import type { DenseWaveRequest } from './dense-wave-request.js';
import { MultiLineSearch } from './multi-line-search.js';
import { SingleLineSearch } from './single-line-search.js';
import { densityOf, type WaveChoice, type WaveModel, waveModelOf } from './wave-model.js';
import { WavePolish } from './wave-polish.js';

export interface DenseWave {
  orderIds: string[];
  aisleIds: string[];
  units: number;
  unitsPerAisle: number;
  iterations: number;
}

/** Annealing steps before the first and between exact improvements. */
const FIRST_STEPS = 120_000;
const TURN_STEPS = 60_000;

/**
 * Chooses whole orders and the aisles to visit, so that the chosen aisles hold what the orders need, the units lie
 * within bounds, and the units per visited aisle are as many as possible (the SBPO 2025 problem). Null when no allowed
 * wave was found. Default 20,000 steps.
 */
export function selectDenseWave(request: DenseWaveRequest, limits: SearchLimits = {}): DenseWave | null {
  const budget = new SearchBudget(limits, 20_000);
  const model = waveModelOf(request);
  const best = searchWave(model, budget);
  if (!best) return null;
  return {
    orderIds: best.orders.map((order) => request.orders[model.orderSource[order]!]!.orderId),
    aisleIds: best.aisles.map((aisle) => request.aisles[aisle]!.aisleId),
    units: best.units,
    unitsPerAisle: best.units / best.aisles.length,
    iterations: budget.iterations,
  };
}

function searchWave(model: WaveModel, budget: SearchBudget): WaveChoice | null {
  let best: WaveChoice | null = null;
  const report = (choice: WaveChoice) => {
    if (!best || densityOf(choice, model) > densityOf(best, model)) best = choice;
  };
  if (model.orders.count === 0) return null;
  // What the solver can take whole it solves exactly; the search for single lines is for the waves beyond that.
  const exact = budget.solveModel !== undefined && WavePolish.solvesWhole(model);
  if (SingleLineSearch.applies(model) && !exact) new SingleLineSearch(model, budget, report).run();
  else searchMultiLine(model, budget, report);
  return best;
}

/** Annealing alone without a solver; with one, annealing and exact neighbourhoods take turns. */
function searchMultiLine(model: WaveModel, budget: SearchBudget, report: (choice: WaveChoice) => void): void {
  const search = new MultiLineSearch(model, budget, report);
  if (!budget.solveModel) {
    search.run(null);
    return;
  }
  search.run(null, FIRST_STEPS);
  const polish = new WavePolish(model, budget, search, budget.solveModel);
  while (!budget.exhausted()) {
    if (polish.improve()) return;
    search.run(search.best, TURN_STEPS);
  }
}
