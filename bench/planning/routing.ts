import { type AisleSite, Random, type RouteRequest, type RunStop, routeRun } from '#lib/planning';
import { benchGraphRoutes } from './graph-routing.js';
import { sShapeMm } from './naive-batching.js';
import { type BenchOptions, readOptions } from './options.js';
import { quantile, Report } from './report.js';
import { shortestWalkMm, walkMm } from './routing-check.js';

const ROUTES = 400;
const CHECKED_STOPS = 10;

type Clock = Pick<BenchOptions, 'now'>;

/** Exact routes over generated sites of one, two and three blocks, checked by an independent Held-Karp search. */
export async function bench(args: string[]): Promise<void> {
  const why = 'the routes are generated, checked all and need no limit';
  const options = readOptions(args, 1, { data: why, seconds: why, out: why, only: why, sample: why });
  const report = new Report('routing', options, 'min');
  const timing: Record<string, { p50Ms: number; p99Ms: number; meanStops: number }> = {};
  for (const blocks of [1, 2, 3]) {
    const random = new Random(options.seed * 100 + blocks);
    checkShortRoutes(blocks, random, report, options);
    timing[`blocks${blocks}`] = timeLongRoutes(blocks, random, options);
  }
  benchGraphRoutes(new Random(options.seed * 7), report, options);
  const sShapeAbove = sShapeComparison(new Random(options.seed));
  report.end({ timing, ...sShapeAbove });
}

function checkShortRoutes(blocks: number, random: Random, report: Report, { now }: Clock): void {
  let walked = 0;
  let shortest = 0;
  let feasible = true;
  let spentMs = 0;
  for (let route = 0; route < ROUTES; route++) {
    const request = randomRequest(blocks, 1 + random.below(8), 1 + random.below(CHECKED_STOPS), random);
    const startedMs = now();
    const { stopIds, walkMm: claimedMm } = routeRun(request);
    spentMs += now() - startedMs;
    const measuredMm = walkMm(request, stopIds);
    feasible &&= measuredMm === claimedMm && new Set(stopIds).size === request.stops.length;
    walked += measuredMm;
    shortest += shortestWalkMm(request);
  }
  const name = `${blocks} block${blocks > 1 ? 's' : ''}, ${ROUTES} routes against Held-Karp`;
  const objective = feasible ? walked : null;
  report.add({ name, objective, bestKnown: shortest, seconds: spentMs / 1000 });
}

/** Up to 60 stops in up to 20 aisles, best of three each, after warming up: the machine may be busy otherwise. */
function timeLongRoutes(blocks: number, random: Random, { now }: Clock) {
  const timesMs: number[] = [];
  let stops = 0;
  for (let route = 0; route < 3 * ROUTES; route++) {
    const request = randomRequest(blocks, 10 + random.below(11), 10 + random.below(51), random);
    const spentMs = Math.min(...[1, 2, 3].map(() => timedMs(request, now)));
    if (route < ROUTES) continue;
    timesMs.push(spentMs);
    stops += request.stops.length;
  }
  return { p50Ms: quantile(timesMs, 0.5), p99Ms: quantile(timesMs, 0.99), meanStops: stops / timesMs.length };
}

function timedMs(request: RouteRequest, now: () => number): number {
  const startedMs = now();
  routeRun(request);
  return now() - startedMs;
}

/** How much farther the S-shape walks in one block, for sparse and dense runs. */
function sShapeComparison(random: Random): Record<string, number> {
  return Object.fromEntries(
    [5, 15, 30, 60].map((stopCount) => {
      let exact = 0;
      let sShape = 0;
      for (let route = 0; route < 100; route++) {
        const request = {
          ...randomRequest(1, 12, stopCount, random),
          start: { xMm: 0, yMm: 0 },
          end: undefined,
        };
        exact += routeRun(request).walkMm;
        sShape += sShapeMm(request.stops, 0, request.site.crossAislesMm[1]!);
      }
      return [`sShapeAboveExact${stopCount}Stops`, sShape / exact - 1];
    }),
  );
}

function randomRequest(blocks: number, aisleCount: number, stopCount: number, random: Random): RouteRequest {
  const blockMm = 10_000 + 1000 * random.below(20);
  const aisles = Array.from({ length: aisleCount }, (_, at) => ({
    aisleId: String(at),
    acrossMm: at * 3500,
  }));
  const crossAislesMm = Array.from({ length: blocks + 1 }, (_, at) => at * blockMm);
  const site: AisleSite = { aislesAlong: 'y', aisles, crossAislesMm };
  const station = () => ({
    xMm: 500 * random.below(7 * aisleCount),
    yMm: blockMm * random.below(blocks + 1),
  });
  const stops = Array.from({ length: stopCount }, (_, at): RunStop => {
    const aisle = random.below(aisleCount);
    const yMm = 500 * random.below((2 * blocks * blockMm) / 1000 + 1);
    return { stopId: String(at), aisleId: String(aisle), xMm: aisle * 3500, yMm };
  });
  return { site, stops, start: station(), end: random.next() < 0.5 ? station() : undefined };
}
