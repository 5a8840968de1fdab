import type { BatchRequest, RunStop } from '#lib/planning';

/** First come, first served carts, each walked in S-shape: what an unplanned warehouse does. One block. */
export function naiveWalkMm({ orders, site, start }: BatchRequest, capacity: number): number {
  const [frontMm = 0, backMm = 0] = site.crossAislesMm;
  let walkMm = 0;
  let load = 0;
  let stops: RunStop[] = [];
  for (const order of orders) {
    if (load + order.units > capacity) {
      walkMm += sShapeMm(stops, start.xMm, backMm - frontMm);
      load = 0;
      stops = [];
    }
    load += order.units;
    stops = [...stops, ...order.stops];
  }
  return walkMm + sShapeMm(stops, start.xMm, backMm - frontMm);
}

/** Every aisle with a stop is walked through; with an odd number of aisles the last one is entered and left in front. */
export function sShapeMm(stops: RunStop[], depotXMm: number, lengthMm: number): number {
  if (stops.length === 0) return 0;
  const deepest = new Map<number, number>();
  for (const stop of stops) deepest.set(stop.xMm, Math.max(deepest.get(stop.xMm) ?? 0, stop.yMm));
  const aisles = [...deepest.keys()].sort((one, two) => one - two);
  const last = aisles[aisles.length - 1]!;
  const through = aisles.length % 2 === 0 ? aisles.length : aisles.length - 1;
  const tail = aisles.length % 2 === 0 ? 0 : 2 * deepest.get(last)!;
  const farthest = Math.max(last, depotXMm) - Math.min(aisles[0]!, depotXMm);
  return 2 * farthest + through * lengthMm + tail;
}
