import { join } from 'node:path';
import pg from 'pg';
import type { SimulatedConveyor } from '#lib/device-kit';
import { demoCrew } from '../demo-crew.js';
import { FloorDevices } from '../floor-devices.js';
import { Measures, type Quantiles } from '../measures.js';
import { RealHouse } from '../real-house.js';
import { Seeded } from '../seeded.js';
import { pause, until } from '../waiting.js';
import { Chute } from './chute.js';
import { type Comparison, compareWithCore } from './compare-with-core.js';
import { ConveyorBook } from './conveyor-book.js';
import { type LabelledParcel, LabelledParcels, labelRead } from './labelled-parcels.js';
import { type LineRates, SorterLine } from './sorter-line.js';
import { installSorter, planSorter, type SorterSite } from './sorter-site.js';
import { faultsOfRun, shareOfRate } from './sorter-verdict.js';
import { RealTime } from './time.js';

export interface SorterRunOptions {
  /** Parcels an hour over all lines. */
  rate: number;
  minutes: number;
  lines: number;
  seed: number;
  dataDir: string;
  dist: string;
  say: (line: string) => void;
}

export interface SorterRunResult {
  seed: number;
  lines: number;
  offeredPerHour: number;
  /** Parcels that got onto the belts in the time of feeding, as a rate. */
  reachedPerHour: number;
  seconds: number;
  book: ReturnType<ConveyorBook['totals']>;
  arrivals: number;
  noReads: number;
  touching: number;
  /** Told after the divert had to move, or not at all in the PLC's time. */
  tooLate: number;
  silent: number;
  lateShare: number;
  jams: number;
  lanesFull: number;
  /** Milliseconds: `decision` from the scan point's bytes to the route's, as the agent books it; `route` as the PLC waits for it. */
  latency: Record<string, Quantiles>;
  core: Comparison;
  /** Processor seconds by process while parcels came and until the core had heard everything; the load of the machine does not change it much. */
  processor: Record<string, number>;
  deaths: string[];
  /** What is wrong with the run, in sentences. */
  faults: string[];
  /** No faults. */
  ok: boolean;
}

const RATES: LineRates = { noRead: 0.01, touching: 0.002, divertFails: 0.002, takenAway: 0.0005 };
/** A scale in the line disagrees with the bench this often. */
const OFF_WEIGHT = 0.003;
/** Routes are made this long before the parcel can reach its point, as between a bench and a sorter. */
const AHEAD_S = 15;
const DRAIN_LIMIT_MS = 120_000;
const READY_LIMIT_MS = 90_000;

/**
 * Feeds a large sorter at real time: physics here, telegrams to the real agent, the real core and database behind it. Ends when the
 * belts are empty and the core has heard everything; then compares parcel by parcel.
 */
export async function runSorter(options: SorterRunOptions): Promise<SorterRunResult> {
  const { dataDir, dist, say } = options;
  const crew = await demoCrew();
  const house = new RealHouse({ dataDir, dist, site: crew.site, agent: crew.agent, logLevel: 'info' });
  const sorter = planSorter(options.lines);
  let devices: FloorDevices | null = null;
  let parcels: LabelledParcels | null = null;
  try {
    say('starting PostgreSQL, broker, API and demo data');
    await house.open();
    await installSorter(house.ownerUrl, sorter, { agent: crew.agent });
    devices = await FloorDevices.start({
      site: crew.site,
      agent: crew.agent,
      devices: sorter.lines.map(({ device }) => device),
      dir: join(dataDir, 'floor'),
      mqtt: house.agentMqtt,
      onPrinted: () => {},
      labelMs: 0,
      settleMs: 0,
      divertDeadlineMs: 10_000,
    });
    await house.startAgent(devices.configFile);
    parcels = await LabelledParcels.open(house.ownerUrl);
    const floor = new Feeding(options, sorter, devices);
    const before = await house.cpuSeconds();
    const seconds = await floor.feed(house, parcels);
    say('the belts run empty');
    await floor.drain();
    say('comparing with the core');
    const core = await compareWithCore(house, floor.book);
    const processor = usedSince(before, await house.cpuSeconds());
    return { ...floor.result(seconds, core, house.deaths), processor };
  } finally {
    await devices?.close();
    await parcels?.close();
    await house.close();
  }
}

function usedSince(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, s]) => [name, Math.round((s - (before[name] ?? 0)) * 10) / 10]),
  );
}

class Feeding {
  readonly book: ConveyorBook;
  private readonly measures = new Measures();
  private readonly dice: Seeded;
  /** Which code of a label lies before the scanner. */
  private readonly sides: Seeded;
  private readonly chutes: Map<string, Chute>;
  private readonly lines: SorterLine[];
  private silent = 0;
  private fed = 0;
  /** Waiting for a place on a belt when the last parcel had been fed. */
  private waiting = 0;

  constructor(
    private readonly options: SorterRunOptions,
    private readonly sorter: SorterSite,
    private readonly devices: FloorDevices,
  ) {
    this.dice = new Seeded(options.seed);
    this.sides = this.dice.fork('sides');
    const loops = sorter.lanes.filter(({ kind }) => kind === 'recirculation').map(({ code }) => code);
    this.book = new ConveyorBook(loops);
    const time = new RealTime();
    // Each lane belongs to one line, whose PLC speaks for it.
    this.chutes = new Map(
      sorter.lanes
        .filter(({ kind }) => kind !== 'recirculation')
        .map(({ code, kind }, at) => {
          const plc = this.plcOf(sorter.lines[at % sorter.lines.length]!.device.code);
          const signs = {
            full: (lane: string) => plc.laneFull(lane),
            clear: (lane: string) => plc.laneClear(lane),
            jam: (lane: string) => plc.laneJam(lane),
          };
          const roomy = kind === 'ship' ? { capacity: 24, takeOffMs: 850 } : { capacity: 60, takeOffMs: 600 };
          const plan = { code, reserve: 6, jamRate: kind === 'ship' ? 0.0005 : 0, jamMs: 8_000, ...roomy };
          return [code, new Chute(plan, { time, dice: this.dice.fork(code), signs })];
        }),
    );
    this.lines = sorter.lines.map(({ plan, device }, at) => {
      const plc = this.plcOf(device.code);
      return new SorterLine(plan, {
        time,
        dice: this.dice.fork(plan.point),
        chutes: this.chutes,
        rates: RATES,
        firstTrackId: 100_000 * (at + 1),
        onOutcome: (outcome) => this.book.ended(outcome),
        port: {
          arrive: async (arrival) => {
            const route = await plc.arrive(arrival);
            this.measures.add('route', route.waitedMs);
            if (route.lane === null) this.silent += 1;
            return route;
          },
          confirm: (confirm) => plc.confirm(confirm),
          lose: (lost) => plc.lose(lost),
        },
      });
    });
  }

  private plcOf(device: string): SimulatedConveyor {
    return this.devices.conveyors.get(device)!;
  }

  /** @returns how many seconds parcels came */
  async feed(house: RealHouse, parcels: LabelledParcels): Promise<number> {
    const { say, rate } = this.options;
    const { perSecond, total } = this.plan;
    const made: LabelledParcel[] = [];
    const make = async (count: number) => {
      const services = Array.from({ length: count }, () => this.dice.pick(this.sorter.services));
      if (count > 0) made.push(...(await parcels.make(services)));
    };
    await make(Math.min(total, Math.round(AHEAD_S * perSecond)));
    await parcels.count();
    await routesAreOut(house.ownerUrl, this.sorter, made.length);
    say(`${total} parcels at ${rate} an hour over ${this.lines.length} lines`);
    const startMs = performance.now();
    for (let second = 1; this.fed < total; second += 1) {
      const due = Math.min(total, Math.round(second * perSecond));
      const making = make(
        Math.min(total - made.length, Math.max(0, due + Math.round(AHEAD_S * perSecond) - made.length)),
      );
      await this.feedUntil(due, made, { startMs, second });
      await making;
      if (second % 10 === 0) say(`${this.fed} fed, ${JSON.stringify(this.book.totals())}`);
    }
    this.waiting = this.lines.reduce((all, line) => all + line.waiting, 0);
    return (performance.now() - startMs) / 1_000;
  }

  private get plan(): { perSecond: number; total: number; seconds: number } {
    const { rate, minutes } = this.options;
    const perSecond = rate / 3_600;
    const total = Math.round(rate * (minutes / 60));
    return { perSecond, total, seconds: Math.ceil((total - 0.5) / perSecond) };
  }

  /** Spreads the parcels of one second over it, as they come off several benches. */
  private async feedUntil(
    due: number,
    made: readonly LabelledParcel[],
    { startMs, second }: { startMs: number; second: number },
  ): Promise<void> {
    const count = due - this.fed;
    for (let n = 0; n < count; n += 1) {
      const atMs = startMs + (second - 1) * 1_000 + ((n + this.dice.next()) * 1_000) / count;
      if (atMs - performance.now() > 2) await pause(atMs - performance.now());
      const { id, sscc, weightGrams } = made[this.fed]!;
      const line = this.lines[this.fed % this.lines.length]!;
      const off = this.dice.chance(OFF_WEIGHT) ? 150 : this.dice.between(-8, 8);
      const lengthMm = this.dice.between(250, 550);
      const code = labelRead(sscc, this.sides.pick(['square', 'bars']));
      const rider = { id, code, lengthMm, weightGrams: weightGrams + off };
      this.book.enter(rider);
      line.offer(rider);
      this.fed += 1;
    }
    const restMs = startMs + second * 1_000 - performance.now();
    if (restMs > 0) await pause(restMs);
  }

  async drain(): Promise<void> {
    await until('the belts to be empty', { limitMs: DRAIN_LIMIT_MS, everyMs: 200 }, () =>
      this.lines.every(({ onTheWay }) => onTheWay === 0),
    );
    await until('the agent to take all telegrams', { limitMs: DRAIN_LIMIT_MS, everyMs: 200 }, () =>
      this.sorter.lines.every(({ device }) => this.plcOf(device.code).unacknowledged === 0),
    );
    for (const { belt } of this.lines) belt.end();
  }

  result(seconds: number, core: Comparison, deaths: string[]): Omit<SorterRunResult, 'processor'> {
    const { options, lines, measures, book } = this;
    const sum = (of: (line: SorterLine) => number) => lines.reduce((total, line) => total + of(line), 0);
    const chutes = [...this.chutes.values()];
    const arrivals = sum(({ counts }) => counts.arrivals);
    const tooLate = sum(({ counts }) => counts.tooLate);
    const pace = {
      lines: lines.length,
      fed: this.fed,
      waiting: this.waiting,
      plannedSeconds: this.plan.seconds,
      seconds,
    };
    const counts = { book: book.totals(), arrivals, tooLate, silent: this.silent };
    const faults = faultsOfRun({ ...pace, ...counts, core, deaths });
    return {
      seed: options.seed,
      lines: lines.length,
      offeredPerHour: options.rate,
      reachedPerHour: Math.round(options.rate * shareOfRate(pace)),
      seconds: Math.round(seconds * 10) / 10,
      ...counts,
      noReads: sum(({ counts }) => counts.noReads),
      touching: sum(({ counts }) => counts.touching),
      lateShare: Math.round(((tooLate + this.silent) / arrivals) * 1e5) / 1e5,
      jams: chutes.reduce((all, { counts }) => all + counts.jams, 0),
      lanesFull: chutes.reduce((all, { counts }) => all + counts.full, 0),
      latency: { ...measures.table(), ...core.latency },
      core,
      deaths,
      faults,
      ok: faults.length === 0,
    };
  }
}

/** Resolves when the agent hears its PLCs and has every route that was made. */
export async function routesAreOut(url: string, { lines }: SorterSite, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await until('routes at the agent', { limitMs: READY_LIMIT_MS, everyMs: 250 }, async () => {
      const { rows } = await client.query<{ ready: number; routes: number; told: boolean }>(
        `select (select count(*) from devices where code = any($1) and state = 'ready')::int as ready,
           (select count(*) from routes where active)::int as routes,
           exists (select 1 from agents a where (a.state ->> 'routeVersion')::bigint
             >= coalesce((select v.version from route_versions v where v.site_id = a.site_id), 0)) as told`,
        [lines.map(({ device }) => device.code)],
      );
      const [found] = rows;
      return found?.ready === lines.length && found.routes >= count && found.told;
    });
  } finally {
    await client.end();
  }
}
