import { Injectable } from '@nestjs/common';
import type { Page, StepView, WaveView } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { progressOf } from './plan-runner.service.js';
import { blockerOf } from './wave-blocker.js';
import { WorkInProgressService } from './work-in-progress.service.js';

interface WaveRow
  extends Omit<WaveView, 'createdAt' | 'releasedAt' | 'cutOffAt' | 'steps' | 'progress' | 'blocker'> {
  createdAt: Date;
  releasedAt: Date | null;
  cutOffAt: Date | null;
  steps: StepView[] | null;
  automatic: boolean;
}

/** Whether the wave `w` is released by itself as soon as the floor is ready: by its template, where no channel does it. */
export const RELEASES_ITSELF = `(w.state = 'planned' and w.channel_id is null
  and w.plan -> 'pipeline' @> '[{"name": "release", "automatic": true}]')`;

/** Waves with how far they have come: `w` is the wave. */
const WAVE = `select ${RELEASES_ITSELF} as automatic, w.id, w.number::int, w.state, t.name as template, t.id as "templateId", c.name as channel, w.order_count as "orderCount",
    w.line_count as "lineCount", w.unit_count as "unitCount", w.summary, w.reason, w.created_at as "createdAt",
    w.released_at as "releasedAt", p.picked as "pickedLines", p.short as "shortLines", p.faults as "faultCount", s.packed as "packedOrders",
    s.shipped as "shippedOrders", s.cut_off_at as "cutOffAt",
    (select json_agg(json_build_object('name', x.name, 'state', x.state, 'attempts', x.attempts, 'durationMs',
        (extract(epoch from x.ended_at - x.started_at) * 1000)::int, 'log', x.log) order by x.position)
      from wave_steps x where x.site_id = w.site_id and x.wave_id = w.id) as steps
  from waves w join wave_templates t on t.site_id = w.site_id and t.id = w.template_id
  left join release_channels c on c.site_id = w.site_id and c.id = w.channel_id
  cross join lateral (select count(*) filter (where l.state in ('picked', 'packed', 'shipped'))::int as picked,
      count(*) filter (where y.state in ('short', 'rewave-queued', 'failed'))::int as short,
      count(*) filter (where y.fault is not null)::int as faults
    from wave_lines y join order_lines l on l.site_id = y.site_id and l.id = y.order_line_id
    where y.site_id = w.site_id and y.wave_id = w.id) p
  cross join lateral (select count(*) filter (where o.state in ('packed', 'staged', 'shipped', 'delivered'))::int as packed,
      count(*) filter (where o.state in ('shipped', 'delivered'))::int as shipped, min(o.cut_off_at) as cut_off_at
    from orders o where o.site_id = w.site_id and o.wave_id = w.id) s`;

@Injectable()
export class WavesQueries {
  constructor(
    private readonly db: Database,
    private readonly work: WorkInProgressService,
  ) {}

  /** Newest first; the cursor is the number of the last wave of the page before. */
  async list(filter: { state?: string; before?: number; limit: number }): Promise<Page<WaveView>> {
    const items = await this.db.transaction(async (tx) => {
      const found = await rows<WaveRow>(
        tx,
        `${WAVE} where w.site_id = $1 and ($2::text is null or w.state = $2) and ($3::bigint is null or w.number < $3)
         order by w.number desc limit $4`,
        [tx.siteId, filter.state ?? null, filter.before ?? null, filter.limit],
      );
      const views: WaveView[] = [];
      for (const each of found) views.push(await this.asView(tx, each));
      return views;
    });
    const last = items.at(-1);
    return { items, next: items.length === filter.limit && last ? String(last.number) : null };
  }

  async view(waveId: string): Promise<WaveView> {
    return this.db.transaction(async (tx) => {
      const found = await row<WaveRow>(tx, `${WAVE} where w.site_id = $1 and w.id = $2`, [tx.siteId, waveId]);
      if (!found) throw new Refusal('wave.unknown', 'There is no such wave.', { status: 404 });
      return this.asView(tx, found);
    });
  }

  private async asView(tx: Tx, { automatic, ...found }: WaveRow): Promise<WaveView> {
    // Few waves are being planned or held at a time.
    const held = automatic ? await this.work.holdOf(tx, found.id) : undefined;
    return {
      ...found,
      createdAt: found.createdAt.toISOString(),
      releasedAt: found.releasedAt?.toISOString() ?? null,
      cutOffAt: found.cutOffAt?.toISOString() ?? null,
      steps: found.steps ?? [],
      ...(held && { held }),
      blocker: blockerOf({ ...found, held }, tx.at),
      progress: found.state === 'planning' ? await progressOf(tx, found.id) : null,
    };
  }
}
