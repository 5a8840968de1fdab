import type { LaneView } from './tower.js';

/** The conveyor as its supervisor sees it: `GET /api/v1/flow/sorter`, and live as topic `sorter` in `/tower`. */
export interface SorterView {
  at: string;
  lanes: SorterLane[];
  points: SorterPoint[];
  /** Newest first, at most 30. */
  last: SorterArrival[];
  overrides: OverrideView[];
  /** Which lane takes which carrier service now, and why. */
  duties: DutyView[];
  /** Newest first, at most 10. */
  changes: { at: string; text: string }[];
  /** Out of sight between two points right now, and lost there within the hour. */
  travels: { underWay: number; lostLastHour: number };
}

export interface SorterLane extends LaneView {
  /** Parcels in it that nobody has staged, and how many fit (null: nobody counted). */
  lying: number;
  capacity: number | null;
  /** Parcels with a route to it that have not arrived. */
  underWay: number;
  /** Open by a supervisor's word, whatever its photo-eye says. */
  forcedOpen: boolean;
  fullMinutesLastHour: number;
}

export interface SorterPoint {
  code: string;
  device: string;
  /** `working`, or why parcels take the safe lane: who lost whom, or a supervisor's word. */
  state: 'working' | 'forced-safe' | 'core-gone' | 'agent-gone' | 'plc-gone';
  /** In words, with what is declared for this case. */
  because: string | null;
  safeLane: string;
  checks: string[];
  lastHour: {
    seen: number;
    noReads: number;
    recirculated: number;
    rejected: number;
    /** Confirmed lane was not the commanded one, nor offered beside it. */
    misDiverted: number;
    /** In a ship lane that does not serve the carrier, whatever was commanded. */
    misSorted: number;
    lost: number;
    /** Decided after the point's deadline. */
    late: number;
    checkFaults: number;
    decisionP50Ms: number | null;
    decisionP99Ms: number | null;
  };
}

export interface SorterArrival {
  at: string;
  point: string;
  code: string | null;
  parcelId: string | null;
  result: string;
  state: string;
  commanded: string | null;
  actual: string | null;
  because: string | null;
}

export type OverrideKind = 'lane-closed' | 'lane-open' | 'parcel-lane' | 'point-safe';

export interface OverrideView {
  id: string;
  kind: OverrideKind;
  /** Code of the lane or point, SSCC of the parcel. */
  subject: string;
  /** Where the parcel was sent. */
  lane: string | null;
  reason: string;
  setBy: string;
  setAt: string;
  expiresAt: string | null;
  endedAt: string | null;
  endedBy: string | null;
  endedBecause: string | null;
}

/** `POST /api/v1/flow/overrides` */
export interface NewOverride {
  kind: OverrideKind;
  /** Lane or point by its code; a parcel by what its label says. */
  subject: string;
  /** For `parcel-lane`. */
  lane?: string;
  reason: string;
  /** Ends by itself after so long. */
  minutes: number;
}

export interface DutyView {
  carrier: string;
  service: string;
  /** HH:MM, the cut-off of the truck whose parcels these are; null where the service's lanes take every truck. */
  truck: string | null;
  lane: string;
  since: string;
  because: string;
}

/** `GET` and `PUT /api/v1/flow/settings`: tolerances of in-line checks and how eagerly lanes are rebalanced. */
export interface FlowSettings {
  /** A weight may differ by this share of it, in thousandths ... */
  weightPermille: number;
  /** ... but always by this much. */
  weightLeastGrams: number;
  /** Each side may differ by this much. */
  sizeMm: number;
  rebalancing: boolean;
  /** A lane that is full or jammed for less than this is left on duty. */
  blockedAfterMs: number;
  /** A lane that came on duty keeps it at least this long, unless it is blocked. */
  holdMs: number;
  /** What a change must gain, in the points of rebalance-lanes.ts. */
  worthwhile: number;
}
