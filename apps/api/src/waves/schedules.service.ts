import { Injectable, Logger } from '@nestjs/common';
import type { OrderFilter, ReasonView, ScheduleRule } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { cutOffOutlook } from './cut-off-outlook.queries.js';
import { decideCutOffRelease } from './decide-cut-off-release.js';
import { matchOf } from './match-of.queries.js';
import { latestDue } from './schedule-times.js';
import { WaveReleaseService } from './wave-release.service.js';
import { WavesService } from './waves.service.js';
import './waves.events.js';

export interface DueSchedule {
  id: string;
  name: string;
  templateId: string;
  templateFilter: OrderFilter;
  rule: ScheduleRule;
  planOnly: boolean;
  /** The last time that it was due, or when it was made or changed. */
  since: Date;
  timeZone: string;
}

interface OpenRun {
  id: string;
  waveId: string;
  narrow: { filter?: OrderFilter; ordersMax?: number };
  templateId: string;
  templateFilter: OrderFilter;
  planOnly: boolean;
  waveState: string | null;
  waveReason: string | null;
}

interface RunEnd {
  state: 'done' | 'nothing' | 'held' | 'failed';
  reasons: ReasonView[];
}

/** A plan back from the cut-offs is made anew at most so often. */
const LOOK_AT_CUT_OFFS_MS = 20_000;
const MINUTE_MS = 60_000;

/**
 * Waves that are planned and released by themselves. A time that is due is a row first (unique by schedule and moment) and goes on from
 * that row, whatever dies: the wave's id is in it before the wave is made. One process of a site looks at a time.
 */
@Injectable()
export class SchedulesService {
  private readonly log = new Logger(SchedulesService.name);
  /** When the cut-offs of a schedule were last planned back from, ms since the epoch. */
  private readonly lookedAt = new Map<string, number>();

  constructor(
    private readonly db: Database,
    private readonly waves: WavesService,
    private readonly releases: WaveReleaseService,
  ) {}

  /** Notes what is due and takes what was noted one step further. */
  async look(): Promise<void> {
    const schedules = await this.db.transaction((tx) => this.active(tx));
    for (const schedule of schedules) {
      await this.noteDue(schedule).catch((error: unknown) => this.log.error(error));
    }
    const open = await this.db.transaction((tx) => openRuns(tx));
    for (const run of open) await this.advance(run).catch((error: unknown) => this.log.error(error));
  }

  /** Schedules that are looked at, with when they were last due. */
  active(tx: Tx): Promise<DueSchedule[]> {
    return rows<DueSchedule>(
      tx,
      `select s.id, s.name, s.template_id as "templateId", t.filter as "templateFilter", s.rule, s.plan_only as "planOnly",
         greatest(s.since, (select max(r.due_at) from schedule_runs r where r.site_id = s.site_id and r.schedule_id = s.id)) as since,
         x.timezone as "timeZone"
       from wave_schedules s join wave_templates t on t.site_id = s.site_id and t.id = s.template_id and t.active
       join sites x on x.id = s.site_id
       where s.site_id = $1 and s.active and s.archived_at is null order by s.name`,
      [tx.siteId],
    );
  }

  private async noteDue(schedule: DueSchedule): Promise<void> {
    const { rule, since, timeZone } = schedule;
    if (rule.kind === 'times') {
      await this.db.transaction(async (tx) => {
        const dueAt = latestDue(rule, { since, now: tx.at }, timeZone);
        if (dueAt) await this.insertRun(tx, schedule, { dueAt, narrow: {} });
      });
      return;
    }
    await this.db.transaction(async (tx) => {
      const nowMs = tx.at.getTime();
      if (nowMs - (this.lookedAt.get(schedule.id) ?? 0) < LOOK_AT_CUT_OFFS_MS) return;
      this.lookedAt.set(schedule.id, nowMs);
      const { orders, plan } = await cutOffOutlook(tx, schedule.templateFilter);
      const cutOffs = new Map(orders.map((order) => [order.orderId, order.cutOffAtMs]));
      const starts = plan.orders.map((each) => ({ ...each, cutOffAtMs: cutOffs.get(each.orderId)! }));
      const decision = decideCutOffRelease(starts, rule, nowMs);
      if (!decision.due) return;
      const cutOffWithinMinutes = Math.max(1, Math.ceil((decision.cutOffUpToMs - nowMs) / MINUTE_MS));
      const narrow = { filter: { cutOffWithinMinutes }, ordersMax: decision.orders };
      const dueAt = new Date(Math.floor(nowMs / MINUTE_MS) * MINUTE_MS);
      await this.insertRun(tx, schedule, { dueAt, narrow });
    });
  }

  private async insertRun(
    tx: Tx,
    schedule: DueSchedule,
    run: { dueAt: Date; narrow: OpenRun['narrow'] },
  ): Promise<void> {
    const open = await row(
      tx,
      `select 1 from schedule_runs where site_id = $1 and schedule_id = $2 and state = 'due' limit 1`,
      [tx.siteId, schedule.id],
    );
    // The wave of the time before is still being planned: this time's orders go with the next look.
    if (open) return;
    await affected(
      tx,
      `insert into schedule_runs (site_id, id, schedule_id, due_at, state, wave_id, narrow) values ($1, $2, $3, $4, 'due', $5, $6)
       on conflict (site_id, schedule_id, due_at) do nothing`,
      [tx.siteId, newId(), schedule.id, run.dueAt, newId(), JSON.stringify(run.narrow)],
    );
  }

  /** One step: makes the wave, has it planned, releases it, or ends the run with its reason. */
  private async advance(run: OpenRun): Promise<void> {
    switch (run.waveState) {
      case null:
        return this.makeWave(run);
      case 'planning':
        return this.db.transaction(async (tx) => this.waves.planOn(run.waveId, tx.siteId));
      case 'planned':
        return run.planOnly ? this.end(run, { state: 'done', reasons: [] }) : this.release(run);
      case 'failed':
        return this.end(run, { state: 'failed', reasons: [said('planning-failed', run.waveReason)] });
      case 'cancelled':
        return this.end(run, { state: 'nothing', reasons: [said('wave-cancelled', run.waveReason)] });
      case 'locked':
        return this.end(run, { state: 'done', reasons: [said('locked', 'A person has locked the wave')] });
      default:
        return this.end(run, { state: 'done', reasons: [] });
    }
  }

  private async makeWave(run: OpenRun): Promise<void> {
    const { templateId, waveId, narrow } = run;
    const { filter = {}, ordersMax } = narrow;
    try {
      const { siteId } = await this.waves.createWave({ templateId, waveId, narrow: { filter, ordersMax } });
      this.waves.planOn(waveId, siteId);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.end(run, { state: 'nothing', reasons: [said(error.code, error.message)] });
    }
  }

  private async release(run: OpenRun): Promise<void> {
    try {
      await this.releases.releaseByHand(run.waveId, null);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const reasons = (error.details.facts?.reasons as ReasonView[] | undefined) ?? [
        said(error.code, error.message),
      ];
      return this.end(run, { state: 'held', reasons });
    }
    return this.end(run, { state: 'done', reasons: [] });
  }

  private async end(run: OpenRun, { state, reasons }: RunEnd): Promise<void> {
    await this.db.transaction(async (tx) => {
      const left = await matchOf(tx, run.templateFilter);
      const told = [...reasons];
      if (left.orders > 0 && state === 'done') {
        const text = `${left.orders} orders match and found no room in the wave.`;
        told.push({ code: 'wave-full', facts: { orders: left.orders }, text });
      }
      const ended = await affected(
        tx,
        `update schedule_runs set state = $3, started_at = coalesce(started_at, $4), ended_at = $4, left_orders = $5, reasons = $6,
           released = case when $3 = 'done' then coalesce((select w.order_count from waves w where w.site_id = $1 and w.id = $7), 0)
             else 0 end
         where site_id = $1 and id = $2 and state in ('due', 'held')
           and (state, reasons) is distinct from ($3, $6::jsonb)`,
        [tx.siteId, run.id, state, tx.at, left.orders, JSON.stringify(told), run.waveId],
      );
      if (ended === 0) return;
      const data = { scheduleRunId: run.id, waveId: run.waveId, state, left: left.orders };
      await addEvent(tx, { type: 'waves.schedule-ran', aggregateId: run.id, data });
    });
  }
}

function openRuns(tx: Tx): Promise<OpenRun[]> {
  return rows<OpenRun>(
    tx,
    `select r.id, r.wave_id as "waveId", r.narrow, s.template_id as "templateId", t.filter as "templateFilter",
       s.plan_only as "planOnly", w.state as "waveState", w.reason as "waveReason"
     from schedule_runs r join wave_schedules s on s.site_id = r.site_id and s.id = r.schedule_id
     join wave_templates t on t.site_id = s.site_id and t.id = s.template_id
     left join waves w on w.site_id = r.site_id and w.id = r.wave_id
     where r.site_id = $1 and r.state in ('due', 'held') order by r.due_at, r.id`,
    [tx.siteId],
  );
}

function said(code: string, text: string | null): ReasonView {
  return { code, facts: {}, text: text ?? code };
}
