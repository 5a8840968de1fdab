import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Seeded } from '#lib/sim';
import { MqttPackets, publishTopic } from './mqtt-packets.js';
import { CommitWatch } from './postgres-messages.js';

/** `up`: from the one who connects to the one who is connected to. */
export type Way = 'up' | 'down';

/** What is wrong with a link right now. Everything off: it only carries bytes. */
export interface Trouble {
  /** New connections are refused. */
  refuses: boolean;
  /** Bytes of this way vanish while both ends believe that all is well. */
  swallows: Record<Way, boolean>;
  delayMs: Record<Way, number>;
  /** Bytes a second; 0 is no limit. */
  throttle: number;
  /** Chances that an MQTT message comes twice, or after the one that followed it. */
  doubles: number;
  reorders: number;
  /** The next COMMIT is lost on its way, or its answer is. */
  commitCut: 'before' | 'after' | null;
}

export function noTrouble(): Trouble {
  return {
    refuses: false,
    swallows: { up: false, down: false },
    delayMs: { up: 0, down: 0 },
    throttle: 0,
    doubles: 0,
    reorders: 0,
    commitCut: null,
  };
}

export interface LinkOptions {
  name: string;
  targetPort: number;
  carries: 'bytes' | 'mqtt' | 'postgres';
  dice: Seeded;
  onCommitCut?: (when: 'before' | 'after') => void;
}

/** Topics whose messages may come twice or overtake each other: both ends must live with it. */
const MANGLED = /\/(evt|ack|cmd|req|res|plc)\//;
const HELD_MS = 60;
const CONNECT_LIMIT_MS = 3_000;
const SQUEEZE_STEP_MS = 50;

/** A TCP link through our hands: whoever connects to `port` reaches the target, as well as the trouble of the moment allows. */
export class Link {
  trouble = noTrouble();
  readonly counts = { connections: 0, doubled: 0, reordered: 0, swallowed: 0, commitCuts: 0 };
  private readonly pairs = new Set<Pair>();
  private readonly server: Server;
  private bound = 0;

  constructor(readonly options: LinkOptions) {
    this.server = createServer({ noDelay: true }, (near) => this.accept(near));
  }

  get name(): string {
    return this.options.name;
  }

  get port(): number {
    return this.bound;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(0, '127.0.0.1', resolve);
    });
    this.bound = (this.server.address() as { port: number }).port;
  }

  /** Resets every connection. */
  cut(): void {
    for (const pair of this.pairs) pair.reset();
  }

  /** No trouble any more. A connection that lost bytes can only be cut. */
  heal(): void {
    const lossy = this.trouble.swallows.up || this.trouble.swallows.down;
    this.trouble = noTrouble();
    if (lossy) this.cut();
  }

  async close(): Promise<void> {
    this.trouble.refuses = true;
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private accept(near: Socket): void {
    if (this.trouble.refuses) return void near.resetAndDestroy();
    this.counts.connections += 1;
    const far = connect({ port: this.options.targetPort, host: '127.0.0.1', noDelay: true });
    far.setTimeout(CONNECT_LIMIT_MS, () => far.connecting && far.destroy());
    const pair = new Pair(this, near, far);
    this.pairs.add(pair);
    pair.whenEnded(() => this.pairs.delete(pair));
  }
}

/** One connection through a link: two sockets and what is on its way between them. */
class Pair {
  private readonly pipes: Record<Way, Pipe>;
  private readonly commits = new CommitWatch();
  private dropsAnswer = false;
  private ended = false;
  private tell: () => void = () => undefined;

  constructor(
    private readonly link: Link,
    private readonly near: Socket,
    private readonly far: Socket,
  ) {
    this.pipes = { up: new Pipe(link, 'up', far), down: new Pipe(link, 'down', near) };
    near.on('data', (chunk) => this.hear('up', chunk));
    far.on('data', (chunk) => this.hear('down', chunk));
    // `close` follows each of them.
    near.on('error', () => undefined);
    far.on('error', () => undefined);
    near.on('close', () => this.end(far));
    far.on('close', () => this.end(near));
  }

  whenEnded(tell: () => void): void {
    this.tell = tell;
  }

  reset(): void {
    this.near.resetAndDestroy();
    this.far.resetAndDestroy();
  }

  private hear(way: Way, chunk: Buffer): void {
    const { trouble, counts } = this.link;
    if (trouble.swallows[way]) {
      counts.swallowed += chunk.length;
      return;
    }
    if (this.link.options.carries === 'postgres' && this.cutsHere(way, chunk)) return;
    this.pipes[way].send(chunk);
  }

  private cutsHere(way: Way, chunk: Buffer): boolean {
    const { trouble, counts, options } = this.link;
    if (way === 'down') {
      if (this.dropsAnswer) this.reset();
      return this.dropsAnswer;
    }
    const commits = this.commits.push(chunk);
    if (!commits || trouble.commitCut === null) return false;
    const when = trouble.commitCut;
    trouble.commitCut = null;
    counts.commitCuts += 1;
    options.onCommitCut?.(when);
    if (when === 'after') {
      this.dropsAnswer = true;
      return false;
    }
    this.reset();
    return true;
  }

  /** A half-open link does not tell the one end that the other is gone. */
  private end(other: Socket): void {
    const { swallows } = this.link.trouble;
    if (swallows.up || swallows.down) return;
    other.destroy();
    if (this.ended) return;
    this.ended = true;
    this.tell();
  }
}

/** One way of a connection: keeps the order, adds the delay, and for MQTT sees to doubles and overtaking. */
class Pipe {
  private readonly packets = new MqttPackets();
  private held: Buffer | null = null;
  private tail: Promise<void> = Promise.resolve();
  private busy = false;

  constructor(
    private readonly link: Link,
    private readonly way: Way,
    private readonly to: Socket,
  ) {}

  send(chunk: Buffer): void {
    if (this.link.options.carries !== 'mqtt') this.pass(chunk);
    else for (const packet of this.packets.push(chunk)) this.sendPacket(packet);
  }

  private sendPacket(packet: Buffer): void {
    const { trouble, options, counts } = this.link;
    const mangled = MANGLED.test(publishTopic(packet) ?? '');
    if (mangled && this.held === null && trouble.reorders > 0 && options.dice.chance(trouble.reorders)) {
      this.held = packet;
      counts.reordered += 1;
      setTimeout(() => this.letGo(), HELD_MS).unref();
      return;
    }
    this.pass(packet);
    if (mangled && trouble.doubles > 0 && options.dice.chance(trouble.doubles)) {
      counts.doubled += 1;
      this.pass(packet);
    }
    this.letGo();
  }

  private letGo(): void {
    const packet = this.held;
    this.held = null;
    if (packet) this.pass(packet);
  }

  private pass(bytes: Buffer): void {
    const { trouble } = this.link;
    const delayMs = trouble.delayMs[this.way];
    if (!this.busy && trouble.throttle === 0 && delayMs === 0) {
      this.write(bytes);
      return;
    }
    this.busy = true;
    const dueAt = performance.now() + delayMs;
    const last = this.tail
      .then(() => wait(dueAt - performance.now()))
      .then(() => this.squeeze(bytes.length))
      .then(() => {
        this.write(bytes);
        if (this.tail === last) this.busy = false;
      });
    this.tail = last;
  }

  /**
   * Looks up again and again, so that a link that is healed does not go on being slow with what has piled up. Ends with less than a byte
   * left: what rounding leaves would be divided for ever.
   */
  private async squeeze(length: number): Promise<void> {
    let left = length;
    for (let { throttle } = this.link.trouble; throttle > 0 && left >= 1; { throttle } = this.link.trouble) {
      const stepMs = Math.min((left / throttle) * 1_000, SQUEEZE_STEP_MS);
      await wait(stepMs);
      left -= (throttle * stepMs) / 1_000;
    }
  }

  private write(bytes: Buffer): void {
    if (!this.to.destroyed && !this.link.trouble.swallows[this.way]) this.to.write(bytes);
  }
}

function wait(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms).unref());
}
