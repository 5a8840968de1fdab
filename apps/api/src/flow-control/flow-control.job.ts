import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { asSystem } from '../platform/context.js';
import { Database, rows } from '../platform/database.service.js';
import { Live } from '../platform/live.js';
import { Repeating } from '../platform/repeating.js';
import { FlowControlService } from './flow-control.service.js';
import { LanePlanService } from './lane-plan.service.js';
import { OverridesService } from './overrides.service.js';
import { RebalancingService } from './rebalancing.service.js';

const SWEEP_EVERY_MS = 15_000;
const WATCH_EVERY_MS = 2_000;
const SHOW_EVERY_MS = 1_000;

/**
 * What time alone brings about on the conveyor: arrivals and travels that nobody ended, overrides that expire, lanes that have been
 * blocked for long enough to be relieved, parcels that a change of the lanes passed by, and the sorter page that follows all of it.
 */
@Injectable()
export class FlowControlJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops: Repeating[];

  constructor(
    private readonly db: Database,
    private readonly flow: FlowControlService,
    private readonly overrides: OverridesService,
    private readonly rebalancing: RebalancingService,
    private readonly lanePlan: LanePlanService,
    private readonly live: Live,
  ) {
    this.loops = [
      new Repeating('FlowControlJob', SWEEP_EVERY_MS, () =>
        this.atEachSite(async () => {
          await this.flow.giveUpStaleArrivals();
        }),
      ),
      new Repeating('FlowControlWatch', WATCH_EVERY_MS, () => this.atEachSite(() => this.watch())),
      new Repeating('SorterShow', SHOW_EVERY_MS, () => this.show()),
    ];
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const loop of this.loops) await loop.stop();
  }

  private async watch(): Promise<void> {
    await this.overrides.expire();
    await this.flow.giveUpMissed();
    await this.lanePlan.settle();
    await this.rebalancing.rebalance();
  }

  private async show(): Promise<void> {
    if (!this.live.towerIsWatched()) return;
    await this.atEachSite(async (siteId) => {
      this.live.toTower(siteId, 'sorter', await this.flow.sorter());
    });
  }

  /** Only sites with a conveyor: the others have nothing to wait for. */
  private async atEachSite(work: (siteId: number) => Promise<void>): Promise<void> {
    const sites = await asSystem('flow-control', null, () =>
      this.db.transaction((tx) =>
        rows<{ id: number }>(tx, 'select distinct site_id as id from conveyor_points order by 1'),
      ),
    );
    for (const { id } of sites) await asSystem('flow-control', id, () => work(id));
  }
}
