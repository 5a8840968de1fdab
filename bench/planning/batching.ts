import { batchRuns } from '#lib/planning';
import { checkedWalkMm } from './batching-check.js';
import { type BatchingInstance, MM, parseBatching } from './batching-instance.js';
import { bestKnownRows, chosen, knownValue, readInstances, setAndFile } from './instances.js';
import { naiveWalkMm } from './naive-batching.js';
import { readOptions } from './options.js';
import { mean, Report } from './report.js';

interface Known {
  best: number;
  proven: boolean;
  /** How near counts as equal: some published values are rounded to whole units. */
  within: number | undefined;
}

/** Joint order batching and picker routing over one block. */
export async function bench(args: string[]): Promise<void> {
  const options = readOptions(args, 10);
  const { instances, skipped } = readInstances(options.data, '.txt', parseBatching);
  const toPlan = chosen(instances, options);
  const rows = bestKnownRows(options.data ?? '', 'best_known.csv');
  const report = new Report('batching', options, 'min', skipped);
  const groups = new Map<string, number[]>();
  const naiveGaps: number[] = [];
  for (const instance of toPlan) {
    const { set, file } = setAndFile(options.data ?? '', instance.name);
    const known = knownOf(instance, { set, file }, rows);
    const startedMs = options.now();
    const plan = batchRuns(instance.request, {
      seed: options.seed,
      timeLimitMs: options.seconds * 1000,
      now: options.now,
    });
    const seconds = (options.now() - startedMs) / 1000;
    const walkMm = checkedWalkMm(instance, plan);
    const objective = walkMm === null ? null : walkMm / MM;
    const gap = report.add(
      { name: instance.name, objective, bestKnown: known?.best ?? null, knownWithin: known?.within, seconds },
      `${plan.iterations} steps`,
      () => [...plan.runs.map((run) => run.orderIds.join(' ')), objective ?? ''],
    );
    if (walkMm !== null) naiveGaps.push(naiveWalkMm(instance.request, instance.capacity) / walkMm - 1);
    const group = groupOf(instance, known);
    if (gap !== null) groups.set(group, [...(groups.get(group) ?? []), gap]);
  }
  report.end({ ...summaries(groups), naiveAboveOurs: mean(naiveGaps) });
}

/**
 * The row of the table for an instance: of its set; in a folder of another name the one row for such a file. Orders and capacity must
 * agree, or the file is another one of the same name.
 */
export function knownOf(
  { request, capacity }: Pick<BatchingInstance, 'request' | 'capacity'>,
  { set, file }: { set: string; file: string },
  rows: Record<string, string>[],
): Known | null {
  const alike = rows.filter(
    (row) =>
      row.file === file && Number(row.orders) === request.orders.length && Number(row.capacity) === capacity,
  );
  const row = alike.find((candidate) => candidate.set === set) ?? (alike.length === 1 ? alike[0] : undefined);
  const best = knownValue(row?.upper_bound);
  if (!row || best === null) return null;
  const within = row.set === 'muter-oncan' ? 0.5 : undefined;
  return { best, proven: row.proven_optimal === 'TRUE', within };
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
