import { Random } from '../search/random.js';
import { SearchBudget, type SearchLimits } from '../search/search-limits.js';
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
 * A short walk over all stops of a general site: exact for few places (Held and Karp 1962), otherwise by moving
 * segments of the route (or-opt, reversed or not, asymmetric lengths) with random restarts of parts. Default 2,000 steps.
 * @throws RangeError for an unknown node or a stop that cannot be reached and left again.
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
  const stopIds = order.flatMap((at) =>
    request.stops.filter((stop) => stop.nodeId === points[at]).map((stop) => stop.stopId),
  );
  return { stopIds, walkMm: lengthOf(order, between), exact };
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

function heldKarp(between: number[][]): number[] {
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
  const order: number[] = [];
  for (let visited = size - 1; visited > 0; ) {
    order.unshift(place + 1);
    const before = previous[visited * count + place]!;
    visited &= ~(1 << place);
    place = before;
  }
  return order;
}

/** Iterated local search: moves segments of up to three places, kept or turned, until nothing shortens the route. */
class SegmentSearch {
  private readonly random: Random;

  constructor(
    private readonly between: number[][],
    private readonly budget: SearchBudget,
  ) {
    this.random = new Random(budget.seed);
  }

  run(): number[] {
    let best = this.descend(this.nearestNeighbour());
    let bestLength = lengthOf(best, this.between);
    while (!this.budget.spent()) {
      const order = this.descend(this.shuffledPart(best));
      const length = lengthOf(order, this.between);
      if (length > bestLength) continue;
      best = order;
      bestLength = length;
    }
    return best;
  }

  private nearestNeighbour(): number[] {
    const left = new Set(this.between.slice(2).map((_, at) => at + 1));
    const order: number[] = [];
    for (let at = 0; left.size > 0; ) {
      const nearest = [...left].reduce((one, two) =>
        this.between[at]![two]! < this.between[at]![one]! ? two : one,
      );
      left.delete(nearest);
      order.push(nearest);
      at = nearest;
    }
    return order;
  }

  /** Exchanges two neighbouring segments at a random place, the double bridge of a path. */
  private shuffledPart(order: number[]): number[] {
    const cuts = [0, 1, 2].map(() => this.random.below(order.length + 1)).sort((one, two) => one - two);
    const [a = 0, b = 0, c = 0] = cuts;
    return [...order.slice(0, a), ...order.slice(b, c), ...order.slice(a, b), ...order.slice(c)];
  }

  private descend(from: number[]): number[] {
    let order = from;
    for (let better = this.improved(order); better; better = this.improved(order)) order = better;
    return order;
  }

  /** The best move of one segment, or null when none shortens the route. */
  private improved(order: number[]): number[] | null {
    const path = [0, ...order, this.between.length - 1];
    let bestGain = 1e-6;
    let best: { from: number; size: number; to: number; turned: boolean } | null = null;
    for (let size = 1; size <= 3; size++) {
      for (let from = 1; from + size < path.length; from++) {
        for (let to = 0; to + 1 < path.length; to++) {
          if (to >= from - 1 && to < from + size) continue;
          for (const turned of size === 1 ? [false] : [false, true]) {
            const gain = this.gainOf(path, { from, size, to, turned });
            if (gain <= bestGain) continue;
            bestGain = gain;
            best = { from, size, to, turned };
          }
        }
      }
    }
    return best ? moved(path, best).slice(1, -1) : null;
  }

  private gainOf(path: number[], move: SegmentMove): number {
    const { between } = this;
    const { from, size, to } = move;
    const segment = path.slice(from, from + size);
    const placed = move.turned ? [...segment].reverse() : segment;
    const inside = (points: number[]) =>
      points.slice(1).reduce((sum, point, at) => sum + between[points[at]!]![point]!, 0);
    const [before, after] = [path[from - 1]!, path[from + size]!];
    const [left, right] = [path[to]!, path[to + 1]!];
    const removed =
      between[before]![segment[0]!]! + between[segment[size - 1]!]![after]! - between[before]![after]!;
    const added = between[left]![placed[0]!]! + between[placed[size - 1]!]![right]! - between[left]![right]!;
    return removed - added + inside(segment) - inside(placed);
  }
}

interface SegmentMove {
  from: number;
  size: number;
  to: number;
  turned: boolean;
}

function moved(path: number[], { from, size, to, turned }: SegmentMove): number[] {
  const segment = path.slice(from, from + size);
  if (turned) segment.reverse();
  const rest = [...path.slice(0, from), ...path.slice(from + size)];
  const at = to < from ? to + 1 : to + 1 - size;
  return [...rest.slice(0, at), ...segment, ...rest.slice(at)];
}
