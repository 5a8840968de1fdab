import type { WavePlan } from './wave-plan.js';

/**
 * What a step will send to the database, worked out while the steps before it are being kept: for ten thousand orders that takes about
 * as long as writing it does. A plan that nothing was worked out for ahead has it worked out when it is asked for.
 */
export class Prepared<T> {
  private readonly known = new WeakMap<WavePlan, T>();

  constructor(private readonly make: (plan: WavePlan) => T) {}

  workOut(plan: WavePlan): void {
    this.known.set(plan, this.make(plan));
  }

  of(plan: WavePlan): T {
    return this.known.get(plan) ?? this.make(plan);
  }
}
