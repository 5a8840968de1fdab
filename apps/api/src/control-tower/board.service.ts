import { Injectable } from '@nestjs/common';
import type { BoardView } from '#lib/contracts';
import { LanesService } from '../flow-control/lanes.service.js';
import { Database } from '../platform/database.service.js';
import {
  cutOffBacklogs,
  newestEventAt,
  packedPerMinute,
  people,
  sorter,
  stages,
  throughput,
} from './board.queries.js';
import { boardAgents, boardWaves } from './board-parts.queries.js';
import { openExceptionViews } from './exceptions.service.js';
import { projectCutOffs } from './project-cut-off.js';

const EXCEPTIONS_SHOWN = 50;

/** What the live board shows, computed whole: one round of set-based queries in one transaction. */
@Injectable()
export class BoardService {
  constructor(
    private readonly db: Database,
    private readonly lanes: LanesService,
  ) {}

  board(): Promise<BoardView> {
    return this.db.transaction(async (tx) => {
      const newest = await newestEventAt(tx);
      const cutOffs = projectCutOffs(await cutOffBacklogs(tx), await packedPerMinute(tx), tx.at);
      return {
        newestEventAt: newest?.toISOString() ?? null,
        stages: await stages(tx),
        throughput: await throughput(tx),
        waves: await boardWaves(tx),
        lanes: await this.lanes.views(tx),
        sorter: { ...(await sorter(tx)), laneFullMinutes: await this.lanes.fullMinutes(tx) },
        cutOffs: cutOffs.map(({ cutOffAt, projectedAt, ...each }) => ({
          ...each,
          cutOffAt: cutOffAt.toISOString(),
          projectedAt: projectedAt?.toISOString() ?? null,
        })),
        people: await people(tx),
        agents: await boardAgents(tx),
        exceptions: await openExceptionViews(tx, { limit: EXCEPTIONS_SHOWN }),
      };
    });
  }
}
