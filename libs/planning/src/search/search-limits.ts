import type { SolveModel } from './linear-model.js';

/**
 * How long a search may go on. Every search is anytime: it answers with its best plan when the first limit is reached.
 * With only `maxIterations` (or nothing) the answer depends on the input and the seed alone.
 */
export interface SearchLimits {
  /** Same input, same seed, same iterations: same plan. Default 1. */
  seed?: number;
  /** Wall time to spend; needs `now`. */
  timeLimitMs?: number;
  /** A monotonic clock in milliseconds, for example `() => performance.now()`. The library itself never reads a clock. */
  now?: () => number;
  /** Upper bound on search steps. Default: a modest number that each function names, or none when a time limit is given. */
  maxIterations?: number;
  /** Polled often; `true` ends the search with the best plan so far. */
  shouldStop?: () => boolean;
  /**
   * A mixed-integer solver that some searches use to recombine what they found. Without a time limit its solves are limited by nodes;
   * with one by time, so that two runs may then differ, as they may in the steps they come to.
   */
  solveModel?: SolveModel;
}

/** The countdown of one search over its limits. */
export class SearchBudget {
  readonly seed: number;
  iterations = 0;
  private readonly maxIterations: number;
  private readonly deadlineMs: number;
  private readonly startedMs: number;
  readonly solveModel: SolveModel | undefined;
  private readonly limits: SearchLimits;

  /** @throws RangeError if a time limit is given without a clock. */
  constructor(limits: SearchLimits, defaultMaxIterations: number, deadlineMs?: number) {
    if (limits.timeLimitMs !== undefined && !limits.now) {
      throw new RangeError('A time limit needs a clock: pass now() beside timeLimitMs.');
    }
    this.limits = limits;
    this.solveModel = limits.solveModel;
    this.seed = limits.seed ?? 1;
    const timed = limits.timeLimitMs !== undefined;
    this.maxIterations = limits.maxIterations ?? (timed ? Number.POSITIVE_INFINITY : defaultMaxIterations);
    this.startedMs = limits.now?.() ?? 0;
    this.deadlineMs =
      deadlineMs ?? (timed ? this.startedMs + (limits.timeLimitMs ?? 0) : Number.POSITIVE_INFINITY);
  }

  /** Counts one step; `true` when the search must end before taking it. */
  spent(): boolean {
    if (this.exhausted()) return true;
    this.iterations++;
    return false;
  }

  /** Whether a limit is reached, without counting a step. */
  exhausted(): boolean {
    if (this.iterations >= this.maxIterations) return true;
    if (this.limits.shouldStop?.()) return true;
    return this.limits.now !== undefined && this.limits.now() >= this.deadlineMs;
  }

  /** A budget of at most so many steps, and of the time that is left; its steps count here once it is `used`. */
  upTo(steps: number): SearchBudget {
    const maxIterations = Math.min(steps, this.maxIterations - this.iterations);
    return new SearchBudget({ ...this.limits, maxIterations }, maxIterations, this.deadlineMs);
  }

  /** Counts the steps of a part. */
  used(part: SearchBudget): void {
    this.iterations += part.iterations;
  }

  /** Milliseconds since the search began, 0 without a clock. */
  elapsedMs(): number {
    return this.limits.now ? this.limits.now() - this.startedMs : 0;
  }

  /** Milliseconds left, infinite without a time limit. */
  remainingMs(): number {
    return this.limits.now ? this.deadlineMs - this.limits.now() : Number.POSITIVE_INFINITY;
  }
}
