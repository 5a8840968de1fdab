import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { asSystem } from '../platform/context.js';
import { Database, row, rows } from '../platform/database.service.js';
import { type EventType, onEventsCommitted } from '../platform/events.js';
import { Repeating } from '../platform/repeating.js';
import { ChannelsService } from './channels.service.js';
import { SchedulesService } from './schedules.service.js';
import { WavesService } from './waves.service.js';

/** What this process does not hear of (another one's commits, time itself) is seen this late at the most. */
const LOOK_EVERY_MS = 1_000;
/** What makes room or brings work, together with what comes right behind it. */
const LOOK_SOON_MS = 100;
const MAKES_RELEASE_WORTH_A_LOOK: readonly EventType[] = [
  'orders.order-ready',
  'orders.order-accepted',
  'orders.order-packed',
  'orders.order-picked',
  'orders.order-cancelled',
  'orders.hold-released',
  'inventory.stock-arrived',
  'access.person-signed-in',
  'devices.device-state-changed',
  'flow.lane-fill-changed',
  'flow.lane-opened',
  'waves.channel-changed',
  'waves.schedule-changed',
  'waves.wave-planned',
  'waves.work-limit-changed',
];
/** Any number that nothing else locks. */
const LOCK = 7_301_965;
const RETRY_SHORT_EVERY = 5;

/** Looks at the schedules and release channels of all sites, in one process at a time. */
@Injectable()
export class WavesJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly looking: Repeating;
  private turns = 0;
  private stopHearing: () => void = () => {};

  constructor(
    private readonly db: Database,
    private readonly channels: ChannelsService,
    private readonly waves: WavesService,
    private readonly schedules: SchedulesService,
  ) {
    this.looking = new Repeating('WavesJob', LOOK_EVERY_MS, () => this.look());
  }

  onApplicationBootstrap(): void {
    this.looking.start();
    this.stopHearing = onEventsCommitted((types) => {
      if (MAKES_RELEASE_WORTH_A_LOOK.some((type) => types.has(type))) this.looking.soon(LOOK_SOON_MS);
    });
  }

  /** Before the plans under way are suspended: nothing may be released that would only wait for the next start. */
  onModuleDestroy(): Promise<void> {
    this.stopHearing();
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
      else await this.waves.releaseHeld();
      await this.waves.finishChannelWaves();
      await this.schedules.look();
      await this.channels.releaseDue();
    });
  }
}
