import { Injectable } from '@nestjs/common';
import type { TowerLive } from '#lib/contracts';
import { Database, rows, type Tx } from '../platform/database.service.js';
import { newestEventAt } from './board.queries.js';
import { textOf } from './story-texts.js';

/** Transactions that began before an event that was told may still commit: this far back is looked again. */
const LOOK_BACK_MS = 3_000;
/** More in one look than anyone can read; the board has the sum of them. */
const TOLD_MAX = 100;

interface Memory {
  newestAt: Date;
  told: Map<string, number>;
}

/** A lane closed or opened by hand tells that itself; the override beside it is for the books. */
function isTwiceTold(type: string, data: Record<string, unknown>): boolean {
  return type.startsWith('flow.override-') && (data.kind === 'lane-closed' || data.kind === 'lane-open');
}

/** What happened since the last look, each event once. */
@Injectable()
export class NewsService {
  private readonly memories = new Map<number, Memory>();

  constructor(private readonly db: Database) {}

  /** Events of the site since the last call, oldest first; none at the first. */
  async since(siteId: number): Promise<TowerLive['tower.event'][]> {
    const memory = this.memories.get(siteId) ?? null;
    const found = await this.db.transaction((tx) => eventsAfter(tx, memory));
    this.remember(siteId, found);
    if (!memory) return [];
    const news = found.filter(({ type, data }) => !isTwiceTold(type, data));
    return news.slice(-TOLD_MAX).map(({ type, orderId, parcelId, data, at }) => ({
      type,
      text: textOf(type, data),
      orderId,
      parcelId,
      at: at.toISOString(),
    }));
  }

  /** The next look is a first one again. */
  forget(): void {
    this.memories.clear();
  }

  private remember(siteId: number, found: readonly NewEvent[]): void {
    const memory = this.memories.get(siteId) ?? { newestAt: new Date(0), told: new Map<string, number>() };
    for (const { id, at } of found) {
      memory.told.set(id, at.getTime());
      if (at > memory.newestAt) memory.newestAt = at;
    }
    const forget = memory.newestAt.getTime() - LOOK_BACK_MS;
    for (const [id, at] of memory.told) if (at < forget) memory.told.delete(id);
    this.memories.set(siteId, memory);
  }
}

interface NewEvent {
  id: string;
  type: string;
  orderId: string | null;
  parcelId: string | null;
  data: Record<string, unknown>;
  at: Date;
}

/** The events not told yet. Without a memory: those of the last moments, so that none of them is told as news later. */
async function eventsAfter(tx: Tx, memory: Memory | null): Promise<NewEvent[]> {
  const newestAt = memory?.newestAt ?? (await newestEventAt(tx));
  if (!newestAt) return [];
  return rows(
    tx,
    `select id, type, order_id as "orderId", parcel_id as "parcelId", data, at from events
     where site_id = $1 and at >= $2 and not (id = any($3::uuid[])) order by at, seq limit 1000`,
    [tx.siteId, new Date(newestAt.getTime() - LOOK_BACK_MS), [...(memory?.told.keys() ?? [])]],
  );
}
