import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { ApiError, api } from '../api/client.js';

/**
 * What a person has done and the core has not yet answered. Written to disk (IndexedDB, strict durability) before the good tone sounds, sent in
 * order, kept until the core has said what became of it; the same event id makes a repeat harmless.
 */
export interface QueuedConfirm {
  /** Also the Idempotency-Key. */
  eventId: string;
  path: string;
  body: unknown;
  at: string;
  /** For the badge and the supervisor's list: "3 x SKU-1 from A-03-2". */
  title: string;
}

export interface QueueState {
  waiting: QueuedConfirm[];
  oldestAt: string | null;
  sending: boolean;
}

interface QueueDb extends DBSchema {
  confirms: { key: number; value: QueuedConfirm };
}

export type Settled = { ok: true; answer: unknown } | { ok: false; error: ApiError };

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;

export class ConfirmQueue {
  private db: Promise<IDBPDatabase<QueueDb>>;
  private readonly watchers = new Set<() => void>();
  private readonly settled = new Map<string, (outcome: Settled) => void>();
  private running = false;
  private retryMs = RETRY_MIN_MS;
  state: QueueState = { waiting: [], oldestAt: null, sending: false };

  constructor(
    personId: string,
    /** Hears each answer, also for confirms of an earlier page life. */
    private readonly onSettled: (confirm: QueuedConfirm, outcome: Settled) => void,
  ) {
    this.db = openDB<QueueDb>(`wavehouse-floor-${personId}`, 1, {
      upgrade: (db) => db.createObjectStore('confirms', { autoIncrement: true }),
    });
    void this.refresh().then(() => this.run());
    window.addEventListener('online', () => void this.run());
  }

  /** Resolves when the confirm is on disk; `outcome` resolves when the core has answered. */
  async add(confirm: QueuedConfirm): Promise<{ outcome: Promise<Settled> }> {
    const db = await this.db;
    const outcome = new Promise<Settled>((resolve) => this.settled.set(confirm.eventId, resolve));
    const tx = db.transaction('confirms', 'readwrite', { durability: 'strict' });
    await tx.store.add(confirm);
    await tx.done;
    await this.refresh();
    void this.run();
    return { outcome };
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  private async refresh(): Promise<void> {
    const waiting = await (await this.db).getAll('confirms');
    this.state = { waiting, oldestAt: waiting[0]?.at ?? null, sending: this.running };
    for (const watcher of this.watchers) watcher();
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      for (;;) {
        const db = await this.db;
        const key = (await db.getAllKeys('confirms', undefined, 1))[0];
        if (key === undefined) break;
        const confirm = await db.get('confirms', key);
        if (!confirm) break;
        const outcome = await this.attempt(confirm);
        if (!outcome) {
          await new Promise((resolve) => setTimeout(resolve, this.retryMs));
          this.retryMs = Math.min(this.retryMs * 2, RETRY_MAX_MS);
          continue;
        }
        this.retryMs = RETRY_MIN_MS;
        await db.delete('confirms', key);
        await this.refresh();
        this.settled.get(confirm.eventId)?.(outcome);
        this.settled.delete(confirm.eventId);
        this.onSettled(confirm, outcome);
      }
    } finally {
      this.running = false;
      await this.refresh();
    }
  }

  /** Null when it must be tried again: the link or the server was down, or the session has to be renewed first. */
  private async attempt(confirm: QueuedConfirm): Promise<Settled | null> {
    try {
      return { ok: true, answer: await api.post(confirm.path, confirm.body, confirm.eventId) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.isTransient || error.status === 401 ? null : { ok: false, error };
    }
  }
}
