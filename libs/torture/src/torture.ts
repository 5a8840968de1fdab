import { pause, Seeded } from '#lib/sim';
import { Book } from './book.js';
import { type CheckName, type Finding, finding, Judge } from './checks.js';
import { Faults } from './faults.js';
import { Load } from './load.js';
import { Rig } from './rig.js';
import { dealBurst, type Fault, isKill, type Size, tell } from './schedule.js';

export interface TortureOptions {
  kills: number;
  seed: number;
  /** Ends with the burst during which this time is over, however many kills are left. */
  minutes: number | null;
  /** How long draining may take after the last fault before it is a finding. */
  drainLimitMs: number;
  /** Kills between two times of healing, draining and checking. */
  burst: number;
  agents: number;
  dataDir: string;
  dist: string;
  /** Files loaded into processes before their own code: a planted mistake. */
  preload?: { api?: string; agent?: string };
  /** Changes the database of a planted mistake before anything runs. */
  spoil?: string;
  /** What a planted mistake must be caught by: anything else that is found with it does not end the run. */
  caughtBy?: readonly CheckName[];
  signal: AbortSignal;
  say: (line: string) => void;
}

export interface TortureResult {
  ok: boolean;
  seed: number;
  broker: string;
  kills: Record<string, number>;
  killsTotal: number;
  faults: Record<string, number>;
  seconds: number;
  killsPerSecond: number;
  /** From the last fault of a burst until nothing was on its way, seconds, one per burst. */
  drainSeconds: number[];
  recordsKept: number;
  actsDone: number;
  actsRefused: number;
  labels: number;
  arrivals: number;
  restored: { fromSecondsAgo: number; refedRecords: number; forgottenActs: number } | null;
  /** Faults that this run could not deal, and why. */
  notDealt: string[];
  /** From start to ready, milliseconds, in the quiet after the last burst. */
  quietStartMs: Record<string, number>;
  /** The same under torture: median and worst. */
  startMs: Record<string, { p50: number; max: number; count: number }>;
  findings: Finding[];
  /** Kills after which the findings were made. */
  foundAfterKills: number | null;
  timeline: string[];
}

const GAP_MS: [number, number] = [80, 360];
/** How old the backup is at least, unless the run ends sooner: twins and other things that agents have to get over lie between. */
const RESTORED_FROM_MS = 600_000;
const READY_LIMIT_MS = 60_000;
const TIMELINE_KEPT = 400;
const MAY_BE_LATE: ReadonlySet<CheckName> = new Set(['scan-lost', 'arrival-lost']);
const WARM_UP_MS = 1_500;

/** One run: load with faults, heal, drain, check, again and again until the kills are spent or something is found. */
export class Torture {
  private readonly book = new Book();
  private readonly dice: Seeded;
  private readonly rig: Rig;
  private readonly faults: Faults;
  private readonly timeline: string[] = [];
  private readonly killed: Record<string, number> = {};
  private readonly struck: Record<string, number> = {};
  private readonly drainSeconds: number[] = [];
  private readonly startedAt = performance.now();
  private load!: Load;
  private judge!: Judge;
  private kills = 0;
  private tortureMs = 0;
  private restored: TortureResult['restored'] = null;

  constructor(private readonly options: TortureOptions) {
    this.dice = new Seeded(options.seed);
    const { dataDir, dist, agents, preload } = options;
    const say = (line: string) => this.note(line);
    const onPrinted = (zpl: string) => this.book.label(zpl);
    this.rig = new Rig({
      dataDir,
      dist,
      agents,
      onPrinted,
      say,
      dice: this.dice.fork('rig'),
      ...(preload ? { preload } : {}),
    });
    this.faults = new Faults(this.rig, this.book, say, (since) => this.judge.cloneNoticed(since));
  }

  async run(): Promise<TortureResult> {
    const { rig, options } = this;
    const abandon = () => rig.abandon();
    process.once('exit', abandon);
    try {
      await rig.open();
      if (!rig.clockLibrary) this.note('no libfaketime on this machine: no clock will jump');
      if (options.spoil) await rig.asSuperuser(options.spoil, 'wavehouse');
      this.judge = new Judge(rig.ownerUrl);
      this.load = new Load({
        edges: rig.edges,
        apiUrls: rig.apiUrls,
        book: this.book,
        dice: this.dice.fork('load'),
      });
      await this.load.signIn();
      const findings = await this.bursts();
      const quietStartMs = findings.length > 0 || options.preload ? {} : await this.quietStarts();
      return this.result(findings, quietStartMs);
    } finally {
      await this.judge?.close();
      await rig.close();
      process.off('exit', abandon);
    }
  }

  private async bursts(): Promise<Finding[]> {
    const { kills, burst, minutes, signal, caughtBy } = this.options;
    let findings: Finding[] = [];
    // A restore needs a backup and a burst after it: a run of one burst goes without, and so does a planted mistake.
    const backUpAt = this.options.preload ? Number.POSITIVE_INFINITY : burst;
    let backedUpAt: number | null = null;
    for (let n = 1; this.kills < kills && !signal.aborted; n += 1) {
      if (backedUpAt === null && this.kills >= backUpAt) backedUpAt = await this.backUp();
      await this.burst(Math.min(burst, kills - this.kills), n);
      findings = await this.healAndCheck();
      const isOver = minutes !== null && performance.now() - this.startedAt > minutes * 60_000;
      const isLast = isOver || this.kills >= kills;
      if (findings.length === 0 && backedUpAt !== null && this.isTimeToRestore(backedUpAt, isLast))
        findings = await this.restore(backedUpAt);
      if (caughtBy ? fits(findings, caughtBy) : findings.length > 0) return findings;
      if (isOver) break;
    }
    return caughtBy ? findings : this.lastChecks();
  }

  private isTimeToRestore(backedUpAt: number, isLast: boolean): boolean {
    return this.restored === null && (isLast || performance.now() - backedUpAt >= RESTORED_FROM_MS);
  }

  /** Load with faults. */
  private async burst(kills: number, n: number): Promise<void> {
    const { rig, options, load } = this;
    const dice = this.dice.fork(`burst ${n}`);
    const faults = dealBurst(kills, this.size(), dice, n % 2 === 1);
    this.note(`burst ${n}: ${kills} kills, ${faults.length - kills} other faults`);
    const beganAt = performance.now();
    load.start();
    await pause(WARM_UP_MS);
    for (const fault of faults) {
      if (options.signal.aborted) break;
      this.count(fault);
      this.note(tell(fault, (at) => rig.links[at]!.name));
      await this.faults.strike(fault);
      await pause(dice.between(...GAP_MS), options.signal);
    }
    this.tortureMs += performance.now() - beganAt;
  }

  private size(): Size {
    const { links, apis, agents } = this.rig;
    const carrying = (what: string) =>
      links.flatMap((link, at) => (link.options.carries === what ? [at] : []));
    return {
      apis: apis.length,
      agents: agents.length,
      links: links.length,
      databaseLinks: carrying('postgres'),
      mqttLinks: carrying('mqtt'),
      clocks: this.rig.clockLibrary !== undefined,
    };
  }

  private async healAndCheck(): Promise<Finding[]> {
    const { rig, load, book } = this;
    await this.faults.settled();
    await rig.heal();
    const healedAt = performance.now();
    const { drainLimitMs } = this.options;
    await load.stop(drainLimitMs);
    const left = await this.drain(healedAt + drainLimitMs);
    const seconds = Math.round(performance.now() - healedAt) / 1000;
    for (const edge of rig.edges) book.keep(edge.names.agent, await edge.promises());
    const { edge, core } = left;
    const compared = await this.judge.compare(book);
    // What an agent still holds is late, not lost.
    const found = edge.length === 0 ? compared : compared.filter(({ check }) => !MAY_BE_LATE.has(check));
    if (edge.length + core.length > 0) found.push(finding('not-drained', [...edge, ...core]));
    else this.drainSeconds.push(seconds);
    if (rig.deaths.length > 0) found.push(finding('process-died', rig.deaths));
    const { unnoticed } = this.faults;
    if (unnoticed.length > 0) found.push(finding('clone-unnoticed', unnoticed));
    this.note(
      `${this.kills} kills: drained in ${seconds} s; ${book.kept.size} records, ${book.acts.size} acts, ${book.paper.size} labels; ${
        found.length === 0 ? 'all is true' : found.map(({ check, count }) => `${check} ${count}`).join(', ')
      }`,
    );
    return found;
  }

  /** Waits until nothing is on its way; answers what still is when the limit is over. */
  private async drain(endAt: number): Promise<{ edge: string[]; core: string[] }> {
    for (;;) {
      const edge = await this.leftAtEdge();
      // What tells of a planted mistake is true at any moment; what it has stuck in the core would be waited for in vain.
      const core = edge.length === 0 && !this.options.caughtBy ? await this.leftInCore() : [];
      const ended = edge.length + core.length === 0 || performance.now() > endAt;
      if (ended || this.options.signal.aborted) return { edge, core };
      await pause(100);
    }
  }

  private async leftAtEdge(): Promise<string[]> {
    const { rig } = this;
    const left = rig.parts.filter((part) => !part.isServing).map(({ name }) => `${name} does not serve`);
    for (const [n, edge] of rig.edges.entries()) {
      const depth = await rig.outboxDepth(n);
      if (depth !== 0)
        left.push(`${edge.names.agent} has ${depth ?? 'nobody knows how many'} records to send`);
      const { unacknowledged } = edge.plc;
      if (unacknowledged > 0) left.push(`${edge.names.plc} waits for ${unacknowledged} acknowledgements`);
    }
    return left;
  }

  private async leftInCore(): Promise<string[]> {
    const counts = Object.entries(await this.judge.underWay());
    return counts.flatMap(([what, n]) => (n > 0 ? [`${n} ${what}`] : []));
  }

  private async backUp(): Promise<number> {
    this.note('a backup of the database');
    for (const api of this.rig.apis) await api.holdDown();
    await this.judge.close();
    await this.rig.backUp('yesterday');
    for (const api of this.rig.apis) api.start();
    await this.rig.allServing(READY_LIMIT_MS);
    return performance.now();
  }

  /** The database of back then comes back: the agents must feed it again with what they keep. */
  private async restore(backedUpAt: number): Promise<Finding[]> {
    const { rig, book } = this;
    const forgottenActs = book.forgetActsSince(backedUpAt);
    book.forgetDepartedSince(backedUpAt);
    const fromSecondsAgo = Math.round((performance.now() - backedUpAt) / 1000);
    this.note(`the database is restored from ${fromSecondsAgo} s ago`);
    for (const api of rig.apis) await api.holdDown();
    await rig.restore('yesterday');
    const before = (await this.judge.compare(book)).find(({ check }) => check === 'scan-lost')?.count ?? 0;
    for (const api of rig.apis) api.start();
    this.load.start();
    await pause(WARM_UP_MS);
    const findings = await this.healAndCheck();
    this.restored = { fromSecondsAgo, refedRecords: before, forgottenActs };
    return findings;
  }

  private async lastChecks(): Promise<Finding[]> {
    const found = finding('invariant-violated', violations(await this.rig.verify()));
    return found.count > 0 ? [found] : [];
  }

  /** How long each kind of process takes from start to ready while nothing else goes on. */
  private async quietStarts(): Promise<Record<string, number>> {
    const { rig } = this;
    const took: Record<string, number> = {};
    for (const part of [rig.apis[0]!, rig.agents[0]!, rig.broker]) {
      await part.kill(0);
      await rig.allServing(READY_LIMIT_MS);
      took[part.name] = part.backMs.at(-1)!;
    }
    await rig.killPostgres(0);
    took.postgres = rig.postgresBackMs.at(-1)!;
    return took;
  }

  private notDealt(): string[] {
    const missing: string[] = [];
    if (!this.rig.clockLibrary) missing.push('clock: this machine has no libfaketime');
    if (!this.restored)
      missing.push(`restore: it needs two bursts, so more than ${this.options.burst} kills`);
    return missing;
  }

  private result(findings: Finding[], quietStartMs: Record<string, number>): TortureResult {
    const { book, rig, options } = this;
    const acts = [...book.acts.values()];
    return {
      ok: findings.length === 0 && !options.signal.aborted,
      seed: options.seed,
      broker: rig.brokerKind,
      kills: this.killed,
      killsTotal: this.kills,
      faults: this.struck,
      seconds: Math.round((performance.now() - this.startedAt) / 100) / 10,
      killsPerSecond: Math.round((this.kills / this.tortureMs) * 100_000) / 100,
      drainSeconds: this.drainSeconds,
      recordsKept: book.kept.size,
      actsDone: acts.filter(({ told }) => told === 'done').length,
      actsRefused: acts.filter(({ told }) => told === 'refused').length,
      labels: book.paper.size,
      arrivals: book.arrivals.length,
      restored: this.restored,
      notDealt: this.notDealt(),
      quietStartMs,
      startMs: Object.fromEntries([
        ...rig.parts.map((part) => [part.name, spread(part.backMs)]),
        ['postgres', spread(rig.postgresBackMs)],
      ]),
      findings,
      foundAfterKills: findings.length > 0 ? this.kills : null,
      timeline: findings.length > 0 ? this.timeline : [],
    };
  }

  private count(fault: Fault): void {
    this.struck[fault.kind] = (this.struck[fault.kind] ?? 0) + 1;
    if (!isKill(fault)) return;
    this.kills += 1;
    const victim = fault.kind === 'kill' ? fault.victim.part : 'agent (power loss)';
    this.killed[victim] = (this.killed[victim] ?? 0) + 1;
  }

  private note(line: string): void {
    const at = ((performance.now() - this.startedAt) / 1000).toFixed(1).padStart(6);
    this.timeline.push(`${at} s  ${line}`);
    if (this.timeline.length > TIMELINE_KEPT) this.timeline.shift();
    this.options.say(`${at} s  ${line}`);
  }
}

/** Whether what was found is what such a mistake does. */
export function fits(findings: readonly Finding[], caughtBy: readonly CheckName[]): boolean {
  return findings.some(({ check }) => caughtBy.includes(check));
}

function spread(of: readonly number[]): { p50: number; max: number; count: number } {
  const sorted = [...of].sort((one, two) => one - two);
  return { p50: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0, count: sorted.length };
}

/** What `wavehouse verify --json` found, one line for each invariant that does not hold. */
function violations(json: string): string[] {
  const checked = JSON.parse(json) as { name: string; violations: number; examples: string[] }[];
  return checked
    .filter((each) => each.violations > 0)
    .map((each) => `${each.name}: ${each.violations} (${each.examples.slice(0, 3).join('; ')})`);
}
