import { SearchBudget, type SearchLimits } from '../search/search-limits.js';
import { SegmentSearch } from './segment-search.js';
import { ShortestWays } from './shortest-ways.js';
import type { SiteGraph } from './site-graph.js';

export interface GraphRouteRequest {
  graph: SiteGraph;
  stops: { stopId: string; nodeId: string }[];
  startNodeId: string;
  /** Default: the start. */
  endNodeId?: string;
}

export interface GraphRoute {
  stopIds: string[];
  walkMm: number;
  /** Proven shortest. */
  exact: boolean;
}

/** Up to this many places the route is solved exactly. */
const EXACT_PLACES = 12;

/**
 * A short walk over all stops of a general site: exact for few places (Held and Karp 1962), otherwise by turning and moving
 * parts of the route (2-opt and or-opt over asymmetric lengths) with random exchanges of neighbouring parts. Default 2,000 steps.
 * @throws RangeError for an unknown node, or where no walk leads over all stops.
 */
export function routeOnGraph(request: GraphRouteRequest, limits: SearchLimits = {}): GraphRoute {
  const budget = new SearchBudget(limits, 2000);
  const end = request.endNodeId ?? request.startNodeId;
  const ways = new ShortestWays(request.graph);
  const places = [...new Set(request.stops.map((stop) => stop.nodeId))];
  const points = [request.startNodeId, ...places, end];
  const between = points.map((from) => points.map((to) => ways.lengthMm(from, to)));
  const last = points.length - 1;
  places.forEach((nodeId, at) => {
    if (!Number.isFinite(between[0]![at + 1]! + between[at + 1]![last]!)) {
      throw new RangeError(`There is no way from the start over ${nodeId} to the end.`);
    }
  });
  if (!Number.isFinite(between[0]![last]!))
    throw new RangeError('There is no way from the start to the end.');
  const exact = places.length <= EXACT_PLACES;
  const order = exact ? heldKarp(between) : new SegmentSearch(between, budget).run();
  const walkMm = order ? lengthOf(order, between) : Number.POSITIVE_INFINITY;
  // Each of them can be reached and left, but not one after the other.
  if (!order || !Number.isFinite(walkMm))
    throw new RangeError('There is no way from the start over all stops to the end.');
  const stopIds = order.flatMap((at) =>
    request.stops.filter((stop) => stop.nodeId === points[at]).map((stop) => stop.stopId),
  );
  return { stopIds, walkMm, exact };
}

/** Length of start, the points in this order, end. */
function lengthOf(order: number[], between: number[][]): number {
  let length = 0;
  let at = 0;
  for (const next of [...order, between.length - 1]) {
    length += between[at]![next]!;
    at = next;
  }
  return length;
}

/** Null where no sequence of the places is a way. */
function heldKarp(between: number[][]): number[] | null {
  const count = between.length - 2;
  if (count === 0) return [];
  const size = 1 << count;
  const length = new Float64Array(size * count).fill(Number.POSITIVE_INFINITY);
  const previous = new Int8Array(size * count).fill(-1);
  for (let place = 0; place < count; place++) length[(1 << place) * count + place] = between[0]![place + 1]!;
  for (let visited = 1; visited < size; visited++) {
    for (let place = 0; place < count; place++) {
      const soFar = length[visited * count + place]!;
      if (soFar === Number.POSITIVE_INFINITY) continue;
      for (let next = 0; next < count; next++) {
        if ((visited & (1 << next)) !== 0) continue;
        const to = (visited | (1 << next)) * count + next;
        const through = soFar + between[place + 1]![next + 1]!;
        if (through >= length[to]!) continue;
        length[to] = through;
        previous[to] = place;
      }
    }
  }
  const total = (place: number) => length[(size - 1) * count + place]! + between[place + 1]![count + 1]!;
  let place = 0;
  for (let other = 1; other < count; other++) if (total(other) < total(place)) place = other;
  if (total(place) === Number.POSITIVE_INFINITY) return null;
  const order: number[] = [];
  for (let visited = size - 1; visited > 0; ) {
    order.unshift(place + 1);
    const before = previous[visited * count + place]!;
    visited &= ~(1 << place);
    place = before;
  }
  return order;
}
