import { batchRuns } from '#lib/planning';
import { checkedWalkMm } from './batching-check.js';
import { type BatchingInstance, MM, parseBatching } from './batching-instance.js';
import { bestKnownRows, chosen, dataFiles, setAndFile } from './instances.js';
import { loadModelSolver } from './model-solver.js';
import { naiveWalkMm } from './naive-batching.js';
import { type BenchOptions, readOptions } from './options.js';
import { gapOf, Report, writeSolution } from './report.js';

interface Known {
  best: number;
  proven: boolean;
  rounded: boolean;
}

/** Joint order batching and picker routing over one block. */
export async function bench(args: string[]): Promise<void> {
  const options = readOptions(args, 10);
  const solveModel = await loadModelSolver();
  const all = dataFiles(options.data).flatMap((file) =>
    file.name.endsWith('.txt') ? (parseBatching(file.name, file.read()) ?? []) : [],
  );
  const instances = chosen(all, options);
  const report = new Report('batching', options, 0.5);
  const groups = new Map<string, number[]>();
  const naiveGaps: number[] = [];
  for (const instance of instances) {
    const known = knownOf(instance, options);
    const startedMs = options.now();
    const plan = batchRuns(instance.request, {
      seed: options.seed,
      timeLimitMs: options.seconds * 1000,
      now: options.now,
      solveModel,
    });
    const seconds = (options.now() - startedMs) / 1000;
    const walkMm = checkedWalkMm(instance, plan);
    const objective = plan.walkMm / MM;
    const gap = gapWithin(objective, known);
    const feasible = walkMm !== null && Math.abs(walkMm - plan.walkMm) < 1;
    const bestKnown = known?.best ?? null;
    report.add(
      { name: instance.name, objective, bestKnown, gap, feasible, seconds },
      `${plan.iterations} steps`,
    );
    const naive = naiveWalkMm(instance.request, instance.capacity) / MM;
    naiveGaps.push(naive / objective - 1);
    const group = groupOf(instance, known);
    if (gap !== null) groups.set(group, [...(groups.get(group) ?? []), gap]);
    writeSolution(options, instance.name, [...plan.runs.map((run) => run.orderIds.join(' ')), objective]);
  }
  report.end({ ...summaries(groups), naiveAboveOurs: mean(naiveGaps) });
}

function knownOf(instance: BatchingInstance, options: BenchOptions): Known | null {
  const { set, file } = setAndFile(options.data ?? '', instance.name);
  const rows = bestKnownRows(options.data ?? '', 'best_known.csv').filter((row) => row.file === file);
  const row = rows.find((candidate) => candidate.set === set) ?? rows[0];
  if (!row?.upper_bound) return null;
  return {
    best: Number(row.upper_bound),
    proven: row.proven_optimal === 'TRUE',
    rounded: row.set === 'muter-oncan',
  };
}

/** Some published values are rounded to whole units: within half a unit counts as equal. */
function gapWithin(objective: number, known: Known | null): number | null {
  if (known?.rounded && Math.abs(objective - known.best) <= 0.5) return 0;
  return gapOf(objective, known?.best ?? null, 'min');
}

function groupOf(instance: BatchingInstance, known: Known | null): string {
  if (instance.request.orders.length <= 12) return 'small';
  return known?.proven ? 'proven' : 'open';
}

function summaries(groups: Map<string, number[]>): Record<string, unknown> {
  return Object.fromEntries(
    [...groups].map(([group, gaps]) => [
      group,
      {
        instances: gaps.length,
        meanGap: mean(gaps),
        worstGap: Math.max(...gaps),
        atBest: gaps.filter((gap) => gap <= 1e-9).length,
      },
    ]),
  );
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
