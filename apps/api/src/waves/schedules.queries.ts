import { Injectable } from '@nestjs/common';
import type { CutOffPlanView, OrderFilter, Page, ScheduleRunView, ScheduleView } from '#lib/contracts';
import { Database, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { type CutOffOutlooks, cutOffOutlook } from './cut-off-outlook.queries.js';
import { decideCutOffRelease } from './decide-cut-off-release.js';
import { nextDue } from './schedule-times.js';
import { type DueSchedule, SchedulesService } from './schedules.service.js';

/** A schedule that will take orders that match, with when it does next. */
export interface ScheduleTaker {
  name: string;
  templateId: string;
  nextAt: Date | null;
  timeZone: string;
  filter: OrderFilter;
}

type ViewRow = Omit<ScheduleView, 'nextAt' | 'lastRun'>;
type RunRow = Omit<ScheduleRunView, 'dueAt' | 'startedAt' | 'endedAt'> &
  Record<'dueAt', Date> &
  Record<'startedAt' | 'endedAt', Date | null>;

const RUNS_LISTED_MAX = 100;
const RUN = `select r.id, r.due_at as "dueAt", r.started_at as "startedAt", r.ended_at as "endedAt", r.state, w.id as "waveId",
    w.number::int as "waveNumber", r.released, r.left_orders as "left", r.reasons
  from schedule_runs r left join waves w on w.site_id = r.site_id and w.id = r.wave_id`;

/** Schedules with when they are due, and the plan back from the cut-offs, for screens. */
@Injectable()
export class SchedulesQueries {
  constructor(
    private readonly db: Database,
    private readonly schedules: SchedulesService,
  ) {}

  async list(): Promise<Page<ScheduleView>> {
    return { items: await this.db.transaction((tx) => this.views(tx, null)), next: null };
  }

  view(scheduleId: string): Promise<ScheduleView> {
    return this.db.transaction(async (tx) => {
      const [found] = await this.views(tx, scheduleId);
      if (!found) throw new Refusal('waves.unknown-schedule', 'There is no such schedule.', { status: 404 });
      return found;
    });
  }

  async runs(scheduleId: string): Promise<Page<ScheduleRunView>> {
    const found = await this.db.transaction((tx) =>
      rows<RunRow>(
        tx,
        `${RUN} where r.site_id = $1 and r.schedule_id = $2 order by r.due_at desc limit ${RUNS_LISTED_MAX}`,
        [tx.siteId, scheduleId],
      ),
    );
    return { items: found.map(runView), next: null };
  }

  /** Active schedules with when they are due next. */
  async takers(tx: Tx): Promise<ScheduleTaker[]> {
    const takers: ScheduleTaker[] = [];
    for (const schedule of await this.schedules.active(tx)) {
      const { name, templateId, timeZone, templateFilter: filter } = schedule;
      takers.push({ name, templateId, timeZone, filter, nextAt: await this.nextAt(tx, schedule) });
    }
    return takers;
  }

  /** Back from the cut-offs of all orders that wait, at the rates of the last hour. */
  cutOffs(): Promise<CutOffPlanView> {
    return this.db.transaction(async (tx) => {
      const outlook = await cutOffOutlook(tx, {});
      return {
        at: tx.at.toISOString(),
        stages: outlook.stages.map((stage) => ({
          stage: stage.stage,
          ordersPerHour: ordersPerHour(stage, outlook),
          spread: stage.spread ?? 1.25,
          measuredMinutes: outlook.measured ? 60 : 0,
          backlog: stage.backlog,
          people: stage.staff,
        })),
        cutOffs: cutOffViews(outlook),
      };
    });
  }

  private async nextAt(tx: Tx, schedule: DueSchedule): Promise<Date | null> {
    const { rule } = schedule;
    if (rule.kind === 'times') return nextDue(rule, tx.at, schedule.timeZone);
    const { orders, plan } = await cutOffOutlook(tx, schedule.templateFilter);
    const cutOffs = new Map(orders.map((order) => [order.orderId, order.cutOffAtMs]));
    const starts = plan.orders.map((each) => ({ ...each, cutOffAtMs: cutOffs.get(each.orderId)! }));
    const decision = decideCutOffRelease(starts, rule, tx.at.getTime());
    if (decision.due) return tx.at;
    return decision.nextAtMs === null ? null : new Date(Math.max(decision.nextAtMs, tx.at.getTime()));
  }

  private async views(tx: Tx, scheduleId: string | null): Promise<ScheduleView[]> {
    const found = await rows<ViewRow>(
      tx,
      `select s.id, s.name, s.template_id as "templateId", t.name as template, s.rule, s.plan_only as "planOnly", s.active
       from wave_schedules s join wave_templates t on t.site_id = s.site_id and t.id = s.template_id
       where s.site_id = $1 and s.archived_at is null and ($2::uuid is null or s.id = $2) order by s.name`,
      [tx.siteId, scheduleId],
    );
    const active = new Map((await this.schedules.active(tx)).map((schedule) => [schedule.id, schedule]));
    const views: ScheduleView[] = [];
    for (const schedule of found) {
      const due = active.get(schedule.id);
      const [lastRun] = await rows<RunRow>(
        tx,
        `${RUN} where r.site_id = $1 and r.schedule_id = $2 order by r.due_at desc limit 1`,
        [tx.siteId, schedule.id],
      );
      const nextAt = due ? await this.nextAt(tx, due) : null;
      views.push({
        ...schedule,
        nextAt: nextAt?.toISOString() ?? null,
        lastRun: lastRun ? runView(lastRun) : null,
      });
    }
    return views;
  }
}

function runView({ dueAt, startedAt, endedAt, ...run }: RunRow): ScheduleRunView {
  return {
    ...run,
    dueAt: dueAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  };
}

/** What a stage does in orders, by how many lines or units the orders that wait have. */
function ordersPerHour(stage: CutOffOutlooks['stages'][number], { orders }: CutOffOutlooks): number {
  if (stage.measure === 'orders' || orders.length === 0) return Math.round(stage.perHour);
  const { measure } = stage;
  const work = orders.reduce((sum, order) => sum + order[measure], 0);
  return Math.round(stage.perHour / Math.max(1, work / orders.length));
}

function cutOffViews({ orders, plan }: CutOffOutlooks): CutOffPlanView['cutOffs'] {
  const outlooks = new Map(plan.orders.map((each) => [each.orderId, each]));
  const groups = new Map<string, typeof orders>();
  for (const order of orders) {
    const key = `${order.cutOffAtMs} ${order.carrier} ${order.service}`;
    groups.set(key, [...(groups.get(key) ?? []), order]);
  }
  return [...groups.values()].map((alike) => {
    const first = alike[0]!;
    const own = alike.map(({ orderId }) => outlooks.get(orderId)!);
    const count = (risk: string) => own.filter((each) => each.risk === risk).length;
    const needs = plan.cutOffs.find(({ cutOffAtMs }) => cutOffAtMs === first.cutOffAtMs)?.stages ?? [];
    return {
      carrier: first.carrier,
      service: first.service,
      cutOffAt: new Date(first.cutOffAtMs).toISOString(),
      waiting: alike.length,
      startBy: new Date(Math.min(...own.map(({ startByMs }) => startByMs))).toISOString(),
      safe: count('safe'),
      atRisk: count('at-risk'),
      late: count('late'),
      bottleneck: own[0]?.bottleneck ?? null,
      needs: needs.map(({ stage, staff, staffNeeded }) => ({
        stage,
        people: staff,
        peopleNeeded: Number.isFinite(staffNeeded) ? staffNeeded : null,
      })),
    };
  });
}
