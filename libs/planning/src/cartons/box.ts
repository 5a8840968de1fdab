/** Sizes of a box in whole millimetres; height is vertical. */
export interface SizeMm {
  lengthMm: number;
  widthMm: number;
  heightMm: number;
}

/** An axis-parallel box in a container: from (x1, y1, z1) to (x2, y2, z2), z upward. */
export interface Cuboid {
  x1: number;
  y1: number;
  z1: number;
  x2: number;
  y2: number;
  z2: number;
}

export function cuboidOf(size: SizeMm): Cuboid {
  return { x1: 0, y1: 0, z1: 0, x2: size.lengthMm, y2: size.widthMm, z2: size.heightMm };
}

export function overlap(one: Cuboid, two: Cuboid): boolean {
  return (
    one.x1 < two.x2 &&
    two.x1 < one.x2 &&
    one.y1 < two.y2 &&
    two.y1 < one.y2 &&
    one.z1 < two.z2 &&
    two.z1 < one.z2
  );
}

export function contains(outer: Cuboid, inner: Cuboid): boolean {
  return (
    outer.x1 <= inner.x1 &&
    outer.y1 <= inner.y1 &&
    outer.z1 <= inner.z1 &&
    outer.x2 >= inner.x2 &&
    outer.y2 >= inner.y2 &&
    outer.z2 >= inner.z2
  );
}

/** The up to six largest boxes of `space` that stay free when `taken` is filled. */
export function freeAround(space: Cuboid, taken: Cuboid): Cuboid[] {
  const free: Cuboid[] = [];
  if (taken.x1 > space.x1) free.push({ ...space, x2: taken.x1 });
  if (taken.x2 < space.x2) free.push({ ...space, x1: taken.x2 });
  if (taken.y1 > space.y1) free.push({ ...space, y2: taken.y1 });
  if (taken.y2 < space.y2) free.push({ ...space, y1: taken.y2 });
  if (taken.z1 > space.z1) free.push({ ...space, z2: taken.z1 });
  if (taken.z2 < space.z2) free.push({ ...space, z1: taken.z2 });
  return free;
}

/** Shortest, middle and longest side that a space must have to be of use. */
export type LeastSides = readonly [number, number, number];

/** Maximal free spaces after filling `taken`: none lies within another, none is too small to be of use. */
export function fill(spaces: Cuboid[], taken: Cuboid, useful: LeastSides = [0, 0, 0]): Cuboid[] {
  const kept: Cuboid[] = [];
  const cut: Cuboid[] = [];
  for (const space of spaces) {
    if (!overlap(space, taken)) kept.push(space);
    else for (const piece of freeAround(space, taken)) if (isOfUse(piece, useful)) cut.push(piece);
  }
  const untouched = kept.length;
  for (const [index, piece] of cut.entries()) {
    if (!isWithinOne(kept, untouched, piece) && !isWithinSibling(cut, index)) kept.push(piece);
  }
  return kept;
}

function isOfUse(space: Cuboid, [short, middle, long]: LeastSides): boolean {
  const [x, y, z] = [space.x2 - space.x1, space.y2 - space.y1, space.z2 - space.z1];
  const longest = Math.max(x, y, z);
  const shortest = Math.min(x, y, z);
  return shortest >= short && longest >= long && x + y + z - longest - shortest >= middle;
}

function isWithinOne(spaces: Cuboid[], end: number, piece: Cuboid): boolean {
  for (let at = 0; at < end; at++) if (contains(spaces[at]!, piece)) return true;
  return false;
}

/** Of two equal pieces the first stays. */
function isWithinSibling(cut: Cuboid[], index: number): boolean {
  const piece = cut[index]!;
  for (let at = 0; at < cut.length; at++) {
    const other = cut[at]!;
    if (at !== index && contains(other, piece) && (at < index || !contains(piece, other))) return true;
  }
  return false;
}

/** The different ways a box can stand, each at most once. */
export function orientationsOf(size: SizeMm, upright: boolean): SizeMm[] {
  const { lengthMm: l, widthMm: w, heightMm: h } = size;
  const turns = upright
    ? [
        [l, w, h],
        [w, l, h],
      ]
    : [
        [l, w, h],
        [w, l, h],
        [l, h, w],
        [h, l, w],
        [w, h, l],
        [h, w, l],
      ];
  const seen = new Map(turns.map((turn) => [turn.join(), turn]));
  return [...seen.values()].map(([lengthMm, widthMm, heightMm]) => ({
    lengthMm: lengthMm!,
    widthMm: widthMm!,
    heightMm: heightMm!,
  }));
}
