import { Injectable } from '@nestjs/common';
import type { LaneView } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { openException, resolveExceptions } from '../platform/exceptions.js';
import { Refusal } from '../platform/refusal.js';
import { laneViews } from './lane-views.queries.js';
import { closeOverrides, openOverride } from './override.queries.js';
import { edgeLane, RoutesService } from './routes.service.js';
import { laneFullMinutes } from './sorter-view.queries.js';

interface LaneRow {
  id: string;
  code: string;
  closed: boolean;
  fill: 'clear' | 'full' | 'jam';
  forcedOpen: boolean;
}

/** What a supervisor says of a lane; `by-itself` takes back what was said. */
export type LaneWord = 'closed' | 'open' | 'by-itself';

export interface LaneOrder {
  word: LaneWord;
  reason: string;
  expiresAt: Date | null;
}

const LANE = 'id, code, closed, fill, forced_open as "forcedOpen"';

/**
 * Lanes: opened and closed by people, full or jammed as their photo-eyes say. Both are kept; the edge gets the sum. What people
 * say is an override with its reason, and may end by itself.
 */
@Injectable()
export class LanesService {
  constructor(
    private readonly db: Database,
    private readonly routes: RoutesService,
  ) {}

  list(): Promise<LaneView[]> {
    return this.db.transaction((tx) => laneViews(tx));
  }

  /** {@link list} within a transaction. */
  views(tx: Tx): Promise<LaneView[]> {
    return laneViews(tx);
  }

  /** Minutes of the last hour in which lanes were full or jammed, added up. */
  fullMinutes(tx: Tx): Promise<number> {
    return laneFullMinutes(tx);
  }

  /** Opens a lane for parcels; opening an open one changes nothing. */
  openLane(code: string): Promise<LaneView> {
    return this.ordered(code, { word: 'by-itself', reason: 'opened', expiresAt: null });
  }

  /** Closes a lane until somebody opens it: parcels take its alternatives, or go round. */
  closeLane(code: string, reason: string | null): Promise<LaneView> {
    return this.ordered(code, { word: 'closed', reason: reason ?? '', expiresAt: null });
  }

  private ordered(code: string, order: LaneOrder): Promise<LaneView> {
    return this.db.transaction(async (tx) => {
      await this.order(tx, code, order);
      return (await laneViews(tx)).find((each) => each.code === code)!;
    });
  }

  /**
   * Does what a supervisor said of a lane. Saying what holds already changes nothing.
   * @throws Refusal for a lane that nobody configured
   * @returns the lane's id
   */
  async order(tx: Tx, code: string, { word, reason, expiresAt }: LaneOrder): Promise<string> {
    const lane = await row<LaneRow>(
      tx,
      `select ${LANE} from lanes where site_id = $1 and code = $2 for update`,
      [tx.siteId, code],
    );
    if (!lane)
      throw new Refusal('flow.unknown-lane', `There is no lane ${code}.`, {
        status: 404,
        facts: { lane: code },
      });
    const next = { ...lane, closed: word === 'closed', forcedOpen: word === 'open' };
    const same = next.closed === lane.closed && next.forcedOpen === lane.forcedOpen;
    if (same && expiresAt === null) return lane.id;
    await this.record(tx, next, { word, reason, expiresAt });
    if (same) return lane.id;
    await rows(tx, 'update lanes set closed = $3, forced_open = $4 where site_id = $1 and id = $2', [
      tx.siteId,
      lane.id,
      next.closed,
      next.forcedOpen,
    ]);
    const about = { aggregateId: lane.id };
    if (next.closed && !lane.closed)
      await addEvent(tx, {
        type: 'flow.lane-closed',
        ...about,
        data: { lane: code, reason: reason || null },
      });
    if (lane.closed && !next.closed)
      await addEvent(tx, { type: 'flow.lane-opened', ...about, data: { lane: code } });
    await this.routes.tellLanes(tx, [edgeLane(next)]);
    return lane.id;
  }

  private async record(tx: Tx, lane: LaneRow, { word, reason, expiresAt }: LaneOrder): Promise<void> {
    const of = { subjectId: lane.id, subject: lane.code };
    const ended = word === 'by-itself' ? reason : 'replaced';
    if (word !== 'open') await closeOverrides(tx, { kind: 'lane-open', ...of }, ended);
    if (word !== 'closed') await closeOverrides(tx, { kind: 'lane-closed', ...of }, ended);
    if (word === 'by-itself') return;
    const kind = word === 'open' ? 'lane-open' : 'lane-closed';
    await openOverride(tx, { kind, ...of, lane: null, reason, expiresAt });
  }

  /** A photo-eye says how a lane is. @returns false for a lane that nobody configured */
  async fillChanged(tx: Tx, code: string, fill: LaneRow['fill']): Promise<boolean> {
    const known = await row<LaneRow>(
      tx,
      `select ${LANE} from lanes where site_id = $1 and code = $2 for update`,
      [tx.siteId, code],
    );
    if (!known) return false;
    if (known.fill === fill) return true;
    await rows(tx, 'update lanes set fill = $3, fill_since = $4 where site_id = $1 and id = $2', [
      tx.siteId,
      known.id,
      fill,
      tx.at,
    ]);
    await addEvent(tx, { type: 'flow.lane-fill-changed', aggregateId: known.id, data: { lane: code, fill } });
    if (fill === 'jam') {
      const detail = `Lane ${code} is jammed: stop it, clear it, then press its reset.`;
      await openException(tx, {
        code: 'lane-jam',
        subjectKind: 'lane',
        subjectId: known.id,
        owner: 'conveyor',
        detail,
      });
    } else {
      await resolveExceptions(tx, known.id, `the lane reported ${fill}`, ['lane-jam']);
    }
    await this.routes.tellLanes(tx, [edgeLane({ ...known, fill })]);
    return true;
  }
}
