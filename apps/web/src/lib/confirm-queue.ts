import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { ApiError } from '../api/client.js';

/**
 * What a person has done and the core has not yet answered. Written to disk (IndexedDB, strict durability) before the good
 * tone sounds, sent in order, kept until the core has said what became of it; the same event id makes a repeat harmless.
 */
export interface QueuedConfirm {
  /** Also the Idempotency-Key. */
  eventId: string;
  path: string;
  body: unknown;
  at: string;
  /** For the messages about it: "3 × SKU-1, A-03-2". */
  title: string;
}

export interface QueueState {
  waiting: readonly QueuedConfirm[];
  oldestAt: string | null;
}

export type Settled = { ok: true; answer: unknown } | { ok: false; error: ApiError };
export type Send = (confirm: QueuedConfirm) => Promise<unknown>;
type OnSettled = (confirm: QueuedConfirm, outcome: Settled) => void;

interface QueueDb extends DBSchema {
  confirms: { key: number; value: QueuedConfirm };
}

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;

/** One person's queue on this device. It sends only while that person is signed in here: see `resume` and `pause`. */
export class ConfirmQueue {
  private readonly db: Promise<IDBPDatabase<QueueDb>>;
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Set<OnSettled>();
  private running: Promise<void> | null = null;
  private paused = true;
  private wake: () => void = () => {};
  private retryMs = RETRY_MIN_MS;
  state: QueueState = { waiting: [], oldestAt: null };
  /** Resolves when what an earlier page life left behind is known. */
  readonly ready: Promise<void>;

  constructor(
    personId: string,
    private readonly send: Send,
  ) {
    this.db = openDB<QueueDb>(`wavehouse-floor-${personId}`, 1, {
      upgrade: (db) => db.createObjectStore('confirms', { autoIncrement: true }),
    });
    this.ready = this.refresh();
  }

  /** Resolves when the confirm is on disk; rejects when this device cannot keep it. */
  async add(confirm: QueuedConfirm): Promise<void> {
    const tx = (await this.db).transaction('confirms', 'readwrite', { durability: 'strict' });
    await tx.store.add(confirm);
    await tx.done;
    await this.refresh();
    this.nudge();
  }

  /** The person is signed in: what waits is sent. */
  resume(): void {
    this.paused = false;
    this.nudge();
  }

  /** Nothing more is sent: it must not go out under somebody else's name. */
  pause(): void {
    this.paused = true;
    this.wake();
  }

  /** Something may be better now (a new confirm, the network, a new session): tries at once. */
  nudge(): void {
    this.retryMs = RETRY_MIN_MS;
    this.wake();
    if (this.running || this.paused) return;
    this.running = this.run()
      .catch((error) => console.error('The queue of confirms cannot be read:', error))
      .finally(() => {
        this.running = null;
        if (!this.paused && this.state.waiting.length > 0) this.nudge();
      });
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Hears each answer, also for confirms of an earlier page life. */
  onSettled(listener: OnSettled): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.pause();
    await this.running;
    (await this.db).close();
  }

  private async refresh(): Promise<void> {
    const waiting = await (await this.db).getAll('confirms');
    this.state = { waiting, oldestAt: waiting[0]?.at ?? null };
    for (const watcher of this.watchers) watcher();
  }

  private async run(): Promise<void> {
    const db = await this.db;
    while (!this.paused) {
      const key = (await db.getAllKeys('confirms', undefined, 1))[0];
      const confirm = key === undefined ? undefined : await db.get('confirms', key);
      if (key === undefined || !confirm) return;
      const outcome = await this.attempt(confirm);
      if (outcome) await this.settle(db, key, confirm, outcome);
      else await this.rest();
    }
  }

  private async settle(
    db: IDBPDatabase<QueueDb>,
    key: number,
    confirm: QueuedConfirm,
    outcome: Settled,
  ): Promise<void> {
    this.retryMs = RETRY_MIN_MS;
    await db.delete('confirms', key);
    await this.refresh();
    for (const listener of this.listeners) listener(confirm, outcome);
  }

  /** Null when it must be tried again: the link or the server was down, or the session has to be renewed first. */
  private async attempt(confirm: QueuedConfirm): Promise<Settled | null> {
    try {
      return { ok: true, answer: await this.send(confirm) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.isTransient || error.status === 401 ? null : { ok: false, error };
    }
  }

  private async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.retryMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => {};
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MAX_MS);
  }
}
