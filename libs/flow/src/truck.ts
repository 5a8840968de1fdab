/**
 * Trucks of one carrier service that leave at different times have lanes of their own. Times of day are `HH:MM` on the site's clock, so
 * that they compare as text.
 */
export interface TruckLane {
  /** The cut-off of the truck that the lane fills; null: it takes the parcels of every truck. */
  cutOffTime: string | null;
}

/**
 * The truck that a parcel with this cut-off rides: the last one that leaves no later, and where all leave later, the first. Null where
 * the service's lanes are not told apart by their trucks.
 */
export function truckOf(lanes: readonly TruckLane[], cutOff: string): string | null {
  const times = lanes.flatMap(({ cutOffTime }) => cutOffTime ?? []).sort();
  return times.findLast((time) => time <= cutOff) ?? times[0] ?? null;
}

/** The lanes that may take the parcels of a truck: its own, and those that take every truck's. */
export function lanesOfTruck<L extends TruckLane>(lanes: readonly L[], truck: string | null): L[] {
  return lanes.filter(({ cutOffTime }) => cutOffTime === null || cutOffTime === truck);
}
