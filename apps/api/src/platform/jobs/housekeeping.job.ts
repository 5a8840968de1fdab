import { Injectable, type OnModuleInit } from '@nestjs/common';
import { affected, Database } from '../database.service.js';
import { log } from '../log.js';
import { Jobs } from './jobs.service.js';

const DAY_MS = 86_400_000;
/** An acknowledged delivery proves nothing any more once its event can't be delivered again. */
const DELIVERIES_KEPT_MS = 7 * DAY_MS;
const SESSIONS_KEPT_MS = 30 * DAY_MS;
const FAILURES_KEPT_MS = DAY_MS;

/** Throws away what has served its time, so that the tables of the mechanisms don't grow for ever. */
@Injectable()
export class Housekeeping implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly db: Database,
  ) {}

  onModuleInit(): void {
    this.jobs.schedule({ queue: 'platform.housekeeping', cron: '*/15 * * * *', work: () => this.sweep() });
  }

  /** Each statement by itself: none needs the other, and short transactions hold nobody up. */
  async sweep(): Promise<void> {
    const before = (tx: { at: Date }, ms: number) => new Date(tx.at.getTime() - ms);
    const keys = await this.db.transaction((tx) =>
      affected(tx, 'delete from idempotency_keys where expires_at < $1', [tx.at]),
    );
    const deliveries = await this.db.transaction((tx) =>
      affected(
        tx,
        `delete from event_deliveries d where d.state <> 'failed' and d.at < $1
           and exists (select from events e where e.site_id = d.site_id and e.id = d.event_id and e.published_at is not null)`,
        [before(tx, DELIVERIES_KEPT_MS)],
      ),
    );
    const sessions = await this.db.transaction((tx) =>
      affected(tx, 'delete from sessions where expires_at < $1', [before(tx, SESSIONS_KEPT_MS)]),
    );
    await this.db.transaction((tx) =>
      affected(tx, 'delete from sign_in_failures where last_at < $1', [before(tx, FAILURES_KEPT_MS)]),
    );
    log.debug({ keys, deliveries, sessions }, 'housekeeping done');
  }
}
