import { AisleRouter, setStretchCosts, type TourDrawing } from './aisle-router.js';
import { type AisleSite, along, type PointMm, type RunStop } from './site-layout.js';
import { STRETCH, STRETCH_COUNT } from './tour-states.js';

export interface RouteRequest {
  site: AisleSite;
  stops: RunStop[];
  /** Stations stand on or near a cross aisle; the walk between the point and its nearest cross aisle is included. */
  start: PointMm;
  /** Default: where the run began. */
  end?: PointMm;
}

export interface RoutedRun {
  /** Every stop once, in the order of the walk. */
  stopIds: string[];
  walkMm: number;
}

/**
 * The shortest walk from start over all stops to end. Exact for sites of up to MOST_CROSS_AISLES cross aisles.
 * @throws RangeError for a stop in an unknown aisle or beyond the cross aisles.
 */
export function routeRun(request: RouteRequest): RoutedRun {
  return routeStops(new AisleRouter(request.site, request.start, request.end ?? request.start), request);
}

/** As `routeRun` with a router that is kept for many runs over the same site, start and end. */
export function routeStops(router: AisleRouter, request: Pick<RouteRequest, 'site' | 'stops'>): RoutedRun {
  if (request.stops.length === 0 && router.startNode === router.endNode) {
    return { stopIds: [], walkMm: router.approachMm };
  }
  const placed = placeStops(router, request);
  const costs = router.emptyCosts();
  let firstColumn = router.columns.length - 1;
  let lastColumn = 0;
  for (const [key, stops] of placed) {
    const lengthMm = router.stretchLengthMm(key % router.stretchCount);
    const positionsMm = stops.map((stop) => stop.positionMm);
    setStretchCosts(costs, key * STRETCH_COUNT, positionsMm, lengthMm);
    const column = Math.floor(key / router.stretchCount);
    firstColumn = Math.min(firstColumn, column);
    lastColumn = Math.max(lastColumn, column);
  }
  if (placed.size === 0) [firstColumn, lastColumn] = [lastColumn, firstColumn];
  const drawing = router.shortest(costs, firstColumn, lastColumn);
  const walk = new WalkGraph(router, placed, drawing);
  return { stopIds: walk.stopIdsInOrder(), walkMm: drawing.lengthMm + router.approachMm };
}

interface PlacedStop {
  stopIds: string[];
  positionMm: number;
}

/** Stops by `column * stretchCount + stretch`, those at one place together, from the low end upward. */
function placeStops(
  router: AisleRouter,
  request: Pick<RouteRequest, 'site' | 'stops'>,
): Map<number, PlacedStop[]> {
  const placed = new Map<number, PlacedStop[]>();
  for (const stop of request.stops) {
    const alongMm = along(request.site.aislesAlong, stop);
    const stretch = router.stretchOf(alongMm);
    const key = router.columnOf(stop.aisleId) * router.stretchCount + stretch;
    const positionMm = alongMm - router.lanesMm[stretch]!;
    const inStretch = placed.get(key) ?? [];
    const samePlace = inStretch.find((other) => other.positionMm === positionMm);
    if (samePlace) samePlace.stopIds.push(stop.stopId);
    else inStretch.push({ stopIds: [stop.stopId], positionMm });
    placed.set(key, inStretch);
  }
  for (const inStretch of placed.values()) inStretch.sort((one, two) => one.positionMm - two.positionMm);
  return placed;
}

/** The edges of a drawn tour; walking each exactly once is the route. */
class WalkGraph {
  private readonly neighbours = new Map<number, number[]>();
  private readonly stopIdsAt = new Map<number, string[]>();
  private nextNode: number;

  constructor(
    private readonly router: AisleRouter,
    placed: Map<number, PlacedStop[]>,
    drawing: TourDrawing,
  ) {
    const lanes = router.lanesMm.length;
    this.nextNode = router.columns.length * lanes;
    drawing.crossings.forEach((timesByLane, column) => {
      timesByLane.forEach((times, lane) => {
        this.addWalk(column * lanes + lane, (column + 1) * lanes + lane, times);
      });
    });
    drawing.stretches.forEach((options, column) => {
      options.forEach((option, stretch) => {
        const stops = placed.get(column * router.stretchCount + stretch) ?? [];
        this.addStretch(column * lanes + stretch, option, stops);
      });
    });
  }

  private addWalk(one: number, two: number, times: number): void {
    for (let walked = 0; walked < times; walked++) {
      this.neighboursOf(one).push(two);
      this.neighboursOf(two).push(one);
    }
  }

  private neighboursOf(node: number): number[] {
    const known = this.neighbours.get(node) ?? [];
    this.neighbours.set(node, known);
    return known;
  }

  private addStretch(low: number, option: number, stops: PlacedStop[]): void {
    const chain = stops.map((stop) => {
      const node = this.nextNode++;
      this.stopIdsAt.set(node, stop.stopIds);
      return node;
    });
    const high = low + 1;
    const walkChain = (nodes: number[], times: number) => {
      for (let at = 1; at < nodes.length; at++) this.addWalk(nodes[at - 1]!, nodes[at]!, times);
    };
    if (option === STRETCH.once) walkChain([low, ...chain, high], 1);
    if (option === STRETCH.twice) walkChain([low, ...chain, high], 2);
    if (option === STRETCH.fromLow) walkChain([low, ...chain], 2);
    if (option === STRETCH.fromHigh) walkChain([...chain, high], 2);
    if (option === STRETCH.gap) {
      const split = largestGapIndex(stops);
      walkChain([low, ...chain.slice(0, split)], 2);
      walkChain([...chain.slice(split), high], 2);
    }
  }

  /** Hierholzer's walk over all edges from the start to the end; each stop counts where it is first passed. */
  stopIdsInOrder(): string[] {
    const stack = [this.router.endNode];
    const walk: number[] = [];
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      const next = this.neighbours.get(node)?.pop();
      if (next === undefined) {
        walk.push(stack.pop()!);
        continue;
      }
      const back = this.neighbours.get(next)!;
      back.splice(back.lastIndexOf(node), 1);
      stack.push(next);
    }
    // The walk came out backwards from the end, so it reads from the start.
    const seen = new Set<number>();
    return walk.flatMap((node) => {
      if (seen.has(node)) return [];
      seen.add(node);
      return this.stopIdsAt.get(node) ?? [];
    });
  }
}

function largestGapIndex(stops: PlacedStop[]): number {
  let split = 1;
  for (let at = 2; at < stops.length; at++) {
    const gapMm = stops[at]!.positionMm - stops[at - 1]!.positionMm;
    if (gapMm > stops[split]!.positionMm - stops[split - 1]!.positionMm) split = at;
  }
  return split;
}
