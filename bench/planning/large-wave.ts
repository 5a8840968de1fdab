import {
  type AisleSite,
  type BatchOrder,
  type BatchRequest,
  batchRuns,
  firstComeWalkMm,
  Random,
  type RunStop,
  routeOnSite,
} from '#lib/planning';
import { checkedWalkMm } from './batching-check.js';
import { chosen } from './instances.js';
import { oneWayWalkMm } from './one-way-check.js';
import { type BenchOptions, readOptions } from './options.js';
import { Report } from './report.js';

const SIZES = [1000, 5000];
/** The first is searched as a whole. */
const ONE_WAY_SIZES = [300, ...SIZES];
const AISLES = 30;
const PLACES = 60;
const SLOTS = 12;
const SITE: AisleSite = {
  aislesAlong: 'y',
  aisles: Array.from({ length: AISLES }, (_, at) => ({ aisleId: `A${at}`, acrossMm: at * 4000 })),
  crossAislesMm: [0, PLACES * 1000],
};
/** The same with aisles that may be walked up and down in turns. */
const ONE_WAY: AisleSite = {
  ...SITE,
  aisles: SITE.aisles.map((aisle, at) => ({ ...aisle, oneWay: at % 2 === 0 ? 'up' : 'down' })),
};

interface Wave {
  name: string;
  size: number;
  site: AisleSite;
}

/**
 * Large waves on carts of 12: what the search makes of them, beside carts filled as the orders came and walked in S-shape; with one-way
 * aisles beside such carts on shortest routes, and beside batches that were chosen as if all aisles were open both ways.
 */
export async function bench(args: string[]): Promise<void> {
  const options = readOptions(args, 10, {
    data: 'the orders are generated',
    out: 'the orders are generated',
    sample: 'there are a few waves only',
  });
  const report = new Report('large waves', options, 'min');
  const waves = [
    ...SIZES.map((size): Wave => ({ size, name: `${size} orders`, site: SITE })),
    ...ONE_WAY_SIZES.map((size): Wave => ({ size, name: `${size} orders, one-way aisles`, site: ONE_WAY })),
  ];
  const saved: number[] = [];
  const savedOneWay: number[] = [];
  for (const wave of chosen(waves, options)) {
    if (wave.site === SITE) saved.push(planTwoWay(wave, report, options));
    else savedOneWay.push(planOneWay(wave, report, options));
  }
  report.end({ saved, savedOneWay });
}

function planTwoWay({ name, size, site }: Wave, report: Report, options: BenchOptions): number {
  const request = requestOf(size, site, new Random(options.seed));
  const { plan, seconds } = planned(request, options);
  const way = { start: request.start, end: request.start, slots: SLOTS };
  const naiveMm = firstComeWalkMm(SITE, request.orders, way);
  const inSequenceMm = batchRuns(request, { maxIterations: 0 }).walkMm;
  // Carts are limited by slots here, which the check of loads does not know.
  const walkMm = plan.runs.every((run) => run.orderIds.length <= SLOTS)
    ? checkedWalkMm({ name, capacity: Number.POSITIVE_INFINITY, request }, plan)
    : null;
  report.add(
    { name, objective: inKm(walkMm), bestKnown: null, seconds },
    `km; first come in S-shape ${km(naiveMm)}, filled by aisles ${km(inSequenceMm)}; ${plan.iterations} steps`,
  );
  return 1 - plan.walkMm / naiveMm;
}

/** Walks are those of `routeOnSite`, measured again leg by leg. */
function planOneWay({ name, size, site }: Wave, report: Report, options: BenchOptions): number {
  const request = requestOf(size, site, new Random(options.seed));
  const { plan, seconds } = planned(request, options);
  const blind = planned({ ...request, site: SITE }, options).plan;
  const blindMm = walkOf(
    request,
    blind.runs.map((run) => run.orderIds),
  );
  const ids = request.orders.map(({ orderId }) => orderId);
  const firstComeMm = walkOf(
    request,
    Array.from({ length: Math.ceil(size / SLOTS) }, (_, at) => ids.slice(at * SLOTS, (at + 1) * SLOTS)),
  );
  const batches = plan.runs.map((run) => run.orderIds);
  const once = batches.flat().length === size && new Set(batches.flat()).size === size;
  const feasible = once && batches.every((orderIds) => orderIds.length <= SLOTS);
  const walkMm = walkOf(request, batches);
  const agreed = feasible && walkMm !== null && Math.abs(walkMm - plan.walkMm) < 1;
  report.add(
    { name, objective: inKm(agreed ? walkMm : null), bestKnown: null, seconds },
    `km; chosen as if open both ways ${km(blindMm)}, first come ${km(firstComeMm)}; ${plan.iterations} steps`,
  );
  return 1 - plan.walkMm / (blindMm ?? Number.NaN);
}

function planned(request: BatchRequest, { seed, seconds: limit, now }: BenchOptions) {
  const startedMs = now();
  const plan = batchRuns(request, { seed, timeLimitMs: limit * 1000, now });
  return { plan, seconds: (now() - startedMs) / 1000 };
}

/** All these carts on their routes, each leg measured again; null where a route leaves a stop out or claims another walk. */
function walkOf({ site, orders, start }: BatchRequest, batches: string[][]): number | null {
  const stopsOf = new Map(orders.map(({ orderId, stops }) => [orderId, stops]));
  let sumMm = 0;
  for (const orderIds of batches) {
    const stops = orderIds.flatMap((orderId) => stopsOf.get(orderId) ?? []);
    const { stopIds, walkMm } = routeOnSite({ site, stops, start });
    const byId = new Map(stops.map((stop): [string, RunStop] => [stop.stopId, stop]));
    const inOrder = stopIds.map((stopId) => byId.get(stopId)!);
    const whole = new Set(stopIds).size === byId.size;
    if (!whole || oneWayWalkMm(site, start, inOrder) !== walkMm) return null;
    sumMm += walkMm;
  }
  return sumMm;
}

function inKm(walkMm: number | null): number | null {
  return walkMm === null ? null : walkMm / 1e6;
}

function km(walkMm: number | null): string {
  return walkMm === null ? 'not feasible' : (walkMm / 1e6).toFixed(1);
}

/** Orders of one to four lines; a third of the aisles get two thirds of the lines. */
function requestOf(size: number, site: AisleSite, random: Random): BatchRequest {
  const orders = Array.from({ length: size }, (_, order): BatchOrder => {
    const lines = 1 + random.below(4);
    const stops = Array.from({ length: lines }, (_, line) => {
      const aisle = random.next() < 0.5 ? random.below(AISLES / 3) * 3 : random.below(AISLES);
      const yMm = (1 + random.below(PLACES - 1)) * 1000;
      return { stopId: `${order}/${line}`, aisleId: `A${aisle}`, xMm: aisle * 4000, yMm };
    });
    return { orderId: `o${order}`, stops, units: lines, volumeMl: lines, weightGrams: lines };
  });
  return { site, orders, cart: { slots: SLOTS }, start: { xMm: 58_000, yMm: 0 } };
}
