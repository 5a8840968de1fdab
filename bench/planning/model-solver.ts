import * as loadHighs from 'highs';
import { type SolveModel, solverOver } from '#lib/planning';

/** HiGHS, loaded once per process. */
export async function loadModelSolver(): Promise<SolveModel> {
  return solverOver(await loadHighs.default());
}
