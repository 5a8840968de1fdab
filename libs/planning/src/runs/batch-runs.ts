import { SearchBudget, type SearchLimits } from '../search/search-limits.js';
import { AisleRouter } from './aisle-router.js';
import { searchBatches } from './batch-parts.js';
import type { BatchProblem } from './batch-search.js';
import { routeStops } from './route-run.js';
import { RunLengths } from './run-lengths.js';
import type { AisleSite, PointMm, RunStop } from './site-layout.js';
import { walkAlongMm } from './walk-along.js';

/** An order that goes whole onto one cart. */
export interface BatchOrder {
  orderId: string;
  stops: RunStop[];
  /** Totes or cart slots it needs. Default 1. */
  slots?: number;
  units: number;
  volumeMl: number;
  weightGrams: number;
}

/** What one cart carries. What is left out is unlimited. */
export interface CartCapacity {
  slots?: number;
  units?: number;
  volumeMl?: number;
  weightGrams?: number;
}

export interface BatchRequest {
  site: AisleSite;
  orders: BatchOrder[];
  cart: CartCapacity;
  start: PointMm;
  /** Default: where the run began. */
  end?: PointMm;
}

export interface RunLoad {
  slots: number;
  units: number;
  volumeMl: number;
  weightGrams: number;
}

export interface PlannedRun {
  orderIds: string[];
  /** The stops of all its orders in the order of the walk. */
  stopIds: string[];
  walkMm: number;
  /** Walk saved against picking each of its orders alone. */
  savedMm: number;
  load: RunLoad;
  /** Why these orders go together and why no more of them. */
  reasons: RunReason[];
}

export type RunReason =
  | { code: 'walk-saved'; savedMm: number; aloneMm: number }
  | { code: 'shared-aisles'; aisleIds: string[] }
  | { code: 'cart-full'; capacity: keyof CartCapacity; load: number; limit: number };

export type UnplacedReason =
  | { code: 'larger-than-cart'; capacity: keyof CartCapacity; needed: number; limit: number }
  | { code: 'stop-unreachable'; stopId: string; detail: string };

export interface RunsPlan {
  runs: PlannedRun[];
  unplaced: { orderId: string; reason: UnplacedReason }[];
  walkMm: number;
  /** The same orders one by one. */
  walkAloneMm: number;
  iterations: number;
}

const CAPACITIES = ['slots', 'units', 'volumeMl', 'weightGrams'] as const;

/**
 * Puts orders together into runs of least total walk, each within the cart's capacities and walked as `routeOnSite` walks it, so that
 * one-way aisles count from the beginning. Default 2,000 iterations.
 * Every order is in exactly one run or is unplaced with its reason.
 */
export function batchRuns(request: BatchRequest, limits: SearchLimits = {}): RunsPlan {
  const budget = new SearchBudget(limits, 2000);
  const router = new AisleRouter(request.site, request.start, request.end ?? request.start);
  const unplaced: RunsPlan['unplaced'] = [];
  const orders = request.orders.filter((order) => {
    const reason = whyUnplaceable(order, request, router);
    if (reason) unplaced.push({ orderId: order.orderId, reason });
    return !reason;
  });
  const problem = problemOf(orders, request, router);
  const runs = searchBatches(problem, budget).map((members) =>
    runOf(members, { orders, problem, router, request }),
  );
  runs.sort((one, two) => (one.orderIds[0]! < two.orderIds[0]! ? -1 : 1));
  return {
    runs,
    unplaced,
    walkMm: runs.reduce((sum, run) => sum + run.walkMm, 0),
    walkAloneMm: runs.reduce((sum, run) => sum + run.walkMm + run.savedMm, 0),
    iterations: budget.iterations,
  };
}

function needOf(order: BatchOrder, capacity: keyof CartCapacity): number {
  return capacity === 'slots' ? (order.slots ?? 1) : order[capacity];
}

function whyUnplaceable(
  order: BatchOrder,
  request: BatchRequest,
  router: AisleRouter,
): UnplacedReason | undefined {
  for (const capacity of CAPACITIES) {
    const needed = needOf(order, capacity);
    const limit = request.cart[capacity];
    if (limit !== undefined && needed > limit) return { code: 'larger-than-cart', capacity, needed, limit };
  }
  for (const stop of order.stops) {
    try {
      router.columnOf(stop.aisleId);
      router.stretchOf(request.site.aislesAlong === 'x' ? stop.xMm : stop.yMm);
      if (router.directed) requireWay(stop, request);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { code: 'stop-unreachable', stopId: stop.stopId, detail: error.message };
    }
  }
  return undefined;
}

/** @throws RangeError where one-way aisles leave no way over the stop. */
function requireWay(stop: RunStop, { site, start, end = start }: BatchRequest): void {
  if (!Number.isFinite(walkAlongMm(site, [start, stop, end])))
    throw new RangeError(`There is no way from the start over aisle ${stop.aisleId} to the end.`);
}

function problemOf(orders: BatchOrder[], request: BatchRequest, router: AisleRouter): BatchProblem {
  const lengths = new RunLengths(
    router,
    orders.map((order) => order.stops),
    request,
  );
  const limited = CAPACITIES.filter((capacity) => request.cart[capacity] !== undefined);
  return {
    loads: orders.map((order) => limited.map((capacity) => needOf(order, capacity))),
    limits: limited.map((capacity) => request.cart[capacity]!),
    lengthOf: (members) => lengths.of(members),
    kinship: (one, two) => lengths.kinship(one, two),
    columnsOf: (order) => lengths.columnsOf(order),
    guessAdded: (order, run) => lengths.guessAdded(order, run),
  };
}

interface RunContext {
  orders: BatchOrder[];
  problem: BatchProblem;
  router: AisleRouter;
  request: BatchRequest;
}

function runOf(members: number[], { orders, problem, router, request }: RunContext): PlannedRun {
  const inRun = [...members].sort((one, two) => one - two).map((member) => orders[member]!);
  const { site, start, end } = request;
  const stops = inRun.flatMap((order) => order.stops);
  const { stopIds, walkMm } = routeStops(router, { site, start, end, stops });
  const aloneMm = members.reduce((sum, member) => sum + problem.lengthOf([member]), 0);
  const total = (capacity: keyof CartCapacity) =>
    inRun.reduce((sum, order) => sum + needOf(order, capacity), 0);
  const load = {
    slots: total('slots'),
    units: total('units'),
    volumeMl: total('volumeMl'),
    weightGrams: total('weightGrams'),
  };
  return {
    orderIds: inRun.map((order) => order.orderId),
    stopIds,
    walkMm,
    savedMm: aloneMm - walkMm,
    load,
    reasons: reasonsOf(inRun, { walkMm, aloneMm, load, cart: request.cart }),
  };
}

/** A cart counts as full in a capacity of which less than this share is left. */
const FULL_SHARE = 0.05;

function reasonsOf(
  orders: BatchOrder[],
  run: { walkMm: number; aloneMm: number; load: RunLoad; cart: CartCapacity },
): RunReason[] {
  const reasons: RunReason[] = [];
  const ordersByAisle = new Map<string, Set<string>>();
  for (const { orderId, stops } of orders) {
    for (const { aisleId } of stops) {
      ordersByAisle.set(aisleId, (ordersByAisle.get(aisleId) ?? new Set<string>()).add(orderId));
    }
  }
  const shared = [...ordersByAisle].filter(([, inAisle]) => inAisle.size > 1).map(([aisleId]) => aisleId);
  if (orders.length > 1) {
    reasons.push({ code: 'walk-saved', savedMm: run.aloneMm - run.walkMm, aloneMm: run.aloneMm });
  }
  if (shared.length > 0) reasons.push({ code: 'shared-aisles', aisleIds: shared.sort() });
  for (const capacity of CAPACITIES) {
    const limit = run.cart[capacity];
    const load = run.load[capacity];
    if (limit !== undefined && load > limit * (1 - FULL_SHARE))
      reasons.push({ code: 'cart-full', capacity, load, limit });
  }
  return reasons;
}
