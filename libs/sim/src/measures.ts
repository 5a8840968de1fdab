export interface Quantiles {
  p50: number;
  p99: number;
  count: number;
}

/** Latencies by stage, in milliseconds. */
export class Measures {
  private readonly samples = new Map<string, number[]>();

  add(stage: string, ms: number): void {
    const list = this.samples.get(stage);
    if (list) list.push(ms);
    else this.samples.set(stage, [ms]);
  }

  /** Times `work` and adds how long it took; a failure is not a sample. */
  async time<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const answer = await work();
    this.add(stage, performance.now() - startedAt);
    return answer;
  }

  table(): Record<string, Quantiles> {
    return Object.fromEntries(
      [...this.samples]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([stage, list]) => [stage, quantiles(list)]),
    );
  }
}

/** Nearest-rank quantiles, rounded to a tenth of a millisecond. */
export function quantiles(samples: readonly number[]): Quantiles {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (q: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? 0;
    return Math.round(value * 10) / 10;
  };
  return { p50: at(0.5), p99: at(0.99), count: sorted.length };
}
