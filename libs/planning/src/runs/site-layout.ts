/** A point of the floor plan in whole millimetres. */
export interface PointMm {
  xMm: number;
  yMm: number;
}

/** A straight pick aisle at one x, walked in both directions, running from the first cross aisle to the last. */
export interface Aisle {
  aisleId: string;
  /** Centre line across the aisles. */
  acrossMm: number;
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

/**
 * Reads the aisles out of the coordinates of the locations: the direction in which locations of one aisle spread is
 * along the aisle, their middle across is the aisle, and the first and last cross aisle lie `endGapMm` beyond the
 * outermost location unless the site knows better.
 * @throws RangeError without locations.
 */
export function inferAisleSite(bins: LocatedBin[], endGapMm = 1000, crossAislesMm?: number[]): AisleSite {
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
  const alongMm = bins.map((bin) => along(aislesAlong, bin));
  const aisles = [...byAisle].map(([aisleId, inAisle]) => {
    const acrossMm = inAisle.map((bin) => across(aislesAlong, bin));
    return { aisleId, acrossMm: Math.round((least(acrossMm) + most(acrossMm)) / 2) };
  });
  aisles.sort((one, two) => one.acrossMm - two.acrossMm || (one.aisleId < two.aisleId ? -1 : 1));
  const ends = [least(alongMm) - endGapMm, most(alongMm) + endGapMm];
  return { aislesAlong, aisles, crossAislesMm: crossAislesMm ?? ends };
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
