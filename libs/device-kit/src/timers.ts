/** The session's only source of time, so that conformance can run hours in a moment. */
export interface Timers {
  /** Monotonic milliseconds with a fraction. */
  monotonicMs(): number;
  /** Wall clock, for display only. */
  now(): Date;
  /** Runs `task` once after `ms`; the returned function cancels it. */
  after(ms: number, task: () => void): () => void;
}

export const systemTimers: Timers = {
  monotonicMs: () => performance.now(),
  now: () => new Date(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/** Time that moves only when told to. */
export class ManualTimers implements Timers {
  private ms = 0;
  private order = 0;
  private waiting: { at: number; order: number; task: () => void }[] = [];

  monotonicMs(): number {
    return this.ms;
  }

  now(): Date {
    return new Date(Date.UTC(2030, 0, 1) + this.ms);
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.ms + Math.max(0, ms), order: this.order++, task };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== entry);
    };
  }

  /** Moves time on and runs what falls due, in order of its time. */
  advance(ms: number): void {
    const until = this.ms + ms;
    for (;;) {
      const next = this.waiting
        .filter((entry) => entry.at <= until)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.waiting = this.waiting.filter((entry) => entry !== next);
      this.ms = Math.max(this.ms, next.at);
      next.task();
    }
    this.ms = until;
  }

  get pending(): number {
    return this.waiting.length;
  }
}

/**
 * How long to wait before the n-th attempt (1, 2, ...) to open a link: doubling from `firstMs` up to `mostMs`, then spread
 * over its upper half by `spread` (0 to 1) so that devices behind one switch do not all knock at once.
 */
export function backoffMs(attempt: number, spread: number, firstMs = 250, mostMs = 5_000): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 16));
  return Math.round(full / 2 + (full / 2) * spread);
}
