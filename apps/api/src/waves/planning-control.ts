import type { StepControl } from './pipeline-step.js';

/** `cancel`: the wave is given up. `keep-best`: the search ends, and its best plan so far is the plan. */
export type StopAsked = 'cancel' | 'keep-best';

/** Somebody asked to give the wave up while it was planned. */
export class PlanningCancelled extends Error {
  constructor() {
    super('planning was cancelled');
    this.name = 'PlanningCancelled';
  }
}

/** This process is being stopped: the plan goes on where it is when the next one starts. */
export class PlanningSuspended extends Error {
  constructor() {
    super('planning goes on with the next start');
    this.name = 'PlanningSuspended';
  }
}

/** The hand on one plan that is being made: ends its search, or the whole of it. */
export class PlanningControl implements StepControl {
  readonly flags = new Int32Array(new SharedArrayBuffer(8));
  private readonly abort = new AbortController();
  /** How many orders the plan has, for who tells how far it is; null before any is taken. */
  orders: number | null = null;
  private asked: StopAsked | null = null;
  private suspended = false;

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get cancelled(): boolean {
    return this.asked === 'cancel';
  }

  ask(how: StopAsked): void {
    if (this.cancelled) return;
    this.asked = how;
    Atomics.store(this.flags, 0, 1);
    if (how === 'cancel') this.abort.abort();
  }

  /** Ends the step under way without a word about it: nothing has failed. */
  suspend(): void {
    this.suspended = true;
    this.abort.abort();
  }

  /** @throws PlanningCancelled, PlanningSuspended */
  check(): void {
    if (this.cancelled) throw new PlanningCancelled();
    if (this.suspended) throw new PlanningSuspended();
  }
}
