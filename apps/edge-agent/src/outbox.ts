import type { Logger } from 'pino';
import type { DiskLevel } from './disk-guard.js';
import { type Entry, type SealedRecord, type StampedEntry, seal, stamp, unseal } from './record.js';
import { Retention } from './retention.js';
import type { Change, Store } from './store.js';

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
const PRUNE_MAX = 2_000;
const REOPEN_AFTER_MS = 1_000;
/** A disk that is full for a moment is no reason to throw away what a restored core may ask for. */
const FULL_FOR_MS = 60_000;

/**
 * The durable, ordered memory of the agent: one gapless stream per device. Appends that arrive while a batch is being
 * synced form the next one (group commit), so an append waits for at most two syncs and the disk for nobody.
 */
export class Outbox {
  private readonly streams = new Map<string, Stream>();
  /** Records that are still to be appended again, by the key that says so in the store. */
  private readonly behind = new Map<string, number>();
  private waiting: Waiting[] = [];
  private flushing: Promise<void> | null = null;
  private broken = false;
  private closed = false;
  /** Monotonic; null while there is room. */
  private fullSinceMs: number | null = null;

  private constructor(
    private readonly options: OutboxOptions,
    private readonly retention: Retention,
  ) {}

  /** Finds all streams in the store, with their last record checked. */
  static async open(options: OutboxOptions): Promise<Outbox> {
    const outbox = new Outbox(options, await Retention.load(options.store, performance.now()));
    await outbox.recover();
    await outbox.finishMoves();
    return outbox;
  }

  streamOf(device: string): string {
    return `${device}~${this.options.store.incarnation}`;
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
      this.flushing ??= this.flush();
    });
  }

  /** All streams of this incarnation with what the core has committed and what is durable here. */
  positions(): { stream: string; acked: number; head: number }[] {
    const own = [...this.streams].filter(([stream]) => this.isOwn(stream));
    return own.map(([stream, { acked, head }]) => ({ stream, acked, head }));
  }

  /** Records that the core has not committed. */
  depth(): number {
    let depth = 0;
    for (const { head, acked } of this.streams.values()) depth += head - acked;
    for (const count of this.behind.values()) depth += count;
    return depth;
  }

  /** When the oldest record that the core has not committed was made, ISO 8601. */
  async oldestUnsentAt(): Promise<string | null> {
    let oldest: string | null = null;
    for (const [name, stream] of this.streams) {
      if (stream.acked >= stream.head) continue;
      const [record] = await this.read(name, stream.acked + 1, stream.acked + 1);
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
    if (seq < stream.acked) this.retention.rewound(name, seq);
    stream.acked = seq;
    stream.head = Math.max(stream.head, seq);
    stream.ackUnsaved = true;
    for (const kept of stream.recent.keys()) {
      if (kept > seq) break;
      stream.recent.delete(kept);
    }
  }

  /**
   * The core has committed sequences that this disk does not know (it was restored, or lost what it had synced): the stream
   * goes on behind them. What the core had not acknowledged is appended again under its old ids, so that it counts once
   * whether the core has it or not.
   */
  async continueBehind(name: string, seq: number): Promise<void> {
    const { acked, head } = this.mustHave(name);
    const key = behindKey(name, acked + 1);
    this.behind.set(key, head - acked);
    this.acknowledged(name, seq);
    const { store } = this.options;
    // Whoever dies from here on finds in the store what is still to be appended again.
    const changes: Change[] = [{ type: 'put', key: ackKey(name), value: String(seq) }];
    if (head > acked) changes.push({ type: 'put', key, value: String(head) });
    else this.behind.delete(key);
    await store.commit(changes);
    await this.goOnBehind(key);
  }

  /** Records that were to be appended again when the process or its disk failed. Never rejects: what can't be done now is done later. */
  private async finishMoves(): Promise<void> {
    try {
      await this.goOnBehind('b!');
      await this.bringHome();
    } catch (error) {
      this.options.log.error({ err: error }, 'records that must move to other places wait for the next time');
    }
  }

  /** Finishes what {@link continueBehind} began, also that of a process that died over it. */
  private async goOnBehind(prefix: string): Promise<void> {
    const { store, log } = this.options;
    for await (const [key, head] of store.pairs(prefix)) {
      const [name, from, to] = [streamNameOf(key), seqOf(key), Number(head)];
      this.behind.set(key, to - from + 1);
      log.warn({ stream: name, from, to }, 'records that the core may lack are appended again');
      await this.appendAgain(name, from, to);
      await store.commit([{ type: 'del', key }]);
      this.behind.delete(key);
    }
  }

  /** The id of a record, or null where it is no longer (or not yet) there. */
  async idAt(name: string, seq: number): Promise<string | null> {
    const kept = this.streams.get(name)?.recent.get(seq)?.text;
    const text = kept ?? (await this.options.store.get(recordKey(name, seq)));
    return (text && unseal(text)?.id) || null;
  }

  /**
   * The core has other records under sequences of ours: a copy of this disk was sent from. All streams begin anew under new names, with
   * what the core has not acknowledged to us under its old ids, so that it counts once whoever has sent it.
   */
  async beginAnew(): Promise<void> {
    await this.options.store.beginAnew();
    // What was on its way to the disk under the old names is there before they are looked through.
    while (this.flushing) await this.flushing;
    await this.bringHome();
  }

  /** Moves what is unsent of earlier incarnations to this one. Cut off by a crash, it is done again at the next start. */
  private async bringHome(): Promise<void> {
    for (const [name, stream] of this.streams) {
      if (this.isOwn(name) || stream.acked >= stream.head) continue;
      const { acked, head } = stream;
      const { store, log } = this.options;
      log.warn({ stream: name, records: head - acked }, 'records of an earlier incarnation are brought home');
      await this.appendAgain(name, acked + 1, head);
      await store.commit([{ type: 'put', key: ackKey(name), value: String(head) }]);
      stream.acked = head;
    }
  }

  private isOwn(stream: string): boolean {
    return stream.endsWith(`~${this.options.store.incarnation}`);
  }

  private async appendAgain(name: string, from: number, to: number): Promise<void> {
    for (let first = from; first <= to; first += GROUP_MAX) {
      const last = Math.min(to, first + GROUP_MAX - 1);
      const pairs = await this.options.store.range(recordKey(name, first), recordKey(name, last), GROUP_MAX);
      const records = pairs.flatMap(([, text]) => unseal(text) ?? []);
      await Promise.all(records.map((record) => this.appendStamped(record, [])));
    }
  }

  /**
   * Saves the acknowledgements and drops what the core has had for 24 hours, and all that it has once the disk is full for a minute. Called now and then, with
   * the monotonic time.
   */
  async tidy(monotonicMs: number): Promise<void> {
    const { store, diskLevel, log } = this.options;
    this.fullSinceMs = diskLevel() === 'full' ? (this.fullSinceMs ?? monotonicMs) : null;
    const early = this.fullSinceMs !== null && monotonicMs - this.fullSinceMs >= FULL_FOR_MS;
    this.retention.look(monotonicMs);
    const changes: Change[] = [];
    for (const [name, stream] of this.streams) {
      if (stream.ackUnsaved) changes.push({ type: 'put', key: ackKey(name), value: String(stream.acked) });
      stream.ackUnsaved = false;
      this.retention.note(name, stream.acked);
      const dropped = await this.prunable(name, stream, early ? stream.acked : this.retention.mayGoTo(name));
      changes.push(...dropped);
      if (early && dropped.length > 0)
        log.error(
          { stream: name, records: dropped.length },
          'the disk is full: records that the core has are dropped before their 24 hours',
        );
    }
    changes.push(...this.retention.unsavedChanges());
    if (changes.length > 0) await store.write(changes);
    // Only then the file system has the room.
    if (early && changes.some(({ type, key }) => type === 'del' && key.startsWith('o!')))
      await store.compact('o!');
  }

  /** Lets the last batch reach the disk; appends are refused from now on. */
  async close(): Promise<void> {
    this.closed = true;
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
    while (this.waiting.length > 0) {
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
    const overtaken: Waiting[] = [];
    for (const { name, record, waiting } of sealed) {
      if (record.seq <= (this.streams.get(name)?.acked ?? 0)) overtaken.push(waiting);
      else this.remember(name, waiting.entry.device, record);
    }
    // While they were being written the core said that it has others under their sequences: they go behind those.
    this.waiting.unshift(...overtaken);
    this.options.onDurable([...heads.keys()]);
    for (const { record, waiting } of sealed) if (!overtaken.includes(waiting)) waiting.resolve(record);
  }

  private remember(name: string, device: string, record: SealedRecord): void {
    let stream = this.streams.get(name);
    if (!stream) {
      stream = { device, head: 0, acked: 0, recent: new Map(), ackUnsaved: false };
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
      this.options.onDurable([...this.streams.keys()]);
      await this.finishMoves();
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
      this.streams.set(name, { device: deviceOf(name), head, acked, recent: new Map(), ackUnsaved: false });
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

  /** The newest record of a stream stays for ever: it is where the sequence goes on after a restart. */
  private async prunable(name: string, stream: Stream, upTo: number): Promise<Change[]> {
    const last = Math.min(upTo, stream.acked, stream.head - 1);
    const { store } = this.options;
    if (last < 1 || (await store.lastKey(`b!${name}!`))) return [];
    const gone = await store.range(recordKey(name, 0), recordKey(name, last), PRUNE_MAX);
    if (gone.length < PRUNE_MAX) this.retention.pruned(name, last);
    return gone.map(([key]) => ({ type: 'del', key }));
  }

  private mustHave(name: string): Stream {
    const stream = this.streams.get(name);
    if (!stream) throw new Error(`no stream ${name}`);
    return stream;
  }
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

const SEQ_DIGITS = 16;

function recordKey(stream: string, seq: number): string {
  return `o!${stream}!${String(seq).padStart(SEQ_DIGITS, '0')}`;
}

function ackKey(stream: string): string {
  return `a!${stream}`;
}

/** Under it lies up to where the stream is still to be appended again, from this sequence on. */
function behindKey(stream: string, from: number): string {
  return `b!${stream}!${String(from).padStart(SEQ_DIGITS, '0')}`;
}

function streamNameOf(key: string): string {
  return key.slice(2, -SEQ_DIGITS - 1);
}

function seqOf(key: string): number {
  return Number(key.slice(-SEQ_DIGITS));
}

function deviceOf(stream: string): string {
  return stream.slice(0, stream.lastIndexOf('~'));
}
