import type { CheckFault, InLineCheck, ParcelExpectation, SidesMm } from '#lib/contracts';

/** One measure of a scale or dimensioner that no arrival has claimed yet. `atMs` is the agent's monotonic clock. */
export interface WaitingMeasure {
  atMs: number;
  /** The PLC's number of the parcel, where the instrument knows it. */
  trackId?: number;
}

export type Pairing = { kind: 'paired'; index: number } | { kind: 'none' } | { kind: 'unsure' };

/** Clocks of two readings of one agent, and the order in which two links deliver, differ by this much. */
const SAME_MOMENT_MS = 5;

/**
 * Which of the waiting measures belongs to an arrival: the one with its track number; else the only one without a number
 * that was taken within `windowMs` before it. Two that could be it are `unsure`: a belt whose gaps are shorter than the window
 * needs track numbers.
 */
export function pairMeasure(
  waiting: readonly WaitingMeasure[],
  arrival: { trackId: number; atMs: number },
  windowMs: number,
): Pairing {
  const numbered = waiting.findLastIndex(({ trackId }) => trackId === arrival.trackId);
  if (numbered >= 0) return { kind: 'paired', index: numbered };
  const near = waiting.flatMap(({ trackId, atMs }, index) => {
    const ageMs = arrival.atMs - atMs;
    return trackId === undefined && ageMs <= windowMs && ageMs >= -SAME_MOMENT_MS ? [index] : [];
  });
  if (near.length > 1) return { kind: 'unsure' };
  return near.length === 1 ? { kind: 'paired', index: near[0]! } : { kind: 'none' };
}

/** What was measured of one parcel. `unsure` instead of a number where two parcels could have been meant. */
export interface Measured {
  grams?: number | 'unsure';
  sidesMm?: SidesMm | 'unsure';
}

/** Sides in the order in which they are compared: the longest first. */
export function sidesOf(lengthMm: number, widthMm: number, heightMm: number): SidesMm {
  const [first, second, third] = [lengthMm, widthMm, heightMm].sort((one, two) => two - one);
  return [first!, second!, third!];
}

/**
 * Compares what was measured with what is expected. A fault that was seen counts before one that could not be looked at; what
 * nothing is expected of is not compared.
 */
export function judgeMeasures(expected: ParcelExpectation, measured: Measured): InLineCheck {
  const faults = [weightFault(expected, measured), sizeFault(expected, measured)];
  const order: CheckFault[] = ['weight-out', 'size-out', 'unsure', 'not-measured'];
  const result = order.find((fault) => faults.includes(fault)) ?? 'ok';
  return {
    result,
    ...(typeof measured.grams === 'number' ? { grams: measured.grams } : {}),
    ...(Array.isArray(measured.sidesMm) ? { sidesMm: measured.sidesMm as SidesMm } : {}),
  };
}

function weightFault(
  { grams, toleranceGrams = 0 }: ParcelExpectation,
  measured: Measured,
): CheckFault | null {
  if (grams === undefined) return null;
  if (measured.grams === undefined) return 'not-measured';
  if (measured.grams === 'unsure') return 'unsure';
  return measured.grams > 0 && Math.abs(measured.grams - grams) <= toleranceGrams ? null : 'weight-out';
}

function sizeFault({ sidesMm, toleranceMm = 0 }: ParcelExpectation, measured: Measured): CheckFault | null {
  if (sidesMm === undefined) return null;
  if (measured.sidesMm === undefined) return 'not-measured';
  if (measured.sidesMm === 'unsure') return 'unsure';
  const found = measured.sidesMm;
  const fits = sidesMm.every((side, at) => found[at]! > 0 && Math.abs(found[at]! - side) <= toleranceMm);
  return fits ? null : 'size-out';
}
