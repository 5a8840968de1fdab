import type { Tx } from '../platform/database.service.js';
import type { WavePlan } from './wave-plan.js';

/** The plan as a step leaves it, and what the step has to say. */
export interface StepResult {
  plan: WavePlan;
  log: string[];
}

export interface KeepResult extends StepResult {
  /** Others were quicker with a part of it: decide again over what is left. */
  again?: boolean;
}

/** How often a step decides again over what others took meanwhile. */
export const KEEP_ATTEMPTS = 3;

/**
 * One step of the pipeline. `decide` reads and computes and writes nothing: a dry run is all the decisions without keeping any. Later
 * steps are decided while earlier ones are being kept, so what it reads must be the same whether these stand already or not.
 * `keep` writes what was decided, in one transaction with the note that the step is done, so a step happens once or not at all. It
 * answers the very plan that it was given when all of it is kept; any other plan has the later steps decided again.
 */
export interface PipelineStep {
  decide(plan: WavePlan, control: StepControl): Promise<StepResult>;
  /** Works out what `keep` will send for this plan, while earlier steps are being kept. A dry run does without. */
  prepare?(plan: WavePlan): void;
  keep?(tx: Tx, plan: WavePlan, attempt: { waveId: string; last: boolean }): Promise<KeepResult>;
}

/** What a long step listens to and tells. */
export interface StepControl {
  /** First number: 1 ends the search with the best so far. Second: looks at the first, as a sign of life. */
  readonly flags: Int32Array;
  /** Ends the worker at once; the step fails. */
  readonly signal: AbortSignal;
}

/** A control that nobody uses. */
export function freeControl(): StepControl {
  return {
    flags: new Int32Array(new SharedArrayBuffer(8)),
    signal: new AbortController().signal,
  };
}
