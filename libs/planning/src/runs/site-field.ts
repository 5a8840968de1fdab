import type { Aisle, AisleSite } from './site-layout.js';

/** How one stretch of an aisle, between two cross aisles, may be walked; none: there is no aisle there. */
export type StretchWay = 'both' | 'up' | 'down' | 'none';

/** Aisles at the same place across, one behind the other: whoever leaves one walks straight on into the next. */
export interface FieldColumn {
  acrossMm: number;
  aisleIds: string[];
  /** From the first cross aisle upward. */
  stretches: StretchWay[];
}

/** A site as a grid: columns from left to right, lanes (cross aisles) from low to high. */
export interface SiteField {
  lanesMm: number[];
  columns: FieldColumn[];
}

const fields = new WeakMap<AisleSite, SiteField>();

/** The grid of a site, worked out once for each site. */
export function fieldOf(site: AisleSite): SiteField {
  const known = fields.get(site);
  if (known) return known;
  const lanesMm = [...new Set(site.crossAislesMm)].sort((one, two) => one - two);
  const stretches = lanesMm.slice(1).map((toMm, at) => [lanesMm[at]!, toMm] as const);
  const reaches = ({ fromMm = -Infinity, toMm = Infinity }: Aisle, [low, high]: readonly [number, number]) =>
    fromMm < high && toMm > low;
  // Between two cross aisles without any locations there is only floor.
  const open = stretches.map((stretch) => !site.aisles.some((aisle) => reaches(aisle, stretch)));
  const byAcross = new Map<number, Aisle[]>();
  for (const aisle of site.aisles) {
    byAcross.set(aisle.acrossMm, [...(byAcross.get(aisle.acrossMm) ?? []), aisle]);
  }
  const columns = [...byAcross].map(([acrossMm, aisles]) => ({
    acrossMm,
    aisleIds: aisles.map(({ aisleId }) => aisleId),
    stretches: stretches.map((stretch, at): StretchWay => {
      const here = aisles.filter((aisle) => reaches(aisle, stretch));
      if (here.length === 0) return open[at] ? 'both' : 'none';
      return here.find(({ oneWay }) => oneWay)?.oneWay ?? 'both';
    }),
  }));
  const field = { lanesMm, columns: columns.sort((one, two) => one.acrossMm - two.acrossMm) };
  fields.set(site, field);
  return field;
}
