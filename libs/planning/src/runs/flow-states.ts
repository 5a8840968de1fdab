import { STRETCH, type TourAutomaton, VISIT, type WalkedLane } from './tour-states.js';

/**
 * The states of a tour over one-way aisles that is being drawn aisle by aisle, left to right. As in `tour-states`, a state describes the
 * newest crossing on each cross aisle, but by what arrives there and has to go on: how many times more the walk comes to it than it
 * leaves it (its flow, from -most to most) instead of an odd or even number of edges, and the connected piece that it is part of. A walk over
 * directed ways is a tour exactly when it is in one piece and leaves every place as often as it comes there, so that the shortest
 * drawing is the shortest tour among those that nowhere walk one cross aisle over `most` times more often to one side than to the other.
 */
export class FlowStates implements TourAutomaton {
  readonly empty = 0;
  readonly optionCount: number;
  stretchNext = new Int16Array(0);
  acrossFrom = new Int32Array(0);
  acrossNext = new Int16Array(0);
  acrossTimes = new Uint8Array(0);
  /** Bits of the cross aisles that are walked there and back. */
  acrossDigits = new Uint8Array(0);
  visitNext = new Int16Array(0);
  complete = new Uint8Array(0);
  count = 0;
  private readonly labels: Label[] = [];

  /**
   * @param lanes cross aisles of the site
   * @param most the largest flow
   */
  constructor(
    readonly lanes: number,
    readonly most: number,
  ) {
    this.optionCount = optionsOf(most);
    this.explore();
  }

  walkedAcross(state: number, digits: number): WalkedLane[] {
    const { flows } = this.labels[state]!;
    return Array.from(flows, (flow, lane) => {
      if (flow === 0) return (digits >> lane) & 1 ? { right: 1, left: 1 } : { right: 0, left: 0 };
      return { right: Math.max(0, flow), left: Math.max(0, -flow) };
    });
  }

  private explore(): void {
    const { labels, lanes } = this;
    const idByKey = new Map<number, number>();
    const idOf = (label: Label | null): number => {
      if (!label) return -1;
      const pieces = renumber(label.pieces);
      let key = 0;
      for (let lane = 0; lane < lanes; lane++) {
        key = (key * (2 * this.most + 1) + label.flows[lane]! + this.most) * (lanes + 1) + pieces[lane]!;
      }
      const known = idByKey.get(key);
      if (known !== undefined) return known;
      idByKey.set(key, labels.length);
      labels.push({ flows: label.flows, pieces });
      return labels.length - 1;
    };
    idOf({ flows: new Int8Array(lanes), pieces: new Int8Array(lanes) });
    const stretchRows: number[][] = [];
    const visitRows: number[][] = [];
    const ways: Way[][] = [];
    for (let state = 0; state < labels.length; state++) {
      const label = labels[state]!;
      stretchRows.push(this.stretchMoves(label).map(idOf));
      visitRows.push(this.visitMoves(label).map(idOf));
      ways.push(waysAcross(label).map((way) => ({ ...way, next: idOf(way.label) })));
    }
    this.count = labels.length;
    this.stretchNext = tableOf(stretchRows);
    this.visitNext = tableOf(visitRows);
    this.complete = Uint8Array.from(labels, (label) => Number(isComplete(label)));
    this.fillAcross(ways);
  }

  private stretchMoves(label: Label): (Label | null)[] {
    const moves: (Label | null)[] = [];
    for (let lane = 0; lane + 1 < this.lanes; lane++) {
      for (let option = 0; option < this.optionCount; option++)
        moves.push(this.within(walkStretch(label, lane, option)));
    }
    return moves;
  }

  private visitMoves(label: Label): (Label | null)[] {
    return Array.from({ length: this.lanes }, (_, lane) => {
      const touched = touch(label, lane);
      const moves: (Label | null)[] = [];
      moves[VISIT.passed] = touched;
      moves[VISIT.start] = this.within(withFlow(touched, lane, 1));
      moves[VISIT.end] = this.within(withFlow(touched, lane, -1));
      return moves;
    }).flat();
  }

  /** Null beyond the largest flow, and for what no single start and end can have made: all other pieces are left as often as reached. */
  private within(label: Label): Label | null {
    const { flows, pieces } = label;
    let starts = 0;
    let ends = 0;
    for (let lane = 0; lane < this.lanes; lane++) {
      if (Math.abs(flows[lane]!) > this.most) return null;
      if (pieces.indexOf(pieces[lane]!) < lane) continue;
      let sum = 0;
      for (let other = lane; other < this.lanes; other++)
        if (pieces[other] === pieces[lane]) sum += flows[other]!;
      if (sum > 0) starts += sum;
      else ends -= sum;
    }
    return starts <= 1 && ends <= 1 ? label : null;
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
}

/** Per cross aisle what arrives there more often than it leaves, and the piece it belongs to; piece 0 is untouched. */
interface Label {
  flows: Int8Array;
  pieces: Int8Array;
}

interface Way {
  label: Label;
  next: number;
  times: number;
  digits: number;
}

/**
 * The option of walking a whole stretch so many times upward (negative: downward). The first ones are those of `STRETCH`, the others
 * go on in turns, so that fewer options are the beginning of more.
 */
function passOption(times: number): number {
  if (times === 1) return STRETCH.once;
  const first = STRETCH.gap + 1;
  return times < 0 ? first + 2 * (-times - 1) : first + 2 * (times - 2) + 1;
}

/** Options of a stretch that is walked so many times at most. */
export function optionsOf(most: number): number {
  return passOption(-most) + 1;
}

/** How many times an option walks the whole stretch upward (negative: downward) more often than the other way. */
export function timesOf(option: number): number {
  if (option === STRETCH.once) return 1;
  const beyond = option - STRETCH.gap - 1;
  if (beyond < 0) return 0;
  return beyond % 2 === 0 ? -(beyond / 2 + 1) : (beyond - 1) / 2 + 2;
}

function walkStretch(label: Label, low: number, option: number): Label {
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
      const touched = touch(touch(label, low), high);
      const joined = join(touched, low, high);
      const times = timesOf(option);
      return withFlow(withFlow(joined, low, -times), high, times);
    }
  }
}

function touch(label: Label, lane: number): Label {
  if (label.pieces[lane] !== 0) return label;
  const pieces = label.pieces.slice();
  pieces[lane] = Math.max(...pieces) + 1;
  return { flows: label.flows, pieces };
}

function join({ flows, pieces }: Label, one: number, two: number): Label {
  const merged = pieces[two];
  return { flows, pieces: pieces.map((piece) => (piece === merged ? pieces[one]! : piece)) };
}

function withFlow(label: Label, lane: number, more: number): Label {
  if (more === 0) return label;
  const flows = label.flows.slice();
  flows[lane]! += more;
  return { flows, pieces: label.pieces };
}

/** What arrives goes on; where nothing is over the cross aisle is walked there and back, or left where its piece goes on elsewhere. */
function waysAcross(from: Label): Omit<Way, 'next'>[] {
  let ways: Omit<Way, 'next'>[] = [{ label: from, times: 0, digits: 0 }];
  from.flows.forEach((flow, lane) => {
    if (from.pieces[lane] === 0) return;
    ways = ways.flatMap(({ label, times, digits }) => {
      if (flow !== 0) return [{ label, times: times + Math.abs(flow), digits }];
      const there = { label, times: times + 2, digits: digits | (1 << lane) };
      const left = leave(label, lane);
      return left ? [there, { label: left, times, digits }] : [there];
    });
  });
  return ways;
}

function leave(label: Label, lane: number): Label | null {
  const piece = label.pieces[lane];
  if (!label.pieces.some((other, index) => index !== lane && other === piece)) return null;
  const pieces = label.pieces.slice();
  pieces[lane] = 0;
  return { flows: label.flows, pieces };
}

function isComplete({ flows, pieces }: Label): boolean {
  return flows.every((flow) => flow === 0) && new Set(pieces.filter((piece) => piece !== 0)).size <= 1;
}

/** The pieces numbered in the sequence of the cross aisles, 0 being none. */
function renumber(pieces: Int8Array): Int8Array {
  const numbered = new Int8Array(pieces.length);
  let last = 0;
  for (let lane = 0; lane < pieces.length; lane++) {
    if (pieces[lane] === 0) continue;
    const first = pieces.indexOf(pieces[lane]!);
    numbered[lane] = first < lane ? numbered[first]! : ++last;
  }
  return numbered;
}

/** `[move * states + state]` of one row of moves for each state. */
function tableOf(rows: number[][]) {
  const moves = rows[0]!.length;
  const table = new Int16Array(moves * rows.length);
  rows.forEach((row, state) => {
    row.forEach((next, move) => {
      table[move * rows.length + state] = next;
    });
  });
  return table;
}

const cache = new Map<number, FlowStates>();

/** The automaton for a number of cross aisles and a largest flow, built once. */
export function flowStatesFor(lanes: number, most: number): FlowStates {
  const key = lanes * 1000 + most;
  const known = cache.get(key) ?? new FlowStates(lanes, most);
  cache.set(key, known);
  return known;
}
