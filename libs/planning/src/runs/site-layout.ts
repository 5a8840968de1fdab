/** A point of the floor plan in whole millimetres. */
export interface PointMm {
  xMm: number;
  yMm: number;
}

/** More cross aisles than this make exact routes too dear. */
export const MOST_CROSS_AISLES = 5;

/** A straight pick aisle at one x. */
export interface Aisle {
  aisleId: string;
  /** Centre line across the aisles. Aisles with the same one continue each other. */
  acrossMm: number;
  /** The outermost locations where it does not run from the first cross aisle to the last: it ends at the cross aisles beyond them. */
  fromMm?: number;
  toMm?: number;
  /** May only be walked towards larger (`up`) or smaller (`down`) positions along it. */
  oneWay?: 'up' | 'down';
}

/**
 * Parallel pick aisles joined by cross aisles at their ends and, with several blocks, in between: two cross aisles are
 * one block, three are two blocks. Aisles run along `aislesAlong`.
 */
export interface AisleSite {
  aislesAlong: 'x' | 'y';
  aisles: Aisle[];
  /** Positions of the cross aisles along the pick aisles; at least two. */
  crossAislesMm: number[];
}

/** A place to stop at: reached from its aisle, at the along-coordinate of its point. */
export interface RunStop extends PointMm {
  stopId: string;
  aisleId: string;
}

/** A location as the site's master data knows it. */
export interface LocatedBin extends PointMm {
  aisleId: string;
}

/** What is known of a site beyond its locations. */
export interface KnownLayout {
  /** How far the first and the last cross aisle lie beyond the outermost locations; default 1000 mm. */
  endGapMm?: number;
  /** Positions of the cross aisles along the aisles; none: where all locations leave a gap. */
  crossAislesMm?: readonly number[];
  /** By aisle. */
  oneWayAisles?: Readonly<Record<string, 'up' | 'down'>>;
}

/** Aisles whose middles are nearer than this across are the same one: nobody builds racks so close. */
const SAME_AISLE_MM = 500;
/** A gap between the locations of all aisles is a cross aisle from this width on .. */
const CROSS_AISLE_MM = 2_000;
/** .. and when it is so many times as wide as bays usually are. */
const CROSS_AISLE_BAYS = 2;

/**
 * Reads the aisles out of the coordinates of the locations: the direction in which locations of one aisle spread is along the aisle,
 * and their middle across is the aisle; aisles of several zones at the same place across continue each other. Cross aisles lie beyond
 * the outermost locations and where all locations leave a gap, unless the site knows better.
 * @throws RangeError without locations.
 */
export function inferAisleSite(bins: readonly LocatedBin[], known: KnownLayout = {}): AisleSite {
  if (bins.length === 0) throw new RangeError('A site without locations has no aisles.');
  const byAisle = new Map<string, LocatedBin[]>();
  for (const bin of bins) {
    const same = byAisle.get(bin.aisleId);
    if (same) same.push(bin);
    else byAisle.set(bin.aisleId, [bin]);
  }
  let spreadX = 0;
  let spreadY = 0;
  for (const aisle of byAisle.values()) {
    spreadX += spread(aisle.map((bin) => bin.xMm));
    spreadY += spread(aisle.map((bin) => bin.yMm));
  }
  const aislesAlong = spreadX > spreadY ? 'x' : 'y';
  const crossAislesMm = crossAislesOf(
    bins.map((bin) => along(aislesAlong, bin)),
    known,
  );
  const aisles = [...byAisle].map(([aisleId, inAisle]): Aisle => {
    const acrossMm = inAisle.map((bin) => across(aislesAlong, bin));
    const oneWay = known.oneWayAisles?.[aisleId];
    return {
      aisleId,
      acrossMm: Math.round((least(acrossMm) + most(acrossMm)) / 2),
      ...extentOf(
        inAisle.map((bin) => along(aislesAlong, bin)),
        crossAislesMm,
      ),
      ...(oneWay && { oneWay }),
    };
  });
  return { aislesAlong, aisles: inColumns(aisles), crossAislesMm };
}

/** Nothing where the aisle has locations in all blocks. */
function extentOf(alongMm: number[], crossAislesMm: readonly number[]): Pick<Aisle, 'fromMm' | 'toMm'> {
  const [fromMm, toMm] = [least(alongMm), most(alongMm)];
  const whole = fromMm < crossAislesMm[1]! && toMm > crossAislesMm.at(-2)!;
  return whole ? {} : { fromMm, toMm };
}

/** From left to right; those that continue each other at exactly the same place. */
function inColumns(aisles: Aisle[]): Aisle[] {
  const order = (one: Aisle, two: Aisle) =>
    one.acrossMm - two.acrossMm || (one.aisleId < two.aisleId ? -1 : 1);
  let columnMm = Number.NEGATIVE_INFINITY;
  return aisles
    .toSorted(order)
    .map((aisle) => {
      if (aisle.acrossMm - columnMm >= SAME_AISLE_MM) columnMm = aisle.acrossMm;
      return { ...aisle, acrossMm: columnMm };
    })
    .sort(order);
}

function crossAislesOf(alongMm: number[], { endGapMm = 1000, crossAislesMm = [] }: KnownLayout): number[] {
  const [first, last] = [least(alongMm), most(alongMm)];
  const ends = [first - endGapMm, last + endGapMm] as const;
  if (crossAislesMm.length === 0) return fewEnough([ends[0], ...gapsIn(alongMm), ends[1]]);
  const known = [...new Set(crossAislesMm)].sort((one, two) => one - two);
  // A site that knows only those between its blocks has the ones at the ends as well.
  const before = known[0]! > first || known.length === 1 ? [ends[0]] : [];
  const behind = known.at(-1)! < last || known.length === 1 ? [ends[1]] : [];
  return fewEnough([...new Set([...before, ...known, ...behind])].sort((one, two) => one - two));
}

/** The middles of the gaps that are wide enough to be cross aisles, measured between locations of all aisles together. */
function gapsIn(alongMm: readonly number[]): number[] {
  const positions = [...new Set(alongMm)].sort((one, two) => one - two);
  const steps = positions.slice(1).map((toMm, at) => toMm - positions[at]!);
  const usual = steps.toSorted((one, two) => one - two)[Math.floor(steps.length / 2)] ?? 0;
  const wide = Math.max(CROSS_AISLE_MM, CROSS_AISLE_BAYS * usual);
  return steps.flatMap((step, at) => (step >= wide ? [Math.round(positions[at]! + step / 2)] : []));
}

/** Without those that have least room between their neighbours, as many as exact routes can deal with. */
function fewEnough(crossAislesMm: number[]): number[] {
  const kept = [...crossAislesMm];
  while (kept.length > MOST_CROSS_AISLES) {
    const room = kept.map((_, at) => (kept[at + 1] ?? Infinity) - (kept[at - 1] ?? -Infinity));
    kept.splice(room.indexOf(Math.min(...room)), 1);
  }
  return kept;
}

export function along(aislesAlong: 'x' | 'y', point: PointMm): number {
  return aislesAlong === 'x' ? point.xMm : point.yMm;
}

export function across(aislesAlong: 'x' | 'y', point: PointMm): number {
  return aislesAlong === 'x' ? point.yMm : point.xMm;
}

function least(values: number[]): number {
  return values.reduce((one, two) => Math.min(one, two));
}

function most(values: number[]): number {
  return values.reduce((one, two) => Math.max(one, two));
}

function spread(values: number[]): number {
  return most(values) - least(values);
}
