import type { FlowSettings, ParcelExpectation } from '#lib/contracts';
import { sidesOf } from '#lib/flow';

/** What holds at a site that set nothing. */
export const USUAL_SETTINGS: FlowSettings = {
  weightPermille: 20,
  weightLeastGrams: 30,
  sizeMm: 20,
  rebalancing: true,
  blockedAfterMs: 5_000,
  holdMs: 60_000,
  worthwhile: 20,
};

/** The parcel as it left the bench. */
export interface BenchMeasures {
  weightGrams: number | null;
  lengthMm: number;
  widthMm: number;
  heightMm: number;
}

/** What an in-line check may expect of a parcel: the bench's weight and its carton's sides, with the site's tolerances. */
export function expectationOf(parcel: BenchMeasures, settings: FlowSettings): ParcelExpectation {
  const { weightGrams, lengthMm, widthMm, heightMm } = parcel;
  const share = ((weightGrams ?? 0) * settings.weightPermille) / 1_000;
  const weight =
    weightGrams === null
      ? {}
      : { grams: weightGrams, toleranceGrams: Math.max(settings.weightLeastGrams, Math.ceil(share)) };
  return { ...weight, sidesMm: sidesOf(lengthMm, widthMm, heightMm), toleranceMm: settings.sizeMm };
}
