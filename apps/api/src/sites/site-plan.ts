/** A site as somebody describes it: what an import brings and the demo is made of. Codes are references between the parts. */
export interface SitePlan {
  site: { code: string; name: string; timezone: string };
  zones: { code: string; name: string }[];
  locations: LocationPlan[];
  stations: { code: string; kind: string; name: string; xMm: number; yMm: number }[];
  carts: { code: string; slots: number }[];
  totes: string[];
  cartons: CartonPlan[];
  carriers: { code: string; name: string }[];
  services: { carrier: string; service: string; name: string; cutOffTime: string }[];
  lanes: LanePlan[];
  points: PointPlan[];
  ranges: RangePlan[];
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
  /** Which carrier services the lane takes; rank 1 is the first choice of a service. */
  takes: { carrier: string; service: string; rank: number }[];
}

export interface PointPlan {
  code: string;
  device: string;
  exceptionLane: string;
  noReadLane: string;
  recirculationLane: string | null;
  lapsMax: number;
  deadlineMs: number;
}

/** Numbers that GS1 or a carrier gave to this site (platform/number-ranges.ts says what the prefixes mean). */
export interface RangePlan {
  kind: 'sscc' | 's10';
  scope: string;
  prefix: string;
  first: number;
  last: number;
}
