import type { Logger } from 'pino';
import type { DiskLevel } from './disk-guard.js';
import { FormerStreams } from './former-streams.js';
import { Moving } from './moving.js';
import { type Entry, type SealedRecord, type StampedEntry, seal, stamp, unseal } from './record.js';
import { ackKey, recordKey, seqOf, streamNameOf } from './record-keys.js';
import { Retention } from './retention.js';
import { type Change, newIncarnation, type Store } from './store.js';
import { Tidying } from './tidying.js';

/** The reading could not be kept. Nobody may be told "good". */
export class OutboxRefusal extends Error {
  constructor(
    readonly reason: 'disk-full' | 'backlog' | 'write-failed' | 'closed',
    message: string,
  ) {
    super(message);
  }
}

interface Waiting {
  entry: StampedEntry;
  also: Change[];
  resolve: (sealed: SealedRecord) => void;
  reject: (refusal: OutboxRefusal) => void;
}

interface Stream {
  device: string;
  head: number;
  acked: number;
  /** The newest records, so that the live path reads no disk. */
  recent: Map<number, SealedRecord>;
  ackUnsaved: boolean;
}

export interface OutboxOptions {
  store: Store;
  log: Logger;
  diskLevel: () => DiskLevel;
  /** Called after each commit with the streams that grew. */
  onDurable: (streams: string[]) => void;
}

/** Most records in one synced batch. */
const GROUP_MAX = 64;
/** Entries that wait for a stalled disk before the outbox refuses more. */
const WAITING_MAX = 10_000;
const RECENT_MAX = 256;
const REOPEN_AFTER_MS = 1_000;
/** So few records are moved while appends wait. */
const MOVED_WHILE_HELD_MAX = 256;
const MOVING_PASSES_MAX = 20;
/** A disk that is full for a moment is no reason to throw away what a restored core may ask for. */
const FULL_FOR_MS = 60_000;

/**
 * The durable, ordered memory of the agent: one gapless stream per device. Appends that arrive while a batch is being
 * synced form the next one (group commit), so an append waits for at most two syncs and the disk for nobody.
 */
export class Outbox {
  private readonly streams = new Map<string, Stream>();
  private readonly tidying: Tidying;
  private waiting: Waiting[] = [];
  private flushing: Promise<void> | null = null;
  private broken = false;
  private closed = false;
  /** The streams are about to begin anew. */
  private moving: Promise<void> | null = null;
  /** Appends wait. */
  private held = false;
  /** Monotonic; null while there is room. */
  private fullSinceMs: number | null = null;

  private constructor(
    private readonly options: OutboxOptions,
    private readonly retention: Retention,
    private readonly former: FormerStreams,
  ) {
    this.tidying = new Tidying({ store: options.store, log: options.log, retention, former });
  }

  /** Finds all streams in the store, with their last record checked. */
  static async open(options: OutboxOptions): Promise<Outbox> {
    const { store } = options;
    const retention = await Retention.load(store, performance.now());
    const outbox = new Outbox(options, retention, await FormerStreams.load(store));
    await outbox.recover();
    return outbox;
  }

  get incarnation(): string {
    return this.options.store.incarnation;
  }

  streamOf(device: string): string {
    return `${device}~${this.incarnation}`;
  }

  /**
   * Resolves when the record is on the disk, together with the changes in `also`. Rejects with an {@link OutboxRefusal}
   * when it is not kept.
   */
  append(entry: Entry, also: Change[] = []): Promise<SealedRecord> {
    return this.appendStamped(stamp(entry), also);
  }

  private appendStamped(entry: StampedEntry, also: Change[]): Promise<SealedRecord> {
    const refusal = this.whyRefused();
    if (refusal) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      this.waiting.push({ entry, also, resolve, reject });
      if (!this.held) this.flushing ??= this.flush();
    });
  }

  /** All streams of this incarnation with what the core has committed and what is durable here. */
  positions(): { stream: string; acked: number; head: number }[] {
    const own = [...this.streams].filter(([stream]) => this.isOwn(stream));
    return own.map(([stream, { acked, head }]) => ({ stream, acked, head }));
  }

  /** All streams that can be read, those that have ended first and the oldest of them foremost. */
  names(): string[] {
    const former = this.former.names().filter((name) => this.streams.has(name));
    return [...former, ...this.positions().map(({ stream }) => stream)];
  }

  /** Incarnations that ended, the oldest first, as long as their records are kept for a core that is restored from before. */
  formerIncarnations(): string[] {
    return this.former.incarnations();
  }

  /** True where the core was restored from before one of the former streams ended. */
  isFormerLackedBy(seqOf: (stream: string) => number): boolean {
    return this.former.lackedBy(seqOf);
  }

  /** Records that the core has not committed. */
  depth(): number {
    return this.positions().reduce((sum, { head, acked }) => sum + head - acked, 0);
  }

  /** When the oldest record that the core has not committed was made, ISO 8601. */
  async oldestUnsentAt(): Promise<string | null> {
    let oldest: string | null = null;
    for (const { stream, acked, head } of this.positions()) {
      if (acked >= head) continue;
      const [record] = await this.read(stream, acked + 1, acked + 1);
      if (record && (oldest === null || record.at < oldest)) oldest = record.at;
    }
    return oldest;
  }

  /**
   * Records `from` to `to` of a stream, all of them: one that is missing (pruned, and now a restored core asks for it) or
   * damaged is replaced for good by a `device.fault` under its sequence, so that the stream stays gapless and the loss known.
   */
  async read(name: string, from: number, to: number): Promise<SealedRecord[]> {
    const stream = this.mustHave(name);
    const live = fromMemory(stream.recent, from, to);
    if (live) return live;
    const found = new Map<number, SealedRecord>();
    for (const [key, text] of await this.options.store.range(
      recordKey(name, from),
      recordKey(name, to),
      to - from + 1,
    )) {
      const record = unseal(text);
      if (record) found.set(seqOf(key), { seq: record.seq, at: record.at, text });
    }
    const records: SealedRecord[] = [];
    for (let seq = from; seq <= to; seq += 1)
      records.push(found.get(seq) ?? (await this.replaceLost(name, seq)));
    return records;
  }

  /** The newest records that are there, oldest first, at most `count`. */
  async newest(name: string, count: number): Promise<SealedRecord[]> {
    const { head } = this.mustHave(name);
    const from = Math.max(1, head - count + 1);
    const pairs = await this.options.store.range(recordKey(name, from), recordKey(name, head), count);
    return pairs.flatMap(([, text]) => {
      const record = unseal(text);
      return record ? [{ seq: record.seq, at: record.at, text }] : [];
    });
  }

  /** The core has committed everything up to `seq`; a lower one than before means that it was restored. */
  acknowledged(name: string, seq: number): void {
    const stream = this.mustHave(name);
    // What moves on was decided without this one.
    if (this.moving || !this.isOwn(name)) return;
    if (seq < stream.acked) this.retention.rewound(name, seq);
    stream.acked = Math.min(seq, stream.head);
    stream.ackUnsaved = true;
    for (const kept of stream.recent.keys()) {
      if (kept > seq) break;
      stream.recent.delete(kept);
    }
  }

  /** The id of a record, or null where it is no longer (or not yet) there. */
  async idAt(name: string, seq: number): Promise<string | null> {
    const kept = this.streams.get(name)?.recent.get(seq)?.text;
    const text = kept ?? (await this.options.store.get(recordKey(name, seq)));
    return (text && unseal(text)?.id) || null;
  }

  /**
   * All streams end, and go on under new names: with what the core has not acknowledged (`unsent`), where it has records under our
   * sequences that are not ours or not on this disk; or with all that the disk keeps (`everything`), where it was restored from before
   * streams ended that nobody feeds any more. Everything moves under its old ids, so that it counts once whoever has sent it, and
   * before anything that is appended from now on, which waits for the end of it only. Rejects where the disk fails; nothing has changed then.
   */
  beginAnew(what: 'unsent' | 'everything'): Promise<void> {
    this.moving ??= this.move(what).finally(() => {
      this.moving = null;
      this.held = false;
      if (this.waiting.length > 0) this.flushing ??= this.flush();
    });
    return this.moving;
  }

  private async move(what: 'unsent' | 'everything'): Promise<void> {
    const moving = new Moving(this.options.store, newIncarnation());
    try {
      await this.moveTo(moving, what);
    } catch (error) {
      // What was copied is nobody's: the next tidying drops it.
      for (const { name, device, head } of moving.streams())
        this.streams.set(name, newStream(device, { head, acked: 0 }));
      throw error;
    }
  }

  private async moveTo(moving: Moving, what: 'unsent' | 'everything'): Promise<void> {
    const { store, log } = this.options;
    let passes = 0;
    while ((await this.copy(moving, what)) > MOVED_WHILE_HELD_MAX && passes < MOVING_PASSES_MAX) passes += 1;
    this.held = true;
    while (this.flushing) await this.flushing;
    await this.copy(moving, what);
    const own = this.positions();
    const former = what === 'unsent' ? this.former.ending(own) : this.former.forgetting(this.former.names());
    const acks = own.map(
      ({ stream, acked }): Change => ({ type: 'put', key: ackKey(stream), value: String(acked) }),
    );
    await store.beginAnew(moving.incarnation, [...former.changes, ...acks]);
    former.done();
    for (const { stream } of own) this.mustHave(stream).recent.clear();
    const begun = moving.streams();
    for (const { name, device, head } of begun) this.streams.set(name, newStream(device, { head, acked: 0 }));
    const records = begun.reduce((sum, { head }) => sum + head, 0);
    log.warn({ incarnation: moving.incarnation, what, records }, 'the streams have begun anew');
    this.options.onDurable(begun.map(({ name }) => name));
  }

  /** Copies what has come up since the last time; answers how many records that were. */
  private async copy(moving: Moving, what: 'unsent' | 'everything'): Promise<number> {
    let copied = 0;
    for (const name of what === 'everything' ? this.names() : this.positions().map(({ stream }) => stream)) {
      const { device, acked, head } = this.mustHave(name);
      if (what === 'everything') copied += await moving.copy({ name, device, from: 1, to: acked });
      if (!this.isOwn(name)) continue;
      // What is damaged of these is replaced by a fault first.
      const unsent = { name, device, from: acked + 1, to: head };
      for (let from = moving.next(unsent); from <= head; from += GROUP_MAX)
        await this.read(name, from, Math.min(head, from + GROUP_MAX - 1));
      copied += await moving.copy(unsent);
    }
    return copied;
  }

  private isOwn(stream: string): boolean {
    return stream.endsWith(`~${this.incarnation}`);
  }

  /**
   * Saves the acknowledgements and drops what the core has had for 24 hours, and all that it has once the disk is full for a minute. Called now and then, with
   * the monotonic time.
   */
  async tidy(monotonicMs: number): Promise<void> {
    const { store, diskLevel } = this.options;
    this.fullSinceMs = diskLevel() === 'full' ? (this.fullSinceMs ?? monotonicMs) : null;
    const early = this.fullSinceMs !== null && monotonicMs - this.fullSinceMs >= FULL_FOR_MS;
    this.retention.look(monotonicMs);
    const changes: Change[] = [];
    for (const [name, stream] of this.streams) changes.push(...(await this.tidied(name, stream, early)));
    changes.push(...this.retention.unsavedChanges());
    if (changes.length > 0) await store.write(changes);
    // Only then the file system has the room.
    if (early && changes.some(({ type, key }) => type === 'del' && key.startsWith('o!')))
      await store.compact('o!');
  }

  private async tidied(name: string, stream: Stream, early: boolean): Promise<Change[]> {
    if (this.isOwn(name)) {
      const { acked, ackUnsaved } = stream;
      stream.ackUnsaved = false;
      const saved: Change[] = ackUnsaved ? [{ type: 'put', key: ackKey(name), value: String(acked) }] : [];
      return [...saved, ...(await this.tidying.ofOwn(name, stream, early))];
    }
    if (this.former.has(name)) return this.tidying.ofFormer(name, stream, early);
    // It may be what is being moved to.
    if (this.moving) return [];
    const { changes, gone } = await this.tidying.ofNobody(name);
    if (gone) this.streams.delete(name);
    return changes;
  }

  /** Lets the last batch reach the disk; appends are refused from now on. */
  async close(): Promise<void> {
    this.closed = true;
    await this.moving?.catch(() => undefined);
    while (this.flushing) await this.flushing;
    await this.tidy(performance.now());
  }

  private whyRefused(): OutboxRefusal | null {
    if (this.closed) return new OutboxRefusal('closed', 'the agent is stopping');
    if (this.broken)
      return new OutboxRefusal('write-failed', 'the disk refused the last write; trying again');
    if (this.options.diskLevel() === 'full') {
      return new OutboxRefusal('disk-full', 'the disk is more than 97 % full; nothing more is accepted');
    }
    if (this.waiting.length >= WAITING_MAX) {
      return new OutboxRefusal('backlog', `the disk does not keep up: ${WAITING_MAX} records wait for it`);
    }
    return null;
  }

  private async flush(): Promise<void> {
    // A first yield lets everything that arrived in the same turn of the event loop share one sync.
    await new Promise(setImmediate);
    while (this.waiting.length > 0 && !this.held) {
      const group = this.waiting.splice(0, GROUP_MAX);
      try {
        await this.commit(group);
      } catch (error) {
        this.breakDown(error as Error, [...group, ...this.waiting.splice(0)]);
      }
    }
    this.flushing = null;
  }

  private async commit(group: Waiting[]): Promise<void> {
    const heads = new Map<string, number>();
    const sealed: { name: string; record: SealedRecord; waiting: Waiting }[] = [];
    const changes: Change[] = [];
    for (const waiting of group) {
      const name = this.streamOf(waiting.entry.device);
      const seq = (heads.get(name) ?? this.streams.get(name)?.head ?? 0) + 1;
      heads.set(name, seq);
      const record = seal(waiting.entry, name, seq);
      sealed.push({ name, record, waiting });
      changes.push({ type: 'put', key: recordKey(name, seq), value: record.text }, ...waiting.also);
    }
    await this.options.store.commit(changes);
    for (const { name, record, waiting } of sealed) this.remember(name, waiting.entry.device, record);
    this.options.onDurable([...heads.keys()]);
    for (const { record, waiting } of sealed) waiting.resolve(record);
  }

  private remember(name: string, device: string, record: SealedRecord): void {
    let stream = this.streams.get(name);
    if (!stream) {
      stream = newStream(device, { head: 0, acked: 0 });
      this.streams.set(name, stream);
    }
    stream.head = record.seq;
    stream.recent.set(record.seq, record);
    const oldest = stream.recent.size > RECENT_MAX ? stream.recent.keys().next().value : undefined;
    if (oldest !== undefined) stream.recent.delete(oldest);
  }

  private breakDown(error: Error, refused: Waiting[]): void {
    this.broken = true;
    this.options.log.fatal(
      { err: error, refused: refused.length },
      'the outbox cannot write; readings are refused',
    );
    const refusal = new OutboxRefusal('write-failed', `the disk refused the write: ${error.message}`);
    for (const { reject } of refused) reject(refusal);
    this.mendLater();
  }

  private mendLater(): void {
    setTimeout(() => void this.mend(), REOPEN_AFTER_MS).unref();
  }

  private async mend(): Promise<void> {
    if (this.closed) return;
    try {
      await this.options.store.reopen();
      await this.recover();
      this.broken = false;
      this.options.log.info('the outbox writes again');
      // A batch that failed may be on the disk all the same; the streams then grew without an append.
      this.options.onDurable(this.positions().map(({ stream }) => stream));
    } catch (error) {
      this.options.log.error({ err: error }, 'the outbox still cannot write');
      this.mendLater();
    }
  }

  private async recover(): Promise<void> {
    const { store } = this.options;
    let last = await store.lastKey('o!');
    while (last) {
      const name = streamNameOf(last);
      const acked = Number((await store.get(ackKey(name))) ?? 0);
      const head = Math.max(seqOf(last), acked);
      this.streams.set(name, newStream(deviceOf(name), { head, acked }));
      if (seqOf(last) === head) await this.read(name, head, head);
      last = await store.lastKey('o!', `o!${name}!`);
    }
  }

  private async replaceLost(name: string, seq: number): Promise<SealedRecord> {
    const device = this.mustHave(name).device;
    const detail = `record ${seq} of ${name} is missing or damaged on the agent's disk`;
    const entry: Entry = { device, kind: 'device.fault', data: { code: 'outbox.record-lost', detail } };
    const record = seal(stamp(entry), name, seq);
    this.options.log.error({ stream: name, seq }, 'a record is missing or damaged; a fault takes its place');
    await this.options.store.commit([{ type: 'put', key: recordKey(name, seq), value: record.text }]);
    return record;
  }

  private mustHave(name: string): Stream {
    const stream = this.streams.get(name);
    if (!stream) throw new Error(`no stream ${name}`);
    return stream;
  }
}

function newStream(device: string, { head, acked }: { head: number; acked: number }): Stream {
  return { device, head, acked, recent: new Map(), ackUnsaved: false };
}

function fromMemory(recent: Map<number, SealedRecord>, from: number, to: number): SealedRecord[] | null {
  const records: SealedRecord[] = [];
  for (let seq = from; seq <= to; seq += 1) {
    const record = recent.get(seq);
    if (!record) return null;
    records.push(record);
  }
  return records;
}

function deviceOf(stream: string): string {
  return stream.slice(0, stream.lastIndexOf('~'));
}
