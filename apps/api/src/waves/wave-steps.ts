import type {
  PickMethod,
  PipelineStepView,
  ReservationStrategy,
  TemplateStep,
  WaveStepName,
} from '#lib/contracts';
import type { FieldError } from '../platform/refusal.js';

export type { WaveStepName };

type StepOption = PipelineStepView['options'][number];

const OPTIONAL: ReadonlySet<string> = new Set(['replenish', 'cartonise']);

/** The most totes that any cart has. */
const SLOTS_MAX = 60;

const STRATEGIES: ReservationStrategy[] = ['fefo', 'fifo', 'fewest-touches', 'full-containers'];
const METHODS: PickMethod[] = ['cluster', 'zone', 'single', 'batch'];

/** The pipeline in its usual order: what each step needs before it, and what it may be told. */
export const PIPELINE: readonly PipelineStepView[] = [
  step('select', []),
  step('validate', ['select']),
  step('promise', ['select']),
  step('reserve', ['validate', 'promise'], { name: 'strategy', kind: 'choice', choices: STRATEGIES }),
  step('replenish', ['reserve'], { name: 'topUp', kind: 'flag' }),
  step('cartonise', ['reserve']),
  step(
    'batch',
    ['reserve', 'replenish'],
    { name: 'method', kind: 'choice', choices: METHODS },
    { name: 'slotsMax', kind: 'number', min: 1, max: SLOTS_MAX },
  ),
  step('route', ['batch']),
  step('assign', ['batch', 'cartonise']),
  step('create-tasks', ['route', 'assign']),
  step('release', ['create-tasks'], { name: 'automatic', kind: 'flag' }),
];

export const WAVE_STEPS: readonly WaveStepName[] = PIPELINE.map(({ name }) => name);

function step(name: WaveStepName, after: WaveStepName[], ...options: StepOption[]): PipelineStepView {
  return { name, optional: OPTIONAL.has(name), after, options };
}

/**
 * The pipeline of a template as it is kept: its own, or the usual one. Older templates name only the optional steps that they want.
 */
export function pipelineOf(template: {
  pipeline: readonly TemplateStep[];
  steps: readonly string[];
}): TemplateStep[] {
  if (template.pipeline.length > 0) return [...template.pipeline];
  const chosen = template.steps;
  return WAVE_STEPS.filter((name) => !OPTIONAL.has(name) || chosen.length === 0 || chosen.includes(name)).map(
    (name): TemplateStep => ({ name }),
  );
}

/** All that is wrong with a pipeline, by field; empty when it works. */
export function pipelineFaults(pipeline: readonly TemplateStep[]): FieldError[] {
  const names = pipeline.map(({ name }) => name);
  const faults = pipeline.flatMap((own, at) => stepFaults(own, at, names));
  const missing = PIPELINE.filter(({ name, optional }) => !optional && !names.includes(name));
  if (missing.length > 0) {
    const message = `these steps are missing: ${missing.map(({ name }) => name).join(', ')}`;
    faults.push({ field: 'pipeline', message });
  }
  return faults;
}

function stepFaults(own: TemplateStep, at: number, names: readonly string[]): FieldError[] {
  const field = `pipeline.${at}`;
  const known = PIPELINE.find(({ name }) => name === own.name);
  if (!known) return [{ field: `${field}.name`, message: `there is no step ${String(own.name)}` }];
  const faults: FieldError[] = [];
  if (names.indexOf(own.name) < at)
    faults.push({ field: `${field}.name`, message: `${own.name} is there twice` });
  const late = known.after.filter((name) => names.indexOf(name) > at);
  if (late.length > 0)
    faults.push({ field: `${field}.name`, message: `${own.name} needs ${late.join(', ')} before it` });
  for (const [name, value] of Object.entries(own)) {
    if (name === 'name' || value === undefined) continue;
    const message = optionFault(
      known.options.find((option) => option.name === name),
      value,
    );
    if (message) faults.push({ field: `${field}.${name}`, message });
  }
  return faults;
}

function optionFault(option: StepOption | undefined, value: unknown): string | null {
  if (!option) return 'this step has no such option';
  const { kind, choices = [], min = 0, max = Number.MAX_SAFE_INTEGER } = option;
  if (kind === 'flag') return typeof value === 'boolean' ? null : 'must be true or false';
  if (kind === 'choice')
    return choices.includes(value as string) ? null : `must be one of ${choices.join(', ')}`;
  const whole = Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
  return whole ? null : `must be a whole number from ${min} to ${max}`;
}

/** The options of one step of a pipeline; none when it is not part of it. */
export function optionsOf<N extends WaveStepName>(
  pipeline: readonly TemplateStep[],
  name: N,
): Partial<Extract<TemplateStep, { name: N }>> {
  const own = pipeline.find((each) => each.name === name);
  return (own ?? {}) as Partial<Extract<TemplateStep, { name: N }>>;
}
