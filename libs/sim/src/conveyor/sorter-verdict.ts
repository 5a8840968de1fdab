import type { Comparison } from './compare-with-core.js';
import type { ConveyorBook } from './conveyor-book.js';

/** What a run came to, as far as it decides whether the run is good. */
export interface RunFacts {
  lines: number;
  /** Parcels handed to the lines. */
  fed: number;
  /** Of these, how many waited for a place on a belt when the last one had been fed. */
  waiting: number;
  plannedSeconds: number;
  /** How long the feeding took. */
  seconds: number;
  book: ReturnType<ConveyorBook['totals']>;
  arrivals: number;
  tooLate: number;
  silent: number;
  core: Pick<Comparison, 'differing' | 'invariants' | 'decidedBy'>;
  deaths: readonly string[];
}

/** Of the decisions, one in so many may come too late on a machine that does more than one thing. */
const LATE_ONE_IN = 1_000;
const RATE_LEAST = 0.95;
/** Before each belt a few parcels wait for a gap, however much it can take. */
const WAITING_USUAL = 3;

/** Everything that is wrong with a run, in sentences; a good one has none. */
export function faultsOfRun(run: RunFacts): string[] {
  const { book, core, arrivals, deaths } = run;
  const placed = book.onBelt + book.lost + Object.values(book.lanes).reduce((all, each) => all + each, 0);
  const broken = Object.entries(core.invariants).filter(([, violations]) => violations > 0);
  const late = run.tooLate + run.silent;
  const unknown = core.decidedBy.default ?? 0;
  const tooMany = (count: number) => count * LATE_ONE_IN > arrivals;
  const reached = shareOfRate(run);
  const faults: [boolean, string][] = [
    [placed !== book.entered, `${book.entered} parcels entered, ${placed} are accounted for`],
    [book.onBelt > 0, `${book.onBelt} parcels are still on a belt`],
    [core.differing > 0, `the core differs ${core.differing} times`],
    [broken.length > 0, `violated: ${broken.map(([name, count]) => `${name} ${count}`).join(', ')}`],
    [
      tooMany(late),
      `${late} of ${arrivals} decisions came too late or not at all, at most 1 in ${LATE_ONE_IN} may`,
    ],
    [
      tooMany(unknown),
      `${unknown} of ${arrivals} parcels were not known in time and took the exception lane, at most 1 in ${LATE_ONE_IN} may`,
    ],
    [reached < RATE_LEAST, `the rate was not reached: ${Math.round(reached * 100)} % of it`],
  ];
  return [...faults.flatMap(([is, sentence]) => (is ? [sentence] : [])), ...deaths];
}

/** How much of the planned rate got onto the belts: feeding that was slowed counts, and so do parcels that found no place. */
export function shareOfRate({
  fed,
  waiting,
  lines,
  plannedSeconds,
  seconds,
}: Pick<RunFacts, 'fed' | 'waiting' | 'lines' | 'plannedSeconds' | 'seconds'>): number {
  const left = Math.max(0, waiting - WAITING_USUAL * lines);
  return ((fed - left) / fed) * (plannedSeconds / seconds);
}
