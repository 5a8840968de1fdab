import { AisleRouter, type TourDrawing } from './aisle-router.js';
import { timesOf } from './flow-states.js';
import type { RoutedRun, RouteRequest } from './route-request.js';
import { routeOverWays } from './route-ways.js';
import { along } from './site-layout.js';
import { STRETCH } from './tour-states.js';

/**
 * The shortest walk from start over all stops to end, one-way aisles respected. Exact for sites of up to MOST_CROSS_AISLES cross
 * aisles; with one-way aisles among the walks that nowhere need one cross aisle far more often to one side than to the other
 * (`FlowStates`), which with two or three cross aisles are all that anybody would walk.
 * @throws RangeError for a stop in an unknown aisle or beyond the cross aisles, or that cannot be reached and left again.
 */
export function routeRun(request: RouteRequest): RoutedRun {
  return routeStops(new AisleRouter(request.site, request.start, request.end ?? request.start), request);
}

/** As `routeRun` with a router that is kept for many runs over the same site, start and end. */
export function routeStops(router: AisleRouter, request: RouteRequest): RoutedRun {
  if (request.stops.length === 0 && router.startNode === router.endNode) {
    return { stopIds: [], walkMm: router.approachMm };
  }
  const placed = placeStops(router, request);
  const costs = router.emptyCosts();
  let firstColumn = router.columns.length - 1;
  let lastColumn = 0;
  for (const [key, stops] of placed) {
    router.setStops(
      costs,
      key,
      Float64Array.from(stops, (stop) => stop.positionMm),
    );
    const column = Math.floor(key / router.stretchCount);
    firstColumn = Math.min(firstColumn, column);
    lastColumn = Math.max(lastColumn, column);
  }
  if (placed.size === 0) [firstColumn, lastColumn] = [lastColumn, firstColumn];
  const drawing = router.shortest(costs, firstColumn, lastColumn);
  if (!drawing) return routeOverWays(request);
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
  /** By node where one comes from; where directions are free every edge is there from both of its ends. */
  private readonly before = new Map<number, number[]>();
  private readonly stopIdsAt = new Map<number, string[]>();
  private nextNode: number;

  constructor(
    private readonly router: AisleRouter,
    placed: Map<number, PlacedStop[]>,
    drawing: TourDrawing,
  ) {
    const lanes = router.lanesMm.length;
    this.nextNode = router.columns.length * lanes;
    drawing.crossings.forEach((walked, column) => {
      walked.forEach(({ right, left }, lane) => {
        const [here, there] = [column * lanes + lane, (column + 1) * lanes + lane];
        this.addChain([here, there], right);
        this.addChain([there, here], left);
      });
    });
    drawing.stretches.forEach((options, column) => {
      options.forEach((option, stretch) => {
        const stops = placed.get(column * router.stretchCount + stretch) ?? [];
        this.addStretch(column * lanes + stretch, option, stops);
      });
    });
  }

  /** Walks from each node to the next, so many times. */
  private addChain(nodes: number[], times: number): void {
    for (let at = 1; at < nodes.length; at++) {
      for (let walked = 0; walked < times; walked++) {
        this.beforeNode(nodes[at]!).push(nodes[at - 1]!);
        if (!this.router.directed) this.beforeNode(nodes[at - 1]!).push(nodes[at]!);
      }
    }
  }

  private addThereAndBack(nodes: number[]): void {
    this.addChain(nodes, this.router.directed ? 1 : 2);
    if (this.router.directed) this.addChain(nodes.toReversed(), 1);
  }

  private beforeNode(node: number): number[] {
    const known = this.before.get(node) ?? [];
    this.before.set(node, known);
    return known;
  }

  private addStretch(low: number, option: number, stops: PlacedStop[]): void {
    const chain = stops.map((stop) => {
      const node = this.nextNode++;
      this.stopIdsAt.set(node, stop.stopIds);
      return node;
    });
    const high = low + 1;
    const whole = [low, ...chain, high];
    const times = timesOf(option);
    this.addChain(times > 0 ? whole : whole.toReversed(), Math.abs(times));
    if (option === STRETCH.twice) this.addThereAndBack(whole);
    if (option === STRETCH.fromLow) this.addThereAndBack([low, ...chain]);
    if (option === STRETCH.fromHigh) this.addThereAndBack([...chain, high]);
    if (option === STRETCH.gap) {
      const split = largestGapIndex(stops);
      this.addThereAndBack([low, ...chain.slice(0, split)]);
      this.addThereAndBack([...chain.slice(split), high]);
    }
  }

  /** Hierholzer's walk over all edges from the end back to the start; each stop counts where it is first passed. */
  stopIdsInOrder(): string[] {
    const stack = [this.router.endNode];
    const walk: number[] = [];
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      const next = this.before.get(node)?.pop();
      if (next === undefined) {
        walk.push(stack.pop()!);
        continue;
      }
      if (!this.router.directed) {
        const back = this.before.get(next)!;
        back.splice(back.lastIndexOf(node), 1);
      }
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
