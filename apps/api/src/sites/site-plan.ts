/** A site as somebody describes it: what an import brings and the demo is made of. Codes are references between the parts. */
export interface SitePlan {
  site: { code: string; name: string; timezone: string } & SiteLayoutPlan;
  zones: { code: string; name: string }[];
  locations: LocationPlan[];
  stations: { code: string; kind: string; name: string; xMm: number; yMm: number }[];
  putWalls: PutWallPlan[];
  /** Null: as it is, or as usual. */
  carts: { code: string; slots: number; maxGrams: number | null }[];
  totes: string[];
  toteLoad: ToteLoadPlan;
  cartons: CartonPlan[];
  carriers: { code: string; name: string }[];
  services: { carrier: string; service: string; name: string; cutOffTime: string }[];
  lanes: LanePlan[];
  points: PointPlan[];
  segments: SegmentPlan[];
  ranges: RangePlan[];
}

/** What locations do not show of the building. */
export interface SiteLayoutPlan {
  /** Where the cross aisles lie along the aisles; empty: where the locations leave gaps; null: as it is. */
  crossAislesMm: number[] | null;
  /** Null: as it is. */
  oneWayAisles: OneWayAisle[] | null;
}

/** What every tote of the site is filled with at most; null: as it is, or as usual. */
export interface ToteLoadPlan {
  volumeMl: number | null;
  maxGrams: number | null;
}

export interface OneWayAisle {
  zone: string;
  aisle: number;
  /** Towards larger (`up`) or smaller (`down`) positions along the aisle. */
  direction: 'up' | 'down';
}

export interface LocationPlan {
  code: string;
  zone: string;
  type: string;
  aisle: number;
  bay: number;
  level: number;
  xMm: number;
  yMm: number;
  pickSequence: number;
}

/** The slots of a station of the kind `put-wall`. */
export interface PutWallPlan {
  station: string;
  slots: PutWallSlotPlan[];
}

export interface PutWallSlotPlan {
  /** Its licence plate, scanned at the wall and at the pack bench. */
  code: string;
  /** Counted from the top. */
  row: number;
  column: number;
  /** Orders larger than this get another slot. */
  volumeMl: number;
  /** The module that shows a person the slot; null: the screen alone does. */
  light: { device: string; address: string } | null;
}

export interface CartonPlan {
  code: string;
  name: string;
  lengthMm: number;
  widthMm: number;
  heightMm: number;
  tareGrams: number;
  maxGrams: number;
}

export interface LanePlan {
  code: string;
  name: string;
  kind: string;
  stagingLocation: string | null;
  /** Parcels that fit; null where nobody counted. */
  capacity: number | null;
  /** Which carrier services the lane takes; rank 1 is the first choice of a service. */
  takes: LaneTakes[];
}

/** A carrier service that a lane takes: with a cut-off (HH:MM) the parcels of that truck, without one of all. */
export interface LaneTakes {
  carrier: string;
  service: string;
  rank: number;
  cutOffTime?: string;
}

export interface PointPlan {
  code: string;
  device: string;
  exceptionLane: string;
  noReadLane: string;
  recirculationLane: string | null;
  lapsMax: number;
  deadlineMs: number;
  /** Where everything goes when the point can't or must not decide; null: the exception lane. */
  safeLane: string | null;
  /** Without the core for so long everything goes there; null: known routes go on. */
  coreGoneAfterMs: number | null;
  /** An arrival that is not confirmed for so long is given up. */
  confirmLimitMs: number;
  /** A scale or a dimensioner in the line before the point. */
  check: CheckPlan | null;
}

export interface CheckPlan {
  lane: string;
  scale: string | null;
  dimensioner: string | null;
  windowMs: number;
  waitMs: number;
  whenMissing: 'pass' | 'check';
}

/** Where a parcel that left a point by a lane must be seen next, and how far that is. */
export interface SegmentPlan {
  from: string;
  lane: string;
  to: string;
  lengthMm: number;
  speedMmPerS: number;
  marginMs: number;
}

/** Numbers that GS1 or a carrier gave to this site (platform/number-ranges.ts says what the prefixes mean). */
export interface RangePlan {
  kind: 'sscc' | 's10';
  scope: string;
  prefix: string;
  first: number;
  last: number;
}
