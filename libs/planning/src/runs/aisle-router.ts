import { flowStatesFor, optionsOf } from './flow-states.js';
import { fieldOf, type StretchWay } from './site-field.js';
import { type AisleSite, across, along, MOST_CROSS_AISLES, type PointMm } from './site-layout.js';
import { type Stretch, setPassCosts, setStopCosts } from './stretch-costs.js';
import {
  STRETCH,
  type TourAutomaton,
  tourStatesFor,
  VISIT,
  VISIT_COUNT,
  type WalkedLane,
} from './tour-states.js';

const NEVER = Number.POSITIVE_INFINITY;

interface Column {
  acrossMm: number;
  /** Aisles behind each other; a column without one only marks where a station stands on a cross aisle. */
  aisleIds: readonly string[];
  /** From each cross aisle to the next; none for a column without an aisle. */
  stretches: readonly StretchWay[];
}

/** Where the drawn tour chose what: enough to walk back from the last state to the first. */
interface Trace {
  from: Int16Array[];
  choice: Uint8Array[];
}

/** The choices of an optimal tour. */
export interface TourDrawing {
  lengthMm: number;
  /** `stretches[column][stretch]` is a STRETCH option. */
  stretches: number[][];
  /** `crossings[column][lane]`: how it is walked from this column to the next. */
  crossings: WalkedLane[][];
}

/**
 * The largest flow (see `FlowStates`) by number of cross aisles. One more than there are aisles of one direction is as good as
 * any; more than a few take turns that nobody walks, and with many cross aisles their states are too many.
 */
const MOST_FLOW: Readonly<Record<number, number>> = { 2: 24, 3: 6, 4: 3, 5: 2 };
/** Flows that have an automaton of their own: the fewer states, the sooner a route is found. */
const FLOWS = [2, 3, 4, 6, 8, 10, 12, 16, 20];

/**
 * A site prepared for exact routes between two fixed points: columns (aisles and stations) from left to right, lanes
 * (cross aisles) from low to high, and the automaton of tour states.
 */
export class AisleRouter {
  readonly columns: Column[];
  readonly lanesMm: number[];
  readonly startNode: number;
  readonly endNode: number;
  /** Walked between the start or end point and its cross aisle, in every route. */
  readonly approachMm: number;
  readonly stretchCount: number;
  /** Some aisle is one-way, so tours have a direction. */
  readonly directed: boolean;
  /** By `column * stretchCount + stretch`. */
  private readonly stretches: readonly Stretch[];
  /** The automaton of the tour being drawn. */
  private states: TourAutomaton;
  /** Largest flows of automata for this site, ascending; the first options of all are the same. None where directions are free. */
  private readonly flows: readonly number[];
  /** Options of a stretch in `costs`. */
  private readonly optionCount: number;
  private readonly columnOfAisle: Map<string, number>;
  /** Some aisle does not run from the first cross aisle to the last, or not everywhere the same way. */
  private readonly ragged: boolean;
  private readonly startColumn: number;
  private readonly endColumn: number;
  private readonly visits: { column: number; move: number }[];
  private current: Front;
  private following: Front;
  /** Where the step being drawn is noted down, if it is. */
  private step: Step | null = null;

  /** @throws RangeError for a site with fewer than two or more than MOST_CROSS_AISLES cross aisles. */
  constructor(site: AisleSite, start: PointMm, end: PointMm) {
    this.lanesMm = [...new Set(site.crossAislesMm)].sort((one, two) => one - two);
    const lanes = this.lanesMm.length;
    if (lanes < 2 || lanes > MOST_CROSS_AISLES) {
      throw new RangeError(
        `Exact routes need 2 to ${MOST_CROSS_AISLES} cross aisles; the site has ${lanes}.`,
      );
    }
    this.stretchCount = lanes - 1;
    const stations = [start, end].map((point) => across(site.aislesAlong, point));
    this.columns = columnsOf(site, stations);
    this.columnOfAisle = new Map(
      this.columns.flatMap(({ aisleIds }, at) => aisleIds.map((aisleId) => [aisleId, at])),
    );
    const aisles = this.columns.filter(({ aisleIds }) => aisleIds.length > 0);
    const all = aisles.flatMap(({ stretches }) => stretches);
    this.directed = all.some((way) => way === 'up' || way === 'down');
    this.ragged = all.includes('none') || aisles.some(({ stretches }) => new Set(stretches).size > 1);
    [this.startColumn, this.endColumn] = stations.map((acrossMm) =>
      this.columns.findIndex((column) => column.acrossMm === acrossMm),
    ) as [number, number];
    const startLane = this.nearestLane(along(site.aislesAlong, start));
    const endLane = this.nearestLane(along(site.aislesAlong, end));
    this.startNode = this.startColumn * lanes + startLane;
    this.endNode = this.endColumn * lanes + endLane;
    this.approachMm =
      Math.abs(along(site.aislesAlong, start) - this.lanesMm[startLane]!) +
      Math.abs(along(site.aislesAlong, end) - this.lanesMm[endLane]!);
    this.stretches = Array.from({ length: this.columns.length * this.stretchCount }, (_, key) =>
      this.stretchAt(key),
    );
    const round = this.startNode === this.endNode;
    this.visits = [
      { column: this.startColumn, move: startLane * VISIT_COUNT + (round ? VISIT.passed : VISIT.start) },
      { column: this.endColumn, move: endLane * VISIT_COUNT + (round ? VISIT.passed : VISIT.end) },
    ];
    const mostFlow = Math.min(this.columns.length + 1, MOST_FLOW[lanes]!);
    this.flows = this.directed ? [...FLOWS.filter((flow) => flow < mostFlow), mostFlow] : [];
    this.states = this.directed ? flowStatesFor(lanes, this.flows[0]!) : tourStatesFor(lanes);
    this.optionCount = this.directed ? optionsOf(mostFlow) : this.states.optionCount;
    this.current = frontOf(this.states.count);
    this.following = frontOf(this.states.count);
  }

  /** @throws RangeError for an aisle that the site does not have. */
  columnOf(aisleId: string): number {
    const column = this.columnOfAisle.get(aisleId);
    if (column === undefined) throw new RangeError(`The site has no aisle ${aisleId}.`);
    return column;
  }

  /** @throws RangeError for a place beyond the first or last cross aisle. */
  stretchOf(alongMm: number): number {
    const stretch = this.lanesMm.findIndex((laneMm, lane) => lane > 0 && alongMm <= laneMm) - 1;
    if (stretch < 0 || alongMm < this.lanesMm[0]!) {
      throw new RangeError(`A stop at ${alongMm} mm lies beyond the cross aisles of its aisle.`);
    }
    return stretch;
  }

  stretchLengthMm(stretch: number): number {
    return this.lanesMm[stretch + 1]! - this.lanesMm[stretch]!;
  }

  /** Costs of a site without stops: fill in the stretches with stops by `setStops`. */
  emptyCosts(): Float64Array {
    const count = this.optionCount;
    const costs = new Float64Array(this.columns.length * this.stretchCount * count);
    for (let key = 0; key < this.columns.length * this.stretchCount; key++) {
      setPassCosts(this.stretches[key]!, { costs, at: key * count, count });
    }
    return costs;
  }

  /**
   * Writes what each way through one stretch (`column * stretchCount + stretch`) costs: `positionsMm` are the stops' distances from its
   * low end, ascending and not empty, the first `stops` of them.
   */
  setStops(costs: Float64Array, key: number, positionsMm: Float64Array, stops = positionsMm.length): void {
    const count = this.optionCount;
    setStopCosts(this.stretches[key]!, { positionsMm, stops }, { costs, at: key * count, count });
  }

  /** By stretch (`column * stretchCount + stretch`): 1 where it may be walked upward only, -1 downward only, 0 otherwise. */
  directions(): Int8Array {
    return Int8Array.from({ length: this.columns.length * this.stretchCount }, (_, key) => {
      const { way } = this.stretches[key]!;
      return Number(way === 'up') - Number(way === 'down');
    });
  }

  private stretchAt(key: number): Stretch {
    const stretch = key % this.stretchCount;
    const way = this.columns[Math.floor(key / this.stretchCount)]!.stretches[stretch] ?? 'none';
    return { way, lengthMm: this.stretchLengthMm(stretch) };
  }

  /** Takes the smallest automaton that has all flows which stops in so many stretches of one direction can call for. */
  private chooseAutomaton(costs: Float64Array): void {
    if (!this.directed) return;
    let up = 1;
    let down = 1;
    for (let key = 0, at = 0; at < costs.length; key++, at += this.optionCount) {
      if (costs[at + STRETCH.none] !== NEVER) continue;
      const { way } = this.stretches[key]!;
      if (way !== 'down') up++;
      if (way !== 'up') down++;
    }
    const needed = Math.max(up, down);
    const most = this.flows.find((flow) => flow >= needed) ?? this.flows.at(-1)!;
    this.states = flowStatesFor(this.lanesMm.length, most);
    if (this.states.count <= this.current.lengths.length) return;
    this.current = frontOf(this.states.count);
    this.following = frontOf(this.states.count);
  }

  /** Length of the shortest tour, infinite where there is none; `costs` as from `emptyCosts`, `firstColumn`..`lastColumn` hold all stops. */
  shortestMm(costs: Float64Array, firstColumn: number, lastColumn: number): number {
    return this.draw(costs, firstColumn, lastColumn, null).lengthMm;
  }

  /** The shortest tour itself; null where there is none. */
  shortest(costs: Float64Array, firstColumn: number, lastColumn: number): TourDrawing | null {
    const trace: Trace = { from: [], choice: [] };
    const { lengthMm, drawn, state } = this.draw(costs, firstColumn, lastColumn, trace);
    if (lengthMm === NEVER) return null;
    return { lengthMm, ...this.walkBack(trace, drawn, state) };
  }

  private draw(costs: Float64Array, firstColumn: number, lastColumn: number, trace: Trace | null) {
    const needFirst = Math.min(firstColumn, this.startColumn, this.endColumn);
    const needLast = Math.max(lastColumn, this.startColumn, this.endColumn);
    const drawn = this.columnsToDraw(costs, needFirst, needLast);
    this.chooseAutomaton(costs);
    const { complete, empty } = this.states;
    clear(this.current);
    reach(this.current, empty, 0);
    let best = { lengthMm: NEVER, drawn, state: -1 };
    for (let at = 0; at < drawn.length; at++) {
      const column = drawn[at]!;
      if (at > 0)
        this.crossOver(this.columns[column]!.acrossMm - this.columns[drawn[at - 1]!]!.acrossMm, trace);
      this.drawColumn(costs, column, trace);
      if (column < needLast) continue;
      const { lengths, states, count } = this.current;
      for (let index = 0; index < count; index++) {
        const state = states[index]!;
        if (complete[state] === 1 && state !== empty && lengths[state]! < best.lengthMm) {
          best = { lengthMm: lengths[state]!, drawn: drawn.slice(0, at + 1), state };
        }
      }
    }
    return best;
  }

  /**
   * Columns with something to do. Others need no look: whatever a tour does in an aisle without stops it can do as well
   * in the next one with stops. Without any stop the aisles around the stations are kept; where aisles are not all as long as the
   * site every one may be the only way through. Where some are one-way, the nearest ones beyond may be the way back.
   */
  private columnsToDraw(costs: Float64Array, needFirst: number, needLast: number): number[] {
    if (this.ragged) return this.columns.map((_, column) => column);
    if (this.directed) return range(this.wayBack(needFirst, -1), this.wayBack(needLast, 1));
    const drawn: number[] = [];
    let stops = false;
    for (let column = needFirst; column <= needLast; column++) {
      const busy = this.hasStops(costs, column);
      stops ||= busy;
      if (busy || column === this.startColumn || column === this.endColumn) drawn.push(column);
    }
    if (stops) return drawn;
    const from = this.openColumn(needFirst, -1);
    const to = this.openColumn(needLast, 1);
    return range(from, to);
  }

  /** The column by which from here on both directions have been seen; the outermost one where there is none. */
  private wayBack(column: number, step: 1 | -1): number {
    let up = false;
    let down = false;
    let at = column;
    for (; this.columns[at]; at += step) {
      const way = this.columns[at]!.stretches[0];
      up ||= way === 'up' || way === 'both';
      down ||= way === 'down' || way === 'both';
      if (up && down) return at;
    }
    return at - step;
  }

  private hasStops(costs: Float64Array, column: number): boolean {
    const first = column * this.stretchCount * this.optionCount;
    for (let stretch = 0; stretch < this.stretchCount; stretch++) {
      if (costs[first + stretch * this.optionCount + STRETCH.none] === NEVER) return true;
    }
    return false;
  }

  /** Without stops the way may lead over a passable aisle beyond the outermost station. */
  private openColumn(column: number, step: 1 | -1): number {
    let open = column;
    while (this.columns[open] && this.columns[open]!.aisleIds.length === 0) open += step;
    return this.columns[open] ? open : column;
  }

  private drawColumn(costs: Float64Array, column: number, trace: Trace | null): void {
    const { stretchNext, visitNext, count, optionCount } = this.states;
    for (const visit of this.visits) {
      if (visit.column !== column) continue;
      clear(this.following);
      this.step = beginStep(trace, count);
      this.relax(visitNext, visit.move * count, 0, 0);
      this.swap();
    }
    if (this.columns[column]!.aisleIds.length === 0) return;
    for (let stretch = 0; stretch < this.stretchCount; stretch++) {
      clear(this.following);
      this.step = beginStep(trace, count);
      const at = (column * this.stretchCount + stretch) * this.optionCount;
      for (let option = 0; option < optionCount; option++) {
        const cost = costs[at + option]!;
        if (cost === NEVER) continue;
        this.relax(stretchNext, (stretch * optionCount + option) * count, cost, option);
      }
      this.swap();
    }
  }

  private crossOver(gapMm: number, trace: Trace | null): void {
    const { acrossFrom, acrossNext, acrossTimes, acrossDigits, count: stateCount } = this.states;
    const { lengths, states, count } = this.current;
    const following = this.following;
    clear(following);
    const step = beginStep(trace, stateCount);
    for (let index = 0; index < count; index++) {
      const state = states[index]!;
      const length = lengths[state]!;
      for (let way = acrossFrom[state]!; way < acrossFrom[state + 1]!; way++) {
        const to = acrossNext[way]!;
        if (!reach(following, to, length + acrossTimes[way]! * gapMm) || !step) continue;
        step.from[to] = state;
        step.choice[to] = acrossDigits[way]!;
      }
    }
    this.swap();
  }

  private relax(next: Int16Array, at: number, cost: number, choice: number): void {
    const { lengths, states, count } = this.current;
    const { following, step } = this;
    for (let index = 0; index < count; index++) {
      const state = states[index]!;
      const to = next[at + state]!;
      if (to < 0 || !reach(following, to, lengths[state]! + cost) || !step) continue;
      step.from[to] = state;
      step.choice[to] = choice;
    }
  }

  private swap(): void {
    const held = this.current;
    this.current = this.following;
    this.following = held;
  }

  private walkBack(trace: Trace, drawn: number[], lastState: number): Omit<TourDrawing, 'lengthMm'> {
    const stretches = this.columns.map(() => new Array<number>(this.stretchCount).fill(STRETCH.none));
    const crossings = this.columns.map((): WalkedLane[] => []);
    let state = lastState;
    let step = this.stepsOf(drawn);
    const back = () => {
      step--;
      const choice = trace.choice[step]![state]!;
      state = trace.from[step]![state]!;
      return choice;
    };
    for (let at = drawn.length - 1; at >= 0; at--) {
      const column = drawn[at]!;
      if (this.columns[column]!.aisleIds.length > 0) {
        for (let stretch = this.stretchCount - 1; stretch >= 0; stretch--)
          stretches[column]![stretch] = back();
      }
      for (const visit of this.visits) if (visit.column === column) back();
      if (at === 0) break;
      const digits = back();
      const walked = this.states.walkedAcross(state, digits);
      for (let passed = drawn[at - 1]!; passed < column; passed++) crossings[passed] = walked;
    }
    return { stretches, crossings };
  }

  /** Trace steps taken for these columns. */
  private stepsOf(drawn: number[]): number {
    let steps = drawn.length - 1;
    for (const column of drawn) {
      if (this.columns[column]!.aisleIds.length > 0) steps += this.stretchCount;
      steps += this.visits.filter((visit) => visit.column === column).length;
    }
    return steps;
  }

  private nearestLane(alongMm: number): number {
    let nearest = 0;
    this.lanesMm.forEach((laneMm, lane) => {
      if (Math.abs(laneMm - alongMm) < Math.abs(this.lanesMm[nearest]! - alongMm)) nearest = lane;
    });
    return nearest;
  }
}

/** The states reached so far and the least length to each. */
interface Front {
  lengths: Float64Array;
  states: Int16Array;
  count: number;
}

function frontOf(states: number): Front {
  return { lengths: new Float64Array(states).fill(NEVER), states: new Int16Array(states), count: 0 };
}

function clear(front: Front): void {
  for (let index = 0; index < front.count; index++) front.lengths[front.states[index]!] = NEVER;
  front.count = 0;
}

/** `true` if the state is reached for the first time or by a shorter way. */
function reach(front: Front, state: number, length: number): boolean {
  const known = front.lengths[state]!;
  if (length >= known) return false;
  if (known === NEVER) front.states[front.count++] = state;
  front.lengths[state] = length;
  return true;
}

interface Step {
  from: Int16Array;
  choice: Uint8Array;
}

function beginStep(trace: Trace | null, states: number): Step | null {
  if (!trace) return null;
  const step = { from: new Int16Array(states), choice: new Uint8Array(states) };
  trace.from.push(step.from);
  trace.choice.push(step.choice);
  return step;
}

function columnsOf(site: AisleSite, stationsMm: number[]): Column[] {
  const columns: Column[] = fieldOf(site).columns.map(({ acrossMm, aisleIds, stretches }) => ({
    acrossMm,
    aisleIds,
    stretches,
  }));
  for (const acrossMm of new Set(stationsMm)) {
    if (!columns.some((column) => column.acrossMm === acrossMm)) {
      columns.push({ acrossMm, aisleIds: [], stretches: [] });
    }
  }
  return columns.sort((one, two) => one.acrossMm - two.acrossMm);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
