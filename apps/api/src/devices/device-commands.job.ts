import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { asSystem } from '../platform/context.js';
import { Database, rows } from '../platform/database.service.js';
import { Repeating } from '../platform/repeating.js';
import { DeviceCommandsService } from './device-commands.service.js';

const SWEEP_EVERY_MS = 2_000;
/** An agent answers within milliseconds; what is older was lost on the way. */
const UNANSWERED_MS = 3_000;

/** Publishes unanswered commands again while they are valid and ends those that nobody took. */
@Injectable()
export class DeviceCommandsJob implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sweep: Repeating;

  constructor(db: Database, commands: DeviceCommandsService) {
    this.sweep = new Repeating('DeviceCommandsJob', SWEEP_EVERY_MS, async () => {
      const sites = await asSystem('devices', null, () =>
        db.transaction((tx) => rows<{ id: number }>(tx, 'select id from sites order by id')),
      );
      for (const { id } of sites) {
        await asSystem('devices', id, () => db.transaction((tx) => commands.sweep(tx, UNANSWERED_MS)));
      }
    });
  }

  onApplicationBootstrap(): void {
    this.sweep.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.sweep.stop();
  }
}
