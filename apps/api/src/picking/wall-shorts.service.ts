import { Injectable } from '@nestjs/common';
import type { WallShortOutcome } from '#lib/contracts';
import { affected, row, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { takeCount } from '../platform/number-ranges.js';
import type { GoodsToSort } from './decide-put.js';
import type { Wall } from './put-wall.queries.js';
import { ShortsService } from './shorts.service.js';
import { lockedTask } from './totes.queries.js';

export interface MissingAtWall {
  wall: Wall;
  toteId: string;
  missing: readonly GoodsToSort[];
  eventId: string;
}

/** Lines of one event in the ledger for each pick. */
const LINES_PER_TASK = 20;

/** Goods that were picked and are not in the tote that a put wall sorts: handled as a short at their location is. */
@Injectable()
export class WallShortsService {
  constructor(private readonly shorts: ShortsService) {}

  /** Others of what is missing are picked by a run of their own, which brings them to the same wall. */
  async miss(tx: Tx, { wall, toteId, missing, eventId }: MissingAtWall): Promise<void> {
    const runId = newId();
    let waveId: string | null = null;
    let found = 0;
    for (const [at, { taskId, quantity }] of missing.entries()) {
      const task = (await lockedTask(tx, taskId))!;
      await affected(tx, `update tasks set to_sort = 0 where site_id = $1 and id = $2`, [tx.siteId, taskId]);
      const { newTaskIds } = await this.shorts.remedyAtWall(
        tx,
        { ...task, run_id: runId, run_state: 'ready', run_person_id: personOf(tx) },
        {
          missing: quantity,
          quantity: task.quantity - quantity,
          reason: 'fewer',
          eventId,
          lineNo: at * LINES_PER_TASK,
          containerId: toteId,
        },
      );
      found += newTaskIds.length;
      waveId ??= task.wave_id;
    }
    if (found > 0) await addRun(tx, { runId, waveId: waveId!, wall });
  }

  /** What an earlier report with this event came to; null before it is there. */
  async outcomeOf(tx: Tx, eventId: string): Promise<WallShortOutcome | null> {
    const known = await row<{ missing: number | null }>(
      tx,
      `select sum(quantity)::int as missing from movements where site_id = $1 and event_id = $2 and from_kind = 'container'
         and to_kind = 'missing'`,
      [tx.siteId, eventId],
    );
    return known?.missing ? { missing: known.missing, complete: [] } : null;
  }
}

async function addRun(
  tx: Tx,
  { runId, waveId, wall }: { runId: string; waveId: string; wall: Wall },
): Promise<void> {
  await affected(
    tx,
    `insert into runs (site_id, id, number, wave_id, state, method, drop_station_id, because, created_at)
     values ($1, $2, $3, $4, 'ready', 'batch', $5, $6, $7) on conflict do nothing`,
    [
      tx.siteId,
      runId,
      await takeCount(tx, 'run'),
      waveId,
      wall.id,
      JSON.stringify({ stops: [], reasons: [{ code: 'missing-at-wall', wall: wall.code }], orders: 0 }),
      tx.at,
    ],
  );
}

function personOf(tx: Tx): string | null {
  return tx.actor.kind === 'person' ? tx.actor.personId : null;
}
