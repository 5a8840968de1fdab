import type { WaveStepName } from '#lib/contracts';

/** A step as far as progress can be told from it. */
export interface StepAt {
  name: WaveStepName;
  state: string;
  startedAt: Date | null;
}

export interface PlanProgress {
  step: WaveStepName | null;
  stepNumber: number;
  stepCount: number;
  fraction: number;
  secondsLeft: number | null;
}

/** What a step takes beside the search, for each thousand orders: measured on a small machine, only for the progress bar. */
const MS_PER_THOUSAND: Partial<Record<WaveStepName, number>> = {
  select: 300,
  reserve: 700,
  cartonise: 500,
  route: 150,
  assign: 200,
  'create-tasks': 300,
};
const LEAST_MS = 50;

/** How far a plan is and how long it still takes, from its steps and the time that its search may have. */
export function planProgress(
  steps: readonly StepAt[],
  plan: { orders: number; searchMs: number },
  nowMs: number,
): PlanProgress {
  const planning = steps.filter(({ name }) => name !== 'release');
  const costs = planning.map(({ name }) => expectedMs(name, plan));
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  let done = 0;
  planning.forEach(({ state, startedAt }, at) => {
    if (state === 'succeeded' || state === 'skipped') done += costs[at]!;
    // A step that takes longer than expected stays just short of its end.
    else if (state === 'running' && startedAt)
      done += Math.min(0.95 * costs[at]!, Math.max(0, nowMs - startedAt.getTime()));
  });
  const open = planning.findIndex(({ state }) => state !== 'succeeded' && state !== 'skipped');
  const ended = open < 0 && planning.length > 0;
  return {
    step: planning[open]?.name ?? null,
    stepNumber: ended ? planning.length : open + 1,
    stepCount: planning.length,
    fraction: total === 0 ? 0 : Math.min(1, done / total),
    secondsLeft: total === 0 ? null : Math.ceil((total - done) / 1_000),
  };
}

function expectedMs(name: WaveStepName, { orders, searchMs }: { orders: number; searchMs: number }): number {
  if (name === 'batch') return Math.max(LEAST_MS, searchMs);
  return Math.max(LEAST_MS, ((MS_PER_THOUSAND[name] ?? 0) * orders) / 1_000);
}
