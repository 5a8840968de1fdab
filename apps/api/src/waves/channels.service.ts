import { Injectable, Logger } from '@nestjs/common';
import type { OrderFilter } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { bothFilters, CANDIDATES } from './candidates.js';
import { type ChannelQueue, decideRelease } from './decide-release.js';
import { WavesService } from './waves.service.js';

export interface Channel {
  id: string;
  name: string;
  state: 'open' | 'locked' | 'asleep';
  templateId: string;
  templateName: string;
  templateFilter: OrderFilter;
  filter: OrderFilter;
  maxInFlight: number;
  batchOrders: number;
}

export interface ChannelChange {
  state?: Channel['state'];
  filter?: OrderFilter;
  maxInFlight?: number;
  batchOrders?: number;
}

/** Counting stops here: whether ten or twenty thousand wait makes no difference to a release. */
const COUNT_MAX = 5_000;

/** Release without a click: each open channel keeps so many orders on the floor, most urgent first. */
@Injectable()
export class ChannelsService {
  private readonly log = new Logger(ChannelsService.name);
  /** The note last written to waiting orders, by channel, so that it is written once. */
  private readonly noted = new Map<string, string | null>();

  constructor(
    private readonly db: Database,
    private readonly waves: WavesService,
  ) {}

  /** One look at each channel of the site; releases at most one batch per channel. @returns the waves released. */
  async releaseDue(): Promise<string[]> {
    const channels = await this.db.transaction((tx) => this.channels(tx));
    const released: string[] = [];
    for (const channel of channels) {
      const waveId = await this.releaseFrom(channel).catch((error: unknown) => {
        // One channel that fails must not stop the others; its wave keeps the reason.
        this.log.error(error);
        return null;
      });
      if (waveId) released.push(waveId);
    }
    return released;
  }

  async channels(tx: Tx): Promise<Channel[]> {
    return rows<Channel>(
      tx,
      `select c.id, c.name, c.state, t.id as "templateId", t.name as "templateName", t.filter as "templateFilter", c.filter,
         c.max_in_flight as "maxInFlight", c.batch_orders as "batchOrders"
       from release_channels c join wave_templates t on t.site_id = c.site_id and t.id = c.template_id
       where c.site_id = $1 order by c.name`,
      [tx.siteId],
    );
  }

  async queueOf(tx: Tx, channel: Channel): Promise<ChannelQueue> {
    const filter = JSON.stringify(bothFilters(channel.templateFilter, channel.filter));
    const waiting = await row<{ waiting: string; oldest: Date | null; nearest: Date | null }>(
      tx,
      `select count(*) as waiting, min(ready_at) as oldest, min(cut_off_at) as nearest
       from (select o.state_at as ready_at, o.cut_off_at ${CANDIDATES} limit ${COUNT_MAX}) as queue`,
      [tx.siteId, filter, tx.at],
    );
    const inFlight = await row<{ orders: string }>(
      tx,
      `select count(*) as orders from orders o join waves w on w.site_id = o.site_id and w.id = o.wave_id
       where o.site_id = $1 and w.channel_id = $2 and (o.state in ('released', 'picking', 'picked', 'packing')
         or (o.state = 'ready' and w.state in ('planning', 'planned', 'failed')))`,
      [tx.siteId, channel.id],
    );
    return {
      state: channel.state,
      maxInFlight: channel.maxInFlight,
      batchOrders: channel.batchOrders,
      inFlight: Number(inFlight!.orders),
      waiting: Number(waiting!.waiting),
      oldestReadyAt: waiting!.oldest,
      nearestCutOffAt: waiting!.nearest,
    };
  }

  async changeChannel(channelId: string, change: ChannelChange): Promise<void> {
    const changed = await this.db.transaction((tx) =>
      affected(
        tx,
        `update release_channels set state = coalesce($3, state), filter = coalesce($4::jsonb, filter),
           max_in_flight = coalesce($5, max_in_flight), batch_orders = coalesce($6, batch_orders)
         where site_id = $1 and id = $2`,
        [
          tx.siteId,
          channelId,
          change.state ?? null,
          change.filter ? JSON.stringify(change.filter) : null,
          change.maxInFlight ?? null,
          change.batchOrders ?? null,
        ],
      ),
    );
    if (changed === 0)
      throw new Refusal('waves.unknown-channel', 'There is no such channel.', { status: 404 });
    this.noted.delete(channelId);
  }

  private async releaseFrom(channel: Channel): Promise<string | null> {
    const decision = await this.db.transaction(async (tx) =>
      decideRelease(await this.queueOf(tx, channel), tx.at),
    );
    if ('because' in decision) {
      await this.noteReason(channel, decision.note);
      return null;
    }
    const { waveId } = await this.waves.createWave({
      templateId: channel.templateId,
      channel: { id: channel.id, filter: channel.filter, ordersMax: decision.release },
    });
    if (!(await this.waves.planWave(waveId))) return null;
    await this.waves.releaseWave(waveId);
    await this.db.transaction((tx) =>
      affected(tx, `update release_channels set last_released_at = $3 where site_id = $1 and id = $2`, [
        tx.siteId,
        channel.id,
        tx.at,
      ]),
    );
    this.noted.delete(channel.id);
    return waveId;
  }

  /** Tells the orders why they wait, once per reason; a line's own reason stays. */
  private async noteReason(channel: Channel, note: string | null): Promise<void> {
    if (this.noted.get(channel.id) === note) return;
    const filter = JSON.stringify(bothFilters(channel.templateFilter, channel.filter));
    await this.db.transaction((tx) =>
      affected(
        tx,
        `update orders set waiting_for = $4 where site_id = $1 and id in (select o.id ${CANDIDATES} limit ${COUNT_MAX})
           and waiting_for is distinct from $4`,
        [tx.siteId, filter, tx.at, note],
      ),
    );
    this.noted.set(channel.id, note);
  }
}
