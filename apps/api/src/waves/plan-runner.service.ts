import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { WaveProgressView } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { Live } from '../platform/live.js';
import { FaultsService } from './faults.service.js';
import { loadPlan } from './load-plan.queries.js';
import { PipelineService } from './pipeline.service.js';
import { KEEP_ATTEMPTS, type KeepResult } from './pipeline-step.js';
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

/** Goes through the steps of a wave: decides each, and keeps it together with the note that it is done. */
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
    let plan = start;
    for (const name of open) {
      if (name === 'release') break;
      try {
        control.check();
        plan = await this.step(name, plan, { waveId, control });
      } catch (error) {
        control.check();
        await this.steps.fail(waveId, name, error);
        return null;
      }
    }
    return plan;
  }

  private async step(
    name: WaveStepName,
    before: WavePlan,
    { waveId, control }: { waveId: string; control: PlanningControl },
  ): Promise<WavePlan> {
    if (before.orders.size === 0 && name !== 'select') {
      const skipped = { name, state: 'skipped' as const, log: ['no order is left'] };
      await this.db.transaction((tx) => this.steps.end(tx, waveId, skipped));
      return before;
    }
    const beganMs = performance.now();
    await this.db.transaction((tx) => this.steps.start(tx, waveId, name));
    const step = this.pipeline.stepOf(name);
    let plan = before;
    const log: string[] = [];
    for (let attempt = 1; ; attempt++) {
      const decided = await step.decide(plan, control);
      log.push(...decided.log);
      const last = attempt === KEEP_ATTEMPTS;
      const kept = await this.db.transaction(async (tx) => {
        const kept: KeepResult = (await step.keep?.(tx, decided.plan, { waveId, last })) ?? {
          plan: decided.plan,
          log: [],
        };
        await this.faults.keep(tx, waveId, kept.plan.faults.slice(plan.faults.length));
        await noteSummary(tx, waveId, kept.plan);
        if (!kept.again) {
          const tookMs = performance.now() - beganMs;
          const done = { name, state: 'succeeded' as const, log: [...log, ...kept.log], tookMs };
          await this.steps.end(tx, waveId, done);
        }
        return kept;
      });
      log.push(...kept.log);
      plan = kept.plan;
      control.orders = plan.orders.size;
      if (!kept.again) return plan;
    }
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
