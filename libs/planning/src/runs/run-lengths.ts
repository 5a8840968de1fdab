import { Random } from '../search/random.js';
import type { AisleRouter } from './aisle-router.js';
import type { RouteRequest } from './route-request.js';
import { routeOverWays } from './route-ways.js';
import { along, type RunStop } from './site-layout.js';

const WORD_BITS = 32;
/** Room for remembered lengths: so many for each order, at most so many. */
const KNOWN_PER_ORDER = 8_192;
const MOST_KNOWN = 1 << 20;
/** A length is looked for in so many places next to each other. */
const KNOWN_PROBES = 4;

/** Where one stretch of an aisle keeps its places: as bits of `words` words from `firstWord` on. */
interface StretchPlaces {
  /** Index as in AisleRouter costs, without the option. */
  key: number;
  column: number;
  lengthMm: number;
  positionsMm: number[];
  firstWord: number;
}

/**
 * Exact lengths of many runs over a fixed set of orders. Each order is a bit set of places, a run is the union of its
 * orders, and every length asked for once is remembered.
 */
export class RunLengths {
  private readonly places: StretchPlaces[] = [];
  private readonly words: number;
  private readonly bitsOfOrder: Int32Array[];
  /** By order: the words in which it has places. */
  private readonly wordsOfOrder: Int32Array[];
  /** By order: a bit for each stretch that it has places in. */
  private readonly stretchBits: Int32Array[];
  private readonly union: Int32Array;
  private readonly costs: Float64Array;
  private readonly emptyCosts: Float64Array;
  /** Keys of runs (0 is none) and their lengths. */
  private readonly knownKeys: Float64Array;
  private readonly knownMm: Float64Array;
  /** Where the router finds no walk. */
  private readonly otherwiseMm: (orders: readonly number[]) => number;
  private readonly hashLow: Uint32Array;
  private readonly hashHigh: Uint32Array;
  private readonly scratch: Float64Array;
  private readonly spans: { stretches: Int32Array; fromMm: number; toMm: number }[];
  private readonly entered: Int32Array;
  private enteredMark = 0;
  /** By stretch of the site: 1 up only, -1 down only, 0 both ways. */
  private readonly directions: Int8Array;
  /** How many more stretches of a row are entered upward than downward. */
  private readonly balance: Int32Array;

  constructor(
    private readonly router: AisleRouter,
    stopsOfOrder: RunStop[][],
    { site, start, end }: Pick<RouteRequest, 'site' | 'start' | 'end'>,
  ) {
    const { aislesAlong } = site;
    this.otherwiseMm = (orders) =>
      routeOverWays({ site, start, end, stops: orders.flatMap((order) => stopsOfOrder[order]!) }).walkMm;
    const placed = stopsOfOrder.map((stops) =>
      stops.map((stop) => this.place(along(aislesAlong, stop), stop.aisleId)),
    );
    const byKey = new Map<number, StretchPlaces>();
    for (const { key, column, lengthMm, positionMm } of placed.flat()) {
      const stretch = byKey.get(key) ?? { key, column, lengthMm, positionsMm: [], firstWord: 0 };
      stretch.positionsMm.push(positionMm);
      byKey.set(key, stretch);
    }
    this.scratch = new Float64Array(placed.flat().length);
    this.words = this.layOutWords([...byKey.values()]);
    this.bitsOfOrder = placed.map((stops) => {
      const bits = new Int32Array(this.words);
      for (const { key, positionMm } of stops) {
        const stretch = byKey.get(key)!;
        const bit = stretch.positionsMm.indexOf(positionMm);
        bits[stretch.firstWord + Math.floor(bit / WORD_BITS)]! |= 1 << (bit % WORD_BITS);
      }
      return bits;
    });
    this.wordsOfOrder = this.bitsOfOrder.map((bits) =>
      Int32Array.from([...bits.keys()].filter((word) => bits[word] !== 0)),
    );
    this.stretchBits = this.bitsOfOrder.map((bits) => this.stretchBitsOf(bits));
    this.spans = placed.map((stops) => this.spanOf(stops));
    this.entered = new Int32Array(router.columns.length * router.stretchCount);
    this.directions = router.directions();
    this.balance = new Int32Array(router.stretchCount);
    this.union = new Int32Array(this.words);
    this.emptyCosts = router.emptyCosts();
    this.costs = router.emptyCosts();
    const room = Math.min(MOST_KNOWN, 2 ** Math.ceil(Math.log2(KNOWN_PER_ORDER * (stopsOfOrder.length + 1))));
    this.knownKeys = new Float64Array(room);
    this.knownMm = new Float64Array(room);
    const random = new Random(stopsOfOrder.length + 1);
    this.hashLow = Uint32Array.from(stopsOfOrder, () => random.below(0x1_0000_0000));
    this.hashHigh = Uint32Array.from(stopsOfOrder, () => random.below(0x20_0000));
  }

  private place(alongMm: number, aisleId: string) {
    const stretch = this.router.stretchOf(alongMm);
    const column = this.router.columnOf(aisleId);
    const lengthMm = this.router.stretchLengthMm(stretch);
    const key = column * this.router.stretchCount + stretch;
    return { key, column, lengthMm, positionMm: alongMm - this.router.lanesMm[stretch]! };
  }

  private layOutWords(stretches: StretchPlaces[]): number {
    let words = 0;
    for (const stretch of stretches.sort((one, two) => one.key - two.key)) {
      stretch.positionsMm = [...new Set(stretch.positionsMm)].sort((one, two) => one - two);
      stretch.firstWord = words;
      words += Math.ceil(stretch.positionsMm.length / WORD_BITS);
      this.places.push(stretch);
    }
    return words;
  }

  /** Walk of the run over these orders, all different. */
  of(orders: readonly number[]): number {
    let low = 0;
    let high = 0;
    for (const order of orders) {
      low ^= this.hashLow[order]!;
      high ^= this.hashHigh[order]!;
    }
    const key = (low >>> 0) + high * 0x1_0000_0000;
    const { knownKeys, knownMm } = this;
    const first = (low ^ (low >>> 15)) & (knownKeys.length - KNOWN_PROBES);
    let free = first;
    for (let at = first; at < first + KNOWN_PROBES; at++) {
      if (knownKeys[at] === key) return knownMm[at]!;
      if (knownKeys[free] !== 0 && knownKeys[at] === 0) free = at;
    }
    const lengthMm = this.measure(orders);
    knownKeys[free] = key;
    knownMm[free] = lengthMm;
    return lengthMm;
  }

  /** First and last column with a stop of the order; both -1 without stops. */
  columnsOf(order: number): { first: number; last: number } {
    const bits = this.bitsOfOrder[order]!;
    let first = -1;
    let last = -1;
    for (const { firstWord, positionsMm, column } of this.places) {
      const end = firstWord + Math.ceil(positionsMm.length / WORD_BITS);
      for (let word = firstWord; word < end; word++) {
        if (bits[word] === 0) continue;
        if (first < 0) first = column;
        last = column;
      }
    }
    return { first, last };
  }

  /** Share of the aisles of both orders that they have in common, 0..1: a cheap guess at how well they go together. */
  kinship(one: number, two: number): number {
    const bitsOne = this.stretchBits[one]!;
    const bitsTwo = this.stretchBits[two]!;
    let shared = 0;
    let all = 0;
    for (let word = 0; word < bitsOne.length; word++) {
      shared += bitCount(bitsOne[word]! & bitsTwo[word]!);
      all += bitCount(bitsOne[word]! | bitsTwo[word]!);
    }
    return all === 0 ? 1 : shared / all;
  }

  private stretchBitsOf(bits: Int32Array): Int32Array {
    const entered = new Int32Array(Math.ceil(this.places.length / WORD_BITS));
    this.places.forEach(({ firstWord, positionsMm }, at) => {
      const end = firstWord + Math.ceil(positionsMm.length / WORD_BITS);
      if (bits.subarray(firstWord, end).some((word) => word !== 0))
        entered[Math.floor(at / WORD_BITS)]! |= 1 << (at % WORD_BITS);
    });
    return entered;
  }

  /**
   * A cheap guess at the walk that an order adds to a run: stretches not entered yet, and the way farther across. A one-way stretch that
   * takes people where they come from anyway costs nothing more, one that they have to come back from costs the way back.
   */
  guessAdded(order: number, run: readonly number[]): number {
    const mark = ++this.enteredMark;
    const own = this.spans[order]!;
    let fromMm = Number.POSITIVE_INFINITY;
    let toMm = Number.NEGATIVE_INFINITY;
    this.balance.fill(0);
    for (const member of run) {
      const span = this.spans[member]!;
      for (const stretch of span.stretches) this.enter(stretch, mark);
      fromMm = Math.min(fromMm, span.fromMm);
      toMm = Math.max(toMm, span.toMm);
    }
    let addedMm = fromMm <= toMm ? 2 * (Math.max(0, fromMm - own.fromMm) + Math.max(0, own.toMm - toMm)) : 0;
    for (const stretch of own.stretches) {
      const row = stretch % this.router.stretchCount;
      const before = Math.abs(this.balance[row]!);
      if (!this.enter(stretch, mark)) continue;
      addedMm += (1 + Math.abs(this.balance[row]!) - before) * this.router.stretchLengthMm(row);
    }
    return addedMm;
  }

  /** `false` for a stretch that has been entered before. */
  private enter(stretch: number, mark: number): boolean {
    if (this.entered[stretch] === mark) return false;
    this.entered[stretch] = mark;
    const direction = this.directions[stretch]!;
    if (direction !== 0) this.balance[stretch % this.router.stretchCount]! += direction;
    return true;
  }

  private spanOf(stops: { key: number; column: number }[]) {
    const acrossMm = stops.map(({ column }) => this.router.columns[column]!.acrossMm);
    return {
      stretches: Int32Array.from(new Set(stops.map(({ key }) => key))),
      fromMm: Math.min(...acrossMm),
      toMm: Math.max(...acrossMm),
    };
  }

  private measure(orders: readonly number[]): number {
    if (orders.length === 0) return 0;
    const { union, costs } = this;
    union.fill(0);
    for (const order of orders) {
      const bits = this.bitsOfOrder[order]!;
      for (const word of this.wordsOfOrder[order]!) union[word]! |= bits[word]!;
    }
    costs.set(this.emptyCosts);
    let firstColumn = Number.MAX_SAFE_INTEGER;
    let lastColumn = -1;
    for (const stretch of this.places) {
      const stops = this.positionsIn(stretch);
      if (stops === 0) continue;
      this.router.setStops(costs, stretch.key, this.scratch, stops);
      firstColumn = Math.min(firstColumn, stretch.column);
      lastColumn = stretch.column;
    }
    if (lastColumn < 0) return this.router.approachMm;
    const lengthMm = this.router.shortestMm(costs, firstColumn, lastColumn) + this.router.approachMm;
    return Number.isFinite(lengthMm) ? lengthMm : this.otherwiseMm(orders);
  }

  /** Writes the places of the union in this stretch into `scratch` and says how many they are. */
  private positionsIn(stretch: StretchPlaces): number {
    const found = this.scratch;
    let count = 0;
    for (
      let first = 0, word = stretch.firstWord;
      first < stretch.positionsMm.length;
      first += WORD_BITS, word++
    ) {
      let bits = this.union[word]!;
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        found[count++] = stretch.positionsMm[first + bit]!;
        bits &= bits - 1;
      }
    }
    return count;
  }
}

function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
