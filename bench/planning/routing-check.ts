import type { RouteRequest } from '#lib/planning';

interface Spot {
  xMm: number;
  yMm: number;
  /** Undefined on a cross aisle. */
  aisleId?: string;
}

/** Walk of a route through these stops, measured from point to point. */
export function walkMm(request: RouteRequest, stopIds: string[]): number {
  const byId = new Map(request.stops.map((stop) => [stop.stopId, stop]));
  const spots: Spot[] = [
    request.start,
    ...stopIds.map((stopId) => byId.get(stopId)!),
    request.end ?? request.start,
  ];
  return spots.slice(1).reduce((sum, spot, at) => sum + distanceMm(request, spots[at]!, spot), 0);
}

/** Held and Karp (1962): the shortest of all sequences, by dynamic programming over sets of stops. */
export function shortestWalkMm(request: RouteRequest): number {
  const { stops, start } = request;
  const count = stops.length;
  const between = stops.map((one) => stops.map((two) => distanceMm(request, one, two)));
  const shortest = Array.from({ length: 1 << count }, () =>
    new Float64Array(count).fill(Number.POSITIVE_INFINITY),
  );
  stops.forEach((stop, at) => {
    shortest[1 << at]![at] = distanceMm(request, start, stop);
  });
  for (let visited = 1; visited < 1 << count; visited++) {
    for (let last = 0; last < count; last++) {
      const soFar = shortest[visited]![last]!;
      if (soFar === Number.POSITIVE_INFINITY) continue;
      for (let next = 0; next < count; next++) {
        if ((visited & (1 << next)) !== 0) continue;
        const row = shortest[visited | (1 << next)]!;
        row[next] = Math.min(row[next]!, soFar + between[last]![next]!);
      }
    }
  }
  const home = stops.map((stop) => distanceMm(request, stop, request.end ?? start));
  return Math.min(...shortest[(1 << count) - 1]!.map((length, last) => length + home[last]!));
}

function distanceMm({ site }: RouteRequest, one: Spot, two: Spot): number {
  if (one.aisleId !== undefined && one.aisleId === two.aisleId) return Math.abs(one.yMm - two.yMm);
  const exits = (spot: Spot) => (spot.aisleId === undefined ? [spot.yMm] : site.crossAislesMm);
  let best = Number.POSITIVE_INFINITY;
  for (const out of exits(one)) {
    for (const into of exits(two)) {
      const inAisles = Math.abs(one.yMm - out) + Math.abs(two.yMm - into);
      if (out === into) best = Math.min(best, inAisles + Math.abs(one.xMm - two.xMm));
      else {
        for (const { acrossMm } of site.aisles) {
          const over = Math.abs(one.xMm - acrossMm) + Math.abs(acrossMm - two.xMm) + Math.abs(out - into);
          best = Math.min(best, inAisles + over);
        }
      }
    }
  }
  return best;
}
