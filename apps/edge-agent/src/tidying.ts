import type { Logger } from 'pino';
import type { FormerStreams } from './former-streams.js';
import { ackKey, recordKey } from './record-keys.js';
import type { Retention } from './retention.js';
import type { Change, Store } from './store.js';

/** How far a stream is. */
export interface Extent {
  acked: number;
  head: number;
}

interface Means {
  store: Store;
  log: Logger;
  retention: Retention;
  former: FormerStreams;
}

/** Records that go at a time. */
const PRUNE_MAX = 2_000;

/** What may leave the disk: records that the core has had for 24 hours, or all that it has where the disk is full (`early`). */
export class Tidying {
  constructor(private readonly means: Means) {}

  /** Of a stream that goes on. Its newest record stays for ever: it is where the sequence goes on after a restart. */
  async ofOwn(name: string, { acked, head }: Extent, early: boolean): Promise<Change[]> {
    const { store, log, retention } = this.means;
    retention.note(name, acked);
    const last = Math.min(early ? acked : retention.mayGoTo(name), acked, head - 1);
    if (last < 1) return [];
    const gone = await store.range(recordKey(name, 0), recordKey(name, last), PRUNE_MAX);
    if (gone.length < PRUNE_MAX) retention.pruned(name, last);
    if (early && gone.length > 0) log.error({ stream: name, records: gone.length }, DROPPED_EARLY);
    return gone.map(([key]) => ({ type: 'del', key }));
  }

  /** Of one that has ended: it is kept for 24 hours as a whole, and is nobody's afterwards. */
  ofFormer(name: string, { acked, head }: Extent, early: boolean): Change[] {
    const { log, retention, former } = this.means;
    retention.note(name, acked);
    if (!early && retention.mayGoTo(name) < acked) return [];
    if (early) log.error({ stream: name, records: head }, DROPPED_EARLY);
    const { changes, done } = former.forgetting([name]);
    done();
    return changes;
  }

  /** Of one that is nobody's (its records have moved, or never began to be its own), a portion; `gone` with the last one. */
  async ofNobody(name: string): Promise<{ changes: Change[]; gone: boolean }> {
    const { store, retention } = this.means;
    const [first, last] = [recordKey(name, 0), recordKey(name, Number.MAX_SAFE_INTEGER)];
    const all = await store.range(first, last, PRUNE_MAX);
    const changes = all.map(([key]): Change => ({ type: 'del', key }));
    if (all.length === PRUNE_MAX) return { changes, gone: false };
    retention.forget(name);
    return { changes: [...changes, { type: 'del', key: ackKey(name) }], gone: true };
  }
}

const DROPPED_EARLY = 'the disk is full: records that the core has are dropped before their 24 hours';
