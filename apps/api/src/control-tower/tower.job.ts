import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { asSystem } from '../platform/context.js';
import { Database, rows } from '../platform/database.service.js';
import { Live } from '../platform/live.js';
import { Repeating } from '../platform/repeating.js';
import { BoardService } from './board.service.js';
import { NewsService } from './news.service.js';

/** The board changes at most four times a second. */
const LOOK_EVERY_MS = 250;
/** Without news the numbers that follow the clock (rates, projections) are shown anew this often. */
const QUIET_PUSH_MS = 5_000;
/** Pushing may take at most this share of the time, so that a slow database is not asked even more. */
const SHARE_OF_TIME = 0.25;
const SITES_EVERY_MS = 30_000;

interface SiteState {
  pushedAt: number;
  notBefore: number;
}

/** Pushes the board and the newest events to the towers when something happened. */
@Injectable()
export class TowerJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop: Repeating;
  private readonly sites = new Map<number, SiteState>();
  private sitesReadAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly db: Database,
    private readonly boards: BoardService,
    private readonly news: NewsService,
    private readonly live: Live,
  ) {
    this.loop = new Repeating('TowerJob', LOOK_EVERY_MS, () => this.look());
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  private async look(): Promise<void> {
    if (!this.live.towerIsWatched()) return this.sleep();
    await this.readSites();
    for (const [siteId, state] of this.sites)
      await asSystem('control-tower', siteId, () => this.push(siteId, state));
  }

  /** Whoever looks next gets the board at once, and only what happens from then on as news. */
  private sleep(): void {
    this.news.forget();
    for (const state of this.sites.values()) state.pushedAt = Number.NEGATIVE_INFINITY;
  }

  private async push(siteId: number, state: SiteState): Promise<void> {
    const startedAt = performance.now();
    const fresh = await this.news.since(siteId);
    for (const each of fresh) this.live.toTower(siteId, 'tower.event', each);
    if (startedAt < state.notBefore) {
      if (fresh.length > 0) state.pushedAt = Number.NEGATIVE_INFINITY; // told as soon as it may be
      return;
    }
    if (fresh.length === 0 && startedAt - state.pushedAt < QUIET_PUSH_MS) return;
    this.live.toTower(siteId, 'board', await this.boards.board());
    const endedAt = performance.now();
    state.pushedAt = endedAt;
    state.notBefore = endedAt + (endedAt - startedAt) * (1 / SHARE_OF_TIME - 1);
  }

  private async readSites(): Promise<void> {
    const now = performance.now();
    if (now - this.sitesReadAt < SITES_EVERY_MS && this.sites.size > 0) return;
    this.sitesReadAt = now;
    const found = await asSystem('control-tower', null, () =>
      this.db.transaction((tx) => rows<{ id: number }>(tx, 'select id from sites order by id')),
    );
    for (const { id } of found) {
      if (!this.sites.has(id)) this.sites.set(id, { pushedAt: Number.NEGATIVE_INFINITY, notBefore: 0 });
    }
  }
}
