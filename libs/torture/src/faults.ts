import { join } from 'node:path';
import { pause, until } from '#lib/sim';
import type { Book } from './book.js';
import { type KeptRecord, Witness } from './edge.js';
import type { Link } from './link.js';
import type { Rig } from './rig.js';
import type { Fault } from './schedule.js';
import type { Supervised } from './supervised.js';

const CLONE_LIMIT_MS = 60_000;
const CLONE_LIMITS = { limitMs: CLONE_LIMIT_MS, everyMs: 200 };
const CLONE_AGAIN_MS = 8_000;
const SCAN_EVERY_MS = 70;
const MANGLE_CHANCE = 0.3;

/** Makes faults happen to a rig. Each returns at once or nearly so; what it began ends by itself or by `settled`. */
export class Faults {
  private readonly lasting = new Set<Promise<void>>();
  /** Agents that have a copy just now. */
  private readonly cloned = new Set<number>();
  private clones = 0;
  /** When the first clone came, for the question whether it was noticed. */
  private clonedAt: Date | null = null;
  /** Copies that lived beside their originals, and nobody noticed. */
  readonly unnoticed: string[] = [];

  constructor(
    private readonly rig: Rig,
    private readonly book: Book,
    private readonly say: (line: string) => void,
    /** Whether the core has seen since then that somebody has an agent's identity twice. */
    private readonly noticed: (since: Date) => Promise<boolean>,
  ) {}

  async strike(fault: Fault): Promise<void> {
    const { rig } = this;
    switch (fault.kind) {
      case 'kill':
        return this.kill(fault);
      case 'power-loss':
        return this.powerLoss(fault.agent, fault.downMs);
      case 'freeze': {
        const part = fault.victim === 'broker' ? rig.broker : rig[`${fault.victim}s`][fault.at]!;
        part.freeze();
        return this.later(fault.forMs, () => part.thaw());
      }
      case 'unplug':
        return rig.edges[fault.agent]!.replug();
      case 'noise':
        return rig.edges[fault.agent]!.noise(fault.over, Uint8Array.from(fault.bytes));
      case 'disk': {
        const edge = rig.edges[fault.agent]!;
        await edge.setDisk(fault.trouble);
        return this.later(fault.forMs, () => edge.setDisk(''));
      }
      case 'clock': {
        // Which of two is the younger one they tell by their clocks: who looks after a copied agent has set it right.
        if (this.cloned.has(fault.agent)) return;
        const edge = rig.edges[fault.agent]!;
        await edge.setClock(fault.offsetS);
        return this.later(fault.forMs, () => edge.setClock(0));
      }
      case 'clone':
        this.cloned.add(fault.agent);
        return this.last(this.clone(fault.agent, fault.forMs).finally(() => this.cloned.delete(fault.agent)));
      default:
        return this.trouble(rig.links[fault.link]!, fault);
    }
  }

  /** Resolves when every fault that lasts has ended. */
  async settled(): Promise<void> {
    while (this.lasting.size > 0) await Promise.all(this.lasting);
  }

  private async kill({ victim, downMs }: Extract<Fault, { kind: 'kill' }>): Promise<void> {
    const { rig } = this;
    if (victim.part === 'postgres') return this.last(rig.killPostgres(downMs));
    const part =
      victim.part === 'broker' ? rig.broker : rig[`${victim.part}s` as 'apis' | 'agents'][victim.at]!;
    await part.kill(downMs);
  }

  private async powerLoss(at: number, downMs: number): Promise<void> {
    const [agent, edge] = [this.rig.agents[at]!, this.rig.edges[at]!];
    await agent.holdDown();
    const { lostBytes, tornBytes } = await edge.losePower();
    if (lostBytes > 0) this.say(`  power loss took ${lostBytes} bytes, ${tornBytes} of them torn`);
    this.last(pause(downMs).then(() => agent.start()));
  }

  private trouble(link: Link, fault: Fault): void {
    const { trouble } = link;
    switch (fault.kind) {
      case 'cut':
        link.cut();
        break;
      case 'partition':
        trouble.refuses = true;
        link.cut();
        this.later(fault.forMs, () => {
          trouble.refuses = false;
        });
        break;
      case 'half-open':
        trouble.swallows[fault.way] = true;
        this.later(fault.forMs, () => {
          trouble.swallows[fault.way] = false;
          link.cut();
        });
        break;
      case 'delay':
        trouble.delayMs[fault.way] = fault.ms;
        this.later(fault.forMs, () => {
          trouble.delayMs[fault.way] = 0;
        });
        break;
      case 'throttle':
        trouble.throttle = fault.bytesPerS;
        this.later(fault.forMs, () => {
          trouble.throttle = 0;
        });
        break;
      case 'mangle':
        trouble.doubles = MANGLE_CHANCE;
        trouble.reorders = MANGLE_CHANCE;
        this.later(fault.forMs, () => {
          trouble.doubles = 0;
          trouble.reorders = 0;
        });
        break;
      case 'commit-cut':
        trouble.commitCut = fault.when;
        break;
      default:
        throw new Error(`${fault.kind} does not befall a link`);
    }
  }

  /**
   * The disk of an agent is copied, and original and copy run side by side, each with a scanner of its own. The younger one is the true
   * one and sends; the older one is shut out and keeps what it reads. Then the copy is taken away, and the original has to bring home
   * what it kept.
   */
  private async clone(at: number, forMs: number): Promise<void> {
    const [agent, edge] = [this.rig.agents[at]!, this.rig.edges[at]!];
    const dir = join(this.rig.options.dataDir, `clone-${++this.clones}`);
    this.clonedAt ??= new Date();
    await agent.holdDown();
    await edge.setClock(0);
    await edge.copyDisk(dir);
    agent.start();
    await until('the cloned agent serving', { limitMs: CLONE_LIMIT_MS }, () => agent.isServing);
    const scanner = await edge.attachToClone(dir);
    const { process: clone, depth } = await this.rig.cloneOf(at, dir);
    const kept: KeptRecord[] = [];
    const witness = new Witness();
    const keptNow = async () => kept.push(...(await witness.read(join(dir, 'witness.log'))));
    clone.start();
    try {
      const endAt = performance.now() + forMs;
      while (performance.now() < endAt) {
        this.book.scans += 1;
        scanner.scan(`T-${edge.names.agent}-${this.book.scans}`);
        await pause(SCAN_EVERY_MS);
      }
      await until(`${clone.name} being noticed`, CLONE_LIMITS, () => this.noticed(this.clonedAt!)).catch(
        (error: Error) => {
          this.say(`  ${error.message}`);
          this.unnoticed.push(error.message);
        },
      );
      await this.takeAway(clone, depth, keptNow);
    } finally {
      await clone.stop();
      await scanner.close();
    }
    this.book.keepDeparted(edge.names.agent, kept);
    await agent.kill(0);
    await until('the original serving', { limitMs: CLONE_LIMIT_MS }, () => agent.isServing);
  }

  /**
   * The copy's disk goes away with it, so it may go only when it has told all. Shut out by its original, which was killed and is the
   * younger one now, it has to start again to be heard; and again, when a command came while it was on its way out.
   */
  private async takeAway(
    clone: Supervised,
    depth: () => Promise<number | null>,
    keptNow: () => Promise<number>,
  ): Promise<void> {
    let againAt = performance.now() + CLONE_AGAIN_MS;
    for (;;) {
      const told = await until('the clone telling all', CLONE_LIMITS, async () => {
        const kept = await keptNow();
        if ((await depth()) === 0) return kept;
        if (performance.now() < againAt) return false;
        againAt = performance.now() + CLONE_AGAIN_MS;
        await clone.kill(0);
        return false;
      });
      await clone.stop();
      if ((await keptNow()) === told) return;
      clone.start();
    }
  }

  private later(ms: number, end: () => void | Promise<void>): void {
    this.last(pause(ms).then(end));
  }

  private last(work: Promise<void>): void {
    const settled = work
      .catch((error: Error) => this.say(`  a fault went wrong: ${error.message}`))
      .finally(() => this.lasting.delete(settled));
    this.lasting.add(settled);
  }
}
