import {
  type AisleSite,
  type BatchOrder,
  type BatchRequest,
  batchRuns,
  firstComeWalkMm,
  Random,
} from '#lib/planning';
import { checkedWalkMm } from './batching-check.js';
import { chosen } from './instances.js';
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
  const options = readOptions(args, 10, {
    data: 'the orders are generated',
    out: 'the orders are generated',
    sample: 'there are two waves only',
  });
  const report = new Report('large waves', options, 'min');
  const saved: number[] = [];
  const waves = SIZES.map((size) => ({ size, name: `${size} orders` }));
  for (const { size, name } of chosen(waves, options)) {
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
    // Carts are limited by slots here, which the check of loads does not know.
    const walkMm = plan.runs.every((run) => run.orderIds.length <= SLOTS)
      ? checkedWalkMm({ name, capacity: Number.POSITIVE_INFINITY, request }, plan)
      : null;
    saved.push(1 - plan.walkMm / naiveMm);
    report.add(
      { name, objective: walkMm === null ? null : walkMm / 1e6, bestKnown: null, seconds },
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
