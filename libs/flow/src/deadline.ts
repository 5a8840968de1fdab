/** Where a scan point and its divert stand, and how fast everything between them is. */
export interface PointGeometry {
  /** From the scan point to the divert, millimetres. */
  distanceMm: number;
  beltSpeedMmPerS: number;
  /** Until the divert has really moved after it was told to, milliseconds. */
  actuationMs: number;
  /** One cycle of the PLC; two pass between its input and its output. */
  plcScanMs: number;
  marginMs: number;
}

/**
 * The time, in whole milliseconds, that a point leaves between a parcel's arrival and the last moment a route can be acted
 * on: distance / speed - actuation - 2 PLC scans - margin; 0 when the belt is too fast for any answer.
 * Throws a RangeError for a distance, speed or time that can't be one.
 */
export function pointDeadlineMs(geometry: PointGeometry): number {
  const { distanceMm, beltSpeedMmPerS, actuationMs, plcScanMs, marginMs } = geometry;
  if (!(beltSpeedMmPerS > 0)) throw new RangeError(`belt speed must be above 0 mm/s: ${beltSpeedMmPerS}`);
  for (const [name, value] of Object.entries({ distanceMm, actuationMs, plcScanMs, marginMs })) {
    if (!(value >= 0)) throw new RangeError(`${name} must not be negative: ${value}`);
  }
  const travelMs = (distanceMm / beltSpeedMmPerS) * 1000;
  return Math.max(0, Math.floor(travelMs - actuationMs - 2 * plcScanMs - marginMs));
}

/**
 * Kept back from a point's deadline for the route's own way to the PLC (a polled one takes a cycle to notice): a tenth of
 * the deadline, at least 20 ms.
 */
const REPLY_MARGIN_SHARE = 0.1;
const REPLY_MARGIN_MIN_MS = 20;

/**
 * How long the core may be asked about an unknown parcel at a point with this deadline: the deadline less the time the
 * answer needs to reach the PLC. 0 means that there is no time to ask.
 */
export function askBudgetMs(deadlineMs: number, alreadySpentMs: number): number {
  const marginMs = Math.max(REPLY_MARGIN_MIN_MS, deadlineMs * REPLY_MARGIN_SHARE);
  return Math.max(0, Math.floor(deadlineMs - alreadySpentMs - marginMs));
}
