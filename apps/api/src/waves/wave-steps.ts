/** The pipeline of a wave, in order. A template may leave out what is marked optional; the rest is always done. */
export const WAVE_STEPS = [
  'select',
  'validate',
  'promise',
  'reserve',
  'replenish',
  'cartonise',
  'batch',
  'route',
  'assign',
  'create-tasks',
  'release',
] as const;

export type WaveStepName = (typeof WAVE_STEPS)[number];

const OPTIONAL: ReadonlySet<string> = new Set(['replenish', 'cartonise']);

/** The steps a wave of a template goes through: the template's choice of optional ones, in the pipeline's order. */
export function stepsOf(chosen: readonly string[]): WaveStepName[] {
  return WAVE_STEPS.filter((step) => !OPTIONAL.has(step) || chosen.length === 0 || chosen.includes(step));
}

/** Steps of a template that do not exist. */
export function unknownSteps(chosen: readonly string[]): string[] {
  return chosen.filter((step) => !(WAVE_STEPS as readonly string[]).includes(step));
}
