import { Injectable } from '@nestjs/common';
import type { OrderFilter, Page, TemplateStep, WaveTemplateView, WaveThresholds } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { CANDIDATES } from './candidates.js';
import type { WaveLimits } from './wave-plan.js';
import { pipelineOf } from './wave-steps.js';

/** A template as planning needs it. */
export interface Template {
  id: string;
  name: string;
  filter: OrderFilter;
  limits: WaveLimits;
  thresholds: WaveThresholds;
  planningSecondsMax: number | null;
  steps: string[];
  pipeline: TemplateStep[];
}

/** The screens show "5,000 or more"; counting on would cost more than it tells. */
const COUNT_MAX = 5_000;

const TEMPLATE = `select t.id, t.name, t.filter, t.limits, t.thresholds, t.planning_seconds_max as "planningSecondsMax",
    t.steps, t.pipeline, not t.active as archived, t.version, t.changed_at as "changedAt",
    coalesce((select p.name from people p where t.changed_by = 'person:' || p.id::text), t.changed_by) as "changedBy",
    (select coalesce(json_agg(c.name order by c.name), '[]') from release_channels c where c.site_id = t.site_id
      and c.template_id = t.id and c.archived_at is null) as channels
  from wave_templates t where t.site_id = $1`;

type TemplateRow = Omit<WaveTemplateView, 'changedAt' | 'matching'> & { changedAt: Date | null };

/** @throws Refusal where there is none, or it is put away. */
export async function templateOf(tx: Tx, templateId: string): Promise<Template> {
  const template = await row<Template>(tx, `${TEMPLATE} and t.id = $2 and t.active`, [tx.siteId, templateId]);
  if (!template) throw unknownTemplate();
  return template;
}

export function unknownTemplate(): Refusal {
  return new Refusal('waves.unknown-template', 'There is no such template.', { status: 404 });
}

@Injectable()
export class TemplatesQueries {
  constructor(private readonly db: Database) {}

  /** By name; those that are put away only when asked for. */
  async list(archived: boolean): Promise<Page<WaveTemplateView>> {
    const items = await this.db.transaction(async (tx) => {
      const found = await rows<TemplateRow>(
        tx,
        `${TEMPLATE} and (t.active or $2) order by t.active desc, t.name`,
        [tx.siteId, archived],
      );
      const views: WaveTemplateView[] = [];
      for (const each of found) views.push(await asView(tx, each));
      return views;
    });
    return { items, next: null };
  }

  view(templateId: string): Promise<WaveTemplateView> {
    return this.db.transaction(async (tx) => {
      const found = await row<TemplateRow>(tx, `${TEMPLATE} and t.id = $2`, [tx.siteId, templateId]);
      if (!found) throw unknownTemplate();
      return asView(tx, found);
    });
  }
}

async function asView(tx: Tx, found: TemplateRow): Promise<WaveTemplateView> {
  const pipeline = pipelineOf(found);
  const counted = await row<{ count: number }>(
    tx,
    `select count(*)::int as count from (select 1 ${CANDIDATES} limit ${COUNT_MAX}) as waiting`,
    [tx.siteId, JSON.stringify(found.filter), tx.at],
  );
  return {
    ...found,
    pipeline,
    steps: pipeline.map(({ name }) => name),
    changedAt: found.changedAt?.toISOString() ?? null,
    matching: found.archived ? 0 : counted!.count,
  };
}
