import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { asSystem } from '../platform/context.js';
import { Database, rows } from '../platform/database.service.js';
import { Repeating } from '../platform/repeating.js';
import { ManifestsService } from './manifests.service.js';

const SWEEP_EVERY_MS = 10_000;

/** Closes manifests at their cut-off. */
@Injectable()
export class ShippingJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sweep: Repeating;

  constructor(db: Database, manifests: ManifestsService) {
    this.sweep = new Repeating('ShippingJob', SWEEP_EVERY_MS, async () => {
      const sites = await asSystem('shipping', null, () =>
        db.transaction((tx) => rows<{ id: number }>(tx, 'select id from sites order by id')),
      );
      for (const { id } of sites) await asSystem('shipping', id, () => manifests.closeDue());
    });
  }

  onApplicationBootstrap(): void {
    this.sweep.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.sweep.stop();
  }
}
