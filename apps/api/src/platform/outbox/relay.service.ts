import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '#lib/contracts';
import { backgroundWorkAllowed } from '../background.js';
import { CLOCK } from '../clock.js';
import { AppConfig } from '../config.js';
import { asSystem } from '../context.js';
import { Database, rows } from '../database.service.js';
import { type EventType, type HeardEvent, onEventsCommitted } from '../events.js';
import { log } from '../log.js';
import { type Listener, Registry } from '../registry.js';
import { deliver, deliverTogether } from './delivery.js';
import { Leader } from './leader.js';

const BATCH = 200;
/** Aggregates served at once: enough to hide the round trips, few enough to leave connections for requests. */
const LANES = 4;
/** Events that one transaction of a listener takes at once. */
const TOGETHER_MAX = 50;
const PAUSE_MIN_MS = 100;
const PAUSE_MAX_MS = 500;
const SITES_EVERY_MS = 2_000;

interface EventRow {
  id: string;
  seq: string;
  type: string;
  aggregate_id: string;
  order_id: string | null;
  parcel_id: string | null;
  merchant_id: string | null;
  data: never;
  actor: string;
  trace: string;
  at: Date;
}

/**
 * Delivers committed events to their listeners: at least once, in order per aggregate. An aggregate whose listener fails waits until the
 * delivery succeeds or is given up; the others go on. Woken by a commit in this process, else it looks every 100 to 500 ms.
 */
@Injectable()
export class Relay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly leader: Leader;
  /** Aggregates that wait for a retry, and until when (ms since the epoch). */
  private readonly waiting = new Map<string, number>();
  private sites: number[] = [];
  private sitesReadAt = Number.NEGATIVE_INFINITY;
  private stopping = false;
  private woken = false;
  private interrupt: () => void = () => {};
  private stopHearing: () => void = () => {};
  private running: Promise<void> = Promise.resolve();

  constructor(
    config: AppConfig,
    private readonly db: Database,
    private readonly registry: Registry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.leader = new Leader(config.databaseUrl);
  }

  onApplicationBootstrap(): void {
    if (!backgroundWorkAllowed()) return;
    this.stopHearing = onEventsCommitted(() => this.wake());
    this.running = this.run();
  }

  /** Ends after the batch in hand. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.stopHearing();
    this.wake();
    await this.running;
    await this.leader.resign();
  }

  private wake(): void {
    this.woken = true;
    this.interrupt();
  }

  private async run(): Promise<void> {
    let pauseMs = PAUSE_MIN_MS;
    while (!this.stopping) {
      let delivered = 0;
      this.woken = false;
      try {
        if (await this.leader.tryLead()) delivered = await this.round();
      } catch (error) {
        log.error({ err: error }, 'the relay failed; it goes on');
      }
      if (delivered > 0) pauseMs = PAUSE_MIN_MS;
      else {
        await this.pause(pauseMs);
        pauseMs = this.woken ? PAUSE_MIN_MS : Math.min(PAUSE_MAX_MS, pauseMs * 2);
      }
    }
  }

  private pause(ms: number): Promise<void> {
    if (this.woken || this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** One look at every site; answers how many events are through. */
  private async round(): Promise<number> {
    let through = 0;
    for (const siteId of await this.siteIds()) {
      const events = await this.waitingEvents(siteId);
      const done = await this.deliverAll(events);
      await this.markPublished(siteId, done);
      through += done.length;
    }
    return through;
  }

  private async siteIds(): Promise<number[]> {
    const now = performance.now();
    if (now - this.sitesReadAt < SITES_EVERY_MS) return this.sites;
    this.sites = await asSystem('relay', null, () =>
      this.db.transaction(async (tx) =>
        (await rows<{ id: number }>(tx, 'select id from sites order by id')).map(({ id }) => id),
      ),
    );
    this.sitesReadAt = now;
    return this.sites;
  }

  private waitingEvents(siteId: number): Promise<HeardEvent[]> {
    const now = this.clock.now().getTime();
    for (const [aggregate, until] of this.waiting) if (until <= now) this.waiting.delete(aggregate);
    return asSystem('relay', siteId, () =>
      this.db.transaction(async (tx) => {
        const found = await rows<EventRow>(
          tx,
          `select id, seq, type, aggregate_id, order_id, parcel_id, merchant_id, data, actor, trace, at
           from events where site_id = $1 and published_at is null and aggregate_id <> all($2::uuid[])
           order by seq limit $3`,
          [siteId, [...this.waiting.keys()], BATCH],
        );
        return found.map((each) => asHeard(siteId, each));
      }),
    );
  }

  /** Lanes of aggregates side by side, the events of one aggregate one after the other; answers the ids that are through. */
  private async deliverAll(events: HeardEvent[]): Promise<string[]> {
    const byAggregate = new Map<string, HeardEvent[]>();
    for (const event of events) {
      const same = byAggregate.get(event.aggregateId);
      if (same) same.push(event);
      else byAggregate.set(event.aggregateId, [event]);
    }
    const heard = await this.deliverHeads([...byAggregate.values()].map(([head]) => head!));
    const done: string[] = [];
    const queue = [...byAggregate.values()].values();
    const lane = async () => {
      for (const group of queue) {
        for (const event of group) {
          if (this.stopping || !(await this.deliverOne(event, heard))) break;
          done.push(event.id);
        }
      }
    };
    // A lane that throws has lost the database; the others end their group and the round reports it.
    const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
    const failed = lanes.find((each) => each.status === 'rejected');
    if (failed) log.warn({ err: failed.reason }, 'deliveries stopped; they are tried again');
    return done;
  }

  /**
   * The first events of their aggregates, for those who can hear several at once. What fails is left to the lanes, where each is
   * delivered alone.
   * @returns what was heard, as `listener event`
   */
  private async deliverHeads(heads: readonly HeardEvent[]): Promise<Set<string>> {
    const byListener = new Map<Listener, HeardEvent[]>();
    for (const event of heads) {
      for (const listener of this.registry.listenersOf(event.type)) {
        if (!listener.hearAll) continue;
        const same = byListener.get(listener);
        if (same) same.push(event);
        else byListener.set(listener, [event]);
      }
    }
    const heard = new Set<string>();
    for (const [listener, events] of byListener) {
      for (let at = 0; at < events.length && !this.stopping; at += TOGETHER_MAX) {
        const [first, ...others] = events.slice(at, at + TOGETHER_MAX);
        if (!first || others.length === 0) continue;
        const together = [first, ...others] as const;
        for (const id of await deliverTogether(this.db, listener, together))
          heard.add(`${listener.name} ${id}`);
      }
    }
    return heard;
  }

  private async deliverOne(event: HeardEvent, heard: ReadonlySet<string>): Promise<boolean> {
    for (const listener of this.registry.listenersOf(event.type)) {
      if (heard.has(`${listener.name} ${event.id}`)) continue;
      const delivered = await deliver(this.db, listener, event);
      if (delivered.outcome === 'failed') {
        this.waiting.set(event.aggregateId, delivered.retryAt.getTime());
        return false;
      }
    }
    return true;
  }

  private async markPublished(siteId: number, ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    await asSystem('relay', siteId, () =>
      this.db.transaction((tx) =>
        rows(tx, 'update events set published_at = $3 where site_id = $1 and id = any($2::uuid[])', [
          siteId,
          ids,
          tx.at,
        ]),
      ),
    );
  }
}

function asHeard(siteId: number, row: EventRow): HeardEvent {
  return {
    id: row.id,
    siteId,
    seq: Number(row.seq),
    type: row.type as EventType,
    aggregateId: row.aggregate_id,
    orderId: row.order_id,
    parcelId: row.parcel_id,
    merchantId: row.merchant_id,
    data: row.data,
    actor: row.actor,
    trace: row.trace,
    at: row.at,
  };
}
