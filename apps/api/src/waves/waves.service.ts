import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { OrderFilter, TemplateStep, WaveThresholds } from '#lib/contracts';
import { waveStates } from '#lib/contracts';
import { asSystem } from '../platform/context.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { openException } from '../platform/exceptions.js';
import { newId } from '../platform/ids.js';
import { takeCount } from '../platform/number-ranges.js';
import { Refusal } from '../platform/refusal.js';
import { Slots } from '../platform/slots.js';
import { move } from '../platform/transition.js';
import { bothFilters } from './candidates.js';
import { CHANNEL_STUCK } from './line-remedies.js';
import { matchOf } from './match-of.queries.js';
import { PlanRunnerService, planOrder } from './plan-runner.service.js';
import { PlanningCancelled, PlanningSuspended } from './planning-control.js';
import { RunGatesService } from './run-gates.service.js';
import { StepLogService } from './step-log.service.js';
import { templateOf } from './templates.queries.js';
import { belowThresholds } from './thresholds.js';
import type { PlanOrder, WaveLimits, WavePlan } from './wave-plan.js';
import { WaveReleaseService } from './wave-release.service.js';
import { optionsOf, pipelineFaults, pipelineOf } from './wave-steps.js';
import { WaveStockService } from './wave-stock.service.js';
import { RELEASES_ITSELF } from './waves.queries.js';
import './waves.events.js';

export interface WaveRequest {
  templateId: string;
  channel?: { id: string; filter: OrderFilter; ordersMax: number };
  /** Takes less than the template would: what a schedule is due for. */
  narrow?: { filter: OrderFilter; ordersMax?: number };
  /** Made by the caller, who may ask again after a crash: the same id is the same wave. */
  waveId?: string;
}

/** First half of the advisory lock that says "this wave is being planned"; any number that nothing else locks. */
const PLANNING_LOCK = 7_301_966;
/** A channel's wave whose step failed this often is given up. */
const STEP_ATTEMPTS_MAX = 5;
/** How the reason of such a wave begins. */
export const GIVEN_UP = 'given up after';

/** Each plan holds a connection while it is made: more at once would leave none for scans, and gain nothing in one thread. */
const PLANS_MAX = 3;

/** A person who cancels a plan waits this long for it to end. */
const CANCEL_WAIT_MS = 5_000;

const waves = { table: 'waves', states: waveStates, noun: 'wave' };

/** The pipeline: a wave goes through its steps, each with a state of its own, and can go on at the one that failed. */
@Injectable()
export class WavesService implements OnApplicationShutdown, OnModuleDestroy {
  private readonly log = new Logger(WavesService.name);
  /** Plans under way and those that wait for their turn; shutting down waits for them. */
  private readonly planning = new Map<string, Promise<void>>();
  private readonly turns = new Slots(PLANS_MAX);
  private readonly closing = new AbortController();

  constructor(
    private readonly db: Database,
    private readonly stock: WaveStockService,
    private readonly runner: PlanRunnerService,
    private readonly steps: StepLogService,
    private readonly releases: WaveReleaseService,
    private readonly gates: RunGatesService,
  ) {}

  /** Makes a wave and plans it in the background; its steps tell how far it is. */
  async startWave(templateId: string): Promise<string> {
    const { waveId, siteId } = await this.createWave({ templateId });
    this.planInBackground(waveId, siteId);
    return waveId;
  }

  /** Has a wave that is to be planned planned by this process, unless somebody does already. */
  planOn(waveId: string, siteId: number): void {
    this.planInBackground(waveId, siteId);
  }

  /** Goes on with a plan that failed, at the step that failed. */
  async resumeWave(waveId: string): Promise<void> {
    const siteId = await this.db.transaction(async (tx) => {
      await move(tx, waves, waveId, 'planning');
      await affected(tx, `update waves set reason = null where site_id = $1 and id = $2`, [
        tx.siteId,
        waveId,
      ]);
      return tx.siteId;
    });
    this.planInBackground(waveId, siteId);
  }

  /**
   * Ends planning: `cancel` gives the wave up, `keepBest` goes on with the best plan found so far. A wave that is planned already can
   * be given up as well.
   */
  async cancelWave(waveId: string, how: { reason: string; keepBest: boolean }): Promise<void> {
    const stopped = how.keepBest ? 'keep-best' : 'cancel';
    const { planning, siteId, ofChannel } = await this.db.transaction(async (tx) => {
      const asked = await row<{ channel_id: string | null }>(
        tx,
        `update waves set stop_asked = $3, reason = $4 where site_id = $1 and id = $2 and state = 'planning' returning channel_id`,
        [tx.siteId, waveId, stopped, how.keepBest ? null : how.reason],
      );
      return { planning: asked !== null, ofChannel: asked?.channel_id != null, siteId: tx.siteId };
    });
    if (!planning && how.keepBest) {
      throw new Refusal('waves.not-planning', 'This wave is not being planned.');
    }
    if (!planning) return this.releases.cancelWave(waveId, how.reason);
    this.runner.stop(waveId, stopped);
    // Where nobody plans it any more, or not yet, it is looked at here; channels look after their own waves.
    if (how.keepBest && !ofChannel) this.planInBackground(waveId, siteId);
    if (how.keepBest) return;
    // To give up takes no turn.
    if (!ofChannel) await asSystem('waves', siteId, () => this.planAlone(waveId));
    await this.waitUntilPlanned(waveId);
  }

  async createWave(request: WaveRequest): Promise<{ waveId: string; siteId: number }> {
    return this.db.transaction(async (tx) => {
      const template = await templateOf(tx, request.templateId);
      const { channel } = request;
      const pipeline = pipelineOf(template);
      requirePipeline(pipeline);
      const plan: PlanOrder = {
        filter: bothFilters(template.filter, (channel ?? request.narrow)?.filter ?? {}),
        limits: limitsOf(template.limits, request),
        pipeline,
        secondsMax: template.planningSecondsMax,
        ofChannel: channel !== undefined,
      };
      if (!channel) await this.requireWork(tx, plan.filter, template.thresholds);
      const waveId = request.waveId ?? newId();
      const number = await takeCount(tx, 'wave');
      await affected(
        tx,
        `insert into waves (site_id, id, number, template_id, channel_id, state, plan, created_by, created_at)
         values ($1, $2, $3, $4, $5, 'planning', $6, $7, $8) on conflict do nothing`,
        [
          tx.siteId,
          waveId,
          number,
          template.id,
          channel?.id ?? null,
          JSON.stringify(plan),
          tx.actorName,
          tx.at,
        ],
      );
      await this.steps.begin(
        tx,
        waveId,
        pipeline.map(({ name }) => name),
      );
      const data = { waveId, number, templateId: template.id, channelId: channel?.id ?? null };
      await addEvent(tx, { type: 'waves.wave-created', aggregateId: waveId, data });
      return { waveId, siteId: tx.siteId };
    });
  }

  /**
   * Does the steps of a wave that are not done. A step that throws fails the wave, which can be resumed there.
   * @returns whether the wave is planned; a wave that nothing is left of is cancelled with its reason, one that this process
   * can't end before it stops goes on with the next start.
   */
  async planWave(waveId: string): Promise<boolean> {
    try {
      const plan = await this.runner.run(waveId);
      return plan !== null && (await this.finishPlan(waveId, plan));
    } catch (error) {
      if (error instanceof PlanningSuspended) return false;
      if (!(error instanceof PlanningCancelled)) throw error;
      await this.giveUp(waveId);
      return false;
    }
  }

  async releaseWave(waveId: string): Promise<void> {
    await this.releases.releaseWave(waveId);
  }

  /**
   * From time to time: orders whose goods can be had again may try again, plans that a stopped process left go on, and what is to be
   * released by itself is tried again.
   */
  async goOnWithWaiting(siteId: number): Promise<void> {
    const abandoned = await this.db.transaction(async (tx) => {
      await this.stock.retryShortOrders(tx);
      await this.gates.passOnAll(tx);
      return rows<{ id: string }>(
        tx,
        `select id from waves where site_id = $1 and state = 'planning' and channel_id is null`,
        [tx.siteId],
      );
    });
    for (const { id } of abandoned) this.planInBackground(id, siteId);
    await this.releaseHeld();
  }

  /**
   * Waves that are released as soon as they are planned and that the floor was not ready for, or whose process stopped before: released
   * once the controller of work in progress lets them pass.
   */
  async releaseHeld(): Promise<void> {
    const held = await this.db.transaction((tx) =>
      rows<{ id: string }>(
        tx,
        `select w.id from waves w where w.site_id = $1 and ${RELEASES_ITSELF} order by w.number`,
        [tx.siteId],
      ),
    );
    // One that can't be released keeps no other from it.
    for (const { id } of held) await this.tryRelease(id).catch((error: unknown) => this.log.error(error));
  }

  /**
   * Waves of channels that a process left half-way when it stopped: planned to the end and released. One that keeps failing is
   * given up so that its orders can go elsewhere. Only for the process that looks after the channels: nobody else plans for them.
   */
  async finishChannelWaves(): Promise<void> {
    const left = await this.db.transaction((tx) =>
      rows<{ id: string; channelId: string; state: string; attempts: number }>(
        tx,
        `select w.id, w.channel_id as "channelId", w.state, (select coalesce(max(s.attempts), 0) from wave_steps s where s.site_id = w.site_id
           and s.wave_id = w.id) as attempts
         from waves w where w.site_id = $1 and w.channel_id is not null and w.state in ('planning', 'planned', 'failed')
         order by w.number`,
        [tx.siteId],
      ),
    );
    for (const { id, channelId, state, attempts } of left) {
      if (state === 'failed' && attempts >= STEP_ATTEMPTS_MAX) {
        await this.giveUpChannelWave(id, { channelId, attempts });
        continue;
      }
      if (state === 'failed') await this.db.transaction((tx) => move(tx, waves, id, 'planning'));
      if (state === 'planned' || (await this.planWave(id))) await this.releases.releaseWave(id);
    }
  }

  /** Its orders can go elsewhere; the channel waits longer after each, and a supervisor sees why. */
  private async giveUpChannelWave(
    waveId: string,
    { channelId, attempts }: { channelId: string; attempts: number },
  ): Promise<void> {
    await this.db.transaction(async (tx) => {
      const about = await row<{ channel: string; reason: string | null }>(
        tx,
        `select c.name as channel, w.reason from waves w join release_channels c on c.site_id = w.site_id and c.id = w.channel_id
         where w.site_id = $1 and w.id = $2`,
        [tx.siteId, waveId],
      );
      await openException(tx, {
        code: CHANNEL_STUCK,
        subjectKind: 'channel',
        subjectId: channelId,
        owner: 'supervisor',
        detail: `Waves of the channel ${about!.channel} can't be planned: ${about!.reason ?? 'no reason was kept'}`,
      });
    });
    await this.releases.cancelWave(waveId, `${GIVEN_UP} ${attempts} attempts`);
  }

  onModuleDestroy(): void {
    this.closing.abort();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.planning.values());
  }

  private planInBackground(waveId: string, siteId: number): void {
    const { signal } = this.closing;
    if (this.planning.has(waveId) || signal.aborted) return;
    const plan = this.turns
      .run(() => asSystem('waves', siteId, () => this.planAlone(waveId)), signal)
      .catch((error: unknown) => {
        // Its turn has not come: it goes on with the next start.
        if (error !== signal.reason) this.log.error(error);
      })
      .finally(() => this.planning.delete(waveId));
    this.planning.set(waveId, plan);
  }

  /**
   * Plans a wave unless somebody does already. The lock is held by a transaction of its own while the steps do theirs, and ends with
   * its connection: a process that dies lets its waves go, and the next look finds them.
   */
  private planAlone(waveId: string): Promise<void> {
    return this.db.transaction(async (tx) => {
      const mine = await row<{ got: boolean }>(
        tx,
        'select pg_try_advisory_xact_lock($1, hashtext($2)) as got',
        [PLANNING_LOCK, waveId],
      );
      const wave = await row<{ state: string }>(
        tx,
        'select state from waves where site_id = $1 and id = $2',
        [tx.siteId, waveId],
      );
      if (mine?.got && wave?.state === 'planning' && (await this.planWave(waveId)))
        await this.releaseIfAutomatic(waveId);
    });
  }

  /** Where the template says so, if the controller of work in progress lets it pass; else it waits as planned and is tried again. */
  private async releaseIfAutomatic(waveId: string): Promise<void> {
    const wave = await this.db.transaction((tx) =>
      row<{ plan: Partial<PlanOrder> }>(tx, 'select plan from waves where site_id = $1 and id = $2', [
        tx.siteId,
        waveId,
      ]),
    );
    if (!optionsOf(planOrder(wave?.plan ?? {}).pipeline, 'release').automatic) return;
    const refused = await this.tryRelease(waveId);
    if (refused) this.log.log(`Wave ${waveId} is planned and held: ${refused.message}`);
  }

  /** @returns why it stays where it is; null: it is released. */
  private async tryRelease(waveId: string): Promise<Refusal | null> {
    try {
      await this.releases.releaseByHand(waveId, null);
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }

  /** A plan that somebody cancelled ends like a wave that is given up: what it has taken is free again. */
  private async giveUp(waveId: string): Promise<void> {
    const reason = await this.db.transaction(async (tx) => {
      await this.steps.abandon(tx, waveId);
      await move(tx, waves, waveId, 'failed');
      const wave = await row<{ reason: string | null }>(
        tx,
        'select reason from waves where site_id = $1 and id = $2',
        [tx.siteId, waveId],
      );
      return wave?.reason ?? 'planning was cancelled';
    });
    await this.releases.cancelWave(waveId, reason);
  }

  private async waitUntilPlanned(waveId: string): Promise<void> {
    const endMs = performance.now() + CANCEL_WAIT_MS;
    while (performance.now() < endMs) {
      const wave = await this.db.transaction((tx) =>
        row<{ state: string }>(tx, 'select state from waves where site_id = $1 and id = $2', [
          tx.siteId,
          waveId,
        ]),
      );
      if (wave?.state !== 'planning' && wave?.state !== 'failed') return;
      await delay(50);
    }
  }

  private async finishPlan(waveId: string, plan: WavePlan): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const counted = await row<{ number: string; runs: string; reason: string | null }>(
        tx,
        `select w.number, (select count(*) from runs r where r.site_id = w.site_id and r.wave_id = w.id) as runs,
           (select x.reason from wave_lines x where x.site_id = w.site_id and x.wave_id = w.id and x.reason is not null
              order by x.order_line_id limit 1) as reason
         from waves w where w.site_id = $1 and w.id = $2`,
        [tx.siteId, waveId],
      );
      const { number, runs, reason } = counted!;
      const [orders, lines] = [plan.orders.size, plan.lines.length];
      if (lines === 0) {
        await move(tx, waves, waveId, 'failed');
        await move(tx, waves, waveId, 'cancelled');
        await this.noteCounts(tx, waveId, [0, 0, 0], `nothing is left to plan${reason ? `: ${reason}` : ''}`);
        return false;
      }
      const units = plan.lines.reduce((sum, { quantity }) => sum + quantity, 0);
      await move(tx, waves, waveId, 'planned');
      await this.noteCounts(tx, waveId, [orders, lines, units], null);
      const data = { waveId, number: Number(number), orders, lines, runs: Number(runs) };
      await addEvent(tx, { type: 'waves.wave-planned', aggregateId: waveId, data });
      return true;
    });
  }

  private async noteCounts(
    tx: Tx,
    waveId: string,
    counts: [number, number, number],
    reason: string | null,
  ): Promise<void> {
    await affected(
      tx,
      `update waves set order_count = $3, line_count = $4, unit_count = $5, reason = $6 where site_id = $1 and id = $2`,
      [tx.siteId, waveId, ...counts, reason],
    );
  }

  private async requireWork(tx: Tx, filter: OrderFilter, thresholds: WaveThresholds): Promise<void> {
    await this.stock.retryShortOrders(tx);
    if (!(await this.stock.anyCandidate(tx, filter)))
      throw new Refusal('waves.nothing-to-plan', 'No order that is ready matches this template.');
    if (Object.values(thresholds).every((value) => value === undefined)) return;
    const below = belowThresholds(await matchOf(tx, filter), thresholds);
    if (below.length === 0) return;
    const text = below.map(({ measure, have, need }) => `${have} of ${need} ${measure}`);
    throw new Refusal('waves.below-threshold', `Not worth a wave yet: ${text.join(', ')}.`, {
      facts: { below, counts: below.map(({ have, need }) => `${have} / ${need}`) },
    });
  }
}

/** A channel says how many go; a schedule may want fewer than the template allows. */
function limitsOf(limits: WaveLimits, { channel, narrow }: WaveRequest): WaveLimits {
  if (channel) return { ...limits, ordersMax: channel.ordersMax };
  if (narrow?.ordersMax === undefined) return limits;
  return { ...limits, ordersMax: Math.min(narrow.ordersMax, limits.ordersMax ?? narrow.ordersMax) };
}

function requirePipeline(pipeline: readonly TemplateStep[]): void {
  const errors = pipelineFaults(pipeline);
  if (errors.length === 0) return;
  const detail = `The template's steps don't work: ${errors.map(({ message }) => message).join('; ')}.`;
  throw new Refusal('waves.template-invalid', detail, { errors });
}
