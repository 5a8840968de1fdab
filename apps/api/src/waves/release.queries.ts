import { Injectable } from '@nestjs/common';
import type { Page, ReleaseChannelView, WorkInProgressView } from '#lib/contracts';
import { Database, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { bothFilters } from './candidates.js';
import { type Channel, ChannelsService } from './channels.service.js';
import { RivalsQueries } from './rivals.queries.js';
import { capacityOf, type FloorLoad, printingShare, roomOf } from './work-in-progress.js';
import { WorkInProgressService } from './work-in-progress.service.js';

/** What channels and the controller of work in progress see, for screens. */
@Injectable()
export class ReleaseQueries {
  constructor(
    private readonly db: Database,
    private readonly channels: ChannelsService,
    private readonly work: WorkInProgressService,
    private readonly rivals: RivalsQueries,
  ) {}

  async channelViews(): Promise<Page<ReleaseChannelView>> {
    const items = await this.db.transaction(async (tx) => this.views(tx, await this.work.load(tx)));
    return { items, next: null };
  }

  async channelView(channelId: string): Promise<ReleaseChannelView> {
    const { items } = await this.channelViews();
    const found = items.find(({ id }) => id === channelId);
    if (!found) throw new Refusal('waves.unknown-channel', 'There is no such channel.', { status: 404 });
    return found;
  }

  workInProgress(): Promise<WorkInProgressView> {
    return this.db.transaction(async (tx) => {
      const load = await this.work.load(tx);
      const room = roomOf(load);
      return {
        at: tx.at.toISOString(),
        stages: stageViews(load),
        pressures: room.pressures,
        channels: await this.views(tx, load),
      };
    });
  }

  private async views(tx: Tx, load: FloorLoad): Promise<ReleaseChannelView[]> {
    const views: ReleaseChannelView[] = [];
    const takers = await this.rivals.takers(tx);
    for (const channel of await this.channels.channels(tx)) {
      const filter = bothFilters(channel.templateFilter, channel.filter);
      const isOpen = channel.state === 'open';
      const rivals = isOpen ? await this.rivals.rivalsOf(tx, { ...channel, filter }, takers) : [];
      views.push({ ...(await this.view(tx, channel, load)), rivals });
    }
    return views;
  }

  private async view(tx: Tx, channel: Channel, load: FloorLoad): Promise<Omit<ReleaseChannelView, 'rivals'>> {
    const { queue, decision } = await this.channels.look(tx, channel, load);
    return {
      id: channel.id,
      name: channel.name,
      state: channel.state,
      templateId: channel.templateId,
      template: channel.templateName,
      filter: channel.filter,
      maxInFlight: channel.maxInFlight,
      batchOrders: channel.batchOrders,
      inFlight: queue.inFlight,
      waiting: queue.waiting + queue.withoutLane.reduce((sum, { orders }) => sum + orders, 0),
      because: 'because' in decision ? decision.because : null,
      releasable: decision.release,
      reasons: 'reasons' in decision ? decision.reasons : [],
      oldestReadyAt: queue.oldestReadyAt?.toISOString() ?? null,
      nearestCutOffAt: queue.nearestCutOffAt?.toISOString() ?? null,
      lastReleasedAt: channel.lastReleasedAt?.toISOString() ?? null,
    };
  }
}

function stageViews({ stages, benches }: FloorLoad): WorkInProgressView['stages'] {
  return stages.map((load) => {
    const capacity = capacityOf(load, load.stage === 'pack' ? printingShare(benches) : 1);
    const { stage, orders, ordersMax, ordersPerPerson, people } = load;
    const room = capacity === null ? null : Math.max(0, capacity - orders);
    return { stage, orders, room, ordersMax, ordersPerPerson, people };
  });
}
