import { Random } from '../search/random.js';
import { type Cuboid, cuboidOf, fill, overlap, type SizeMm } from './box.js';

/** One unit to be packed. */
export interface Piece {
  itemId: string;
  size: SizeMm;
  weightGrams: number;
  /** The height must stay vertical. */
  upright: boolean;
  /** Nothing may lie on it. */
  fragile: boolean;
  /** The different ways it may stand, as `orientationsOf` gives them. */
  turns: SizeMm[];
}

export interface PlacedPiece {
  piece: Piece;
  at: Cuboid;
}

/** Up to this many pieces, every sequence and orientation is tried within a limit of steps. */
const SEARCH_PIECES = 10;
const SEARCH_STEPS = 400;
const RANDOM_SEQUENCES = 10;
/** More pieces than this are many: sequences for them are tried within an effort. */
const FEW_PIECES = 40;
/** Free spaces that the search for one basket of many pieces may look at. */
const MANY_EFFORT = 40_000;

/** What is left of the work that one basket may cost, counted in free spaces looked at: the same on every machine. */
export class Effort {
  left: number;

  constructor(pieceCount: number) {
    this.left = pieceCount > FEW_PIECES ? MANY_EFFORT : Number.POSITIVE_INFINITY;
  }
}

export function areMany(pieces: Piece[]): boolean {
  return pieces.length > FEW_PIECES;
}

/**
 * Finds a place for every piece in a container of this inner size, or null when none was found: first by a dozen greedy
 * sequences over maximal free spaces, then, for few pieces, by depth-first search. Of many pieces as far as the effort goes.
 */
export function fitPieces(pieces: Piece[], inner: SizeMm, effort: Effort): PlacedPiece[] | null {
  if (!canEverFit(pieces, inner)) return null;
  if (pieces.length <= SEARCH_PIECES && !everyPairFits(pieces, inner)) return null;
  for (const sequence of greedySequences(pieces)) {
    for (const rule of RULES) {
      if (effort.left <= 0) return null;
      const placed = placeGreedily(sequence, { inner, rule, effort });
      if (placed) return placed;
    }
  }
  return pieces.length <= SEARCH_PIECES ? new FitSearch(inner).run(pieces) : null;
}

/** The first of those greedy sequences alone, whatever effort is left. */
export function fitAtOnce(pieces: Piece[], inner: SizeMm, effort: Effort): PlacedPiece[] | null {
  if (!canEverFit(pieces, inner)) return null;
  return placeGreedily(sortedBy(volume, pieces), { inner, rule: lowest, effort });
}

/** Packs what fits, biggest first; answers the placed and the left over. */
export function fillContainer(pieces: Piece[], inner: SizeMm, maxWeightGrams: number) {
  const placed: PlacedPiece[] = [];
  const left: Piece[] = [];
  const useful = leastSides(pieces);
  let spaces = [cuboidOf(inner)];
  let weightGrams = 0;
  for (const piece of [...pieces].sort((one, two) => volume(two) - volume(one))) {
    const at =
      weightGrams + piece.weightGrams <= maxWeightGrams ? bestPlace(piece, spaces, placed, lowest) : null;
    if (!at) {
      left.push(piece);
      continue;
    }
    weightGrams += piece.weightGrams;
    placed.push({ piece, at });
    spaces = fill(spaces, occupied(piece, at, inner), useful);
  }
  return { placed, left };
}

/** Of all pieces the least shortest, middle and longest side: a space that has less holds none of them. */
function leastSides(pieces: Piece[]): [number, number, number] {
  const least: [number, number, number] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ];
  for (const { size } of pieces) {
    const sides = [size.lengthMm, size.widthMm, size.heightMm].sort((one, two) => one - two);
    for (const [at, side] of sides.entries()) least[at] = Math.min(least[at]!, side);
  }
  return least;
}

function volume(piece: Piece): number {
  return piece.size.lengthMm * piece.size.widthMm * piece.size.heightMm;
}

function canEverFit(pieces: Piece[], inner: SizeMm): boolean {
  const room = inner.lengthMm * inner.widthMm * inner.heightMm;
  if (pieces.reduce((sum, piece) => sum + volume(piece), 0) > room) return false;
  return pieces.every((piece) =>
    piece.turns.some(
      (turn) =>
        turn.lengthMm <= inner.lengthMm && turn.widthMm <= inner.widthMm && turn.heightMm <= inner.heightMm,
    ),
  );
}

/** Two boxes lie in one container exactly if they can lie side by side along one axis. */
function everyPairFits(pieces: Piece[], inner: SizeMm): boolean {
  const fits = (turn: SizeMm) =>
    turn.lengthMm <= inner.lengthMm && turn.widthMm <= inner.widthMm && turn.heightMm <= inner.heightMm;
  const ways = pieces.map((piece) => piece.turns.filter(fits));
  return ways.every((ones, index) =>
    ways
      .slice(index + 1)
      .every((twos) =>
        ones.some((one) =>
          twos.some(
            (two) =>
              one.lengthMm + two.lengthMm <= inner.lengthMm ||
              one.widthMm + two.widthMm <= inner.widthMm ||
              one.heightMm + two.heightMm <= inner.heightMm,
          ),
        ),
      ),
  );
}

function greedySequences(pieces: Piece[]): Piece[][] {
  const sides = ({ size }: Piece) =>
    [size.lengthMm, size.widthMm, size.heightMm].sort((one, two) => two - one);
  const keys: ((piece: Piece) => number)[] = [
    volume,
    (piece) => sides(piece)[0]!,
    (piece) => sides(piece)[0]! * sides(piece)[1]!,
    (piece) => sides(piece)[2]!,
  ];
  const sequences = keys.map((key) => sortedBy(key, pieces));
  const random = new Random(pieces.length);
  const extra = areMany(pieces) ? 0 : RANDOM_SEQUENCES;
  for (let count = 0; count < extra; count++) sequences.push(random.shuffle([...pieces]));
  return [...new Map(sequences.map((sequence) => [sequence.map(kindOf).join(';'), sequence])).values()];
}

/** Falling by the key, what is fragile last. */
function sortedBy(key: (piece: Piece) => number, pieces: Piece[]): Piece[] {
  return [...pieces].sort((one, two) => Number(one.fragile) - Number(two.fragile) || key(two) - key(one));
}

type PlaceRule = (at: Cuboid, space: Cuboid) => number;

const lowest: PlaceRule = (at) => at.z2 * 4 + at.y2 * 2 + at.x2;
const tightest: PlaceRule = (at, space) => {
  const [x, y, z] = [space.x2 - at.x2, space.y2 - at.y2, space.z2 - at.z2];
  const least = Math.min(x, y, z);
  return least * 1_000_000 + (x + y + z - least - Math.max(x, y, z));
};
const nearCorner: PlaceRule = (at) => at.x2 * at.x2 + at.y2 * at.y2 + at.z2 * at.z2;
const RULES = [lowest, tightest, nearCorner];

/** A fragile piece takes the room above it too. */
function occupied(piece: Piece, at: Cuboid, inner: SizeMm): Cuboid {
  return piece.fragile ? { ...at, z2: inner.heightMm } : at;
}

/** Where a piece turned so lies in the low corner of a space; null where it does not fit or would lie over others though fragile. */
function placeIn(piece: Piece, turn: SizeMm, space: Cuboid, placed: PlacedPiece[]): Cuboid | null {
  const x2 = space.x1 + turn.lengthMm;
  const y2 = space.y1 + turn.widthMm;
  const z2 = space.z1 + turn.heightMm;
  if (x2 > space.x2 || y2 > space.y2 || z2 > space.z2) return null;
  const at = { x1: space.x1, y1: space.y1, z1: space.z1, x2, y2, z2 };
  if (!piece.fragile) return at;
  const above = { ...at, z2: Number.POSITIVE_INFINITY };
  return placed.some((other) => overlap(other.at, above)) ? null : at;
}

function bestPlace(piece: Piece, spaces: Cuboid[], placed: PlacedPiece[], rule: PlaceRule): Cuboid | null {
  let best: Cuboid | null = null;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const space of spaces) {
    for (const turn of piece.turns) {
      const at = placeIn(piece, turn, space, placed);
      if (!at) continue;
      const score = rule(at, space);
      if (score >= bestScore) continue;
      bestScore = score;
      best = at;
    }
  }
  return best;
}

interface Greedy {
  inner: SizeMm;
  rule: PlaceRule;
  effort: Effort;
}

function placeGreedily(sequence: Piece[], { inner, rule, effort }: Greedy): PlacedPiece[] | null {
  const placed: PlacedPiece[] = [];
  const useful = leastSides(sequence);
  let spaces = [cuboidOf(inner)];
  for (const piece of sequence) {
    effort.left -= spaces.length;
    const at = bestPlace(piece, spaces, placed, rule);
    if (!at) return null;
    placed.push({ piece, at });
    spaces = fill(spaces, occupied(piece, at, inner), useful);
  }
  return placed;
}

/** Depth first over every next piece, space and orientation; one arrangement is looked at once, however it came about. */
class FitSearch {
  private steps = 0;
  private readonly placed: PlacedPiece[] = [];
  private readonly seen = new Set<string>();

  constructor(private readonly inner: SizeMm) {}

  run(pieces: Piece[]): PlacedPiece[] | null {
    const sorted = [...pieces].sort((one, two) => volume(two) - volume(one));
    return this.place(sorted, [cuboidOf(this.inner)]) ? this.placed : null;
  }

  private place(left: Piece[], spaces: Cuboid[]): boolean {
    if (left.length === 0) return true;
    const tried = new Set<string>();
    for (const [index, piece] of left.entries()) {
      const kind = kindOf(piece);
      if (tried.has(kind)) continue;
      tried.add(kind);
      const rest = left.filter((_, at) => at !== index);
      for (const space of spaces) {
        for (const turn of piece.turns) {
          const at = placeIn(piece, turn, space, this.placed);
          if (!at) continue;
          if (this.steps >= SEARCH_STEPS) return false;
          if (this.tryAt({ piece, at }, rest, spaces)) return true;
        }
      }
    }
    return false;
  }

  private tryAt(next: PlacedPiece, rest: Piece[], spaces: Cuboid[]): boolean {
    this.placed.push(next);
    if (this.isNew()) {
      this.steps++;
      const free = fill(spaces, occupied(next.piece, next.at, this.inner));
      const room = rest.every((other) => free.some((space) => hasRoom(other, space)));
      if (room && this.place(rest, free)) return true;
    }
    this.placed.pop();
    return false;
  }

  private isNew(): boolean {
    const key = this.placed
      .map(({ piece, at }) => `${kindOf(piece)}@${at.x1},${at.y1},${at.z1},${at.x2},${at.y2}`)
      .sort()
      .join(';');
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    return true;
  }
}

function kindOf({ size, upright, fragile }: Piece): string {
  return `${size.lengthMm},${size.widthMm},${size.heightMm},${upright},${fragile}`;
}

function hasRoom(piece: Piece, room: Cuboid): boolean {
  return piece.turns.some(
    (turn) =>
      turn.lengthMm <= room.x2 - room.x1 &&
      turn.widthMm <= room.y2 - room.y1 &&
      turn.heightMm <= room.z2 - room.z1,
  );
}
