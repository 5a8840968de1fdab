import type { Parcel } from '../packing/parcels.service.js';
import { Refusal } from '../platform/refusal.js';

/** @throws Refusal for a parcel that has nothing to do on the conveyor (any more). */
export function requireBeltState(parcel: Parcel): void {
  if (['labelled', 'inducted', 'diverted', 'staged'].includes(parcel.state)) return;
  throw new Refusal(
    'flow.not-for-the-belt',
    `The parcel is ${parcel.state}: it has nothing to do on the conveyor.`,
    {
      facts: { parcelId: parcel.id, state: parcel.state },
    },
  );
}
