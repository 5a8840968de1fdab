import type { RunStop, RunsPlan } from '#lib/planning';
import type { BatchingInstance } from './batching-instance.js';

/**
 * Checks a batching plan without the solver's code: every order in one run, no cart overloaded, every stop visited, and
 * the walk measured again from point to point. Answers the walk, or null when the plan is not feasible or claims another walk.
 */
export function checkedWalkMm({ capacity, request }: BatchingInstance, plan: RunsPlan): number | null {
  const open = new Map(request.orders.map((order) => [order.orderId, order]));
  let walkMm = 0;
  for (const run of plan.runs) {
    let load = 0;
    const due = new Map<string, RunStop>();
    for (const orderId of run.orderIds) {
      const order = open.get(orderId);
      if (!order) return null;
      open.delete(orderId);
      load += order.units;
      for (const stop of order.stops) due.set(stop.stopId, stop);
    }
    if (load > capacity) return null;
    let at: { aisleId: string | null; xMm: number; yMm: number } = { ...request.start, aisleId: null };
    for (const stopId of run.stopIds) {
      const stop = due.get(stopId);
      if (!stop) return null;
      due.delete(stopId);
      walkMm += walkBetween(at, stop, request.site.crossAislesMm);
      at = stop;
    }
    if (due.size > 0) return null;
    walkMm += walkBetween(at, { ...request.start, aisleId: null }, request.site.crossAislesMm);
  }
  return open.size === 0 && Math.abs(walkMm - plan.walkMm) < 1 ? walkMm : null;
}

interface Spot {
  aisleId: string | null;
  xMm: number;
  yMm: number;
}

/** Within an aisle straight, otherwise out to one of the two cross aisles and over. The depot is at the end of an aisle. */
function walkBetween(one: Spot, two: Spot, crossAislesMm: number[]): number {
  if (one.xMm === two.xMm) return Math.abs(one.yMm - two.yMm);
  const ways = crossAislesMm.map((laneMm) => Math.abs(one.yMm - laneMm) + Math.abs(two.yMm - laneMm));
  return Math.abs(one.xMm - two.xMm) + Math.min(...ways);
}
