/** The people's work: picking, packing, loading. Every POST that changes stock carries an `eventId` made once by the sender. */
import type { PickMethod } from './waves.js';

/** A scanned item as the server needs to check it: the raw scan, never what the screen made of it. */
export type RawScan = string;

export type FaultSource = 'serial' | 'wedge' | 'camera';

/** `POST /api/v1/picking/runs/claim`: the next run for this person; `cart` binds the cart scanned. */
export interface ClaimRun {
  cartScan: RawScan;
}

/** The run that a picker works on, complete: the handheld goes on with the network cut. */
export interface RunView {
  id: string;
  number: number;
  state: string;
  waveNumber: number;
  /** `batch`: goods go into any tote of the run, which has no slots: a put wall sorts them into orders. */
  method: PickMethod;
  cart: { code: string; slots: number };
  walkMm: number;
  dropStation: { code: string; name: string } | null;
  slots: { slot: number; orderId: string; lpn: string | null; state: string }[];
  tasks: PickTaskView[];
}

export interface PickTaskView {
  id: string;
  sequence: number;
  state: string;
  location: {
    code: string;
    zone: string;
    aisle: number;
    bay: number;
    level: number;
    xMm: number;
    yMm: number;
  };
  item: {
    id: string;
    sku: string;
    name: string;
    barcodes: { code: string; quantity: number }[];
    tracking: string;
  };
  merchantCode: string;
  lot: string;
  expiresOn: string | null;
  quantity: number;
  doneQuantity: number;
  /** 0 in a batch run. */
  slot: number;
  /** The tote that stands in the slot; null until the picker scans an empty one into it. */
  lpn: string | null;
  because: string[];
}

export type ShortReason = 'empty' | 'fewer' | 'damaged' | 'wrong-item' | 'blocked';

/** `POST /api/v1/picking/tasks/:id/confirm`. The server checks every scan against the task again. */
export interface ConfirmPick {
  eventId: string;
  locationScan: RawScan;
  /** One per unit (a pack barcode counts its pack); empty for a zero short. */
  itemScans: RawScan[];
  /** The tote; empty for a zero short. */
  containerScan: RawScan;
  /** Set when the person says that the rest is not there. */
  short?: { reason: ShortReason };
  /** When it was done on the floor (the handheld may have been offline). */
  at: string;
}

export type PickOutcome =
  | { outcome: 'picked'; taskId: string; quantity: number; runState: string; nextTaskId: string | null }
  | {
      outcome: 'short';
      taskId: string;
      quantity: number;
      missing: number;
      /** What became of the rest of the line. */
      remedy: 'reallocated' | 'backordered' | 'closed-short';
      newTaskIds: string[];
      runState: string;
      nextTaskId: string | null;
    };

/** `POST /api/v1/picking/runs/:id/drop`: totes handed over at the pack bench or put wall. */
export interface DropRun {
  eventId: string;
  stationScan: RawScan;
}

/** `POST /api/v1/packing/open`: a picked tote scanned at a bench opens (or finds again) its parcel. */
export interface OpenParcel {
  containerScan: RawScan;
  stationCode: string;
}

export interface PackView {
  parcelId: string;
  parcelState: string;
  sscc: string | null;
  orderId: string;
  externalRef: string;
  merchantCode: string;
  carrier: string;
  service: string;
  tote: string | null;
  suggestedCarton: CartonView;
  carton: CartonView;
  because: string[];
  lines: {
    orderLineId: string;
    sku: string;
    name: string;
    barcodes: { code: string; quantity: number }[];
    /** In the tote for this order. */
    picked: number;
    /** In cartons, this one included. */
    packed: number;
    inThisParcel: number;
    fragile: boolean;
  }[];
  /** Room in the carton that the goods in it leave: what void fill takes up once all are in. */
  voidMl: number;
  expectedGrams: number;
  weightGrams: number | null;
  trackingNumber: string | null;
  print: PrintView | null;
}

export interface CartonView {
  code: string;
  name: string;
  lengthMm: number;
  widthMm: number;
  heightMm: number;
  tareGrams: number;
}

export interface PrintView {
  id: string;
  state: 'queued' | 'sent' | 'printed' | 'failed' | 'unknown';
  reason: string | null;
  /** The code on the paper to scan so that a print in doubt is closed. */
  device: string;
}

/** `POST /api/v1/packing/parcels/:id/items`: one scan, one (pack of) unit(s). Answer: PackView. */
export interface PackItem {
  eventId: string;
  itemScan: RawScan;
}

/** `POST /api/v1/packing/parcels/:id/carton` { cartonCode } changes the carton while the parcel is open. Answer: PackView. */
export interface ChangeCarton {
  cartonCode: string;
}

/**
 * `POST /api/v1/packing/parcels/:id/close`: checks the weight, takes SSCC and tracking number, makes the label and queues
 * the print. The weight is the scale's own reading (`readingId`, from the live `floor.weight` event), never typed.
 */
export interface CloseParcel {
  eventId: string;
  readingId: string;
  /** A supervisor's word that a weight out of tolerance is right. */
  override?: { reason: string };
}

export type CloseOutcome =
  | { outcome: 'closed'; pack: PackView }
  | {
      outcome: 'weight-mismatch';
      expectedGrams: number;
      weightGrams: number;
      toleranceGrams: number;
      pack: PackView;
    };

/** `POST /api/v1/packing/parcels/:id/reprint`: a new, audited print. Answer: PackView. */
export interface Reprint {
  eventId: string;
  reason: 'media' | 'damaged' | 'lost' | 'unknown';
}

/** `POST /api/v1/packing/parcels/:id/confirm-label`: the label scanned; closes a print whose outcome nobody knows. Answer: PackView. */
export interface ConfirmLabel {
  eventId: string;
  labelScan: RawScan;
}

/** `GET /api/v1/floor/what-is?scan=`: any barcode explained to the person who scanned it. */
export interface WhatIs {
  kind: string;
  title: string;
  facts: { label: string; value: string }[];
  next: string | null;
}

/** `GET /api/v1/shipping/manifests|loads`. */
export interface ManifestView {
  id: string;
  number: number;
  carrier: string;
  service: string;
  state: string;
  cutOffAt: string;
  parcelCount: number;
  stagedCount: number;
  loadedCount: number;
}

export interface LoadView {
  id: string;
  number: number;
  carrier: string;
  door: string | null;
  state: string;
  parcelCount: number;
  waiting: { parcelId: string; sscc: string; stagingLocation: string | null }[];
}

/** `POST /api/v1/shipping/stage` { eventId, parcelScan, locationScan }: off the lane, into staging. */
export interface StageParcel {
  eventId: string;
  parcelScan: RawScan;
  locationScan: RawScan;
}

/** `POST /api/v1/shipping/loads/:id/parcels` { eventId, parcelScan }. Answer: LoadView. */
export interface LoadParcel {
  eventId: string;
  parcelScan: RawScan;
}

/** `POST /api/v1/receiving/receipts/:id/receive`. */
export interface ReceiveGoods {
  eventId: string;
  sku: string;
  quantity: number;
  lot?: string;
  expiresOn?: string;
}

export interface ReceiptView {
  id: string;
  reference: string;
  merchantCode: string;
  state: string;
  lines: {
    lineNo: number;
    sku: string;
    name: string;
    expected: number;
    received: number;
    lot: string;
    expiresOn: string | null;
  }[];
}

export interface PutAwayView {
  id: string;
  sku: string;
  name: string;
  lot: string;
  quantity: number;
  from: string;
  to: string;
  state: string;
}

/** `POST /api/v1/receiving/put-aways/:id/confirm`. Another location than the proposed one is allowed and recorded. */
export interface ConfirmPutAway {
  eventId: string;
  itemScan: RawScan;
  locationScan: RawScan;
}
