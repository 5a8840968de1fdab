import { performance } from 'node:perf_hooks';
import type { PickMethod } from '#lib/contracts';
import {
  type AisleSite,
  type Allocation,
  type AllocationRequest,
  adviseSlotting,
  allocateFefo,
  type BatchOrder,
  batchRuns,
  CARTON_UNITS_MOST,
  type CartonPlan,
  type CartonType,
  chooseCarton,
  firstComeWalkMm,
  type ItemToPack,
  inferAisleSite,
  type KnownLayout,
  type LocatedBin,
  type OrderSelection,
  type PlannedCarton,
  type PlannedRun,
  type PointMm,
  type RunReason,
  type RunStop,
  type RunsPlan,
  routeOnSite,
  type SelectOrdersRequest,
  type SlottingAdvice,
  type SlottingRequest,
  selectOrders,
  splitByZone,
  sShapeWalkMm,
} from '#lib/planning';
import type { BatchGroup, LargerThanTote } from './cart-loads.js';
import { groupBy } from './group-by.js';

/** Where people walk: the locations of the site and what it knows of its aisles, and where runs begin. */
export interface Walkable {
  bins: LocatedBin[];
  known: KnownLayout;
  start: PointMm;
}

export interface BatchTask {
  walkable: Walkable;
  groups: BatchGroup[];
  /** Orders that a cart takes when they come first come first served. */
  slots: number;
  method: PickMethod;
  /** Zone by aisle; needed for the method `zone`. */
  zoneOfAisle: Record<string, string>;
  timeLimitMs: number;
  seed: number;
  /** Set first number: end with the best so far. Second number: counts looks at it. */
  flags: Int32Array;
}

/** A run as it was put together; one cart's trip through one zone where a cart passes several. */
export interface BatchedRun {
  orderIds: string[];
  stopIds: string[];
  walkMm: number;
  reasons: RunReason[];
  zone: string | null;
  leg: number | null;
  /** Index of the run in the answer from which the cart comes. */
  after: number | null;
  /** Why its order has a cart alone, whatever the method of the others. */
  alone: LargerThanTote | null;
}

export interface BatchAnswer {
  runs: BatchedRun[];
  unplaced: RunsPlan['unplaced'];
  iterations: number;
  firstComeMm: number;
}

export interface RouteTask {
  walkable: Walkable;
  runs: { runId: string; stops: RunStop[]; end: PointMm }[];
}

export interface RoutedRunOf {
  runId: string;
  stopIds: string[];
  walkMm: number;
  naiveMm: number;
}

export interface CartoniseTask {
  /** The most urgent first: they have their cartons where the time does not go for all. */
  orders: { orderId: string; items: ItemToPack[] }[];
  cartons: CartonType[];
  timeLimitMs: number;
  /** First number: as of {@link BatchTask.flags}; null: nobody ends it early. */
  flags: Int32Array | null;
}

export interface PackTask {
  items: ItemToPack[];
  cartons: CartonType[];
}

export type CartonOfOrder = Pick<PlannedCarton, 'cartonId' | 'contentGrams' | 'grossGrams' | 'reasons'> & {
  contents: { itemId: string; quantity: number }[];
};

export interface CartoniseAnswer {
  byOrder: { orderId: string; cartons: CartonOfOrder[] }[];
  unfitOrderIds: string[];
  /** Not looked at when the time was over. */
  openOrderIds: string[];
}

/** A few orders are soon planned as well as they can be: searching on to the time limit would only keep people waiting. */
const ITERATIONS_LEAST = 300;
const ITERATIONS_PER_ORDER = 60;

/** Runs in a worker thread (piscina calls the exports by name): nothing here touches the database. */
export function select(request: SelectOrdersRequest): OrderSelection {
  return selectOrders(request);
}

export function allocate(request: AllocationRequest): Allocation {
  return allocateFefo(request);
}

export function slotting(request: SlottingRequest): SlottingAdvice {
  return adviseSlotting(request);
}

export function batch(task: BatchTask): BatchAnswer {
  const site = siteOf(task.walkable);
  const { start } = task.walkable;
  const total = task.groups.reduce((sum, { orders }) => sum + orders.length, 0);
  const answer: BatchAnswer = { runs: [], unplaced: [], iterations: 0, firstComeMm: 0 };
  for (const { orders, end, cart, alone = null } of task.groups) {
    const plan = batchRuns(
      { site, orders, cart, start, end },
      {
        seed: task.seed,
        timeLimitMs: (task.timeLimitMs * orders.length) / total,
        maxIterations: ITERATIONS_LEAST + ITERATIONS_PER_ORDER * orders.length,
        now: () => performance.now(),
        shouldStop: () => {
          Atomics.add(task.flags, 1, 1);
          return Atomics.load(task.flags, 0) === 1;
        },
      },
    );
    answer.unplaced.push(...plan.unplaced);
    answer.iterations += plan.iterations;
    const byId = new Map(orders.map((order) => [order.orderId, order]));
    for (const run of plan.runs) {
      if (task.method === 'zone' && alone === null) addLegs(answer.runs, task, run, byId);
      else answer.runs.push({ ...goodsOf(run), zone: null, leg: null, after: null, alone });
    }
  }
  answer.firstComeMm = firstComeMm(task, site, new Set(answer.unplaced.map(({ orderId }) => orderId)));
  return answer;
}

/** The same orders on carts as they came in, those that end at one place together. */
function firstComeMm(task: BatchTask, site: AisleSite, unplaced: ReadonlySet<string>): number {
  const { start } = task.walkable;
  const byEnd = groupBy(task.groups, ({ end }) => `${end.xMm} ${end.yMm}`);
  return [...byEnd.values()].reduce((sum, groups) => {
    const placed = groups.flatMap(({ orders }) => orders.filter(({ orderId }) => !unplaced.has(orderId)));
    return sum + firstComeWalkMm(site, placed, { start, end: groups[0]!.end, slots: task.slots });
  }, 0);
}

function goodsOf({ orderIds, stopIds, walkMm, reasons }: PlannedRun) {
  return { orderIds, stopIds, walkMm, reasons };
}

/** One run for each zone that the cart passes. */
function addLegs(
  runs: BatchedRun[],
  task: BatchTask,
  run: PlannedRun,
  byId: ReadonlyMap<string, BatchOrder>,
): void {
  const { orderIds, walkMm, reasons } = run;
  const sequence = [...new Set(Object.values(task.zoneOfAisle))].sort();
  const parts = splitByZone(
    orderIds.map((orderId) => ({ ...byId.get(orderId)!, takes: {} })),
    task.zoneOfAisle,
    sequence,
  );
  // The cart passes the zones that it has picks in, one picker after the other.
  const zones = sequence.filter((zone) => parts.some((part) => part.zone === zone));
  zones.forEach((zone, leg) => {
    const own = parts.filter((part) => part.zone === zone);
    runs.push({
      orderIds: own.map(({ order }) => order.orderId),
      stopIds: own.flatMap(({ order }) => order.stops.map(({ stopId }) => stopId)),
      walkMm,
      reasons,
      zone,
      leg,
      after: leg === 0 ? null : runs.length - 1,
      alone: null,
    });
  });
}

export function route(task: RouteTask): RoutedRunOf[] {
  const site = siteOf(task.walkable);
  const { start } = task.walkable;
  return task.runs.map(({ runId, stops, end }) => ({
    runId,
    ...routeOnSite({ site, stops, start, end }),
    naiveMm: sShapeWalkMm(site, stops, { start, end }),
  }));
}

/** The cartons of each order; the same goods are packed once, however many orders want them. */
export function cartonise(task: CartoniseTask): CartoniseAnswer {
  const endMs = performance.now() + task.timeLimitMs;
  const known = new Map<string, CartonOfOrder[] | null>();
  const answer: CartoniseAnswer = { byOrder: [], unfitOrderIds: [], openOrderIds: [] };
  for (const { orderId, items } of task.orders) {
    if (performance.now() >= endMs || (task.flags && Atomics.load(task.flags, 0) === 1)) {
      answer.openOrderIds.push(orderId);
      continue;
    }
    const key = items
      .map(({ itemId, quantity }) => `${itemId} ${quantity}`)
      .sort()
      .join();
    let cartons = known.get(key);
    if (cartons === undefined) {
      cartons = cartonsOf(items, task.cartons);
      known.set(key, cartons);
    }
    if (cartons) answer.byOrder.push({ orderId, cartons });
    else answer.unfitOrderIds.push(orderId);
  }
  return answer;
}

export function pack({ items, cartons }: PackTask): CartonPlan {
  return chooseCarton(items, cartons);
}

/** Null when something fits no carton, or when there is more than is ever packed at once. */
function cartonsOf(items: ItemToPack[], types: CartonType[]): CartonOfOrder[] | null {
  if (items.reduce((sum, { quantity }) => sum + quantity, 0) > CARTON_UNITS_MOST) return null;
  const plan = chooseCarton(items, types);
  if (plan.unpacked.length > 0) return null;
  return plan.cartons.map(({ cartonId, contentGrams, grossGrams, reasons, placements }) => {
    const units = new Map<string, number>();
    for (const { itemId } of placements) units.set(itemId, (units.get(itemId) ?? 0) + 1);
    const contents = [...units].map(([itemId, quantity]) => ({ itemId, quantity }));
    return { cartonId, contentGrams, grossGrams, reasons, contents };
  });
}

function siteOf(walkable: Walkable): AisleSite {
  return inferAisleSite(walkable.bins, walkable.known);
}
