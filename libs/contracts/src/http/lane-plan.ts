/** Which lane takes which carrier services, and where each scan point sends what it can't sort. Codes are references. */
export interface LanePlan {
  takes: LaneTake[];
  points: PointLanes[];
}

/** That a lane takes a carrier service. */
export interface LaneTake {
  lane: string;
  carrier: string;
  service: string;
  /** 1 is asked first, the next ones are its alternatives; of equals the emptier lane is taken. */
  rank: number;
  /** HH:MM on the site's clock: the lane takes the parcels of this truck alone; null: of every truck. */
  cutOffTime: string | null;
}

/** Where a scan point sends parcels without a way, and those that it can't read. */
export interface PointLanes {
  point: string;
  exceptionLane: string;
  noReadLane: string;
}

/** `GET /api/v1/flow/lane-plan`; saving and undoing answer with it as well. */
export interface LanePlanView extends LanePlan {
  id: 'lanes';
  /** Goes up by one with each change; 0 before the first that is on record. */
  revision: number;
  lanes: { code: string; name: string; kind: LaneKind }[];
  services: { carrier: string; service: string; name: string; cutOffTime: string }[];
  /** Newest first, at most 20. */
  history: LanePlanChange[];
  /** The last change can be taken back: what was before it still works. */
  undoable: boolean;
}

export type LaneKind = 'ship' | 'exception' | 'no-read' | 'recirculation';

/** One change of the plan: who made it, when, and what is different since. */
export interface LanePlanChange {
  revision: number;
  kind: 'edited' | 'imported' | 'undone';
  at: string;
  /** A person's name, or what the core calls itself, such as `import`. */
  by: string;
  differences: LaneDifference[];
}

/** What a lane takes differently, or a point: null where there was, or is, nothing. */
export type LaneDifference =
  | {
      kind: 'take';
      lane: string;
      carrier: string;
      service: string;
      cutOffTime: string | null;
      from: number | null;
      to: number | null;
    }
  | { kind: 'exception-lane' | 'no-read-lane'; point: string; from: string | null; to: string | null };

/** `PUT /api/v1/flow/lane-plan`: replaces the whole plan. Points that are left out stay as they are. */
export interface LanePlanBody extends LanePlan {
  /** The revision that whoever edits it has seen; another one in between refuses the change. */
  revision: number;
}

/** `POST /api/v1/flow/lane-plan/preview`: what a plan would change if it were saved now. */
export interface LanePlanEffect {
  /** Parcels on their way that would be sent to another lane. */
  underWay: number;
  /** Cartons that a wave planned and nobody has labelled that would take another lane than now. */
  planned: number;
  /** Most parcels first. */
  moves: LaneMove[];
  /** Carrier services that no lane takes: their parcels leave by the exception lane. */
  unsorted: { carrier: string; service: string }[];
}

export interface LaneMove {
  carrier: string;
  service: string;
  from: string | null;
  to: string | null;
  underWay: number;
  planned: number;
}
