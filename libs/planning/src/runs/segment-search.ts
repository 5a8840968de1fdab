import { Random } from '../search/random.js';
import type { SearchBudget } from '../search/search-limits.js';

/** The longest part that is moved elsewhere; parts of any length are turned where they lie. */
const MOVED_MOST = 4;
/** Exchanged neighbouring parts lie within this many places, so that most of a good route stays. */
const REACH = 24;
const LEAST_GAIN = 1e-6;

interface Change {
  from: number;
  size: number;
  /** The part goes behind this place; `from - 1` leaves it where it lies. */
  to: number;
  turned: boolean;
}

/**
 * Iterated local search over a walk from point 0 over points 1 to n to the last point: turns parts and moves short ones, turned or
 * not, until nothing shortens the walk; then exchanges two neighbouring parts at random and tries again. Lengths need not be the same
 * in both directions: those of turned parts come from running sums in both.
 */
export class SegmentSearch {
  private readonly random: Random;
  private readonly forward: Float64Array;
  private readonly backward: Float64Array;

  /** @param between `between[from][to]`, the start first and the end last */
  constructor(
    private readonly between: number[][],
    private readonly budget: SearchBudget,
  ) {
    this.random = new Random(budget.seed);
    this.forward = new Float64Array(between.length);
    this.backward = new Float64Array(between.length);
  }

  /** The places in the order of the best walk found. */
  run(): number[] {
    let best = this.descend(this.nearestNeighbour());
    let bestLength = this.lengthOf(best);
    while (!this.budget.spent()) {
      const path = this.descend(this.exchanged(best));
      const length = this.lengthOf(path);
      if (length > bestLength) continue;
      best = path;
      bestLength = length;
    }
    return best.slice(1, -1);
  }

  private lengthOf(path: number[]): number {
    let length = 0;
    for (let at = 1; at < path.length; at++) length += this.between[path[at - 1]!]![path[at]!]!;
    return length;
  }

  private nearestNeighbour(): number[] {
    const end = this.between.length - 1;
    const left = new Set(Array.from({ length: end - 1 }, (_, at) => at + 1));
    const path = [0];
    while (left.size > 0) {
      const row = this.between[path.at(-1)!]!;
      const nearest = [...left].reduce((one, two) => (row[two]! < row[one]! ? two : one));
      left.delete(nearest);
      path.push(nearest);
    }
    return [...path, end];
  }

  /** Two neighbouring parts change places: the double bridge of a path. */
  private exchanged(path: number[]): number[] {
    const places = path.length - 2;
    const reach = Math.min(places, REACH);
    const first = 1 + this.random.below(places - reach + 1);
    const cuts = [0, 1, 2].map(() => first + this.random.below(reach + 1)).sort((one, two) => one - two);
    const [a = 1, b = 1, c = 1] = cuts;
    return [...path.slice(0, a), ...path.slice(b, c), ...path.slice(a, b), ...path.slice(c)];
  }

  private descend(from: number[]): number[] {
    let path = from;
    for (let change = this.bestChange(path); change; change = this.bestChange(path))
      path = changed(path, change);
    return path;
  }

  private bestChange(path: number[]): Change | null {
    this.sumUp(path);
    let bestGain = LEAST_GAIN;
    let best: Change | null = null;
    const offer = (gain: number, change: Change) => {
      if (gain <= bestGain) return;
      bestGain = gain;
      best = change;
    };
    for (let from = 1; from < path.length - 1; from++) {
      for (let last = from; last < path.length - 1; last++) {
        const size = last - from + 1;
        if (size > 1) offer(this.gainOfTurn(path, from, last), { from, size, to: from - 1, turned: true });
        if (size <= MOVED_MOST) this.offerMoves(path, from, last, offer);
      }
    }
    return best;
  }

  /** Length of the walk up to each place, in its direction and against it. */
  private sumUp(path: number[]): void {
    for (let at = 1; at < path.length; at++) {
      const [one, two] = [path[at - 1]!, path[at]!];
      this.forward[at] = this.forward[at - 1]! + this.between[one]![two]!;
      this.backward[at] = this.backward[at - 1]! + this.between[two]![one]!;
    }
  }

  /** What is saved inside the part when it is walked the other way. */
  private insideGain(from: number, last: number): number {
    const { forward, backward } = this;
    return forward[last]! - forward[from]! - (backward[last]! - backward[from]!);
  }

  private gainOfTurn(path: number[], from: number, last: number): number {
    const { between } = this;
    const [before, first, end, after] = [path[from - 1]!, path[from]!, path[last]!, path[last + 1]!];
    const outside =
      between[before]![first]! + between[end]![after]! - between[before]![end]! - between[first]![after]!;
    return outside + this.insideGain(from, last);
  }

  private offerMoves(
    path: number[],
    from: number,
    last: number,
    offer: (gain: number, change: Change) => void,
  ): void {
    const { between } = this;
    const [before, first, end, after] = [path[from - 1]!, path[from]!, path[last]!, path[last + 1]!];
    const size = last - from + 1;
    const removed = between[before]![first]! + between[end]![after]! - between[before]![after]!;
    if (removed <= LEAST_GAIN && size === 1) return;
    const inside = this.insideGain(from, last);
    for (let to = 0; to + 1 < path.length; to++) {
      if (to >= from - 1 && to <= last) continue;
      const [left, right] = [path[to]!, path[to + 1]!];
      const open = removed + between[left]![right]!;
      offer(open - between[left]![first]! - between[end]![right]!, { from, size, to, turned: false });
      if (size > 1) {
        const gain = open + inside - between[left]![end]! - between[first]![right]!;
        offer(gain, { from, size, to, turned: true });
      }
    }
  }
}

function changed(path: number[], { from, size, to, turned }: Change): number[] {
  const part = path.slice(from, from + size);
  if (turned) part.reverse();
  const rest = [...path.slice(0, from), ...path.slice(from + size)];
  const at = to < from ? to + 1 : to + 1 - size;
  return [...rest.slice(0, at), ...part, ...rest.slice(at)];
}
