import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { WaveProgressView } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { Live } from '../platform/live.js';
import { type Decision, DecisionsAhead } from './decisions-ahead.js';
import { FaultsService } from './faults.service.js';
import { loadPlan } from './load-plan.queries.js';
import { PipelineService } from './pipeline.service.js';
import { KEEP_ATTEMPTS, type KeepResult, type StepControl } from './pipeline-step.js';
import { planProgress, type StepAt } from './plan-progress.js';
import { PlanningControl, type StopAsked } from './planning-control.js';
import { searchTimeMs } from './search-time.js';
import { StepLogService } from './step-log.service.js';
import { emptyPlan, type PlanOrder, type WavePlan } from './wave-plan.js';
import { pipelineOf, type WaveStepName } from './wave-steps.js';
import { summaryOf } from './wave-summary.js';

/** How often a plan under way looks whether it should stop, and tells how far it is. */
const TICK_MS = 500;

interface WaveRow {
  number: string;
  state: string;
  plan: Partial<PlanOrder>;
  asked: StopAsked | null;
}

/** What all the steps would decide. */
export interface Rehearsal {
  plan: WavePlan;
  steps: { name: WaveStepName; durationMs: number; log: string[] }[];
}

/** How far a step came that others were quicker than. */
interface Tried {
  attempts: number;
  log: string[];
  /** Null: it was not begun. */
  beganMs: number | null;
}

/** The steps that are left, over what is kept so far. */
interface Way {
  names: readonly WaveStepName[];
  plan: WavePlan;
  /** Of the first of them. */
  tried: Tried;
}

interface OfWave {
  waveId: string;
  control: PlanningControl;
}

/** The step that is decided while the one before is kept. */
interface NextStep {
  name: WaveStepName | undefined;
  underWayMs(): number;
}

const UNTRIED: Tried = { attempts: 0, log: [], beganMs: null };

/**
 * Goes through the steps of a wave: decides them ahead, and keeps each in its turn together with the note that it is done. What was
 * decided over something that was not kept so is decided again.
 */
@Injectable()
export class PlanRunnerService implements OnModuleDestroy {
  private readonly log = new Logger(PlanRunnerService.name);
  private readonly controls = new Map<string, PlanningControl>();
  /** Dry runs under way, with what each is of. */
  private readonly rehearsals = new Map<PlanningControl, string>();
  private closing = false;

  constructor(
    private readonly db: Database,
    private readonly pipeline: PipelineService,
    private readonly steps: StepLogService,
    private readonly faults: FaultsService,
    private readonly live: Live,
  ) {}

  /**
   * Does the steps of a wave that are not done. A step that throws fails the wave, which can be resumed there.
   * @returns the plan, or null when a step failed.
   * @throws PlanningCancelled when somebody gave the wave up.
   * @throws PlanningSuspended when this process is being stopped; the wave stays as far as it is.
   */
  async run(waveId: string): Promise<WavePlan | null> {
    const control = this.control(waveId);
    const ticking = setInterval(() => {
      this.tick(waveId, control).catch((error: unknown) => this.log.error(error));
    }, TICK_MS);
    try {
      return await this.goThrough(waveId, control);
    } finally {
      clearInterval(ticking);
      this.controls.delete(waveId);
    }
  }

  /** First of all when the process is being stopped: nobody waits for a search that goes on with the next start anyway. */
  onModuleDestroy(): void {
    this.closing = true;
    for (const control of [...this.controls.values(), ...this.rehearsals.keys()]) control.suspend();
  }

  /** Stops the plan at once if this process makes it; another process sees the note in the wave's row. */
  stop(waveId: string, how: StopAsked): void {
    this.controls.get(waveId)?.ask(how);
  }

  /** Ends the dry runs of a template or wave that this process makes. @returns how many there were. */
  stopRehearsals(subjectId: string): number {
    const own = [...this.rehearsals].filter(([, subject]) => subject === subjectId);
    for (const [control] of own) control.ask('cancel');
    return own.length;
  }

  /**
   * All the decisions of these steps without keeping any of them.
   * @param subjectId the template or wave, by which it can be stopped
   * @throws PlanningCancelled, PlanningSuspended
   */
  async rehearse(subjectId: string, plan: WavePlan, names: readonly WaveStepName[]): Promise<Rehearsal> {
    const control = new PlanningControl();
    this.rehearsals.set(control, subjectId);
    if (this.closing) control.suspend();
    try {
      return await this.decideAll(plan, names, control);
    } catch (error) {
      control.check();
      throw error;
    } finally {
      this.rehearsals.delete(control);
    }
  }

  private async decideAll(
    plan: WavePlan,
    names: readonly WaveStepName[],
    control: PlanningControl,
  ): Promise<Rehearsal> {
    const steps: { name: WaveStepName; durationMs: number; log: string[] }[] = [];
    let current = plan;
    for (const name of names) {
      if (name === 'release' || (current.orders.size === 0 && name !== 'select')) continue;
      control.check();
      const beganMs = performance.now();
      const decided = await this.pipeline.stepOf(name).decide(current, control);
      current = decided.plan;
      steps.push({ name, durationMs: Math.round(performance.now() - beganMs), log: decided.log });
    }
    return { plan: current, steps };
  }

  private control(subjectId: string): PlanningControl {
    const control = new PlanningControl();
    this.controls.set(subjectId, control);
    if (this.closing) control.suspend();
    return control;
  }

  private async goThrough(waveId: string, control: PlanningControl): Promise<WavePlan | null> {
    const { wave, open, start } = await this.db.transaction(async (tx) => {
      const wave = await waveOf(tx, waveId);
      const open = await this.steps.open(tx, waveId);
      const order = planOrder(wave.plan);
      const fresh = open[0] === 'select';
      const start = fresh ? emptyPlan(waveId, tx.at, order) : await loadPlan(tx, waveId, order);
      return { wave, open, start };
    });
    if (wave.asked) control.ask(wave.asked);
    control.check();
    const names = open.filter((name) => name !== 'release');
    const [first] = names;
    if (first && hasWork(first, start))
      await this.db.transaction((tx) => this.steps.start(tx, waveId, first));
    let way: Way | null = { names, plan: start, tried: UNTRIED };
    while (way !== null && way.names.length > 0) way = await this.goAhead(way, { waveId, control });
    return way?.plan ?? null;
  }

  /**
   * Decides all steps of the way ahead, and keeps them in turn until one is kept otherwise than it was decided.
   * @returns what is left of the way; null when a step failed.
   */
  private async goAhead(way: Way, { waveId, control }: OfWave): Promise<Way | null> {
    const decide = async (name: WaveStepName, before: WavePlan, own: StepControl) => {
      if (!hasWork(name, before)) return { plan: before, log: [] };
      const step = this.pipeline.stepOf(name);
      const decided = await step.decide(before, own);
      step.prepare?.(decided.plan);
      return decided;
    };
    const ahead = new DecisionsAhead(way.names, way.plan, { decide, control });
    let name = way.names[0]!;
    try {
      for (let at = 0; at < way.names.length; at += 1) {
        name = way.names[at]!;
        control.check();
        const next = { name: way.names[at + 1], underWayMs: () => ahead.underWayMs(at + 1) };
        const tried = at === 0 ? way.tried : UNTRIED;
        const decision = await ahead.at(at);
        const kept = await this.keep(name, decision, { waveId, tried, next });
        control.orders = kept.plan.orders.size;
        if (kept.again) return { names: way.names.slice(at), plan: kept.plan, tried: kept.tried };
        if (kept.plan !== decision.plan)
          return { names: way.names.slice(at + 1), plan: kept.plan, tried: UNTRIED };
      }
      return { names: [], plan: (await ahead.at(way.names.length - 1)).plan, tried: UNTRIED };
    } catch (error) {
      await ahead.end();
      control.check();
      await this.steps.fail(waveId, name, error);
      return null;
    } finally {
      await ahead.end();
    }
  }

  /** Keeps one step with the note that it is done, and that the next one has begun. */
  private async keep(
    name: WaveStepName,
    decision: Decision,
    { waveId, tried, next }: { waveId: string; tried: Tried; next: NextStep },
  ): Promise<KeepResult & { tried: Tried }> {
    const { before, plan } = decision;
    if (!hasWork(name, before)) {
      const skipped = { name, state: 'skipped' as const, log: ['no order is left'] };
      await this.db.transaction((tx) => this.steps.end(tx, waveId, skipped));
      return { plan, log: [], tried: UNTRIED };
    }
    const step = this.pipeline.stepOf(name);
    const beganMs = tried.beganMs ?? decision.beganMs;
    const attempts = tried.attempts + 1;
    const last = attempts === KEEP_ATTEMPTS;
    return this.db.transaction(async (tx) => {
      const kept: KeepResult = (await step.keep?.(tx, plan, { waveId, last })) ?? { plan, log: [] };
      await this.faults.keep(tx, waveId, kept.plan.faults.slice(before.faults.length));
      await noteSummary(tx, waveId, kept.plan);
      const log = [...tried.log, ...decision.log, ...kept.log];
      if (!kept.again) {
        const tookMs = performance.now() - beganMs;
        await this.steps.end(tx, waveId, { name, state: 'succeeded', log, tookMs });
        if (next.name && hasWork(next.name, kept.plan))
          await this.steps.start(tx, waveId, next.name, kept.plan === plan ? next.underWayMs() : 0);
      }
      return { ...kept, tried: { attempts, log, beganMs } };
    });
  }

  private async tick(waveId: string, control: PlanningControl): Promise<void> {
    const { asked, progress, siteId } = await this.db.transaction(async (tx) => ({
      asked: (await waveOf(tx, waveId)).asked,
      progress: await progressOf(tx, waveId, control.orders),
      siteId: tx.siteId,
    }));
    if (asked) control.ask(asked);
    if (!progress || !this.controls.has(waveId)) return;
    const looks = Atomics.load(control.flags, 1);
    const detail = progress.step === 'batch' ? `${looks} looks at the clock of the search` : null;
    this.live.toTower(siteId, 'tower.wave-progress', { ...progress, detail });
  }
}

/** Whether the step finds anything to do; one that does not is skipped. */
function hasWork(name: WaveStepName, before: WavePlan): boolean {
  return before.orders.size > 0 || name === 'select';
}

/** The wave's plan as it was ordered; those of older versions had the usual pipeline. */
export function planOrder(kept: Partial<PlanOrder>): PlanOrder {
  return {
    filter: kept.filter ?? {},
    limits: kept.limits ?? {},
    pipeline: kept.pipeline ?? pipelineOf({ pipeline: [], steps: [] }),
    secondsMax: kept.secondsMax ?? null,
    ofChannel: kept.ofChannel ?? false,
  };
}

async function waveOf(tx: Tx, waveId: string): Promise<WaveRow> {
  const wave = await row<WaveRow>(
    tx,
    `select number, state, plan, stop_asked as asked from waves where site_id = $1 and id = $2`,
    [tx.siteId, waveId],
  );
  return wave!;
}

async function noteSummary(tx: Tx, waveId: string, plan: WavePlan): Promise<void> {
  await affected(tx, `update waves set summary = summary || $3::jsonb where site_id = $1 and id = $2`, [
    tx.siteId,
    waveId,
    JSON.stringify(summaryOf(plan)),
  ]);
}

/** How far the plan of a wave is; null when it is not being planned. Its orders are counted unless they are known. */
export async function progressOf(
  tx: Tx,
  waveId: string,
  known: number | null = null,
): Promise<WaveProgressView | null> {
  const wave = await waveOf(tx, waveId);
  if (wave.state !== 'planning') return null;
  const steps = await rows<StepAt>(
    tx,
    `select name, state, started_at as "startedAt" from wave_steps where site_id = $1 and wave_id = $2 order by position`,
    [tx.siteId, waveId],
  );
  const orders = known ?? (await countOrders(tx, waveId));
  const searchMs = searchTimeMs(orders, planOrder(wave.plan));
  const progress = planProgress(steps, { orders, searchMs }, tx.at.getTime());
  return { waveId, number: Number(wave.number), state: wave.state, ...progress, detail: null };
}

async function countOrders(tx: Tx, waveId: string): Promise<number> {
  const counted = await row<{ orders: number }>(
    tx,
    `select count(*)::int as orders from orders where site_id = $1 and wave_id = $2`,
    [tx.siteId, waveId],
  );
  return counted!.orders;
}
