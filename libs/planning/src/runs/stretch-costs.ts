import { timesOf } from './flow-states.js';
import type { StretchWay } from './site-field.js';
import { STRETCH } from './tour-states.js';

const NEVER = Number.POSITIVE_INFINITY;

/** One stretch of an aisle, between two neighbouring cross aisles. */
export interface Stretch {
  way: StretchWay;
  lengthMm: number;
}

/** What each option of a stretch costs, from `at` on in `costs`. */
export interface StretchOptions {
  costs: Float64Array;
  at: number;
  count: number;
}

/** A stretch without stops: it is walked through as it may be, or left alone. */
export function setPassCosts({ way, lengthMm }: Stretch, { costs, at, count }: StretchOptions): void {
  costs.fill(NEVER, at, at + count);
  costs[at + STRETCH.none] = 0;
  if (way === 'none') return;
  if (way === 'both') costs[at + STRETCH.twice] = 2 * lengthMm;
  for (let option = 0; option < count; option++) {
    const times = timesOf(option);
    const may = way === 'both' || (way === 'up' ? times > 0 : times < 0);
    if (times !== 0 && may) costs[at + option] = Math.abs(times) * lengthMm;
  }
}

/**
 * A stretch with stops: the first `stops` of `positionsMm` are their distances from its low end, ascending. A one-way stretch is walked through,
 * unless all of them are at its ends; where there is no aisle there are no stops, but who has one there finds a way open both ways.
 */
export function setStopCosts(
  { way, lengthMm }: Stretch,
  { positionsMm, stops }: { positionsMm: Float64Array; stops: number },
  options: StretchOptions,
): void {
  const { costs, at } = options;
  if (way === 'none') setPassCosts({ way: 'both', lengthMm }, options);
  const firstMm = positionsMm[0]!;
  const lastMm = positionsMm[stops - 1]!;
  let largestGapMm = 0;
  for (let stop = 1; stop < stops; stop++) {
    largestGapMm = Math.max(largestGapMm, positionsMm[stop]! - positionsMm[stop - 1]!);
  }
  const oneWay = way === 'up' || way === 'down';
  const setTouch = (option: number, walkedMm: number) => {
    costs[at + option] = oneWay && walkedMm > 0 ? NEVER : walkedMm;
  };
  costs[at + STRETCH.none] = NEVER;
  setTouch(STRETCH.fromLow, 2 * lastMm);
  setTouch(STRETCH.fromHigh, 2 * (lengthMm - firstMm));
  setTouch(STRETCH.gap, largestGapMm > 0 ? 2 * (lengthMm - largestGapMm) : NEVER);
}
