import {
  type AisleSite,
  type BatchOrder,
  type BatchRequest,
  batchRuns,
  firstComeWalkMm,
  Random,
} from '#lib/planning';
import { readOptions } from './options.js';
import { Report } from './report.js';

const SIZES = [1000, 5000];
const AISLES = 30;
const PLACES = 60;
const SLOTS = 12;
const SITE: AisleSite = {
  aislesAlong: 'y',
  aisles: Array.from({ length: AISLES }, (_, at) => ({ aisleId: `A${at}`, acrossMm: at * 4000 })),
  crossAislesMm: [0, PLACES * 1000],
};

/** Large waves on carts of 12: what the search makes of them, beside carts filled as the orders came and walked in S-shape. */
export async function bench(args: string[]): Promise<void> {
  const options = readOptions(args, 10);
  const report = new Report('large waves', options);
  const saved: number[] = [];
  for (const size of SIZES) {
    const name = `${size} orders`;
    if (options.only && !name.includes(options.only)) continue;
    const request = requestOf(size, new Random(options.seed));
    const startedMs = options.now();
    const plan = batchRuns(request, {
      seed: options.seed,
      timeLimitMs: options.seconds * 1000,
      now: options.now,
    });
    const seconds = (options.now() - startedMs) / 1000;
    const way = { start: request.start, end: request.start, slots: SLOTS };
    const naiveMm = firstComeWalkMm(SITE, request.orders, way);
    const inSequenceMm = batchRuns(request, { maxIterations: 0 }).walkMm;
    const planned = plan.runs.flatMap((run) => run.orderIds);
    const feasible =
      new Set(planned).size === size &&
      planned.length === size &&
      plan.runs.every((run) => run.orderIds.length <= SLOTS);
    saved.push(1 - plan.walkMm / naiveMm);
    report.add(
      { name, objective: plan.walkMm / 1e6, bestKnown: null, gap: null, feasible, seconds },
      `km; first come in S-shape ${(naiveMm / 1e6).toFixed(1)}, filled by aisles ${(inSequenceMm / 1e6).toFixed(1)}; ${plan.iterations} steps`,
    );
  }
  report.end({ saved });
}

/** Orders of one to four lines; a third of the aisles get two thirds of the lines. */
function requestOf(size: number, random: Random): BatchRequest {
  const orders = Array.from({ length: size }, (_, order): BatchOrder => {
    const lines = 1 + random.below(4);
    const stops = Array.from({ length: lines }, (_, line) => {
      const aisle = random.next() < 0.5 ? random.below(AISLES / 3) * 3 : random.below(AISLES);
      const yMm = (1 + random.below(PLACES - 1)) * 1000;
      return { stopId: `${order}/${line}`, aisleId: `A${aisle}`, xMm: aisle * 4000, yMm };
    });
    return { orderId: `o${order}`, stops, units: lines, volumeMl: lines, weightGrams: lines };
  });
  return { site: SITE, orders, cart: { slots: SLOTS }, start: { xMm: 58_000, yMm: 0 } };
}
