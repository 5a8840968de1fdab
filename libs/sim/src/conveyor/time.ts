/** The time of a conveyor: real beside a real agent, virtual in tests. */
export interface Time {
  nowMs(): number;
  /** Runs `act` at that moment, at once when it is past. @returns takes it back */
  at(ms: number, act: () => void): () => void;
}

export class RealTime implements Time {
  nowMs(): number {
    return performance.now();
  }

  at(ms: number, act: () => void): () => void {
    const timer = setTimeout(act, Math.max(0, ms - performance.now()));
    return () => clearTimeout(timer);
  }
}

interface Planned {
  ms: number;
  order: number;
  act: () => void;
}

/** Time that passes only when it is told to; what is due at the same moment happens in the order in which it was planned. */
export class VirtualTime implements Time {
  private now = 0;
  private order = 0;
  private planned: Planned[] = [];

  nowMs(): number {
    return this.now;
  }

  at(ms: number, act: () => void): () => void {
    const planned = { ms: Math.max(ms, this.now), order: this.order++, act };
    this.planned.push(planned);
    return () => {
      this.planned = this.planned.filter((each) => each !== planned);
    };
  }

  /** Lets all that is due until `ms` happen. Promises that an act resolved go on before the next act. */
  async passUntil(ms: number): Promise<void> {
    for (;;) {
      const next = this.next(ms);
      if (!next) break;
      this.planned = this.planned.filter((each) => each !== next);
      this.now = next.ms;
      next.act();
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    }
    this.now = Math.max(this.now, ms);
  }

  private next(limitMs: number): Planned | undefined {
    let first: Planned | undefined;
    for (const each of this.planned) {
      if (each.ms > limitMs) continue;
      if (!first || each.ms < first.ms || (each.ms === first.ms && each.order < first.order)) first = each;
    }
    return first;
  }
}
