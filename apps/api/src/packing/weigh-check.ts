/** How far the scale may be from the book before somebody has to look into the carton. */
export interface WeighCheck {
  ok: boolean;
  expectedGrams: number;
  weightGrams: number;
  /** Most that may be missing or too much. */
  toleranceGrams: number;
}

/** Carton, tape, filling and label differ by this much between two parcels of the same goods. */
const PACKAGING_GRAMS = 20;
/** Units of one item differ among themselves; a scale rounds. */
const PER_UNIT_GRAMS = 2;
/** What a weight in the catalogue is worth: measured once, on one unit. */
const SHARE_OF_EXPECTED = 0.03;

/** The larger of 3 % of the expected weight and 20 g + 2 g a unit, in whole grams. */
export function toleranceGrams(expectedGrams: number, units: number): number {
  return Math.max(Math.ceil(expectedGrams * SHARE_OF_EXPECTED), PACKAGING_GRAMS + PER_UNIT_GRAMS * units);
}

/** Compares the scale with what the goods and the carton should weigh. */
export function checkWeight(expectedGrams: number, weightGrams: number, units: number): WeighCheck {
  const tolerance = toleranceGrams(expectedGrams, units);
  const ok = weightGrams > 0 && Math.abs(weightGrams - expectedGrams) <= tolerance;
  return { ok, expectedGrams, weightGrams, toleranceGrams: tolerance };
}

/** A scale's reading as it may be booked for a parcel. */
export interface ScaleReading {
  receivedAt: Date;
}

/** Two minutes: a carton that stood longer may have been swapped. */
export const READING_AGE_MAX_MS = 120_000;

/**
 * Why a reading can't be this parcel's weight, or null when it can.
 * @param reading null when no scale of the parcel's station said a weight under that id
 */
export function faultOfReading(
  reading: ScaleReading | null,
  parcel: { lastItemAt: Date | null },
  now: Date,
): { code: 'unknown-reading' | 'weight-too-old'; detail: string } | null {
  if (!reading) {
    return {
      code: 'unknown-reading',
      detail: 'No scale of this station said that weight. Weigh the parcel again.',
    };
  }
  if (parcel.lastItemAt && reading.receivedAt <= parcel.lastItemAt) {
    return {
      code: 'weight-too-old',
      detail: 'An item was packed after that weight. Weigh the parcel again.',
    };
  }
  if (now.getTime() - reading.receivedAt.getTime() > READING_AGE_MAX_MS) {
    return {
      code: 'weight-too-old',
      detail: 'That weight is older than two minutes. Weigh the parcel again.',
    };
  }
  return null;
}
