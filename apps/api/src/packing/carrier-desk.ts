import type { Tx } from '../platform/database.service.js';

export interface LabelRequest {
  labelId: string;
  /** Null for a label that is made before its parcel. */
  parcelId: string | null;
  merchantId: string;
  carrierCode: string;
  service: string;
  sscc: string;
  weightGrams: number;
  consigneeCountry: string;
}

/** What a carrier says. `unknown`: the call was cut off; it is resolved by asking again for the same label, never by a second purchase. */
export type CarrierAnswer =
  | { outcome: 'got'; trackingNumber: string }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unknown'; reason: string };

/**
 * What packing asks of carriers. It lies below packing in the order of modules, so shipping implements it (shipping/carriers.service.ts) and packing
 * knows this face alone.
 */
export abstract class CarrierDesk {
  /** Asks for a tracking number. The same label asked again gets the same answer. */
  abstract ask(tx: Tx, request: LabelRequest): Promise<CarrierAnswer>;
  /** Tells the carrier that a label will not be used. The undo of {@link ask}. */
  abstract giveBack(
    tx: Tx,
    label: { labelId: string; carrierCode: string; trackingNumber: string },
  ): Promise<void>;
}
