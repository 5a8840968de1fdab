import { performance } from 'node:perf_hooks';
import {
  type AisleSite,
  type Allocation,
  type AllocationRequest,
  allocateFefo,
  type BatchOrder,
  batchRuns,
  type CartonType,
  chooseCarton,
  firstComeWalkMm,
  type ItemToPack,
  inferAisleSite,
  type LocatedBin,
  type OrderSelection,
  type PointMm,
  type RunStop,
  type RunsPlan,
  routeRun,
  type SelectOrdersRequest,
  selectOrders,
  sShapeWalkMm,
} from '#lib/planning';

/** Where people walk: the locations of the site, where runs begin and where they end. */
export interface Walkable {
  bins: LocatedBin[];
  start: PointMm;
  end: PointMm;
}

export interface BatchTask {
  walkable: Walkable;
  orders: BatchOrder[];
  slots: number;
  timeLimitMs: number;
  seed: number;
}

export interface RouteTask {
  walkable: Walkable;
  runs: { runId: string; stops: RunStop[] }[];
}

export interface RoutedRunOf {
  runId: string;
  stopIds: string[];
  walkMm: number;
  naiveMm: number;
}

export interface CartoniseTask {
  orders: { orderId: string; items: ItemToPack[] }[];
  cartons: CartonType[];
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

export function batch(task: BatchTask): RunsPlan & { firstComeMm: number } {
  const site = siteOf(task.walkable);
  const { start, end } = task.walkable;
  const plan = batchRuns(
    { site, orders: task.orders, cart: { slots: task.slots }, start, end },
    {
      seed: task.seed,
      timeLimitMs: task.timeLimitMs,
      maxIterations: ITERATIONS_LEAST + ITERATIONS_PER_ORDER * task.orders.length,
      now: () => performance.now(),
    },
  );
  const unplaced = new Set(plan.unplaced.map(({ orderId }) => orderId));
  const placed = task.orders.filter(({ orderId }) => !unplaced.has(orderId));
  return { ...plan, firstComeMm: firstComeWalkMm(site, placed, { start, end, slots: task.slots }) };
}

export function route(task: RouteTask): RoutedRunOf[] {
  const site = siteOf(task.walkable);
  const { start, end } = task.walkable;
  return task.runs.map(({ runId, stops }) => ({
    runId,
    ...routeRun({ site, stops, start, end }),
    naiveMm: sShapeWalkMm(site, stops, { start, end }),
  }));
}

/** How many cartons of each kind the orders will need. */
export function cartonise(task: CartoniseTask): {
  cartons: Record<string, number>;
  unpackedOrders: string[];
} {
  const cartons: Record<string, number> = {};
  const unpackedOrders: string[] = [];
  for (const { orderId, items } of task.orders) {
    const plan = chooseCarton(items, task.cartons);
    for (const { cartonId } of plan.cartons) cartons[cartonId] = (cartons[cartonId] ?? 0) + 1;
    if (plan.unpacked.length > 0) unpackedOrders.push(orderId);
  }
  return { cartons, unpackedOrders };
}

function siteOf(walkable: Walkable): AisleSite {
  return inferAisleSite(walkable.bins);
}
