import { type AisleSite, across, along, type PointMm, type RunStop } from './site-layout.js';

/**
 * The walk that people take without a plan: through each aisle with a stop, and those behind it, from end to end, one after the other, the last one
 * out again where it was entered when the number is odd (S-shape). What every planned walk is compared with.
 */
export function sShapeWalkMm(
  site: AisleSite,
  stops: readonly RunStop[],
  way: { start: PointMm; end: PointMm },
): number {
  const alongOf = (point: PointMm) => along(site.aislesAlong, point);
  const acrossOf = (point: PointMm) => across(site.aislesAlong, point);
  const front = site.crossAislesMm[0]!;
  const back = site.crossAislesMm.at(-1)!;
  const acrossById = new Map(site.aisles.map((aisle) => [aisle.aisleId, aisle.acrossMm]));
  const columnOf = (stop: RunStop) => acrossById.get(stop.aisleId)!;
  const visited = [...new Set(stops.map(columnOf))].sort((one, two) => one - two);
  let at = { across: acrossOf(way.start), along: front };
  let walkMm = Math.abs(alongOf(way.start) - front);
  visited.forEach((acrossMm, index) => {
    walkMm += Math.abs(acrossMm - at.across);
    const last = index === visited.length - 1;
    if (last && at.along === front) {
      const farthest = Math.max(...stops.filter((stop) => columnOf(stop) === acrossMm).map(alongOf));
      walkMm += 2 * (farthest - front);
      at = { across: acrossMm, along: front };
      return;
    }
    walkMm += back - front;
    at = { across: acrossMm, along: at.along === front ? back : front };
  });
  if (at.along !== front) walkMm += back - front;
  return Math.round(walkMm + Math.abs(acrossOf(way.end) - at.across) + Math.abs(alongOf(way.end) - front));
}

/** Orders as they came in, cart after cart, each walked in S-shape. */
export function firstComeWalkMm(
  site: AisleSite,
  orders: readonly { stops: RunStop[] }[],
  way: { start: PointMm; end: PointMm; slots: number },
): number {
  let walkMm = 0;
  for (let from = 0; from < orders.length; from += way.slots) {
    const stops = orders.slice(from, from + way.slots).flatMap((order) => order.stops);
    walkMm += sShapeWalkMm(site, stops, way);
  }
  return walkMm;
}
