import highs from 'highs';
import { type SolveModel, solverOver } from '#lib/planning';

// The package is CommonJS: its types promise a `default` inside the module, at run time the module is the loader.
const loadHighs = highs as unknown as typeof highs.default;

/** HiGHS, loaded once per process. */
export async function loadModelSolver(): Promise<SolveModel> {
  return solverOver(await loadHighs());
}
