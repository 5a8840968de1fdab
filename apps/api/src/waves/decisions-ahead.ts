import type { StepControl, StepResult } from './pipeline-step.js';
import type { WavePlan } from './wave-plan.js';
import type { WaveStepName } from './wave-steps.js';

/** What a step decided, over which plan, and since when. */
export interface Decision extends StepResult {
  before: WavePlan;
  beganMs: number;
}

type Decide = (name: WaveStepName, before: WavePlan, control: StepControl) => Promise<StepResult>;

/**
 * Decides the steps one after the other, each over the plan as the one before decided it, without waiting until that is kept: a
 * search for runs takes seconds in which the database would have nothing to do. Whoever keeps a step otherwise than it was decided
 * ends these decisions and has the later steps decided again.
 */
export class DecisionsAhead {
  private readonly over = new AbortController();
  private readonly decisions: Promise<Decision>[] = [];
  private readonly began: number[] = [];

  constructor(
    names: readonly WaveStepName[],
    plan: WavePlan,
    { decide, control }: { decide: Decide; control: StepControl },
  ) {
    const own = { flags: control.flags, signal: AbortSignal.any([control.signal, this.over.signal]) };
    let last = Promise.resolve(plan);
    names.forEach((name, at) => {
      const decision = last.then(async (before): Promise<Decision> => {
        own.signal.throwIfAborted();
        const beganMs = performance.now();
        this.began[at] = beganMs;
        return { ...(await decide(name, before, own)), before, beganMs };
      });
      // One that nobody comes to ask for is told by the first that failed.
      decision.catch(() => undefined);
      this.decisions.push(decision);
      last = decision.then((made) => made.plan);
    });
    last.catch(() => undefined);
  }

  /**
   * What the step at this place of the list decided.
   * @throws what it failed with, or the first one before it.
   */
  at(place: number): Promise<Decision> {
    return this.decisions[place]!;
  }

  /** How long the step at this place has been decided on, in milliseconds; 0 when it was not begun. */
  underWayMs(place: number): number {
    const beganMs = this.began[place];
    return beganMs === undefined ? 0 : performance.now() - beganMs;
  }

  /** Gives up what is not decided yet, and waits until nothing is going on any more. */
  async end(): Promise<void> {
    this.over.abort();
    await Promise.allSettled(this.decisions);
  }
}
