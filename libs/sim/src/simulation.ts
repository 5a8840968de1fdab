import { join } from 'node:path';
import type { NewOrder } from '#lib/contracts';
import { Book, type Progress } from './book.js';
import { CoreClient } from './core-client.js';
import { type CrewSize, writeDay } from './day-site.js';
import { demoCrew, demoDirectory } from './demo-crew.js';
import { NO_FAULTS, ROUGH_DAY } from './faults.js';
import { SimulatedFloor } from './floor.js';
import { FloorPlan } from './floor-plan.js';
import { type Kill, killAll } from './killer.js';
import { LabelReader } from './label-reader.js';
import { Measures, type Quantiles } from './measures.js';
import { type OrdersToSend, ordersOfDay, sendFiles, sendFirst } from './order-sender.js';
import { RealHouse } from './real-house.js';
import { Seeded } from './seeded.js';
import { Tally } from './tally.js';
import { pause } from './waiting.js';
import type { WalkResult } from './walk-log.js';

export interface SimulationOptions {
  orders: number;
  /** Orders given in a file instead of made ones. */
  given: NewOrder[] | null;
  seed: number;
  faults: boolean;
  kills: number;
  speed: number;
  crew: CrewSize;
  /** Share of the labels that are drawn and decoded; the others are read by their commands. */
  labels: number;
  dataDir: string;
  dist: string;
  say: (line: string) => void;
}

export interface SimulationResult {
  orders: number;
  shipped: number;
  accounted: number;
  seconds: number;
  seed: number;
  crew: CrewSize;
  /** What the pickers walked order by order, and what first come in S-shape would have been; batch runs are not in it. */
  walk: WalkResult | null;
  /** Orders that were sorted at a put wall and packed from there, and the batch runs that brought their goods. */
  overWall: { orders: number; runs: number };
  /** Share of the labels that were drawn and decoded. */
  labels: number;
  /** Processor seconds by process, as the system counts them. */
  cpuSeconds: Record<string, number>;
  states: Record<string, number>;
  latency: Record<string, Quantiles>;
  invariants: Record<string, number>;
  counts: Record<string, number>;
  kills: Kill[];
  /** Examples for each violation and each fault. */
  details: Record<string, unknown>;
  ok: boolean;
}

/** Nothing moved for this long: what is left is stuck. */
const STANDSTILL_MS = 45_000;
const DRAIN_LIMIT_MS = 40_000;
const LOOK_EVERY_MS = 400;
/** A large day moves slowly in shares, and counting its rows costs more. */
const LOOK_AT_LARGE_DAY_MS = 1_500;
const LARGE_DAY = 1_000;
/** At speed 1 a hand movement takes this long; people are slower, but a simulation need not wait for them. */
const HAND_MS = 40;
/** In proportion: a hand movement of two seconds and a walk of 1.2 metres a second. */
const METRE_MS = 16;

/** Plays a day with real processes from intake to departure and judges the result. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const startedAt = performance.now();
  const { say, dataDir, dist } = options;
  const demoDir = join(dataDir, 'demo');
  await writeDay(await demoDirectory(), demoDir, { crew: options.crew, orders: options.orders });
  const crew = await demoCrew(demoDir);
  const { site, agent } = crew;
  const house = new RealHouse({ dataDir, dist, site, agent, demoDir, logLevel: 'info' });
  const tally = new Tally();
  const measures = new Measures();
  const labels = new LabelReader(options.labels, tally);
  let floor: SimulatedFloor | null = null;
  let book: Book | null = null;
  try {
    say('starting PostgreSQL, broker, API and demo data');
    await house.open();
    book = new Book(house.ownerUrl);
    floor = openFloor(options, { crew, house, labels, tally, measures });
    await house.startAgent(await floor.plugIn());
    const core = new CoreClient(house.apiUrl);
    await core.signInByPassword(crew.office.email, crew.office.password);
    say('sending the orders');
    const { seed, given, orders: count } = options;
    const orders = await ordersOfDay(core, { count, given, dice: new Seeded(seed) });
    const toSend = { core, orders, measures, signal: floor.signal };
    await sendFirst(toSend);
    say('the floor starts to work');
    await floor.open();
    const { kills, last } = await watch({ options, house, floor, book, tally, toSend });
    const plan = await FloorPlan.load(core);
    const cpuSeconds = await house.cpuSeconds();
    await floor.close();
    say('checking the invariants');
    const walk = floor.walks.result(plan.bins, await book.ordersAsTheyCame(), plan.known);
    const sent = orders.length;
    return await judge({
      options,
      house,
      book,
      tally,
      measures,
      kills,
      last,
      sent,
      walk,
      cpuSeconds,
      startedAt,
    });
  } finally {
    await floor?.close();
    await book?.close();
    await house.close();
    await labels.close();
  }
}

interface Staffed {
  crew: Awaited<ReturnType<typeof demoCrew>>;
  house: RealHouse;
  labels: LabelReader;
  tally: Tally;
  measures: Measures;
}

function openFloor(
  options: SimulationOptions,
  { crew, house, labels, tally, measures }: Staffed,
): SimulatedFloor {
  const pace = options.speed;
  return new SimulatedFloor({
    apiUrl: house.apiUrl,
    office: crew.office,
    people: crew.people,
    site: crew.site,
    agent: crew.agent,
    dir: join(options.dataDir, 'floor'),
    mqtt: house.agentMqtt,
    dice: new Seeded(options.seed),
    rates: options.faults ? ROUGH_DAY : NO_FAULTS,
    measures,
    tally,
    readPaper: labels.read,
    pace: {
      handMs: HAND_MS / pace,
      metreMs: METRE_MS / pace,
      travelMs: 150 / pace,
      gapMs: 120 / pace,
      labelMs: 60,
      settleMs: 40,
      idleMs: 4_000,
    },
    truckParcels: 60,
    dockers: options.crew.dockers,
    sorters: options.crew.sorters,
    releaseByClick: true,
    patienceMs: 120_000,
  });
}

interface Watched {
  options: SimulationOptions;
  house: RealHouse;
  floor: SimulatedFloor;
  book: Book;
  tally: Tally;
  toSend: OrdersToSend;
}

/** Looks on until all orders have ended and everything has drained, or nothing moves any more. */
async function watch(watched: Watched): Promise<{ kills: Kill[]; last: Progress }> {
  const { options, house, floor, book, tally, toSend } = watched;
  const orders = toSend.orders.length;
  let last = await book.progress();
  let movedAt = performance.now();
  let saidAt = 0;
  void sendFiles(toSend, () => last.shipped + last.accounted).catch((error: Error) =>
    tally.fault('orders-not-sent', error.message),
  );
  const killing = killAll(house, {
    kills: options.kills,
    dice: options.kills > 0 ? new Seeded(options.seed).fork('kills') : new Seeded(0),
    progress: () => shareOf(last, orders),
    tally,
    signal: floor.signal,
  });
  let killsDone = options.kills === 0;
  void killing.then(
    () => {
      killsDone = true;
    },
    (error: Error) => {
      killsDone = true;
      tally.fault('not-back-after-a-kill', error.message);
    },
  );
  let finishedAt = 0;
  while (!floor.failure) {
    const now = await book.progress();
    if (now.share !== last.share || now.shipped !== last.shipped) movedAt = performance.now();
    last = now;
    if (performance.now() - saidAt > 5_000) {
      saidAt = performance.now();
      options.say(
        `${now.shipped} shipped, ${now.accounted} accounted of ${orders}; ${Math.round(shareOf(now, orders) * 100)} % of the work`,
      );
    }
    const over = now.shipped + now.accounted >= orders && killsDone;
    if (over) {
      finishedAt ||= performance.now();
      if (now.drained && floor.beltsEmpty) break;
      if (performance.now() - finishedAt > DRAIN_LIMIT_MS) {
        tally.fault('not-drained', 'readings, events or arrivals were still open 40 s after the last order');
        break;
      }
    } else if (performance.now() - movedAt > STANDSTILL_MS && killsDone) {
      tally.fault('standstill', JSON.stringify(await book.stuck()));
      break;
    }
    await pause(orders > LARGE_DAY ? LOOK_AT_LARGE_DAY_MS : LOOK_EVERY_MS);
  }
  return { kills: await killing.catch(() => []), last };
}

/** Share of the day's work that is done, counting the orders that have not come yet. */
function shareOf(now: Progress, orders: number): number {
  return now.share * Math.min(1, now.orders / Math.max(1, orders));
}

interface Judging {
  options: SimulationOptions;
  house: RealHouse;
  book: Book;
  tally: Tally;
  measures: Measures;
  kills: Kill[];
  last: Progress;
  /** How many orders were sent. */
  sent: number;
  walk: WalkResult | null;
  cpuSeconds: Record<string, number>;
  startedAt: number;
}

interface CheckedInvariant {
  name: string;
  violations: number;
  examples: unknown[];
}

async function judge(j: Judging): Promise<SimulationResult> {
  const { tally, book, house, last, sent } = j;
  const verified = JSON.parse(await house.verify()) as CheckedInvariant[];
  const acts = await book.actsNotOnce(tally.acts);
  const readings = await book.readingsNotOnce([...tally.readings]);
  const papers = await book.papersAtOdds(tally.papers);
  const invariants: Record<string, number> = Object.fromEntries(
    verified.map((each) => [each.name, each.violations]),
  );
  invariants['acknowledged acts stand once'] = acts.length;
  invariants['scans on screens stand once'] = readings.length;
  invariants['labels say what the parcel is'] = papers.length;
  invariants['simulation faults'] = tally.faults.length;
  invariants['processes that died by themselves'] = house.deaths.length;
  const details: Record<string, unknown> = {
    faults: tally.faults.slice(0, 20),
    notes: tally.notes.slice(0, 20),
    deaths: house.deaths,
    acts: acts.slice(0, 5),
    readings: readings.slice(0, 5),
    papers: papers.slice(0, 5),
    ...Object.fromEntries(
      verified.filter((each) => each.violations > 0).map((each) => [each.name, each.examples]),
    ),
  };
  const ok =
    last.shipped + last.accounted >= sent &&
    Object.values(invariants).every((violations) => violations === 0);
  return {
    orders: sent,
    shipped: last.shipped,
    accounted: last.accounted,
    seconds: Math.round((performance.now() - j.startedAt) / 100) / 10,
    seed: j.options.seed,
    crew: j.options.crew,
    walk: j.walk,
    overWall: await book.overWall(),
    labels: j.options.labels,
    cpuSeconds: j.cpuSeconds,
    states: last.states,
    latency: j.measures.table(),
    invariants,
    counts: tally.counts,
    kills: j.kills,
    details,
    ok,
  };
}
