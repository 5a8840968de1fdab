import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LoadRequest, loadContainer } from '../loading/load-container.js';
import { loadContainers } from '../loading/load-containers.js';
import type { BoxKind } from '../loading/load-parts.js';
import { type BatchRequest, batchRuns } from '../runs/batch-runs.js';
import { type GraphRouteRequest, routeOnGraph } from '../runs/route-graph.js';
import type { DenseWaveRequest } from '../waves/dense-wave-request.js';
import { selectDenseWave } from '../waves/select-dense-wave.js';
import { Random } from './random.js';
import type { SearchLimits } from './search-limits.js';

/** One search under the law: its plan, and what the plan is worth (more is better). */
interface Anytime {
  plan: unknown;
  worth: number;
}

/** A clock by which every look at it takes one millisecond: time limits become deterministic. */
function lookClock(): () => number {
  let looks = 0;
  return () => looks++;
}

const within = (random: Random, least: number, most: number) => least + random.below(most - least + 1);
const list = <T>(length: number, make: (at: number) => T) => Array.from({ length }, (_, at) => make(at));

function boxKinds(random: Random, count: number, [least, most]: [number, number]): BoxKind[] {
  return list(count, () => ({
    size: {
      lengthMm: within(random, least, most),
      widthMm: within(random, least, most),
      heightMm: within(random, least, most),
    },
    vertical: { length: random.next() < 0.5, width: random.next() < 0.5, height: true },
    count: within(random, 1, 12),
  }));
}

function loading(random: Random, limits: SearchLimits): Anytime {
  const container = { lengthMm: 587, widthMm: 233, heightMm: 220 };
  const request: LoadRequest = { container, kinds: boxKinds(random, within(random, 5, 14), [25, 110]) };
  const plan = loadContainer(request, limits);
  return { plan, worth: plan.fillRatio };
}

function loadingSeveral(random: Random, limits: SearchLimits): Anytime {
  const container = { lengthMm: 60, widthMm: 40, heightMm: 36 };
  const kinds = boxKinds(random, within(random, 2, 6), [7, 30]);
  const plan = loadContainers({ container, kinds }, limits);
  return { plan, worth: -plan.containers.length - (plan.containers.at(-1)?.fillRatio ?? 0) };
}

/** @param orderCount more than 400 are searched part by part */
function batching(orderCount: number, oneWay = false) {
  return (random: Random, limits: SearchLimits): Anytime => {
    const site: BatchRequest['site'] = {
      aislesAlong: 'y',
      aisles: list(8, (at) => ({
        aisleId: `A${at}`,
        acrossMm: at * 4000,
        ...(oneWay && { oneWay: at % 2 === 0 ? 'up' : 'down' }),
      })),
      crossAislesMm: [0, 20_000],
    };
    const orders = list(orderCount, (order) => ({
      orderId: `o${order}`,
      units: within(random, 1, 3),
      volumeMl: 1,
      weightGrams: 1,
      stops: list(within(random, 1, 3), (stop) => {
        const aisle = random.below(8);
        return {
          stopId: `${order}/${stop}`,
          aisleId: `A${aisle}`,
          xMm: aisle * 4000,
          yMm: 1000 * within(random, 1, 19),
        };
      }),
    }));
    const plan = batchRuns({ site, orders, cart: { units: 12 }, start: { xMm: 0, yMm: 0 } }, limits);
    return { plan, worth: -plan.walkMm };
  };
}

/** @param mostLines 1 takes the search for orders of one line */
function denseWave(mostLines: number) {
  return (random: Random, limits: SearchLimits): Anytime => {
    const pairs = (most: number) =>
      list(within(random, 1, most), () => ({
        itemId: `i${random.below(8)}`,
        quantity: within(random, 1, 6),
      }));
    const request: DenseWaveRequest = {
      orders: list(within(random, 5, 40), (at) => ({ orderId: `o${at}`, lines: pairs(mostLines) })),
      aisles: list(within(random, 3, 14), (at) => ({ aisleId: `A${at}`, stock: pairs(5) })),
      minUnits: within(random, 0, 12),
      maxUnits: within(random, 12, 40),
    };
    const plan = selectDenseWave(request, limits);
    return { plan, worth: plan?.unitsPerAisle ?? 0 };
  };
}

function graphRoute(random: Random, limits: SearchLimits): Anytime {
  const nodeIds = list(24, (at) => `n${at}`);
  const way = (from: number, to: number) => ({
    from: nodeIds[from % 24]!,
    to: nodeIds[to % 24]!,
    lengthMm: within(random, 1, 50),
    oneWay: random.next() < 0.5,
  });
  const request: GraphRouteRequest = {
    graph: {
      nodeIds,
      ways: [
        ...list(24, (at) => way(at, at + 1)),
        ...list(30, () => way(random.below(24), random.below(24))),
      ],
    },
    stops: random
      .shuffle([...nodeIds])
      .slice(0, 18)
      .map((nodeId) => ({ stopId: nodeId, nodeId })),
    startNodeId: 'n0',
  };
  const plan = routeOnGraph(request, limits);
  return { plan, worth: -plan.walkMm };
}

/** Each search with the longest limit, in looks at the clock, and how many problems are tried. */
const SEARCHES = [
  { name: 'loadContainer', solve: loading, longest: 400, problems: 6 },
  { name: 'loadContainers', solve: loadingSeveral, longest: 800, problems: 8 },
  { name: 'batchRuns', solve: batching(24), longest: 150, problems: 10 },
  { name: 'batchRuns over one-way aisles', solve: batching(24, true), longest: 150, problems: 6 },
  { name: 'batchRuns in parts over one-way aisles', solve: batching(401, true), longest: 200, problems: 1 },
  { name: 'batchRuns in parts', solve: batching(401), longest: 300, problems: 2 },
  { name: 'selectDenseWave, one line', solve: denseWave(1), longest: 400, problems: 100 },
  { name: 'selectDenseWave, several lines', solve: denseWave(3), longest: 400, problems: 40 },
  { name: 'routeOnGraph', solve: graphRoute, longest: 30, problems: 15 },
];

describe('an anytime search', () => {
  it.each(SEARCHES)(
    '$name: with more time never worse, with the same seed the same plan',
    ({ solve, longest, problems }) => {
      const limit = fc.integer({ min: 0, max: longest });
      fc.assert(
        fc.property(fc.nat(), limit, limit, (seed, one, two) => {
          const within = (timeLimitMs: number) =>
            solve(new Random(seed), { seed, timeLimitMs, now: lookClock() });
          const shorter = within(Math.min(one, two));
          expect(within(Math.min(one, two)).plan).toEqual(shorter.plan);
          expect(within(Math.max(one, two)).worth).toBeGreaterThanOrEqual(shorter.worth);
        }),
        { numRuns: problems },
      );
    },
  );
});
