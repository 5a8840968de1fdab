import { type AisleSite, across, along, type PointMm } from './site-layout.js';
import type { WalkPlace } from './walk-along.js';

/** A place with the point of the aisle or cross aisle from which it is reached. */
interface Footing {
  place: PointMm;
  aisleId: string | null;
  alongMm: number;
  acrossMm: number;
}

/**
 * The walk over these places in this sequence as a line to be drawn: every corner, each leg by its shortest way, as long as
 * `walkAlongMm` measures it. Places in an aisle are passed on its centre line.
 * @throws RangeError for an aisle that the site does not have.
 */
export function walkPath(site: AisleSite, places: readonly WalkPlace[]): PointMm[] {
  const acrossById = new Map(site.aisles.map((aisle) => [aisle.aisleId, aisle.acrossMm]));
  const footings = places.map((place) => footingOf(site, acrossById, place));
  const points: PointMm[] = [];
  footings.forEach((footing, at) => {
    if (at > 0) points.push(...corners(site, footings[at - 1]!, footing));
    const own = pointOf(site, footing.alongMm, footing.acrossMm);
    points.push(own);
    if (footing.aisleId !== null) return;
    // To the station and back to the cross aisle, except at the ends of the walk.
    points.push({ xMm: footing.place.xMm, yMm: footing.place.yMm });
    if (at === 0) points.splice(0, points.length - 1);
    points.push(own);
    if (at === footings.length - 1) points.pop();
  });
  return straightened(points);
}

function footingOf(site: AisleSite, acrossById: ReadonlyMap<string, number>, place: WalkPlace): Footing {
  const alongMm = along(site.aislesAlong, place);
  if (place.aisleId === undefined) {
    const crossMm = site.crossAislesMm.reduce((one, two) =>
      Math.abs(two - alongMm) < Math.abs(one - alongMm) ? two : one,
    );
    return { place, aisleId: null, alongMm: crossMm, acrossMm: across(site.aislesAlong, place) };
  }
  const acrossMm = acrossById.get(place.aisleId);
  if (acrossMm === undefined) throw new RangeError(`The site has no aisle ${place.aisleId}.`);
  return { place, aisleId: place.aisleId, alongMm, acrossMm };
}

function corners(site: AisleSite, one: Footing, two: Footing): PointMm[] {
  if (one.aisleId !== null && two.aisleId !== null) {
    if (one.aisleId === two.aisleId) return [];
    const over = (crossMm: number) => Math.abs(one.alongMm - crossMm) + Math.abs(two.alongMm - crossMm);
    const crossMm = site.crossAislesMm.reduce((best, each) => (over(each) < over(best) ? each : best));
    return [pointOf(site, crossMm, one.acrossMm), pointOf(site, crossMm, two.acrossMm)];
  }
  if (one.aisleId !== null) return [pointOf(site, two.alongMm, one.acrossMm)];
  if (two.aisleId !== null || one.alongMm === two.alongMm) return [pointOf(site, one.alongMm, two.acrossMm)];
  const through = (x: number) => Math.abs(one.acrossMm - x) + Math.abs(two.acrossMm - x);
  const aisle = site.aisles.reduce((best, each) =>
    through(each.acrossMm) < through(best.acrossMm) ? each : best,
  );
  return [pointOf(site, one.alongMm, aisle.acrossMm), pointOf(site, two.alongMm, aisle.acrossMm)];
}

function pointOf(site: AisleSite, alongMm: number, acrossMm: number): PointMm {
  return site.aislesAlong === 'x' ? { xMm: alongMm, yMm: acrossMm } : { xMm: acrossMm, yMm: alongMm };
}

/** Without points where nobody turns. */
function straightened(points: readonly PointMm[]): PointMm[] {
  const path: PointMm[] = [];
  for (const point of points) {
    const [before, last] = [path.at(-2), path.at(-1)];
    if (last && last.xMm === point.xMm && last.yMm === point.yMm) continue;
    if (before && last && isBetween(before, last, point)) path.pop();
    path.push(point);
  }
  return path;
}

function isBetween(one: PointMm, middle: PointMm, two: PointMm): boolean {
  const sameX = one.xMm === middle.xMm && middle.xMm === two.xMm;
  const sameY = one.yMm === middle.yMm && middle.yMm === two.yMm;
  if (sameX) return (middle.yMm - one.yMm) * (two.yMm - middle.yMm) >= 0;
  return sameY && (middle.xMm - one.xMm) * (two.xMm - middle.xMm) >= 0;
}
