import { Injectable } from '@nestjs/common';
import type { DryRunView, ReplenishmentView } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { cutOffOutlooks, differenceOf } from './dry-run-report.js';
import { faultViews } from './faults.queries.js';
import { placesOf } from './goods.queries.js';
import { groupBy } from './group-by.js';
import { labourOf, paceOf, STANDARD } from './labour.js';
import { lanesOf } from './lanes-of-cartons.js';
import { loadPlan } from './load-plan.queries.js';
import { PlanRunnerService, planOrder } from './plan-runner.service.js';
import { PlanningCancelled, PlanningSuspended } from './planning-control.js';
import { reasonView } from './reason-texts.js';
import { measuredRates, workDone } from './stage-rates.queries.js';
import { templateOf } from './templates.queries.js';
import { emptyPlan, type PlanOrder, type WavePlan } from './wave-plan.js';
import { pipelineOf, type WaveStepName } from './wave-steps.js';
import { walkMetres } from './wave-summary.js';

interface Subject {
  templateId: string;
  template: string;
  waveId: string | null;
  plan: WavePlan;
  open: WaveStepName[];
}

const SHORTS_SHOWN = 100;
/** Faults beyond this many are counted, not listed. */
const FAULTS_SHOWN = 1_000;
/** Dry runs kept for each template or wave. */
const KEPT = 10;

/** The dry run: the steps of the pipeline decide, and nothing that they decide is kept. Only what it says is. */
@Injectable()
export class DryRunService {
  constructor(
    private readonly db: Database,
    private readonly runner: PlanRunnerService,
  ) {}

  /** What a wave of this template would be now. */
  async ofTemplate(templateId: string): Promise<DryRunView> {
    const subject = await this.db.transaction(async (tx): Promise<Subject> => {
      const template = await templateOf(tx, templateId);
      const pipeline = pipelineOf(template);
      const order: PlanOrder = {
        filter: template.filter,
        limits: template.limits,
        pipeline,
        secondsMax: template.planningSecondsMax,
        ofChannel: false,
      };
      return {
        templateId: template.id,
        template: template.name,
        waveId: null,
        plan: emptyPlan(null, tx.at, order),
        open: pipeline.map(({ name }) => name),
      };
    });
    return this.rehearse(subject);
  }

  /** What a wave is as far as it is planned, and what the steps that are left would make of it. */
  async ofWave(waveId: string): Promise<DryRunView> {
    const subject = await this.db.transaction(async (tx): Promise<Subject> => {
      const wave = await row<{ templateId: string; template: string; plan: Partial<PlanOrder> }>(
        tx,
        `select t.id as "templateId", t.name as template, w.plan from waves w
         join wave_templates t on t.site_id = w.site_id and t.id = w.template_id where w.site_id = $1 and w.id = $2`,
        [tx.siteId, waveId],
      );
      if (!wave) throw new Refusal('wave.unknown', 'There is no such wave.', { status: 404 });
      const order = planOrder(wave.plan);
      const open = await rows<{ name: WaveStepName }>(
        tx,
        `select name from wave_steps where site_id = $1 and wave_id = $2 and state not in ('succeeded', 'skipped')
         order by position`,
        [tx.siteId, waveId],
      );
      const plan = await loadPlan(tx, waveId, order);
      return { ...wave, waveId, plan, open: open.map(({ name }) => name) };
    });
    return this.rehearse(subject);
  }

  /** The last dry run of a template or a wave. */
  async last(subjectId: string): Promise<DryRunView> {
    const found = await this.db.transaction((tx) => lastOf(tx, subjectId));
    if (!found) throw new Refusal('waves.no-dry-run', 'There is no dry run of it yet.', { status: 404 });
    return found.view;
  }

  /** Ends a dry run that this process makes: whoever asked for it is refused, and nothing is kept of it. */
  stop(subjectId: string): void {
    if (this.runner.stopRehearsals(subjectId) > 0) return;
    throw new Refusal('waves.no-dry-run', 'There is no dry run of it under way.', { status: 404 });
  }

  private async rehearse(subject: Subject): Promise<DryRunView> {
    const beganMs = performance.now();
    const subjectOf = subject.waveId ?? subject.templateId;
    const { plan, steps } = await this.runner
      .rehearse(subjectOf, subject.plan, subject.open)
      .catch((error: unknown) => {
        throw stopped(error) ?? error;
      });
    const tookMs = Math.round(performance.now() - beganMs);
    return this.db.transaction(async (tx) => {
      const view = await this.report(tx, { ...subject, plan }, { steps, tookMs });
      const orderIds = [...plan.orders.keys()];
      const before = await lastOf(tx, subjectOf);
      const difference = before ? differenceOf(before, { view, orderIds }) : null;
      const whole: DryRunView = { ...view, difference };
      await keep(tx, subjectOf, whole, orderIds);
      return whole;
    });
  }

  private async report(
    tx: Tx,
    { templateId, template, waveId, plan }: Subject,
    ran: Pick<DryRunView, 'steps' | 'tookMs'>,
  ): Promise<Omit<DryRunView, 'difference'>> {
    const rates = await measuredRates(tx);
    const shortLines = plan.faults.filter(({ lineId }) => lineId !== null);
    const labour = labourOf(plan, STANDARD);
    const pace = paceOf(await workDone(tx), STANDARD);
    return {
      id: newId(),
      at: tx.at.toISOString(),
      templateId,
      template,
      waveId,
      ...ran,
      orders: plan.orders.size,
      lines: plan.lines.length,
      units: plan.picks.reduce((sum, { quantity }) => sum + quantity, 0),
      runs: plan.runs.length,
      walkMetres: walkMetres(plan),
      naiveWalkMetres: Math.round((plan.naiveMm || sumOf(plan.runs, ({ naiveMm }) => naiveMm)) / 1000),
      left: plan.left,
      shortLines: shortLines.length,
      shorts: shortLines.slice(0, SHORTS_SHOWN).map(({ orderId, facts, text }) => ({
        orderId,
        sku: String(facts.sku ?? ''),
        missing: Number(facts.missing ?? 0),
        reason: text,
      })),
      faults: await faultViews(tx, plan.faults.slice(0, FAULTS_SHOWN)),
      cartons: await cartonsOf(tx, plan),
      unfitOrders: plan.unfitOrderIds.length,
      labour: {
        pickMinutes: Math.round(labour.pickMinutes * (pace.pick ?? 1)),
        packMinutes: Math.round(labour.packMinutes * (pace.pack ?? 1)),
        basis: pace.pick === null ? 'standard' : 'measured',
      },
      lanes: await laneLoads(tx, plan),
      replenishments: await replenishmentViews(tx, plan),
      cutOffs: cutOffOutlooks(plan, rates.stages),
    };
  }
}

/** What somebody is told whose dry run did not come to its end; null: something else went wrong. */
function stopped(error: unknown): Refusal | null {
  if (error instanceof PlanningCancelled)
    return new Refusal('waves.dry-run-stopped', 'The dry run was stopped; nothing of it is kept.');
  if (error instanceof PlanningSuspended)
    return new Refusal('waves.stopping', 'The core is being stopped: ask again in a moment.', {
      status: 503,
    });
  return null;
}

function sumOf<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((sum, each) => sum + of(each), 0);
}

async function lastOf(tx: Tx, subjectId: string): Promise<{ view: DryRunView; orderIds: string[] } | null> {
  return row(
    tx,
    `select report as view, order_ids as "orderIds" from dry_runs where site_id = $1 and subject_id = $2
     order by at desc, id desc limit 1`,
    [tx.siteId, subjectId],
  );
}

async function keep(tx: Tx, subjectId: string, view: DryRunView, orderIds: string[]): Promise<void> {
  await affected(
    tx,
    `insert into dry_runs (site_id, id, subject_id, at, report, order_ids) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [tx.siteId, view.id, subjectId, tx.at, JSON.stringify(view), orderIds],
  );
  await affected(
    tx,
    `delete from dry_runs where site_id = $1 and subject_id = $2 and id not in
       (select id from dry_runs where site_id = $1 and subject_id = $2 order by at desc, id desc limit ${KEPT})`,
    [tx.siteId, subjectId],
  );
}

async function cartonsOf(tx: Tx, plan: WavePlan): Promise<DryRunView['cartons']> {
  const counts = groupBy(plan.cartons, ({ cartonTypeId }) => cartonTypeId);
  const types = await rows<{ id: string; code: string; name: string }>(
    tx,
    `select id, code, name from carton_types where site_id = $1 and id = any($2::uuid[]) order by code`,
    [tx.siteId, [...counts.keys()]],
  );
  return types.map(({ id, code, name }) => ({ code, name, count: counts.get(id)!.length }));
}

async function laneLoads(tx: Tx, plan: WavePlan): Promise<DryRunView['lanes']> {
  const lanes = await lanesOf(tx);
  return lanes.map(({ id, code, name, onTheWay }) => ({
    code,
    name,
    onTheWay,
    parcels: plan.cartons.filter(({ laneId }) => laneId === id).length,
  }));
}

async function replenishmentViews(tx: Tx, plan: WavePlan): Promise<ReplenishmentView[]> {
  const { replenishments } = plan;
  const places = await placesOf(
    tx,
    replenishments.flatMap(({ fromLocationId, toLocationId }) => [fromLocationId, toLocationId]),
  );
  const items = await rows<{ id: string; sku: string; name: string }>(
    tx,
    `select id, sku, name from items where id = any($1::uuid[])`,
    [replenishments.map(({ itemId }) => itemId)],
  );
  const itemOf = new Map(items.map((item) => [item.id, item]));
  return replenishments.map((each) => ({
    id: each.id,
    sku: itemOf.get(each.itemId)!.sku,
    name: itemOf.get(each.itemId)!.name,
    lot: each.lot ?? '',
    from: places.get(each.fromLocationId)!.code,
    to: places.get(each.toLocationId)!.code,
    quantity: each.quantity,
    need: each.need,
    state: 'planned',
    reason: reasonView(each.reason),
  }));
}
