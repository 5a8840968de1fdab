declare module '../platform/events.js' {
  interface EventMap {
    'packing.parcel-opened': { parcelId: string; tote: string | null; carton: string; station: string };
    'packing.item-packed': { parcelId: string; orderLineId: string; sku: string; quantity: number };
    'packing.carton-changed': { parcelId: string; from: string; to: string };
    'packing.weight-mismatched': {
      parcelId: string;
      expectedGrams: number;
      weightGrams: number;
      toleranceGrams: number;
    };
    'packing.parcel-closed': {
      parcelId: string;
      weightGrams: number;
      expectedGrams: number;
      overridden: boolean;
      /** The scale's reading, as the inbox knows it. */
      readingId: string;
    };
    /** The carrier answered and the paper is out (or its print in doubt was scanned): the parcel may leave the bench. */
    'packing.parcel-labelled': {
      parcelId: string;
      sscc: string;
      trackingNumber: string;
      carrier: string;
      service: string;
    };
    'packing.label-refused': { parcelId: string; reason: string };
    'packing.label-voided': { parcelId: string; reason: string };
    'packing.print-requested': {
      parcelId: string;
      printId: string;
      device: string;
      reprintReason: string | null;
    };
    'packing.print-changed': { parcelId: string; printId: string; state: string; reason: string | null };
    'packing.parcel-reopened': { parcelId: string; reason: string };
    'packing.parcel-cancelled': { parcelId: string; reason: string };
    /** What became of a label that an agent printed ahead of its parcel. */
    'packing.planned-label-reported': {
      printId: string;
      tote: string;
      nonce: string;
      state: string;
      reason: string | null;
    };
    'packing.tote-emptied': { lpn: string; runSlotId: string };
  }
}

export type PackingEvent = 'packing.parcel-labelled' | 'packing.parcel-cancelled' | 'packing.parcel-reopened';
