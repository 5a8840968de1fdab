import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import PgBoss from 'pg-boss';
import { backgroundWorkAllowed } from '../background.js';
import { AppConfig } from '../config.js';
import { asSystem } from '../context.js';
import { log } from '../log.js';

export interface ScheduledJob {
  /** A queue that a migration has made. */
  queue: string;
  /** Five fields, UTC. */
  cron: string;
  /** Runs in one process at a time, as the system over all sites. A throw is retried by the queue's rule. */
  work(): Promise<void>;
}

const POLL_SECONDS = 5;

/**
 * Work that follows a clock, by pg-boss: once per moment however many processes run. Its tables belong to the owner
 * (migration 101); work that follows an event is a listener instead, because pg-boss's tables are not in the floor's transactions.
 */
@Injectable()
export class Jobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly scheduled: ScheduledJob[] = [];
  private boss: PgBoss | null = null;

  constructor(private readonly config: AppConfig) {}

  /** Call in `onModuleInit`. */
  schedule(job: ScheduledJob): void {
    this.scheduled.push(job);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!backgroundWorkAllowed()) return;
    const boss = new PgBoss({
      connectionString: this.config.databaseUrl,
      application_name: 'wavehouse-jobs',
      migrate: false,
      max: 2,
    });
    boss.on('error', (error) => log.warn({ reason: error.message }, 'the job queue has trouble; it goes on'));
    this.boss = boss;
    await boss.start();
    for (const { queue, cron, work } of this.scheduled) {
      await boss.schedule(queue, cron, {}, { tz: 'UTC' });
      await boss.work(queue, { pollingIntervalSeconds: POLL_SECONDS }, () => asSystem(queue, null, work));
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    // Waiting "gracefully" means waiting for idle pollers to wake; a job that is cut off is tried again.
    await this.boss?.stop({ graceful: false });
  }
}
