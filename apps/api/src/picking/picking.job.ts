import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { asSystem } from '../platform/context.js';
import { Database, rows } from '../platform/database.service.js';
import { Repeating } from '../platform/repeating.js';
import { PutBacksService } from './put-backs.service.js';
import { ReplenishmentsService } from './replenishments.service.js';
import { RunsService } from './runs.service.js';

const LOOK_EVERY_MS = 30_000;

/** Runs, put-backs and replenishments of people who walked away come back. */
@Injectable()
export class PickingJob implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly looking: Repeating;

  constructor(
    db: Database,
    runs: RunsService,
    putBacks: PutBacksService,
    replenishments: ReplenishmentsService,
  ) {
    this.looking = new Repeating('PickingJob', LOOK_EVERY_MS, async () => {
      const sites = await asSystem('picking', null, () =>
        db.transaction((tx) => rows<{ id: number }>(tx, 'select id from sites order by id')),
      );
      for (const { id } of sites) {
        await asSystem('picking', id, async () => {
          await runs.returnExpired();
          await putBacks.returnExpired();
          await replenishments.returnExpired();
        });
      }
    });
  }

  onApplicationBootstrap(): void {
    this.looking.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.looking.stop();
  }
}
