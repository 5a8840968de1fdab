import { Injectable } from '@nestjs/common';
import type { LaneView } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { openException, resolveExceptions } from '../platform/exceptions.js';
import { Refusal } from '../platform/refusal.js';
import { laneViews } from './lane-views.queries.js';
import { edgeLane, RoutesService } from './routes.service.js';

interface LaneRow {
  id: string;
  code: string;
  closed: boolean;
  fill: 'clear' | 'full' | 'jam';
}

/** Lanes: opened and closed by people, full or jammed as their photo-eyes say. Both are kept; the edge gets the sum. */
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

  /** Opens a lane for parcels; opening an open one changes nothing. */
  openLane(code: string): Promise<LaneView> {
    return this.setClosed(code, false, null);
  }

  /** Closes a lane: parcels take its alternatives, or go round. */
  closeLane(code: string, reason: string | null): Promise<LaneView> {
    return this.setClosed(code, true, reason);
  }

  private setClosed(code: string, closed: boolean, reason: string | null): Promise<LaneView> {
    return this.db.transaction(async (tx) => {
      const lane = await row<LaneRow>(
        tx,
        `update lanes set closed = $3 where site_id = $1 and code = $2 and closed <> $3 returning id, code, closed, fill`,
        [tx.siteId, code, closed],
      );
      if (lane) {
        await this.routes.tellLanes(tx, [edgeLane(lane)]);
        await addEvent(
          tx,
          closed
            ? { type: 'flow.lane-closed', aggregateId: lane.id, data: { lane: code, reason } }
            : { type: 'flow.lane-opened', aggregateId: lane.id, data: { lane: code } },
        );
      }
      const view = (await laneViews(tx)).find((each) => each.code === code);
      if (!view) throw new Refusal('flow.unknown-lane', `There is no lane ${code}.`, { status: 404 });
      return view;
    });
  }

  /** A photo-eye says how a lane is. @returns false for a lane that nobody configured */
  async fillChanged(tx: Tx, code: string, fill: LaneRow['fill']): Promise<boolean> {
    const known = await row<LaneRow>(
      tx,
      'select id, code, closed, fill from lanes where site_id = $1 and code = $2 for update',
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
    await this.routes.tellLanes(tx, [edgeLane({ ...known, fill })]);
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
    return true;
  }
}
