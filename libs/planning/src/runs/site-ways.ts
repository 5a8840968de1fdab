import { fieldOf, type StretchWay } from './site-field.js';
import type { SiteGraph } from './site-graph.js';
import { type AisleSite, across, along, type PointMm } from './site-layout.js';

/** Where somebody stood: in an aisle, or outside all aisles (a station, a cart park). */
export interface WalkPlace extends PointMm {
  aisleId?: string;
}

/** A site and some places in it as a net of ways. */
export interface SiteWays {
  graph: SiteGraph;
  /** The node of each place, in the sequence of the places. */
  nodeIds: string[];
  pointOf(nodeId: string): PointMm;
}

/**
 * The ways along aisles and cross aisles with these places on them. One-way aisles lead one way; who stands outside the aisles reaches
 * them over the nearest cross aisle.
 * @throws RangeError for an aisle that the site does not have.
 */
export function waysOf(site: AisleSite, places: readonly WalkPlace[]): SiteWays {
  const net = new Net(site);
  const nodeIds = places.map((place) => net.add(place));
  return { graph: net.graph(), nodeIds, pointOf: (nodeId) => net.pointOf(nodeId) };
}

/** The node at a place of an aisle or cross aisle, so where they meet. */
export function junctionId(alongMm: number, acrossMm: number): string {
  return `${alongMm} ${acrossMm}`;
}

class Net {
  private readonly points = new Map<string, PointMm>();
  private readonly ways: SiteGraph['ways'] = [];
  /** Places across on each lane. */
  private readonly onLane: number[][];
  /** Places along each column. */
  private readonly onColumn: number[][];
  private readonly columnOf: Map<string, number>;

  constructor(private readonly site: AisleSite) {
    const { lanesMm, columns } = fieldOf(site);
    this.onLane = lanesMm.map(() => columns.map(({ acrossMm }) => acrossMm));
    this.onColumn = columns.map(() => [...lanesMm]);
    this.columnOf = new Map(columns.flatMap(({ aisleIds }, at) => aisleIds.map((aisleId) => [aisleId, at])));
  }

  add(place: WalkPlace): string {
    const alongMm = along(this.site.aislesAlong, place);
    if (place.aisleId === undefined) return this.addStation(place, alongMm);
    const column = this.columnOf.get(place.aisleId);
    if (column === undefined) throw new RangeError(`The site has no aisle ${place.aisleId}.`);
    this.onColumn[column]!.push(alongMm);
    return this.node(alongMm, fieldOf(this.site).columns[column]!.acrossMm);
  }

  graph(): SiteGraph {
    const { lanesMm, columns } = fieldOf(this.site);
    lanesMm.forEach((laneMm, lane) => {
      const nodes = sorted(this.onLane[lane]!).map((acrossMm) => this.node(laneMm, acrossMm));
      this.addChain(nodes, 'both');
    });
    columns.forEach(({ acrossMm, stretches }, column) => {
      const places = sorted(this.onColumn[column]!);
      const chain = (fromMm: number, toMm: number, way: StretchWay) => {
        const inside = places.filter((alongMm) => alongMm >= fromMm && alongMm <= toMm);
        // Only its ends: nobody has anything to do where there is no aisle.
        if (way === 'none' && inside.length <= 2) return;
        const nodes = inside.map((alongMm) => this.node(alongMm, acrossMm));
        this.addChain(nodes, way === 'none' ? 'both' : way);
      };
      chain(-Infinity, lanesMm[0]!, 'both');
      stretches.forEach((way, at) => {
        chain(lanesMm[at]!, lanesMm[at + 1]!, way);
      });
      chain(lanesMm.at(-1)!, Infinity, 'both');
    });
    return { nodeIds: [...this.points.keys()], ways: this.ways };
  }

  pointOf(nodeId: string): PointMm {
    return this.points.get(nodeId)!;
  }

  private addStation(place: PointMm, alongMm: number): string {
    const { lanesMm } = fieldOf(this.site);
    const acrossMm = across(this.site.aislesAlong, place);
    const apart = (lane: number) => Math.abs(lanesMm[lane]! - alongMm);
    const lane = lanesMm.reduce((best, _, at) => (apart(at) < apart(best) ? at : best), 0);
    this.onLane[lane]!.push(acrossMm);
    const door = this.node(lanesMm[lane]!, acrossMm);
    if (apart(lane) === 0) return door;
    const station = `station ${alongMm} ${acrossMm}`;
    if (!this.points.has(station)) {
      this.points.set(station, { xMm: place.xMm, yMm: place.yMm });
      this.ways.push({ from: station, to: door, lengthMm: apart(lane) });
    }
    return station;
  }

  private node(alongMm: number, acrossMm: number): string {
    const id = junctionId(alongMm, acrossMm);
    if (!this.points.has(id)) {
      const alongX = this.site.aislesAlong === 'x';
      this.points.set(id, alongX ? { xMm: alongMm, yMm: acrossMm } : { xMm: acrossMm, yMm: alongMm });
    }
    return id;
  }

  /** Ways from each node to the next one. */
  private addChain(nodeIds: readonly string[], way: Exclude<StretchWay, 'none'>): void {
    nodeIds.slice(1).forEach((to, at) => {
      const from = nodeIds[at]!;
      const [one, two] = [this.pointOf(from), this.pointOf(to)];
      const lengthMm = Math.abs(one.xMm - two.xMm) + Math.abs(one.yMm - two.yMm);
      const ends = way === 'down' ? { from: to, to: from } : { from, to };
      this.ways.push({ ...ends, lengthMm, oneWay: way !== 'both' });
    });
  }
}

function sorted(values: readonly number[]): number[] {
  return [...new Set(values)].sort((one, two) => one - two);
}
