import { type AisleSite, across, along, type PointMm } from './site-layout.js';

/** Where somebody stood: in an aisle, or outside all aisles (a station, a cart park). */
export interface WalkPlace extends PointMm {
  aisleId?: string;
}

/**
 * Length of a walk over these places in this sequence, each leg by its shortest way. Whoever stands outside the aisles reaches
 * them over the nearest cross aisle, as `routeRun` counts it. Measures what was walked; it does not reorder.
 * @throws RangeError for an aisle that the site does not have.
 */
export function walkAlongMm(site: AisleSite, places: readonly WalkPlace[]): number {
  const acrossById = new Map(site.aisles.map((aisle) => [aisle.aisleId, aisle.acrossMm]));
  const spots = places.map((place) => spotOf(site, acrossById, place));
  return spots.slice(1).reduce((sum, spot, at) => sum + legMm(site, spots[at]!, spot), 0);
}

interface Spot {
  /** Null on a cross aisle. */
  aisleId: string | null;
  alongMm: number;
  acrossMm: number;
  /** From the place to the cross aisle. */
  approachMm: number;
}

function spotOf(site: AisleSite, acrossById: ReadonlyMap<string, number>, place: WalkPlace): Spot {
  const alongMm = along(site.aislesAlong, place);
  if (place.aisleId === undefined) {
    const crossMm = site.crossAislesMm.reduce((one, two) =>
      Math.abs(two - alongMm) < Math.abs(one - alongMm) ? two : one,
    );
    return {
      aisleId: null,
      alongMm: crossMm,
      acrossMm: across(site.aislesAlong, place),
      approachMm: Math.abs(alongMm - crossMm),
    };
  }
  const acrossMm = acrossById.get(place.aisleId);
  if (acrossMm === undefined) throw new RangeError(`The site has no aisle ${place.aisleId}.`);
  return { aisleId: place.aisleId, alongMm, acrossMm, approachMm: 0 };
}

function legMm(site: AisleSite, one: Spot, two: Spot): number {
  const alongMm = Math.abs(one.alongMm - two.alongMm);
  const acrossMm = Math.abs(one.acrossMm - two.acrossMm);
  return one.approachMm + two.approachMm + insideMm(site, one, two, { alongMm, acrossMm });
}

function insideMm(
  site: AisleSite,
  one: Spot,
  two: Spot,
  apart: { alongMm: number; acrossMm: number },
): number {
  const { alongMm, acrossMm } = apart;
  if (one.aisleId !== null && two.aisleId !== null && one.aisleId !== two.aisleId) {
    const over = (crossMm: number) => Math.abs(one.alongMm - crossMm) + Math.abs(two.alongMm - crossMm);
    return acrossMm + Math.min(...site.crossAislesMm.map(over));
  }
  if (one.aisleId !== null || two.aisleId !== null || alongMm === 0) return alongMm + acrossMm;
  // From one cross aisle to another: through the aisle that is the least detour.
  const through = (x: number) => Math.abs(one.acrossMm - x) + Math.abs(two.acrossMm - x);
  return alongMm + Math.min(...site.aisles.map((aisle) => through(aisle.acrossMm)));
}
