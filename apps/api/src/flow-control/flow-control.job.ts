import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { asSystem } from '../platform/context.js';
import { Database, rows } from '../platform/database.service.js';
import { Repeating } from '../platform/repeating.js';
import { FlowControlService } from './flow-control.service.js';

const SWEEP_EVERY_MS = 15_000;

/** Ends arrivals that the conveyor forgot. */
@Injectable()
export class FlowControlJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sweep: Repeating;

  constructor(db: Database, flow: FlowControlService) {
    this.sweep = new Repeating('FlowControlJob', SWEEP_EVERY_MS, async () => {
      const sites = await asSystem('flow-control', null, () =>
        db.transaction((tx) => rows<{ id: number }>(tx, 'select id from sites order by id')),
      );
      for (const { id } of sites) await asSystem('flow-control', id, () => flow.giveUpStaleArrivals());
    });
  }

  onApplicationBootstrap(): void {
    this.sweep.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.sweep.stop();
  }
}
