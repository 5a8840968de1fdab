import { ShortestWays } from './shortest-ways.js';
import { fieldOf, type StretchWay } from './site-field.js';
import { type AisleSite, across, along } from './site-layout.js';
import { junctionId, type WalkPlace, waysOf } from './site-ways.js';

export type { WalkPlace } from './site-ways.js';

/**
 * Length of a walk over these places in this sequence, each leg by its shortest way. Whoever stands outside the aisles reaches
 * them over the nearest cross aisle, as `routeRun` counts it. Measures what was walked; it does not reorder.
 * @returns Infinity where one-way aisles leave no way from one place to the next.
 * @throws RangeError for an aisle that the site does not have.
 */
export function walkAlongMm(site: AisleSite, places: readonly WalkPlace[]): number {
  const known = nets.get(site) ?? new WalkNet(site);
  nets.set(site, known);
  const spots = places.map((place) => known.spotOf(place));
  return spots.slice(1).reduce((sum, spot, at) => sum + known.legMm(spots[at]!, spot), 0);
}

const nets = new WeakMap<AisleSite, WalkNet>();

/** A junction from which a place is left or reached; infinite where a one-way aisle does not lead there. */
interface Door {
  nodeId: string;
  outMm: number;
  inMm: number;
}

/** Where a place lies on a stretch of an aisle or on a cross aisle. */
interface Spot {
  strip: string;
  /** Along the strip. */
  atMm: number;
  way: StretchWay;
  doors: Door[];
  /** From the place to the strip. */
  approachMm: number;
}

/** The junctions of a site with the ways between them, which are the same for every walk. */
class WalkNet {
  private readonly ways: ShortestWays;
  private readonly columnOf: Map<string, number>;

  constructor(private readonly site: AisleSite) {
    this.ways = new ShortestWays(waysOf(site, []).graph);
    this.columnOf = new Map(
      fieldOf(site).columns.flatMap(({ aisleIds }, at) => aisleIds.map((aisleId) => [aisleId, at])),
    );
  }

  legMm(one: Spot, two: Spot): number {
    const aheadMm = two.atMm - one.atMm;
    const open = one.way === 'both' || (one.way === 'up' ? aheadMm >= 0 : aheadMm <= 0);
    let leastMm = one.strip === two.strip && open ? Math.abs(aheadMm) : Number.POSITIVE_INFINITY;
    for (const out of one.doors) {
      for (const into of two.doors) {
        const overMm = out.outMm + this.ways.lengthMm(out.nodeId, into.nodeId) + into.inMm;
        leastMm = Math.min(leastMm, overMm);
      }
    }
    return one.approachMm + leastMm + two.approachMm;
  }

  /** @throws RangeError for an aisle that the site does not have. */
  spotOf(place: WalkPlace): Spot {
    const alongMm = along(this.site.aislesAlong, place);
    if (place.aisleId === undefined) return this.onLane(across(this.site.aislesAlong, place), alongMm);
    const column = this.columnOf.get(place.aisleId);
    if (column === undefined) throw new RangeError(`The site has no aisle ${place.aisleId}.`);
    return this.inAisle(column, alongMm);
  }

  private onLane(acrossMm: number, alongMm: number): Spot {
    const { lanesMm, columns } = fieldOf(this.site);
    const laneMm = lanesMm.reduce((one, two) =>
      Math.abs(two - alongMm) < Math.abs(one - alongMm) ? two : one,
    );
    const beside = [
      columns.findLast((column) => column.acrossMm <= acrossMm),
      columns.find((column) => column.acrossMm >= acrossMm),
    ];
    const doors = beside.flatMap((column): Door[] => {
      if (!column) return [];
      const lengthMm = Math.abs(column.acrossMm - acrossMm);
      return [{ nodeId: junctionId(laneMm, column.acrossMm), outMm: lengthMm, inMm: lengthMm }];
    });
    const approachMm = Math.abs(alongMm - laneMm);
    return { strip: `lane ${laneMm}`, atMm: acrossMm, way: 'both', doors, approachMm };
  }

  private inAisle(column: number, alongMm: number): Spot {
    const { lanesMm, columns } = fieldOf(this.site);
    const { acrossMm, stretches } = columns[column]!;
    // Beyond the outermost cross aisle there is a dead end.
    const stretch = lanesMm.findIndex((laneMm) => alongMm <= laneMm) - 1;
    const known = stretches[stretch] ?? 'both';
    const way = known === 'none' ? 'both' : known;
    const ends = [
      { laneMm: lanesMm[stretch < -1 ? lanesMm.length - 1 : stretch], inBy: 'up' },
      { laneMm: stretch < -1 ? undefined : lanesMm[stretch + 1], inBy: 'down' },
    ];
    const doors = ends.flatMap(({ laneMm, inBy }): Door[] => {
      if (laneMm === undefined) return [];
      const lengthMm = Math.abs(alongMm - laneMm);
      const may = (allowed: boolean) => (allowed || lengthMm === 0 ? lengthMm : Number.POSITIVE_INFINITY);
      const both = way === 'both';
      return [
        {
          nodeId: junctionId(laneMm, acrossMm),
          outMm: may(both || way !== inBy),
          inMm: may(both || way === inBy),
        },
      ];
    });
    return { strip: `aisle ${column} ${stretch}`, atMm: alongMm, way, doors, approachMm: 0 };
  }
}
