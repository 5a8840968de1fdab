import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import type { Logger } from 'pino';

/** One change of the store; a list of them is written as a whole or not at all. */
export type Change = { type: 'put'; key: string; value: string } | { type: 'del'; key: string };

/** The agent cannot start for a reason that a person can mend; the message is the whole story. */
export class StartupError extends Error {}

const INCARNATION = 'm!incarnation';
const STARTED = 'm!started';

/**
 * The agent's one database. Everything durable lives in it, in key spaces that each have one owner:
 * `o!` and `a!` outbox, `f!` its former streams, `k!` its retention, `c!` command journal, `p!` labels sent ahead, `r!` routes, `l!` laps, `m!` the store itself.
 */
export class Store {
  private constructor(
    private readonly db: ClassicLevel<string, string>,
    private name: string,
  ) {}

  /** A stream's sequence never restarts under the same name. */
  get incarnation(): string {
    return this.name;
  }

  /**
   * Opens or makes the database under `dir`. Throws a {@link StartupError} where another process holds it or where it
   * can't be opened even after a repair.
   */
  static async open(dir: string, log: Logger): Promise<Store> {
    await mkdir(dir, { recursive: true }).catch((error: Error) => {
      throw new StartupError(`The data directory ${dir} cannot be made: ${error.message}`);
    });
    const db = new ClassicLevel<string, string>(`${dir}/store`);
    await openOrRepair(db, log);
    try {
      const store = new Store(db, (await db.get(INCARNATION)) ?? '');
      if (!store.incarnation) await store.beginAnew(newIncarnation(), []);
      return store;
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  /**
   * {@link open} and {@link stampStart}. A disk without any room is waited for: a process that ends over it would be started again every
   * second, until somebody has made room.
   */
  static async begin(
    dir: string,
    log: Logger,
    againMs = 10_000,
  ): Promise<{ store: Store; startedAt: string }> {
    for (;;) {
      try {
        const store = await Store.open(dir, log);
        const startedAt = await store.stampStart(Date.now()).catch(async (error: unknown) => {
          await store.close();
          throw error;
        });
        return { store, startedAt };
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        log.fatal(
          { dir, reason: (error as Error).message },
          `THE DISK IS FULL: nothing is read and nothing is kept until there is room. Looking again every ${againMs / 1_000} s.`,
        );
        await new Promise((resolve) => setTimeout(resolve, againMs));
      }
    }
  }

  /** Goes by another incarnation from now on; both are written or neither. */
  async beginAnew(incarnation: string, also: Change[]): Promise<void> {
    await this.commit([...also, { type: 'put', key: INCARNATION, value: incarnation }]);
    this.name = incarnation;
  }

  /**
   * The moment of this start, later than that of every earlier one also when the clock was set back: the core takes the
   * younger of two processes for the true one.
   */
  async stampStart(nowMs: number): Promise<string> {
    const before = Date.parse((await this.db.get(STARTED)) ?? '');
    const startedAt = new Date(Math.max(nowMs, Number.isNaN(before) ? 0 : before + 1)).toISOString();
    await this.commit([{ type: 'put', key: STARTED, value: startedAt }]);
    return startedAt;
  }

  /** Resolves when the changes are on the disk (fsync), all of them. */
  async commit(changes: Change[]): Promise<void> {
    await this.db.batch(changes, { sync: true });
  }

  /** For what can be rebuilt: survives the death of the process, not of the machine. */
  async write(changes: Change[]): Promise<void> {
    await this.db.batch(changes);
  }

  get(key: string): Promise<string | undefined> {
    return this.db.get(key);
  }

  /** All pairs whose key begins with `prefix`, in the order of their keys. */
  pairs(prefix: string): AsyncIterable<[string, string]> {
    return this.db.iterator({ gte: prefix, lt: after(prefix) });
  }

  /** Pairs with `first <= key <= last`, at most `limit`. */
  async range(first: string, last: string, limit: number): Promise<[string, string][]> {
    return this.db.iterator({ gte: first, lte: last, limit }).all();
  }

  /** The greatest key that begins with `prefix` and is below `below` (the end of the prefix by default). */
  async lastKey(prefix: string, below: string = after(prefix)): Promise<string | undefined> {
    const [key] = await this.db.keys({ gte: prefix, lt: below, reverse: true, limit: 1 }).all();
    return key;
  }

  /** Gives the room of what was deleted under `prefix` back to the file system. */
  async compact(prefix: string): Promise<void> {
    await this.db.compactRange(prefix, after(prefix));
  }

  /** Closes and opens again: LevelDB takes no write after one that failed. */
  async reopen(): Promise<void> {
    await this.db.close();
    await this.db.open();
  }

  async close(): Promise<void> {
    await this.db.close();
  }
}

/** What streams are named after beside their device: two outboxes never have the same. */
export function newIncarnation(): string {
  return randomBytes(4).toString('hex');
}

function isDiskFull(error: unknown): boolean {
  return /no space left|quota exceeded|ENOSPC|EDQUOT/i.test((error as Error).message);
}

function after(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

async function openOrRepair(db: ClassicLevel<string, string>, log: Logger): Promise<void> {
  try {
    await db.open();
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    if (cause?.code === 'LEVEL_LOCKED') {
      throw new StartupError(
        `Another agent is running on ${db.location}: stop it or give this one its own directory.`,
      );
    }
    if (cause?.code !== 'LEVEL_CORRUPTION') {
      throw new StartupError(`The store ${db.location} cannot be opened: ${cause?.message ?? String(error)}`);
    }
    log.error({ reason: cause.message }, 'the store is damaged; repairing it');
    await ClassicLevel.repair(db.location);
    await db.open().catch((again: Error) => {
      throw new StartupError(
        `The store ${db.location} is damaged beyond repair (${again.message}): move it away.`,
      );
    });
  }
}
