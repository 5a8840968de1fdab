import type { Logger } from 'pino';
import type { agentTopics, EdgeResponse, StreamPosition, UplinkAck } from '#lib/contracts';
import type { Broker } from './broker.js';
import type { Outbox } from './outbox.js';
import { type Question, Refused, Requests } from './requests.js';
import {
  afterAck,
  afterAppend,
  afterConnect,
  afterSend,
  afterSilence,
  inFlight,
  isPresent,
  newSender,
  nextBatch,
  type SenderState,
} from './sender.js';

export interface UplinkOptions {
  broker: Broker;
  topics: ReturnType<typeof agentTopics>;
  outbox: Outbox;
  session: string;
  startedAt: string;
  log: Logger;
  /** The core knows this session: ask for the routes now. */
  onReady: () => void;
  /** Another process has this agent's identity and came later. */
  onFenced: (reason: string) => void;
}

type Greeting = Extract<Question, { op: 'hello' }>;

const HELLO_LIMIT_MS = 3_000;
const HELLO_AGAIN_MAX_MS = 5_000;
const TICK_MS = 250;
/**
 * Records of streams with a history that are on their way at a time, all streams together. A core that takes 2,000 a second has them in
 * a quarter of a second, and so long at most does the present wait in the pipe behind the past.
 */
const HISTORY_IN_FLIGHT_MAX = 512;
/** How a core says that another process has this identity: the wire has no code for it, only a sentence. */
const FENCED = /fenced|younger process/i;

/**
 * Feeds the outbox to the core. A connection counts only after the core has answered the hello with an epoch; then each
 * stream goes on from its last acknowledgement, one small batch at a time in turn, so that the history of one device
 * delays nobody else's present.
 */
export class Uplink {
  readonly requests: Requests;
  private readonly senders = new Map<string, SenderState>();
  private readonly retained = new Map<string, string>();
  /** Rises with every connection and every return of the core; what belongs to an older one is ignored. */
  private round = 0;
  private ready = false;
  private isFenced = false;
  private coreGone = false;
  private pumping = false;
  private pumpAgain = false;
  private helloAgain: NodeJS.Timeout | undefined;
  private ticker: NodeJS.Timeout | undefined;

  constructor(private readonly options: UplinkOptions) {
    this.requests = new Requests((device, request) => {
      if (this.isFenced) return false;
      return options.broker.publish(options.topics.req(device), JSON.stringify(request), { qos: 1 });
    }, options.log);
  }

  /** True while the core answers: a question may be worth its time. */
  get coreReachable(): boolean {
    return this.ready && !this.coreGone;
  }

  get fenced(): boolean {
    return this.isFenced;
  }

  /** Who this process says that it is. */
  greeting(): Greeting {
    const { session, startedAt, outbox } = this.options;
    const former = outbox.formerIncarnations();
    return {
      op: 'hello',
      session,
      startedAt,
      incarnation: outbox.incarnation,
      ...(former.length > 0 ? { former } : {}),
    };
  }

  /** The core takes this process for the agent again: from the next connection on it speaks as before. */
  admitted(): void {
    this.isFenced = false;
  }

  start(): void {
    this.followOutbox();
    this.ticker = setInterval(() => this.tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.ticker);
    this.disconnected();
  }

  /** The broker is there: say who we are, and everything that is retained. */
  connected(): void {
    if (this.isFenced) return;
    for (const [topic, payload] of this.retained)
      this.options.broker.publish(topic, payload, { qos: 1, retain: true });
    this.startRound();
  }

  disconnected(): void {
    this.round += 1;
    this.ready = false;
    clearTimeout(this.helloAgain);
  }

  /** What `core/state` says. A core that returns may have been restored: everything is agreed anew. */
  coreIs(online: boolean): void {
    const returned = online && this.coreGone;
    this.coreGone = !online;
    this.options.log.info({ online }, online ? 'the core is there' : 'the core is gone; going on alone');
    if (returned && this.options.broker.connected) this.startRound();
  }

  /** Records of these streams became durable. */
  grew(streams: string[]): void {
    const heads = new Map(this.options.outbox.positions().map(({ stream, head }) => [stream, head]));
    for (const stream of streams) {
      const head = heads.get(stream);
      if (head === undefined) continue;
      this.senders.set(stream, afterAppend(this.senders.get(stream) ?? newSender(0, head), head));
    }
    void this.pump();
  }

  acknowledged(ack: UplinkAck): void {
    // A clone of this agent hears and is heard on the same topics.
    if (ack.session !== undefined && ack.session !== this.options.session) return;
    const before = this.senders.get(ack.stream);
    if (!before || !Number.isSafeInteger(ack.seq) || ack.seq < 0) return;
    if (ack.fenced) {
      // The hello tells who is who.
      if (this.ready) this.startRound();
      return;
    }
    const { state, effect } = afterAck(before, ack.seq, performance.now());
    this.senders.set(ack.stream, state);
    if (effect === 'progress' || effect === 'rewound') this.options.outbox.acknowledged(ack.stream, ack.seq);
    if (effect === 'rewound') {
      this.options.log.warn({ ...ack, had: before.acked }, 'the core went back; feeding it again');
    }
    // It has what this disk does not know: the hello tells what to do.
    if (effect === 'ahead' && this.ready) this.startRound();
    void this.pump();
  }

  answered(answer: EdgeResponse): void {
    this.requests.answered(answer);
  }

  /** Publishes now and again on every connection. */
  retain(topic: string, payload: unknown): void {
    const text = JSON.stringify(payload);
    this.retained.set(topic, text);
    if (!this.isFenced) this.options.broker.publish(topic, text, { qos: 1, retain: true });
  }

  private startRound(): void {
    this.disconnected();
    void this.hello(this.round, 500);
  }

  private async hello(round: number, againMs: number): Promise<void> {
    const { session, log } = this.options;
    try {
      const { epoch, streams } = await this.requests.ask('agent', this.greeting(), HELLO_LIMIT_MS);
      if (round !== this.round) return;
      log.info({ epoch, session }, 'the core knows this session');
      if (streams) await this.agree(streams);
      if (round !== this.round) return;
      this.becomeReady();
    } catch (error) {
      if (round !== this.round) return;
      const reason = (error as Error).message;
      if (error instanceof Refused && FENCED.test(reason)) {
        this.fence(reason);
        return;
      }
      log.warn({ reason }, 'the core has not answered the hello');
      const wait = againMs * (1 + Math.random() / 2);
      this.helloAgain = setTimeout(
        () => void this.hello(round, Math.min(againMs * 2, HELLO_AGAIN_MAX_MS)),
        wait,
      );
    }
  }

  /**
   * Compares what the core has with what it should have. Less: it was restored, and is fed again, from the former streams on where it
   * lacks some of those. Other records than ours, or more than this disk has: a copy of it has spoken in our name, or it has forgotten; what
   * we have to say begins anew under new names.
   */
  private async agree(positions: readonly StreamPosition[]): Promise<void> {
    const { outbox } = this.options;
    const there = new Map(positions.map((each) => [each.stream, each]));
    const own = outbox.positions();
    const seqOf = (stream: string) => there.get(stream)?.seq ?? 0;
    const went = own.filter(({ stream, acked }) => seqOf(stream) < acked);
    if (outbox.isFormerLackedBy(seqOf) || (went.length > 0 && outbox.formerIncarnations().length > 0)) {
      await this.beginAnew('everything');
      return;
    }
    for (const { stream, acked, head } of own) {
      const { seq, recordId } = there.get(stream) ?? { seq: 0, recordId: null };
      if (seq > head || !(await this.isOurs(stream, seq, recordId))) {
        await this.beginAnew('unsent');
        return;
      }
      if (seq !== acked) this.acknowledged({ stream, seq });
    }
  }

  private async isOurs(stream: string, seq: number, recordId: string | null): Promise<boolean> {
    const ours = recordId === null ? null : await this.options.outbox.idAt(stream, seq);
    if (ours === null || ours === recordId) return true;
    this.options.log.error({ stream, seq, ours, recordId }, 'the core has a record of ours that is not ours');
    return false;
  }

  private async beginAnew(what: 'unsent' | 'everything'): Promise<void> {
    await this.options.outbox.beginAnew(what);
    this.followOutbox();
  }

  private followOutbox(): void {
    this.senders.clear();
    for (const { stream, acked, head } of this.options.outbox.positions()) {
      this.senders.set(stream, newSender(acked, head));
    }
  }

  private becomeReady(): void {
    const nowMs = performance.now();
    for (const [stream, state] of this.senders) this.senders.set(stream, afterConnect(state, nowMs));
    this.ready = true;
    this.options.onReady();
    void this.pump();
  }

  private fence(reason: string): void {
    if (this.isFenced) return;
    this.disconnected();
    this.isFenced = true;
    this.options.onFenced(reason);
  }

  private tick(): void {
    if (!this.ready) return;
    const nowMs = performance.now();
    let resend = false;
    for (const [stream, state] of this.senders) {
      const next = afterSilence(state, nowMs, Math.random());
      if (next === state) continue;
      this.senders.set(stream, next);
      resend = true;
    }
    if (resend) void this.pump();
  }

  /** Sends in turns until no stream's window has room. One at a time; a call in between makes it look again. */
  private async pump(): Promise<void> {
    this.pumpAgain = true;
    if (this.pumping) return;
    this.pumping = true;
    try {
      while (this.pumpAgain && this.ready) {
        this.pumpAgain = false;
        for (const stream of [...this.senders.keys()]) {
          if (await this.sendOne(stream)) this.pumpAgain = true;
        }
      }
    } catch (error) {
      this.options.log.error({ err: error }, 'records cannot be read; trying again');
    } finally {
      this.pumping = false;
    }
  }

  private mayGo(state: SenderState): boolean {
    if (isPresent(state)) return true;
    let sent = 0;
    for (const each of this.senders.values()) sent += inFlight(each);
    return sent < HISTORY_IN_FLIGHT_MAX;
  }

  private async sendOne(stream: string): Promise<boolean> {
    const { broker, outbox, topics, session } = this.options;
    const round = this.round;
    const state = this.senders.get(stream);
    const batch = state && this.ready ? nextBatch(state) : null;
    if (!state || !batch || !this.mayGo(state)) return false;
    // To the end of the line: whoever has waited longest is next when there is room again.
    this.senders.delete(stream);
    this.senders.set(stream, afterSend(state, batch.to, performance.now()));
    const records = await outbox.read(stream, batch.from, batch.to);
    if (round !== this.round) return false;
    // The records' texts are put in as they are: what was checked on the disk is what is sent.
    const sentAt = new Date().toISOString();
    const payload = `{"session":${JSON.stringify(session)},"sentAt":"${sentAt}","records":[${records.map(({ text }) => text).join(',')}]}`;
    return broker.publish(topics.evt(stream), payload, { qos: 1 });
  }
}
