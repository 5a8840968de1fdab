import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import type { BenchOptions } from './options.js';

/** One solved instance, as the JSON shows it. */
export interface InstanceResult {
  name: string;
  objective: number;
  bestKnown: number | null;
  /** As a fraction: 0 is best known, positive is worse. */
  gap: number | null;
  feasible: boolean;
  seconds: number;
}

/** Gap to best known, positive when worse. */
export function gapOf(objective: number, bestKnown: number | null, sense: 'min' | 'max'): number | null {
  if (bestKnown === null) return null;
  if (bestKnown === 0) return objective === 0 ? 0 : 1;
  return (sense === 'min' ? objective - bestKnown : bestKnown - objective) / Math.abs(bestKnown);
}

/** Collects results, prints them as they come, and the summary at the end. */
export class Report {
  readonly instances: InstanceResult[] = [];

  constructor(
    private readonly title: string,
    private readonly options: BenchOptions,
    /** Two values count as equal within this, for tables that are rounded. */
    private readonly tolerance = 1e-6,
  ) {
    if (!options.json) {
      const [cpu] = cpus();
      console.log(
        `${title}, ${options.seconds} s per instance, ${cpus().length} x ${cpu?.model.trim()}, Node ${process.version}`,
      );
    }
  }

  add(result: InstanceResult, note = ''): void {
    this.instances.push(result);
    if (this.options.json) return;
    const known =
      result.bestKnown === null ? '' : `best known ${round(result.bestKnown)}  gap ${percent(result.gap)}  `;
    const valid = result.feasible ? '' : '  NOT FEASIBLE';
    console.log(
      `${result.name}: ${round(result.objective)}  ${known}${result.seconds.toFixed(2)} s${valid}  ${note}`,
    );
  }

  /** Prints the summary; `extra` are further figures of this benchmark. */
  end(extra: Record<string, unknown> = {}): void {
    const gaps = this.instances.flatMap(({ gap }) => (gap === null ? [] : [gap]));
    const meanGap = gaps.length === 0 ? null : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const atBest = this.instances.filter((one) => this.isAtBest(one)).length;
    if (this.options.json) {
      console.log(JSON.stringify({ instances: this.instances, meanGap, atBest, ...extra }, null, 1));
      return;
    }
    const infeasible = this.instances.filter((one) => !one.feasible).length;
    console.log(
      `${this.title}: ${this.instances.length} instances, mean gap ${percent(meanGap)}, at best ${atBest}, not feasible ${infeasible}`,
    );
    for (const [name, value] of Object.entries(extra))
      console.log(`  ${name}: ${typeof value === 'number' ? round(value) : JSON.stringify(value)}`);
    if (infeasible > 0) process.exitCode = 1;
  }

  private isAtBest({ gap, objective, bestKnown }: InstanceResult): boolean {
    if (gap === null || bestKnown === null) return false;
    return (
      gap <= 0 || Math.abs(objective - bestKnown) <= Math.max(this.tolerance, 1e-9 * Math.abs(bestKnown))
    );
  }
}

/** Writes one solution below the `--out` folder. */
export function writeSolution(options: BenchOptions, name: string, lines: (string | number)[]): void {
  if (!options.out) return;
  const path = join(options.out, name.endsWith('.txt') ? name : `${name}.txt`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** Value below which the given share of all lies. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((one, two) => one - two);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function percent(fraction: number | null): string {
  return fraction === null ? '-' : `${(fraction * 100).toFixed(3)} %`;
}
