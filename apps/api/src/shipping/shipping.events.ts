declare module '../platform/events.js' {
  interface EventMap {
    'shipping.parcel-staged': { parcelId: string; carrier: string; location: string; manifest: number };
    'shipping.parcel-loaded': { parcelId: string; load: number; door: string | null };
    'shipping.parcel-shipped': { parcelId: string; load: number; manifest: number | null; units: number };
    'shipping.manifest-opened': { number: number; carrier: string; service: string };
    'shipping.manifest-closed': { number: number; carrier: string; service: string; because: string };
    'shipping.manifest-transmitted': { number: number; carrier: string; parcels: number };
    'shipping.load-opened': { number: number; carrier: string; door: string | null };
    'shipping.load-departed': { number: number; carrier: string; parcels: number };
  }
}

export type ShippingEvent = 'shipping.parcel-shipped' | 'shipping.load-departed';
