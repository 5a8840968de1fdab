import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { asSystem } from '../platform/context.js';
import { Database, row, rows } from '../platform/database.service.js';
import { Repeating } from '../platform/repeating.js';
import { ChannelsService } from './channels.service.js';
import { WavesService } from './waves.service.js';

const LOOK_EVERY_MS = 500;
/** Any number that nothing else locks. */
const LOCK = 7_301_965;
const RETRY_SHORT_EVERY = 10;

/** Looks at the release channels of all sites, in one process at a time. */
@Injectable()
export class WavesJob implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly looking: Repeating;
  private turns = 0;

  constructor(
    private readonly db: Database,
    private readonly channels: ChannelsService,
    private readonly waves: WavesService,
  ) {
    this.looking = new Repeating('WavesJob', LOOK_EVERY_MS, () => this.look());
  }

  onApplicationBootstrap(): void {
    this.looking.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.looking.stop();
  }

  private async look(): Promise<void> {
    const sites = await asSystem('waves', null, () =>
      this.db.transaction((tx) => rows<{ id: number }>(tx, 'select id from sites order by id')),
    );
    for (const { id } of sites) await asSystem('waves', id, () => this.lookAt(id));
    this.turns += 1;
  }

  /** The lock is held by a transaction of its own while others do the work; a process that dies lets it go. */
  private async lookAt(siteId: number): Promise<void> {
    await this.db.transaction(async (tx) => {
      const lock = await row<{ got: boolean }>(tx, 'select pg_try_advisory_xact_lock($1, $2) as got', [
        LOCK,
        siteId,
      ]);
      if (!lock?.got) return;
      if (this.turns % RETRY_SHORT_EVERY === 0) await this.waves.goOnWithWaiting(siteId);
      await this.waves.finishChannelWaves();
      await this.channels.releaseDue();
    });
  }
}
