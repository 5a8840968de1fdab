import { Injectable, Logger } from '@nestjs/common';
import type { OrderFilter } from '#lib/contracts';
import { affected, constraintName, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { resolveExceptions } from '../platform/exceptions.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { bothFilters, CANDIDATES, type ReleaseFilter } from './candidates.js';
import { type ChannelQueue, decideRelease, type ReleaseDecision, type StuckWaves } from './decide-release.js';
import { CHANNEL_STUCK } from './line-remedies.js';
import { GIVEN_UP, WavesService } from './waves.service.js';
import { type FloorLoad, type Room, roomOf } from './work-in-progress.js';
import { WorkInProgressService } from './work-in-progress.service.js';
import './waves.events.js';

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
  lastReleasedAt: Date | null;
  /** Its template sorts orders at a put wall. */
  toWall: boolean;
}

export interface ChannelFields {
  name: string;
  templateId: string;
  state: Channel['state'];
  filter: OrderFilter;
  maxInFlight: number;
  batchOrders: number;
}

/** Counting stops here: whether ten or twenty thousand wait makes no difference to a release. */
const COUNT_MAX = 5_000;

/** Orders that no wave can hold are tried again after this, or when others wait beside them. */
const FRUITLESS_MS = 10 * 60_000;

/** Release without a click: each open channel keeps so many orders on the floor, most urgent first. */
@Injectable()
export class ChannelsService {
  private readonly log = new Logger(ChannelsService.name);
  /** The note last written to waiting orders, by channel, so that it is written once. */
  private readonly noted = new Map<string, string | null>();
  /** Channels whose last wave came to nothing, with how many orders waited then. */
  private readonly fruitless = new Map<string, { waiting: number; untilMs: number }>();

  constructor(
    private readonly db: Database,
    private readonly waves: WavesService,
    private readonly work: WorkInProgressService,
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
         c.max_in_flight as "maxInFlight", c.batch_orders as "batchOrders", c.last_released_at as "lastReleasedAt",
         t.pipeline @> '[{"name": "batch", "method": "batch"}]' as "toWall"
       from release_channels c join wave_templates t on t.site_id = c.site_id and t.id = c.template_id
       where c.site_id = $1 and c.archived_at is null order by c.name`,
      [tx.siteId],
    );
  }

  /** What a channel would release now, or why nothing. A put wall that is smaller than a batch is filled at once. */
  async look(
    tx: Tx,
    channel: Channel,
    load: FloorLoad,
  ): Promise<{ queue: ChannelQueue; room: Room; decision: ReleaseDecision }> {
    const room = roomOf(load, channel);
    const queue = await this.queueOf(tx, channel, room);
    const wall = channel.toWall ? load.stages.find(({ stage }) => stage === 'put-wall') : undefined;
    const batchOrders = Math.min(queue.batchOrders, wall?.ordersMax ?? queue.batchOrders);
    return { queue, room, decision: decideRelease({ ...queue, batchOrders }, room, tx.at) };
  }

  /** The queue before a channel; orders that wait for a lane are counted apart. */
  async queueOf(tx: Tx, channel: Channel, room: Room): Promise<ChannelQueue> {
    const matching = bothFilters(channel.templateFilter, channel.filter);
    const { exceptServices } = room;
    const blocked = exceptServices.length > 0;
    const waiting = await this.waitingFor(tx, blocked ? { ...matching, exceptServices } : matching);
    const withoutLane = blocked ? await this.withoutLane(tx, matching, exceptServices) : [];
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
      waiting: waiting.orders,
      withoutLane,
      oldestReadyAt: waiting.oldest,
      nearestCutOffAt: waiting.nearest,
      stuck: await this.stuckWaves(tx, channel.id),
    };
  }

  /** The waves that were given up since the channel released one, as long as nobody has answered the exception about them. */
  private async stuckWaves(tx: Tx, channelId: string): Promise<StuckWaves | null> {
    const found = await row<StuckWaves>(
      tx,
      `select count(*)::int as waves, max(w.created_at) as "lastAt" from waves w
       where exists (select 1 from exceptions e where e.site_id = $1 and e.code = $3 and e.subject_id = $2 and e.resolved_at is null)
         and w.site_id = $1 and w.channel_id = $2 and w.state = 'cancelled' and w.reason like $4
         and w.number > coalesce((select max(r.number) from waves r where r.site_id = $1 and r.channel_id = $2
           and r.released_at is not null), 0)`,
      [tx.siteId, channelId, CHANNEL_STUCK, `${GIVEN_UP}%`],
    );
    return found!.waves === 0 ? null : found;
  }

  /** Makes a channel; an archived one of the same name comes back with what is given. @returns its id. */
  async createChannel(fields: ChannelFields): Promise<string> {
    requireWholeBatch(fields);
    return this.db.transaction(async (tx) => {
      await this.requireTemplate(tx, fields.templateId);
      const made = await row<{ id: string }>(
        tx,
        `insert into release_channels (site_id, id, name, state, template_id, filter, max_in_flight, batch_orders)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (site_id, name) do update set state = excluded.state, template_id = excluded.template_id,
           filter = excluded.filter, max_in_flight = excluded.max_in_flight, batch_orders = excluded.batch_orders,
           archived_at = null where release_channels.archived_at is not null
         returning id`,
        [
          tx.siteId,
          newId(),
          fields.name,
          fields.state,
          fields.templateId,
          JSON.stringify(fields.filter),
          fields.maxInFlight,
          fields.batchOrders,
        ],
      );
      if (!made) throw nameTaken(fields.name);
      const data = { channelId: made.id, name: fields.name, change: 'created' as const };
      await addEvent(tx, { type: 'waves.channel-changed', aggregateId: made.id, data });
      return made.id;
    });
  }

  async changeChannel(channelId: string, change: Partial<ChannelFields>): Promise<void> {
    await this.db
      .transaction(async (tx) => {
        if (change.templateId) await this.requireTemplate(tx, change.templateId);
        const changed = await row<ChannelFields>(
          tx,
          `update release_channels set state = coalesce($3, state), filter = coalesce($4::jsonb, filter),
             max_in_flight = coalesce($5, max_in_flight), batch_orders = coalesce($6, batch_orders), name = coalesce($7, name),
             template_id = coalesce($8, template_id)
           where site_id = $1 and id = $2 and archived_at is null
           returning name, max_in_flight as "maxInFlight", batch_orders as "batchOrders"`,
          [
            tx.siteId,
            channelId,
            change.state ?? null,
            change.filter ? JSON.stringify(change.filter) : null,
            change.maxInFlight ?? null,
            change.batchOrders ?? null,
            change.name ?? null,
            change.templateId ?? null,
          ],
        );
        if (!changed) throw unknownChannel();
        requireWholeBatch(changed);
        // Nothing was asked for: nothing has happened.
        if (Object.values(change).every((value) => value === undefined || value === null)) return;
        const data = { channelId, name: changed.name, change: 'changed' as const };
        await addEvent(tx, { type: 'waves.channel-changed', aggregateId: channelId, data });
      })
      .catch((error: unknown) => {
        if (constraintName(error) === 'release_channels_name_uq') throw nameTaken(change.name ?? '');
        throw error;
      });
    this.noted.delete(channelId);
    this.fruitless.delete(channelId);
  }

  /** Puts a channel away; what it has released goes on. Archiving twice is once. */
  async archiveChannel(channelId: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const known = await row<{ name: string; archived: boolean }>(
        tx,
        `select name, archived_at is not null as archived from release_channels where site_id = $1 and id = $2 for update`,
        [tx.siteId, channelId],
      );
      if (!known) throw unknownChannel();
      if (known.archived) return;
      await affected(
        tx,
        `update release_channels set archived_at = $3, state = 'asleep' where site_id = $1 and id = $2`,
        [tx.siteId, channelId, tx.at],
      );
      const data = { channelId, name: known.name, change: 'archived' as const };
      await addEvent(tx, { type: 'waves.channel-changed', aggregateId: channelId, data });
    });
    this.noted.delete(channelId);
  }

  private async releaseFrom(channel: Channel): Promise<string | null> {
    const { decision, room, queue, at } = await this.db.transaction(async (tx) => ({
      ...(await this.look(tx, channel, await this.work.load(tx))),
      at: tx.at,
    }));
    if ('because' in decision) {
      await this.noteReason(channel, decision.note);
      return null;
    }
    const idle = this.fruitless.get(channel.id);
    if (idle && idle.waiting === queue.waiting && at.getTime() < idle.untilMs) return null;
    const filter: ReleaseFilter = { ...channel.filter, exceptServices: room.exceptServices };
    const { waveId } = await this.waves.createWave({
      templateId: channel.templateId,
      channel: {
        id: channel.id,
        filter: room.exceptServices.length > 0 ? filter : channel.filter,
        ordersMax: decision.release,
      },
    });
    if (!(await this.waves.planWave(waveId))) {
      await this.noteFruitless(channel.id, waveId, queue.waiting);
      return null;
    }
    await this.waves.releaseWave(waveId);
    this.fruitless.delete(channel.id);
    await this.db.transaction(async (tx) => {
      await affected(tx, `update release_channels set last_released_at = $3 where site_id = $1 and id = $2`, [
        tx.siteId,
        channel.id,
        tx.at,
      ]);
      await resolveExceptions(tx, channel.id, 'its waves are planned again', [CHANNEL_STUCK]);
    });
    this.noted.delete(channel.id);
    return waveId;
  }

  /** Nothing was left to plan of all that waits: the same orders are not tried again every second. */
  private async noteFruitless(channelId: string, waveId: string, waiting: number): Promise<void> {
    await this.db.transaction(async (tx) => {
      const over = await row(
        tx,
        `select 1 from waves where site_id = $1 and id = $2 and state = 'cancelled'`,
        [tx.siteId, waveId],
      );
      if (over) this.fruitless.set(channelId, { waiting, untilMs: tx.at.getTime() + FRUITLESS_MS });
    });
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

  private async waitingFor(
    tx: Tx,
    filter: ReleaseFilter,
  ): Promise<{ orders: number; oldest: Date | null; nearest: Date | null }> {
    const found = await row<{ orders: number; oldest: Date | null; nearest: Date | null }>(
      tx,
      `select count(*)::int as orders, min(ready_at) as oldest, min(cut_off_at) as nearest
       from (select o.state_at as ready_at, o.cut_off_at ${CANDIDATES} limit ${COUNT_MAX}) as queue`,
      [tx.siteId, JSON.stringify(filter), tx.at],
    );
    return found!;
  }

  private withoutLane(
    tx: Tx,
    filter: OrderFilter,
    exceptServices: string[],
  ): Promise<ChannelQueue['withoutLane']> {
    return rows(
      tx,
      `select q.service, count(*)::int as orders
       from (select o.carrier_code || '/' || o.service as service ${CANDIDATES} limit ${COUNT_MAX}) q
       where q.service = any($4::text[]) group by q.service order by q.service`,
      [tx.siteId, JSON.stringify(filter), tx.at, exceptServices],
    );
  }

  private async requireTemplate(tx: Tx, templateId: string): Promise<void> {
    const found = await row(
      tx,
      `select 1 from wave_templates where site_id = $1 and id = $2 and active for share`,
      [tx.siteId, templateId],
    );
    if (!found) throw new Refusal('waves.unknown-template', 'There is no such template.', { status: 404 });
  }
}

/** A batch that is larger than what the channel may have on the floor would never go. */
function requireWholeBatch({ maxInFlight, batchOrders }: { maxInFlight: number; batchOrders: number }): void {
  if (batchOrders <= maxInFlight) return;
  const detail = `A batch of ${batchOrders} orders would never go: at most ${maxInFlight} may be on the floor.`;
  throw new Refusal('waves.batch-too-large', detail, {
    status: 422,
    facts: { batchOrders, maxInFlight },
    errors: [{ field: 'batchOrders', message: detail }],
  });
}

function nameTaken(name: string): Refusal {
  const message = `There is a channel called ${name} already.`;
  return new Refusal('waves.channel-name-taken', message, {
    facts: { name },
    errors: [{ field: 'name', message }],
  });
}

function unknownChannel(): Refusal {
  return new Refusal('waves.unknown-channel', 'There is no such channel.', { status: 404 });
}
