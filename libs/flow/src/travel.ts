/** A stretch of conveyor that a parcel rides on after it left a point by a lane, until another point sees it. */
export interface Segment {
  lengthMm: number;
  speedMmPerS: number;
  /** Slack for slow starts, stops of the belt and clocks. */
  marginMs: number;
}

/**
 * The longest a parcel may be out of sight on a segment, whole milliseconds: length / speed + margin.
 * Throws a RangeError for a segment that nothing can ride on.
 */
export function travelLimitMs({ lengthMm, speedMmPerS, marginMs }: Segment): number {
  if (!(speedMmPerS > 0)) throw new RangeError(`speed must be above 0 mm/s: ${speedMmPerS}`);
  if (!(lengthMm >= 0)) throw new RangeError(`length must not be negative: ${lengthMm}`);
  if (!(marginMs >= 0)) throw new RangeError(`margin must not be negative: ${marginMs}`);
  return Math.ceil((lengthMm / speedMmPerS) * 1_000 + marginMs);
}
