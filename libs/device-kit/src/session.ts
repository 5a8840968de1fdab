import type { DeviceOrder, DeviceState, Reading } from '#lib/contracts';
import { bigEndian, toHex } from './bytes.js';
import { COMMAND_LIMIT, type Driver, type Effect, type Step } from './driver.js';
import { FaultLimiter } from './fault-limiter.js';
import type { Connection, Link, LinkEvents, LinkMessage, Outgoing } from './links/link.js';
import { backoffMs, systemTimers, type Timers } from './timers.js';

/** When something was read. `monotonicMs` is taken as the bytes arrive, before the codec sees them. */
export interface ReadingTime {
  at: string;
  monotonicMs: number;
}

export interface CommandOutcome {
  outcome: 'done' | 'failed' | 'unknown';
  reason?: string;
  /** Monotonic milliseconds at which the first byte (or request) of this command was handed to the link. */
  sentMonotonicMs?: number;
}

/** A frame for the console: what went over the link. */
export interface SessionFrame {
  at: string;
  direction: 'in' | 'out';
  hex: string;
}

export interface SessionOptions {
  driver: Driver;
  /** Already checked against the driver's schema (checkConfig). */
  config: unknown;
  link: Link;
  timers?: Timers;
  /** A rejected promise means "not stored": the session begins the conversation anew so that the device says it again. */
  onReading: (reading: Reading, time: ReadingTime) => void | Promise<void>;
  onState: (state: DeviceState, reason?: string) => void;
  onFrame?: (frame: SessionFrame) => void;
  /** Most commands waiting; more are refused. */
  queueMax?: number;
  /** 0 to 1, spreads reconnects; by default random. */
  spread?: () => number;
}

interface Waiting {
  order: DeviceOrder;
  resolve: (outcome: CommandOutcome) => void;
  sentMonotonicMs?: number;
}

/** A device pauses at least so long between two frames. */
const SWAP_QUIET_MS = 100;
const SWAP_MOST_MS = 2_000;
const OPENED_LONG_ENOUGH_MS = 10_000;
/** Chunks kept while the link is being opened. */
const EARLY_MAX = 256;

/**
 * One device's conversation: drives the codec over the link, reconnects with back-off, runs one command at a time.
 * The constructor does nothing; `start` and `stop` do. A codec that throws is quarantined: state `fault`, link closed.
 */
export class DeviceSession {
  private readonly timers: Timers;
  private current: { state: DeviceState; reason?: string } = { state: 'init' };
  private running = false;
  private codecState: unknown;
  private driver: Driver;
  private connection: Connection | null = null;
  /** Rises with every opening and closing; what belongs to an older one is ignored. */
  private epoch = 0;
  private attempt = 0;
  /** When the device was last heard. */
  private heardAtMs = Number.NEGATIVE_INFINITY;
  /** A version that waits for the end of a frame. */
  private swap: { driver: Driver; since: number } | null = null;
  private openedAtMs = 0;
  private opening: AbortController | null = null;
  private cancelRetry: (() => void) | null = null;
  private readonly codecTimers = new Map<string, () => void>();
  private readonly faults = new FaultLimiter();
  private readonly queue: Waiting[] = [];
  private inFlight: Waiting | null = null;
  private storing: Promise<unknown> = Promise.resolve();
  private closing: Promise<void> = Promise.resolve();

  constructor(private readonly options: SessionOptions) {
    this.timers = options.timers ?? systemTimers;
    this.driver = options.driver;
  }

  get state(): DeviceState {
    return this.current.state;
  }

  get reason(): string | undefined {
    return this.current.reason;
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.setState('init');
    void this.connect();
  }

  /** Closes the link and settles what is in flight. The state becomes `disabled`. */
  async stop(): Promise<void> {
    if (!this.running) return this.closing;
    this.running = false;
    this.cancelRetry?.();
    this.lose('stopped');
    this.setState('disabled');
    await this.closing;
    await this.storing;
  }

  /**
   * Runs a command; commands wait for one another. Never rejects. `failed` means: certainly not done, nothing was sent
   * that could have done it. A command that finds no open link fails at once.
   */
  command(order: DeviceOrder): Promise<CommandOutcome> {
    const refused = this.refusal(order);
    if (refused) return Promise.resolve({ outcome: 'failed', reason: refused });
    return new Promise((resolve) => {
      this.queue.push({ order, resolve });
      this.nextCommand();
    });
  }

  /**
   * Puts another version of the driver in place, between two frames: once no command is in flight and the line has been quiet for a
   * moment (a scale that never pauses is not waited for longer than two seconds). The link is then reopened with a fresh state. The
   * caller keeps the old version, and gives it back here to roll back. A quarantined session starts again.
   */
  swapDriver(driver: Driver): void {
    this.swap = { driver, since: this.timers.monotonicMs() };
    this.trySwap();
  }

  private trySwap(): void {
    if (!this.swap) return;
    const now = this.timers.monotonicMs();
    const quietMs = now - this.heardAtMs;
    const open = this.running && this.connection !== null;
    if (open && this.inFlight) return;
    if (open && quietMs < SWAP_QUIET_MS && now - this.swap.since < SWAP_MOST_MS) {
      this.timers.after(SWAP_QUIET_MS - quietMs, () => this.trySwap());
      return;
    }
    this.driver = this.swap.driver;
    this.swap = null;
    if (this.running) this.restart('the driver was changed');
    else if (this.current.state === 'fault') this.start();
  }

  private refusal(order: DeviceOrder): string | null {
    if (!this.driver.commands.includes(order.op))
      return `${this.driver.id} does not know the command ${order.op}`;
    if (!this.connection) return `not connected: ${this.current.reason ?? this.current.state}`;
    if (this.queue.length >= (this.options.queueMax ?? 64)) return 'too many commands are waiting';
    return null;
  }

  private async connect(): Promise<void> {
    const epoch = ++this.epoch;
    this.attempt++;
    // A device may speak, or hang up, while its link is still being opened: that waits until the codec has begun.
    const early: (() => void)[] = [];
    const mine = (use: () => void, always = false) => {
      if (epoch !== this.epoch) return;
      if (this.connection) use();
      else if (always || early.length < EARLY_MAX) early.push(use);
    };
    const opening = new AbortController();
    this.opening = opening;
    try {
      await this.closing;
      const connection = await this.options.link.open(this.eventsFor(mine), opening.signal);
      if (epoch !== this.epoch) return void (await connection.close());
      this.connection = connection;
      this.openedAtMs = this.timers.monotonicMs();
    } catch (error) {
      if (epoch === this.epoch) this.retry(messageOf(error));
      return;
    }
    this.advance((codec, _state, now) => codec.open(this.options.config, now));
    for (const use of early) mine(use);
    this.nextCommand();
  }

  private eventsFor(mine: (use: () => void, always?: boolean) => void): LinkEvents {
    return {
      onData: (chunk) => mine(() => this.hear(chunk)),
      onMessage: (message) => mine(() => this.hearMessage(message)),
      onAnswer: (answer) => mine(() => this.advance((c, s, now) => c.onAnswer?.(s, answer, now))),
      onClosed: (reason) => mine(() => this.restart(reason), true),
    };
  }

  private hear(chunk: Uint8Array): void {
    this.heardAtMs = this.timers.monotonicMs();
    this.frame('in', chunk);
    this.advance((codec, state, now) => codec.onData?.(state, chunk, now));
  }

  private hearMessage(message: LinkMessage): void {
    this.frame('in', message.payload);
    this.advance((codec, state, now) => codec.onMessage?.(state, message, now));
  }

  /** One step of the codec: new state, readings out, effects done. */
  private advance(
    run: (codec: Driver['codec'], state: unknown, now: number) => Step<unknown> | undefined,
  ): void {
    const time = this.time();
    let step: Step<unknown> | undefined;
    try {
      step = run(this.driver.codec, this.codecState, time.monotonicMs);
    } catch (error) {
      this.quarantine(error);
      return;
    }
    if (!step) return;
    this.codecState = step.state;
    const stored = this.emit(step, time);
    this.apply(step.effects ?? [], stored);
  }

  private time(): ReadingTime {
    return { at: this.timers.now().toISOString(), monotonicMs: this.timers.monotonicMs() };
  }

  /** Hands the step's readings on; resolves when all are stored. */
  private emit(step: Step<unknown>, time: ReadingTime): Promise<unknown> {
    const readings = this.faults.pass(step.readings ?? [], time.monotonicMs);
    const stores = readings.map(async (reading) => this.options.onReading(reading, time));
    if (stores.length === 0) return this.storing;
    this.showRegisters(readings);
    const epoch = this.epoch;
    const all = Promise.all([this.storing, ...stores]);
    this.storing = all.catch((error) => {
      if (epoch === this.epoch && this.running)
        this.restart(`a reading could not be stored: ${messageOf(error)}`);
    });
    return all;
  }

  /** Polls of a Modbus device say the same most of the time: only what became a reading is shown as a frame. */
  private showRegisters(readings: Reading[]): void {
    if (!this.options.link.kind.startsWith('modbus')) return;
    const evidence = new Set(readings.flatMap(({ rawHex }) => rawHex ?? []));
    for (const hex of evidence) {
      this.options.onFrame?.({ at: this.timers.now().toISOString(), direction: 'in', hex });
    }
  }

  private apply(effects: Effect[], stored: Promise<unknown>): void {
    for (const each of effects) {
      const epoch = this.epoch;
      if (!this.connection) return;
      this.applyOne(each, stored);
      if (epoch !== this.epoch) return;
    }
  }

  private applyOne(each: Effect, stored: Promise<unknown>) {
    switch (each.do) {
      case 'start-timer':
        return this.startTimer(each.name, each.ms);
      case 'stop-timer':
        return this.stopTimer(each.name);
      case 'settle':
        return this.settle(each);
      case 'report':
        return this.setState(each.state, each.state === 'degraded' ? each.reason : undefined);
      case 'reopen':
        return this.restart(each.reason);
      case 'after-stored':
        return this.applyWhenStored(each.effects, stored);
      default:
        return this.send(each);
    }
  }

  private applyWhenStored(effects: Effect[], stored: Promise<unknown>): void {
    const epoch = this.epoch;
    stored.then(
      () => {
        if (epoch === this.epoch) this.apply(effects, Promise.resolve());
      },
      // Not stored: emit() restarts the conversation, and the device keeps what was not acknowledged.
      () => undefined,
    );
  }

  private send(outgoing: Outgoing): void {
    if (this.inFlight && this.inFlight.sentMonotonicMs === undefined && outgoing.do !== 'discard-input') {
      this.inFlight.sentMonotonicMs = this.timers.monotonicMs();
    }
    try {
      this.connection?.send(outgoing);
    } catch (error) {
      this.quarantine(error);
      return;
    }
    if (outgoing.do === 'write') this.frame('out', outgoing.bytes);
    if (outgoing.do === 'publish') this.frame('out', new TextEncoder().encode(outgoing.payload));
    if (outgoing.do === 'modbus' && 'values' in outgoing.request) {
      this.frame('out', bigEndian([outgoing.request.address, ...outgoing.request.values]));
    }
  }

  private startTimer(name: string, ms: number): void {
    this.stopTimer(name);
    const cancel = this.timers.after(ms, () => {
      this.codecTimers.delete(name);
      this.advance((codec, state, now) => codec.onTimer?.(state, name, now));
    });
    this.codecTimers.set(name, cancel);
  }

  private stopTimer(name: string): void {
    this.codecTimers.get(name)?.();
    this.codecTimers.delete(name);
  }

  private nextCommand(): void {
    if (this.inFlight || !this.connection) return;
    const next = this.queue.shift();
    if (!next) return;
    this.inFlight = next;
    const cancel = this.timers.after(this.driver.commandLimitMs, () => this.commandExpired(next));
    this.codecTimers.set(COMMAND_LIMIT, cancel);
    this.advance((codec, state, now) => codec.onCommand?.(state, next.order, now));
  }

  private commandExpired(expired: Waiting): void {
    this.codecTimers.delete(COMMAND_LIMIT);
    this.advance((codec, state, now) => codec.onTimer?.(state, COMMAND_LIMIT, now));
    if (this.inFlight !== expired) return;
    this.settle({ outcome: 'unknown', reason: `no answer in ${this.driver.commandLimitMs} ms` });
  }

  private settle(outcome: Omit<CommandOutcome, 'sentMonotonicMs'>): void {
    const settled = this.inFlight;
    if (!settled) return;
    this.inFlight = null;
    this.stopTimer(COMMAND_LIMIT);
    const { sentMonotonicMs } = settled;
    settled.resolve({
      outcome: outcome.outcome,
      ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
      ...(sentMonotonicMs === undefined ? {} : { sentMonotonicMs }),
    });
    if (this.swap) this.trySwap();
    this.nextCommand();
  }

  /** The link is lost (or thrown away): readings of the loss, no timers, no state, commands settled. */
  private lose(reason: string): void {
    const connection = this.connection;
    this.epoch++;
    this.connection = null;
    this.opening?.abort();
    for (const cancel of this.codecTimers.values()) cancel();
    this.codecTimers.clear();
    if (connection) {
      this.closing = closeWithin(connection, this.timers);
      this.lastWords();
    }
    this.codecState = undefined;
    const waiting = this.queue.splice(0);
    this.settle({ outcome: this.inFlight?.sentMonotonicMs === undefined ? 'failed' : 'unknown', reason });
    for (const each of waiting) each.resolve({ outcome: 'failed', reason });
  }

  private lastWords(): void {
    const time = this.time();
    try {
      const step = this.driver.codec.onLost?.(this.codecState, time.monotonicMs);
      if (!step) return;
      void this.emit(step, time).catch(() => undefined);
      for (const each of step.effects ?? []) if (each.do === 'settle') this.settle(each);
    } catch (error) {
      this.running = false;
      this.setState('fault', `driver ${this.driver.id}: ${messageOf(error)}`);
    }
  }

  private restart(reason: string): void {
    if (!this.running) return;
    const livedMs = this.timers.monotonicMs() - this.openedAtMs;
    if (this.connection && livedMs >= OPENED_LONG_ENOUGH_MS) this.attempt = 0;
    this.lose(reason);
    if (this.running) this.retry(reason);
  }

  private retry(reason: string): void {
    if (!this.running) return;
    this.setState('lost', reason);
    this.cancelRetry?.();
    const waitMs = backoffMs(Math.max(1, this.attempt), (this.options.spread ?? Math.random)());
    this.cancelRetry = this.timers.after(waitMs, () => void this.connect());
  }

  /** A codec that throws is broken: it is stopped with its reason, and the other devices run on. */
  private quarantine(error: unknown): void {
    this.running = false;
    this.cancelRetry?.();
    const reason = `driver ${this.driver.id} ${this.driver.version} is quarantined: ${messageOf(error)}`;
    this.lose(reason);
    this.setState('fault', reason);
  }

  private setState(state: DeviceState, reason?: string): void {
    if (this.current.state === state && this.current.reason === reason) return;
    this.current = reason === undefined ? { state } : { state, reason };
    this.options.onState(state, reason);
  }

  private frame(direction: 'in' | 'out', bytes: Uint8Array): void {
    this.options.onFrame?.({ at: this.timers.now().toISOString(), direction, hex: toHex(bytes) });
  }
}

/** Makes a session and starts it. */
export function openSession(options: SessionOptions): DeviceSession {
  const session = new DeviceSession(options);
  session.start();
  return session;
}

const CLOSE_LIMIT_MS = 3_000;

/** Closing is outside our hands (a driver of the operating system): wait for it, but not for ever. */
function closeWithin(connection: Connection, timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    const cancel = timers.after(CLOSE_LIMIT_MS, resolve);
    const closed = () => {
      cancel();
      resolve();
    };
    connection.close().then(closed, closed);
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
