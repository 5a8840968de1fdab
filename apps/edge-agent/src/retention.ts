import type { Change, Store } from './store.js';

/** Up to `seq` the core had committed the stream when the agent had run for `ranMs`. */
export interface Checkpoint {
  ranMs: number;
  seq: number;
}

/** Acknowledged records are kept for so long, so that a core restored from a backup can be fed again. */
export const KEEP_ACKED_MS = 24 * 3_600_000;
/** A checkpoint of a stream is made at most this often: a record is kept up to so much longer, and the store has few of them. */
const CHECKPOINT_EVERY_MS = 30 * 60_000;
/** What a crash may take off the time that the agent has run: records are kept longer by it. */
const SAVE_RAN_EVERY_MS = 60_000;

const RAN = 'm!ran';
const NONE: readonly Checkpoint[] = [];

/** Notes what the core has committed by now; the first of all and then one in half an hour, where it got on since the last. */
export function noted(list: readonly Checkpoint[], ranMs: number, acked: number): readonly Checkpoint[] {
  const newest = list.at(-1);
  if (acked <= (newest?.seq ?? 0)) return list;
  if (newest && ranMs - newest.ranMs < CHECKPOINT_EVERY_MS) return list;
  return [...list, { ranMs, seq: acked }];
}

/** A core that was restored takes records again, and their 24 hours begin anew: what was noted of them is void. */
export function wentBack(list: readonly Checkpoint[], acked: number): readonly Checkpoint[] {
  const kept = list.filter(({ seq }) => seq <= acked);
  return kept.length === list.length ? list : kept;
}

/** Up to which sequence records may go: the core had them {@link KEEP_ACKED_MS} ago. 0 where none may. */
export function mayGoTo(list: readonly Checkpoint[], ranMs: number): number {
  return list.findLast((each) => ranMs - each.ranMs >= KEEP_ACKED_MS)?.seq ?? 0;
}

/**
 * When acknowledged records may go, by the time that this agent has run since their acknowledgement: a clock that jumps ages nothing,
 * and a machine that was off, or lost what it had noted, keeps longer. It owns `k!<stream>` and {@link RAN} in the store.
 */
export class Retention {
  private readonly lists = new Map<string, readonly Checkpoint[]>();
  private readonly unsaved = new Set<string>();
  private lookedAtMs: number;

  private constructor(
    private ranMs: number,
    private savedRanMs: number,
    monotonicMs: number,
  ) {
    this.lookedAtMs = monotonicMs;
  }

  static async load(store: Store, monotonicMs: number): Promise<Retention> {
    const ranMs = Number((await store.get(RAN)) ?? 0) || 0;
    const retention = new Retention(ranMs, ranMs, monotonicMs);
    for await (const [key, text] of store.pairs('k!')) retention.lists.set(key.slice(2), readList(text));
    return retention;
  }

  /** The agent has run on since the last look. */
  look(monotonicMs: number): void {
    this.ranMs += Math.max(0, monotonicMs - this.lookedAtMs);
    this.lookedAtMs = monotonicMs;
  }

  note(stream: string, acked: number): void {
    this.set(stream, noted(this.listOf(stream), this.ranMs, acked));
  }

  /** The core has less than before. */
  rewound(stream: string, acked: number): void {
    this.set(stream, wentBack(this.listOf(stream), acked));
  }

  /** The stream is gone. */
  forget(stream: string): void {
    this.set(stream, NONE);
  }

  mayGoTo(stream: string): number {
    return mayGoTo(this.listOf(stream), this.ranMs);
  }

  /** Everything up to `seq` is gone. */
  pruned(stream: string, upTo: number): void {
    const list = this.listOf(stream);
    if (list.some(({ seq }) => seq <= upTo)) {
      this.set(
        stream,
        list.filter(({ seq }) => seq > upTo),
      );
    }
  }

  /** What is to be written so that the next process goes on from here: checkpoints never without the time at which they were made. */
  unsavedChanges(): Change[] {
    if (this.unsaved.size === 0 && this.ranMs - this.savedRanMs < SAVE_RAN_EVERY_MS) return [];
    const changes: Change[] = [{ type: 'put', key: RAN, value: String(Math.round(this.ranMs)) }];
    for (const stream of this.unsaved) {
      const list = this.listOf(stream);
      const key = `k!${stream}`;
      const value = JSON.stringify(list.map(({ ranMs, seq }) => [Math.round(ranMs), seq]));
      changes.push(list.length > 0 ? { type: 'put', key, value } : { type: 'del', key });
    }
    this.unsaved.clear();
    this.savedRanMs = this.ranMs;
    return changes;
  }

  private listOf(stream: string): readonly Checkpoint[] {
    return this.lists.get(stream) ?? NONE;
  }

  private set(stream: string, list: readonly Checkpoint[]): void {
    if (list === this.listOf(stream)) return;
    this.lists.set(stream, list);
    this.unsaved.add(stream);
  }
}

/** One that cannot be read was never noted: its records are kept longer. */
function readList(text: string): Checkpoint[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((each: unknown) => {
    const [ranMs, seq] = Array.isArray(each) ? (each as unknown[]) : [];
    return Number.isSafeInteger(ranMs) && Number.isSafeInteger(seq)
      ? [{ ranMs: ranMs as number, seq: seq as number }]
      : [];
  });
}
