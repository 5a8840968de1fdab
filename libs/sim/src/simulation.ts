import { join } from 'node:path';
import { Piscina } from 'piscina';
import type { ItemView, NewOrder } from '#lib/contracts';
import { Book, type Progress } from './book.js';
import { CoreClient } from './core-client.js';
import { demoCrew } from './demo-crew.js';
import { NO_FAULTS, ROUGH_DAY } from './faults.js';
import { allOf, SimulatedFloor } from './floor.js';
import { type Kill, killAll } from './killer.js';
import { Measures, type Quantiles } from './measures.js';
import { makeOrders } from './orders.js';
import { paperFrom } from './paper-reader.js';
import { RealHouse } from './real-house.js';
import { Seeded } from './seeded.js';
import { Tally } from './tally.js';
import { pause } from './waiting.js';

export interface SimulationOptions {
  orders: number;
  /** Orders given in a file instead of made ones. */
  given: NewOrder[] | null;
  seed: number;
  faults: boolean;
  kills: number;
  speed: number;
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
/** At speed 1 a hand movement takes this long; people are slower, but a simulation need not wait for them. */
const HAND_MS = 40;

/** Plays a day with real processes from intake to departure and judges the result. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const startedAt = performance.now();
  const { say, seed, dataDir, dist } = options;
  const crew = await demoCrew();
  const house = new RealHouse({ dataDir, dist, site: crew.site, agent: crew.agent, logLevel: 'info' });
  const tally = new Tally();
  const measures = new Measures();
  const readers = new Piscina({ filename: join(import.meta.dirname, 'label-worker.js'), maxThreads: 1 });
  let floor: SimulatedFloor | null = null;
  let book: Book | null = null;
  try {
    say('starting PostgreSQL, broker, API and demo data');
    await house.open();
    book = new Book(house.ownerUrl);
    const dice = new Seeded(seed);
    const pace = options.speed;
    floor = new SimulatedFloor({
      apiUrl: house.apiUrl,
      office: crew.office,
      people: crew.people,
      site: crew.site,
      agent: crew.agent,
      dir: join(dataDir, 'floor'),
      mqtt: house.agentMqtt,
      dice,
      rates: options.faults ? ROUGH_DAY : NO_FAULTS,
      measures,
      tally,
      readPaper: async (zpl) => paperFrom(zpl, (await readers.run(zpl)) as string[]),
      pace: {
        handMs: HAND_MS / pace,
        travelMs: 150 / pace,
        gapMs: 120 / pace,
        labelMs: 60,
        settleMs: 40,
        idleMs: 4_000,
      },
      truckParcels: 60,
      releaseByClick: true,
      patienceMs: 120_000,
    });
    await house.startAgent(await floor.plugIn());
    say('sending the orders');
    const core = new CoreClient(house.apiUrl);
    await core.signInByPassword(crew.office.email, crew.office.password);
    const orders = await sendOrders(core, options, dice, measures);
    say(`${orders} orders are in; the floor starts to work`);
    await floor.open();
    const { kills, last } = await watch({ options, house, floor, book, tally, orders });
    await floor.close();
    say('checking the invariants');
    return await judge({ options, house, book, tally, measures, kills, last, orders, startedAt });
  } finally {
    await floor?.close();
    await book?.close();
    await house.close();
    await readers.destroy();
  }
}

async function sendOrders(
  core: CoreClient,
  options: SimulationOptions,
  dice: Seeded,
  measures: Measures,
): Promise<number> {
  const items = await allOf<ItemView>(core, '/items');
  const services = await core.get<{ items: { carrier: string; service: string }[] }>(
    '/sites/carrier-services',
  );
  const offered = services.items.map(({ carrier, service }) => ({ carrier, service }));
  const orders = options.given ?? makeOrders(options.orders, dice.fork('orders'), items, offered);
  for (const order of orders)
    await measures.time('intake', () => core.post('/orders', order, `sim-${order.externalRef}`));
  return orders.length;
}

interface Watched {
  options: SimulationOptions;
  house: RealHouse;
  floor: SimulatedFloor;
  book: Book;
  tally: Tally;
  /** How many were sent. */
  orders: number;
}

/** Looks on until all orders have ended and everything has drained, or nothing moves any more. */
async function watch(watched: Watched): Promise<{ kills: Kill[]; last: Progress }> {
  const { options, house, floor, book, tally, orders } = watched;
  let last = await book.progress();
  let movedAt = performance.now();
  let saidAt = 0;
  const killing = killAll(house, {
    kills: options.kills,
    dice: options.kills > 0 ? new Seeded(options.seed).fork('kills') : new Seeded(0),
    progress: () => last.share,
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
        `${now.shipped} shipped, ${now.accounted} accounted of ${orders}; ${Math.round(now.share * 100)} % of the work`,
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
    await pause(200);
  }
  return { kills: await killing.catch(() => []), last };
}

interface Judging {
  options: SimulationOptions;
  house: RealHouse;
  book: Book;
  tally: Tally;
  measures: Measures;
  kills: Kill[];
  last: Progress;
  orders: number;
  startedAt: number;
}

interface CheckedInvariant {
  name: string;
  violations: number;
  examples: unknown[];
}

async function judge(j: Judging): Promise<SimulationResult> {
  const { tally, book, house, last, orders } = j;
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
    last.shipped + last.accounted >= orders &&
    Object.values(invariants).every((violations) => violations === 0);
  return {
    orders,
    shipped: last.shipped,
    accounted: last.accounted,
    seconds: Math.round((performance.now() - j.startedAt) / 100) / 10,
    seed: j.options.seed,
    states: last.states,
    latency: j.measures.table(),
    invariants,
    counts: tally.counts,
    kills: j.kills,
    details,
    ok,
  };
}
