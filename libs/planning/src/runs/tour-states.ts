/**
 * The states of a tour that is being drawn aisle by aisle, left to right (Ratliff and Rosenthal 1983 for one block,
 * Roodbergen and de Koster 2001 for two, Pansart et al. 2018 for any number of cross aisles).
 *
 * A state describes the newest crossing on each cross aisle: untouched, or part of a connected piece with an even or
 * odd number of edges. It is all that decides which continuations make a tour. Everything here depends only on the
 * number of cross aisles, so one automaton serves every route of a site.
 */

/** What can be done in one stretch of an aisle between two neighbouring cross aisles. */
export const STRETCH = { none: 0, once: 1, twice: 2, fromLow: 3, fromHigh: 4, gap: 5 } as const;
export const STRETCH_COUNT = 6;

/** What a crossing is to the tour besides a part of it. */
export const VISIT = { passed: 0, start: 1, end: 2 } as const;
export const VISIT_COUNT = 3;

/** How often a cross aisle is walked from one aisle to the next. */
export interface WalkedLane {
  right: number;
  left: number;
}

/** What a search over drawn tours needs to know of their states; one way each for tours whose direction is free, and for directed ones. */
export interface TourAutomaton {
  /** The state before anything is drawn. */
  readonly empty: number;
  /** Cross aisles of the site. */
  readonly lanes: number;
  /** What can be done in a stretch; the first ones are those of `STRETCH`. */
  readonly optionCount: number;
  readonly count: number;
  /** `stretchNext[(lane * optionCount + option) * count + state]`: next state or -1. */
  readonly stretchNext: Int16Array;
  /** Ways from one aisle to the next over all cross aisles: of state s those from acrossFrom[s] to acrossFrom[s + 1]. */
  readonly acrossFrom: Int32Array;
  readonly acrossNext: Int16Array;
  /** How many cross aisles are walked, each time counted. */
  readonly acrossTimes: Uint8Array;
  /** What the way is, for `walkedAcross`. */
  readonly acrossDigits: Uint8Array;
  /** `visitNext[(lane * VISIT_COUNT + visit) * count + state]`. */
  readonly visitNext: Int16Array;
  /** 1 where the drawn part may be a finished tour. */
  readonly complete: Uint8Array;
  /** By cross aisle, on the way of these digits out of a state. */
  walkedAcross(state: number, digits: number): WalkedLane[];
}

/** How many times a cross aisle is walked where the direction is free. */
const ACROSS_COUNT = 3;

/** Tours whose direction is free. */
export class TourStates implements TourAutomaton {
  readonly empty = 0;
  readonly lanes: number;
  readonly optionCount = STRETCH_COUNT;
  stretchNext = new Int16Array(0);
  acrossFrom = new Int32Array(0);
  acrossNext = new Int16Array(0);
  acrossTimes = new Uint8Array(0);
  /** The times of each cross aisle as digits to the base of ACROSS_COUNT, the lowest lane first. */
  acrossDigits = new Uint8Array(0);
  visitNext = new Int16Array(0);
  /** In one piece, no odd crossing. */
  complete = new Uint8Array(0);
  count = 0;

  constructor(lanes: number) {
    this.lanes = lanes;
    this.explore();
  }

  /** To the right, though as well to the left: the direction is free. */
  walkedAcross(_state: number, digits: number): WalkedLane[] {
    return Array.from({ length: this.lanes }, (_, lane) => ({
      right: Math.floor(digits / ACROSS_COUNT ** lane) % ACROSS_COUNT,
      left: 0,
    }));
  }

  private explore(): void {
    const idByKey = new Map<string, number>();
    const labels: Int8Array[] = [];
    const idOf = (label: Int8Array | null): number => {
      if (!label) return -1;
      const canonical = renumber(label);
      const key = canonical.join();
      const known = idByKey.get(key);
      if (known !== undefined) return known;
      idByKey.set(key, labels.length);
      labels.push(canonical);
      return labels.length - 1;
    };
    idOf(new Int8Array(this.lanes));
    const rows: number[][] = [];
    const ways: Way[][] = [];
    for (let state = 0; state < labels.length; state++) {
      rows.push(this.movesFrom(labels[state]!).map(idOf));
      ways.push(shortestWays(waysAcross(labels[state]!), idOf));
    }
    this.count = labels.length;
    this.fillTables(rows, labels);
    this.fillAcross(ways);
  }

  /** All moves in the fixed order: stretches, visits. */
  private movesFrom(label: Int8Array): (Int8Array | null)[] {
    const moves: (Int8Array | null)[] = [];
    for (let lane = 0; lane + 1 < this.lanes; lane++) {
      for (let option = 0; option < STRETCH_COUNT; option++) moves.push(walkStretch(label, lane, option));
    }
    for (let lane = 0; lane < this.lanes; lane++) {
      const end = flip(touch(label, lane), lane);
      moves.push(touch(label, lane), end, end);
    }
    return moves;
  }

  private fillAcross(ways: Way[][]): void {
    this.acrossFrom = new Int32Array(ways.length + 1);
    ways.forEach((of, state) => {
      this.acrossFrom[state + 1] = this.acrossFrom[state]! + of.length;
    });
    const all = ways.flat();
    this.acrossNext = Int16Array.from(all, (way) => way.next);
    this.acrossTimes = Uint8Array.from(all, (way) => way.times);
    this.acrossDigits = Uint8Array.from(all, (way) => way.digits);
  }

  private fillTables(rows: number[][], labels: Int8Array[]): void {
    const stretchMoves = (this.lanes - 1) * STRETCH_COUNT;
    const column = (move: number) => rows.map((row) => row[move]!);
    const table = (from: number, moves: number) =>
      Int16Array.from(Array.from({ length: moves }, (_, move) => column(from + move)).flat());
    this.stretchNext = table(0, stretchMoves);
    this.visitNext = table(stretchMoves, this.lanes * VISIT_COUNT);
    this.complete = Uint8Array.from(labels, (label) => Number(isComplete(label)));
  }
}

interface Way {
  next: number;
  times: number;
  digits: number;
}

interface Crossing {
  label: Int8Array;
  times: number;
  digits: number;
}

function waysAcross(from: Int8Array): Crossing[] {
  let ways: Crossing[] = [{ label: from, times: 0, digits: 0 }];
  for (let lane = 0; lane < from.length; lane++) {
    ways = ways.flatMap(({ label, times, digits }) =>
      [0, 1, 2].flatMap((walked) => {
        const next = walkAcross(label, lane, walked);
        return next
          ? [{ label: next, times: times + walked, digits: digits + walked * ACROSS_COUNT ** lane }]
          : [];
      }),
    );
  }
  return ways;
}

function shortestWays(crossings: Crossing[], idOf: (label: Int8Array) => number): Way[] {
  const best = new Map<number, Way>();
  for (const { label, times, digits } of crossings) {
    const next = idOf(label);
    const known = best.get(next);
    if (!known || times < known.times) best.set(next, { next, times, digits });
  }
  return [...best.values()];
}

const cache = new Map<number, TourStates>();

/** The automaton for a number of cross aisles, built once. */
export function tourStatesFor(lanes: number): TourStates {
  const known = cache.get(lanes) ?? new TourStates(lanes);
  cache.set(lanes, known);
  return known;
}

// A label per crossing: 0 untouched, otherwise piece * 2 + parity with pieces from 1.

function pieceOf(label: number): number {
  return label >> 1;
}

function touch(from: Int8Array, lane: number): Int8Array {
  if (from[lane] !== 0) return from;
  const label = from.slice();
  label[lane] = (Math.max(...from.map(pieceOf)) + 1) << 1;
  return label;
}

function flip(from: Int8Array, lane: number): Int8Array {
  const label = from.slice();
  label[lane]! ^= 1;
  return label;
}

/** One piece where there were two. */
function join(from: Int8Array, one: number, two: number): Int8Array {
  const kept = pieceOf(from[one]!);
  const merged = pieceOf(from[two]!);
  return from.map((label) => (pieceOf(label) === merged && label !== 0 ? (kept << 1) | (label & 1) : label));
}

function walkStretch(label: Int8Array, low: number, option: number): Int8Array | null {
  const high = low + 1;
  switch (option) {
    case STRETCH.none:
      return label;
    case STRETCH.fromLow:
      return touch(label, low);
    case STRETCH.fromHigh:
      return touch(label, high);
    case STRETCH.gap:
      return touch(touch(label, low), high);
    default: {
      const joined = join(touch(touch(label, low), high), low, high);
      return option === STRETCH.once ? flip(flip(joined, low), high) : joined;
    }
  }
}

/** Leaves the crossing of this aisle for that of the next; null where no tour can come of it. */
function walkAcross(from: Int8Array, lane: number, times: number): Int8Array | null {
  const label = from[lane]!;
  const odd = (label & 1) === 1;
  if (odd !== (times === 1)) return null;
  if (times > 0) return label === 0 ? null : from;
  if (label === 0) return from;
  const pieceGoesOn = from.some((other, index) => index !== lane && pieceOf(other) === pieceOf(label));
  if (!pieceGoesOn) return null;
  const left = from.slice();
  left[lane] = 0;
  return left;
}

function isComplete(label: Int8Array): boolean {
  const pieces = new Set(label.filter((at) => at !== 0).map(pieceOf));
  return pieces.size <= 1 && label.every((at) => (at & 1) === 0);
}

function renumber(label: Int8Array): Int8Array {
  const numbers = new Map<number, number>();
  return label.map((at) => {
    if (at === 0) return 0;
    const piece = numbers.get(pieceOf(at)) ?? numbers.size + 1;
    numbers.set(pieceOf(at), piece);
    return (piece << 1) | (at & 1);
  });
}
