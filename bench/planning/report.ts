import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import type { Skipped } from './instances.js';
import type { BenchOptions } from './options.js';

/** One solved instance, as the JSON shows it. */
export interface InstanceResult {
  name: string;
  /** As the independent checker counts it; null when the plan is not feasible. */
  objective: number | null;
  bestKnown: number | null;
  /** As a fraction: 0 is best known, positive is worse. Null without a best-known value or a feasible plan. */
  gap: number | null;
  feasible: boolean;
  seconds: number;
}

/** What a benchmark tells of one instance; the rest follows. */
export interface Outcome extends Pick<InstanceResult, 'name' | 'objective' | 'bestKnown' | 'seconds'> {
  /** Best known as near as this counts as equal, for tables that are rounded. */
  knownWithin?: number;
}

const KNOWN_WITHIN = 1e-6;

/** Gap to best known, positive when worse; 0 where the two are as good as equal. */
export function gapOf(
  { objective, bestKnown, knownWithin = KNOWN_WITHIN }: Omit<Outcome, 'name' | 'seconds'>,
  sense: 'min' | 'max',
): number | null {
  if (objective === null || bestKnown === null) return null;
  const worse = sense === 'min' ? objective - bestKnown : bestKnown - objective;
  if (Math.abs(worse) <= Math.max(knownWithin, 1e-9 * Math.abs(bestKnown))) return 0;
  return bestKnown === 0 ? null : worse / Math.abs(bestKnown);
}

/** Collects results, prints them as they come, and the summary at the end. */
export class Report {
  readonly instances: InstanceResult[] = [];

  constructor(
    private readonly title: string,
    private readonly options: BenchOptions,
    private readonly sense: 'min' | 'max',
    /** Files that were no instances although they should be. */
    private readonly skipped: Skipped[] = [],
  ) {
    for (const { file, reason } of skipped) console.error(`skipped ${file}: ${reason}`);
    if (!options.json) {
      const [cpu] = cpus();
      console.log(
        `${title}, ${options.seconds} s per instance, ${cpus().length} x ${cpu?.model.trim()}, Node ${process.version}`,
      );
    }
  }

  /** Takes one result and prints it; the solution is written below `--out` if it is feasible. Answers the gap. */
  add(outcome: Outcome, note = '', solution?: () => (string | number)[]): number | null {
    const { name, objective, bestKnown, seconds } = outcome;
    const gap = gapOf(outcome, this.sense);
    this.instances.push({ name, objective, bestKnown, gap, feasible: objective !== null, seconds });
    if (objective !== null && solution) this.write(name, solution());
    if (this.options.json) return gap;
    const known = bestKnown === null ? '' : `best known ${round(bestKnown)}  gap ${percent(gap)}  `;
    const value = objective === null ? 'NOT FEASIBLE' : round(objective);
    console.log(`${name}: ${value}  ${known}${seconds.toFixed(2)} s  ${note}`);
    return gap;
  }

  /** Prints the summary; `extra` are further figures of this benchmark. A plan not feasible or a file skipped is a failure. */
  end(extra: Record<string, unknown> = {}): void {
    const { instances, skipped } = this;
    const gaps = instances.flatMap(({ gap }) => (gap === null ? [] : [gap]));
    const meanGap = gaps.length === 0 ? null : mean(gaps);
    const atBest = gaps.filter((gap) => gap <= 0).length;
    const infeasible = instances.filter((one) => !one.feasible).length;
    if (infeasible > 0 || skipped.length > 0) process.exitCode = 1;
    if (this.options.json) {
      console.log(JSON.stringify({ instances, meanGap, atBest, skipped, ...extra }, null, 1));
      return;
    }
    console.log(
      `${this.title}: ${instances.length} instances, mean gap ${percent(meanGap)}, at best ${atBest}, not feasible ${infeasible}, files skipped ${skipped.length}`,
    );
    for (const [name, value] of Object.entries(extra))
      console.log(`  ${name}: ${typeof value === 'number' ? round(value) : JSON.stringify(value)}`);
  }

  private write(name: string, lines: (string | number)[]): void {
    if (!this.options.out) return;
    const path = join(this.options.out, name.endsWith('.txt') ? name : `${name}.txt`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${lines.join('\n')}\n`);
  }
}

/** Value below which the given share of all lies. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((one, two) => one - two);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Arithmetic mean, 0 of nothing. */
export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function percent(fraction: number | null): string {
  return fraction === null ? '-' : `${(fraction * 100).toFixed(3)} %`;
}
