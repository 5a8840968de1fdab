import type { PipelineStepView, TemplateStep, WaveTemplateBody, WaveTemplateView } from '#lib/contracts';

/** A template as it is edited: every step with its options under one type. */
export interface DraftStep {
  name: string;
  options: Readonly<Record<string, unknown>>;
}

export interface TemplateDraft extends Omit<WaveTemplateBody, 'pipeline' | 'version' | 'limits'> {
  limits: Partial<WaveTemplateBody['limits']>;
  steps: readonly DraftStep[];
}

/** What a new template begins with: every step, in an order that works. */
export function emptyDraft(known: readonly PipelineStepView[]): TemplateDraft {
  return {
    name: '',
    filter: {},
    limits: { ordersMax: 100, linesMax: 400, unitsMax: 1_000 },
    thresholds: {},
    planningSecondsMax: null,
    steps: known.map(({ name }) => ({ name, options: {} })),
  };
}

export function draftOf(template: WaveTemplateView): TemplateDraft {
  const { name, filter, limits, thresholds, planningSecondsMax, pipeline } = template;
  const steps = pipeline.map(({ name: step, ...options }) => ({ name: step, options }));
  return { name, filter, limits, thresholds, planningSecondsMax, steps };
}

export function bodyOf(draft: TemplateDraft, version?: number): WaveTemplateBody {
  const { steps, ...rest } = draft;
  return {
    ...rest,
    limits: draft.limits as WaveTemplateBody['limits'],
    pipeline: steps.map(({ name, options }) => ({ name, ...options })) as TemplateStep[],
    version,
  };
}

export interface OrderFault {
  step: string;
  before: string;
}

/** Steps that stand before one that they need. */
export function orderFaults(steps: readonly DraftStep[], known: readonly PipelineStepView[]): OrderFault[] {
  const placeOf = new Map(steps.map(({ name }, at) => [name, at]));
  return steps.flatMap(({ name }, at) => {
    const needs = known.find((each) => each.name === name)?.after ?? [];
    return needs.filter((need) => (placeOf.get(need) ?? -1) > at).map((before) => ({ step: name, before }));
  });
}

/** Optional steps that the template leaves out. */
export function leftOut(steps: readonly DraftStep[], known: readonly PipelineStepView[]): PipelineStepView[] {
  return known.filter((each) => !steps.some(({ name }) => name === each.name));
}

/** The step put in where its needs are met: behind the last one that it needs, or as the pipeline usually has it. */
export function withStep(
  steps: readonly DraftStep[],
  name: string,
  known: readonly PipelineStepView[],
): DraftStep[] {
  const usual = known.map((each) => each.name as string);
  const at = steps.findIndex((step) => usual.indexOf(step.name) > usual.indexOf(name));
  return steps.toSpliced(at === -1 ? steps.length : at, 0, { name, options: {} });
}
