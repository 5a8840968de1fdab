import { Injectable } from '@nestjs/common';
import type { FloorMapView, MapPoint } from '#lib/contracts';
import { type AisleSite, inferAisleSite } from '#lib/planning';
import { Database, rows, type Tx } from '../platform/database.service.js';
import { knownLayout } from './floor-plan.queries.js';

type Mark = FloorMapView['marks'][number];
type Station = FloorMapView['stations'][number];

/** Empty floor around what stands on it. */
const MARGIN_MM = 2_000;

/** The building as it is drawn under routes and heat. */
@Injectable()
export class FloorMapQueries {
  constructor(private readonly db: Database) {}

  floorMap(): Promise<FloorMapView> {
    return this.db.transaction(async (tx) => {
      const marks = await marksOf(tx);
      const stations = await rows<Station>(
        tx,
        `select code, kind, name, x_mm as "xMm", y_mm as "yMm" from stations where site_id = $1 order by code`,
        [tx.siteId],
      );
      const shelves = marks.filter(({ type }) => type === 'pick-face' || type === 'reserve');
      const walkways =
        shelves.length === 0
          ? []
          : walkwaysOf(
              inferAisleSite(
                shelves.map(({ aisle, ...at }) => ({ ...at, aisleId: aisle })),
                await knownLayout(tx),
              ),
            );
      const points = [...marks, ...stations, ...walkways.flatMap(({ from, to }) => [from, to])];
      return { ...boundsOf(points), marks, walkways, stations };
    });
  }
}

function marksOf(tx: Tx): Promise<Mark[]> {
  return rows<Mark>(
    tx,
    `select a.x_mm as "xMm", a.y_mm as "yMm", z.code as zone, z.code || '/' || a.aisle as aisle,
       mode() within group (order by a.type) as type, count(*)::int as bins
     from locations a join zones z on z.site_id = a.site_id and z.id = a.zone_id where a.site_id = $1
     group by a.x_mm, a.y_mm, z.code, a.aisle order by z.code, a.aisle, a.x_mm, a.y_mm`,
    [tx.siteId],
  );
}

function walkwaysOf(site: AisleSite): FloorMapView['walkways'] {
  const at = (alongMm: number, acrossMm: number): MapPoint =>
    site.aislesAlong === 'x' ? { xMm: alongMm, yMm: acrossMm } : { xMm: acrossMm, yMm: alongMm };
  const crossMm = site.crossAislesMm.toSorted((one, two) => one - two);
  const [left, right] = [site.aisles[0]!.acrossMm, site.aisles.at(-1)!.acrossMm];
  return [
    // As far as it has locations, to the cross aisles beyond them.
    ...site.aisles.map(({ acrossMm, fromMm = crossMm[0]!, toMm = crossMm.at(-1)! }) => ({
      from: at(crossMm.findLast((mm) => mm <= fromMm) ?? crossMm[0]!, acrossMm),
      to: at(crossMm.find((mm) => mm >= toMm) ?? crossMm.at(-1)!, acrossMm),
      kind: 'aisle' as const,
    })),
    ...crossMm.map((mm) => ({
      from: at(mm, left),
      to: at(mm, right),
      kind: 'cross-aisle' as const,
    })),
  ];
}

function boundsOf(points: readonly MapPoint[]): Pick<FloorMapView, 'min' | 'max'> {
  const least = (of: (point: MapPoint) => number) => points.reduce((min, each) => Math.min(min, of(each)), 0);
  const most = (of: (point: MapPoint) => number) => points.reduce((max, each) => Math.max(max, of(each)), 0);
  return {
    min: { xMm: least(({ xMm }) => xMm) - MARGIN_MM, yMm: least(({ yMm }) => yMm) - MARGIN_MM },
    max: { xMm: most(({ xMm }) => xMm) + MARGIN_MM, yMm: most(({ yMm }) => yMm) + MARGIN_MM },
  };
}
