import { Injectable } from '@nestjs/common';
import type { OrderFilter, Page, StepView, WaveTemplateView, WaveView } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { CANDIDATES } from './candidates.js';
import { stepsOf } from './wave-steps.js';

interface WaveRow extends Omit<WaveView, 'createdAt' | 'releasedAt' | 'cutOffAt' | 'steps'> {
  createdAt: Date;
  releasedAt: Date | null;
  cutOffAt: Date | null;
  steps: StepView[] | null;
}

const COUNT_MAX = 5_000;

/** Waves with how far they have come: `w` is the wave. */
const WAVE = `select w.id, w.number::int, w.state, t.name as template, c.name as channel, w.order_count as "orderCount",
    w.line_count as "lineCount", w.unit_count as "unitCount", w.summary, w.reason, w.created_at as "createdAt",
    w.released_at as "releasedAt", p.picked as "pickedLines", p.short as "shortLines", s.packed as "packedOrders",
    s.shipped as "shippedOrders", s.cut_off_at as "cutOffAt",
    (select json_agg(json_build_object('name', x.name, 'state', x.state, 'attempts', x.attempts, 'durationMs',
        (extract(epoch from x.ended_at - x.started_at) * 1000)::int, 'log', x.log) order by x.position)
      from wave_steps x where x.site_id = w.site_id and x.wave_id = w.id) as steps
  from waves w join wave_templates t on t.site_id = w.site_id and t.id = w.template_id
  left join release_channels c on c.site_id = w.site_id and c.id = w.channel_id
  cross join lateral (select count(*) filter (where l.state in ('picked', 'packed', 'shipped'))::int as picked,
      count(*) filter (where y.state in ('short', 'rewave-queued', 'failed'))::int as short
    from wave_lines y join order_lines l on l.site_id = y.site_id and l.id = y.order_line_id
    where y.site_id = w.site_id and y.wave_id = w.id) p
  cross join lateral (select count(*) filter (where o.state in ('packed', 'staged', 'shipped', 'delivered'))::int as packed,
      count(*) filter (where o.state in ('shipped', 'delivered'))::int as shipped, min(o.cut_off_at) as cut_off_at
    from orders o where o.site_id = w.site_id and o.wave_id = w.id) s`;

@Injectable()
export class WavesQueries {
  constructor(private readonly db: Database) {}

  /** Newest first; the cursor is the number of the last wave of the page before. */
  async list(filter: { state?: string; before?: number; limit: number }): Promise<Page<WaveView>> {
    const found = await this.db.transaction((tx) =>
      rows<WaveRow>(
        tx,
        `${WAVE} where w.site_id = $1 and ($2::text is null or w.state = $2) and ($3::bigint is null or w.number < $3)
         order by w.number desc limit $4`,
        [tx.siteId, filter.state ?? null, filter.before ?? null, filter.limit],
      ),
    );
    const last = found.at(-1);
    return {
      items: found.map(asView),
      next: found.length === filter.limit && last ? String(last.number) : null,
    };
  }

  async view(waveId: string): Promise<WaveView> {
    const found = await this.db.transaction((tx) =>
      row<WaveRow>(tx, `${WAVE} where w.site_id = $1 and w.id = $2`, [tx.siteId, waveId]),
    );
    if (!found) throw new Refusal('wave.unknown', 'There is no such wave.', { status: 404 });
    return asView(found);
  }

  async templates(): Promise<Page<WaveTemplateView>> {
    const items = await this.db.transaction(async (tx) => {
      const found = await rows<Omit<WaveTemplateView, 'matching'>>(
        tx,
        `select id, name, filter, limits, steps from wave_templates where site_id = $1 and active order by name`,
        [tx.siteId],
      );
      const views: WaveTemplateView[] = [];
      for (const template of found) {
        const matching = await countCandidates(tx, template.filter);
        views.push({ ...template, steps: stepsOf(template.steps), matching });
      }
      return views;
    });
    return { items, next: null };
  }
}

async function countCandidates(tx: Tx, filter: OrderFilter): Promise<number> {
  const found = await row<{ count: string }>(
    tx,
    `select count(*) from (select 1 ${CANDIDATES} limit ${COUNT_MAX}) as waiting`,
    [tx.siteId, JSON.stringify(filter), tx.at],
  );
  return Number(found!.count);
}

function asView(found: WaveRow): WaveView {
  return {
    ...found,
    createdAt: found.createdAt.toISOString(),
    releasedAt: found.releasedAt?.toISOString() ?? null,
    cutOffAt: found.cutOffAt?.toISOString() ?? null,
    steps: found.steps ?? [],
  };
}
