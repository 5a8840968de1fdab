import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EdgeConsole } from '../platform/broker/edge-console.js';
import { asSystem } from '../platform/context.js';
import { Database, row, rows } from '../platform/database.service.js';
import { Live, type WatchedDevice } from '../platform/live.js';
import { log } from '../platform/log.js';
import { Repeating } from '../platform/repeating.js';
import { DeviceSetupsService } from './device-setups.service.js';

const REMIND_EVERY_MS = 5_000;
/** The agent streams a device's frames this long after it was last asked: a core that dies leaves no stream behind. */
const WATCH_MS = 15_000;
const WATCH_AGAIN_MS = 5_000;

/** Keeps agents reminded: of setups that they have not taken, and of devices whose frames somebody is looking at. */
@Injectable()
export class DeviceSetupsJob implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly reminder: Repeating;
  private readonly watch: Repeating;

  constructor(
    private readonly db: Database,
    private readonly console: EdgeConsole,
    private readonly live: Live,
    setups: DeviceSetupsService,
  ) {
    this.reminder = new Repeating('DeviceSetupsJob', REMIND_EVERY_MS, async () => {
      const sites = await asSystem('devices', null, () =>
        db.transaction((tx) => rows<{ id: number }>(tx, 'select id from sites order by id')),
      );
      for (const { id } of sites) {
        await asSystem('devices', id, () => db.transaction((tx) => setups.remind(tx, REMIND_EVERY_MS)));
      }
    });
    this.watch = new Repeating('DeviceSetupsJob', WATCH_AGAIN_MS, async () => {
      await Promise.all(live.watchedDevices().map((each) => this.askToStream(each)));
    });
  }

  onApplicationBootstrap(): void {
    this.reminder.start();
    this.watch.start();
    this.live.onWatch((watched) => void this.askToStream(watched));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.reminder.stop(), this.watch.stop()]);
  }

  /** Never rejects: whoever watches sees by the age of the frames that none come. */
  private async askToStream({ siteId, device }: WatchedDevice): Promise<void> {
    try {
      const agent = await asSystem('devices', siteId, () =>
        this.db.transaction((tx) =>
          row<{ code: string }>(
            tx,
            `select a.code from devices d join agents a on a.site_id = d.site_id and a.id = d.agent_id
             where d.site_id = $1 and d.code = $2 and d.removed_at is null`,
            [siteId, device],
          ),
        ),
      );
      if (!agent) return;
      const to = { siteId, agentCode: agent.code, device };
      await this.console.ask(to, 'frames.watch', { forMs: WATCH_MS });
    } catch (error) {
      log.debug({ err: error, device }, 'the agent does not stream this device');
    }
  }
}
