/**
 * What goes to the floor when, and why not yet: channels, schedules, work in progress, the reason of every order that waits, undo;
 * and the floor's tasks that follow from them (put back, replenish, put wall). Routes are under `/api/v1`.
 */
import type { RawScan } from './floor.js';
import type { ChannelView } from './tower.js';
import type { OrderFilter, ReasonView, RivalView } from './waves.js';

/* ---- Channels: GET, POST /waves/channels; GET, PATCH, DELETE /waves/channels/:id (supervisors) ------------------------------ */

export type ChannelState = 'open' | 'locked' | 'asleep';

/** `POST /waves/channels`. Answer: ReleaseChannelView. */
export interface CreateChannel {
  name: string;
  templateId: string;
  state?: ChannelState;
  filter?: OrderFilter;
  maxInFlight: number;
  batchOrders: number;
}

/** `PATCH /waves/channels/:id`: what is named changes. Answer: ReleaseChannelView. */
export type ChangeChannel = Partial<CreateChannel>;

/** `GET /waves/channels` (Page) and `GET /waves/channels/:id`. `DELETE` archives: history keeps the name; answer 204. */
export interface ReleaseChannelView extends ChannelView {
  templateId: string;
  /** Orders that the next look would release; 0 with a reason. */
  releasable: number;
  reasons: ReasonView[];
  /** Of an open channel: who else may take its orders. */
  rivals: RivalView[];
  oldestReadyAt: string | null;
  nearestCutOffAt: string | null;
  lastReleasedAt: string | null;
}

/* ---- Work in progress: the one controller that waves and channels go through -------------------------------------------------- */

export type WorkStage = 'pick' | 'put-wall' | 'pack';

/** `GET /waves/work-in-progress`. */
export interface WorkInProgressView {
  at: string;
  stages: {
    stage: WorkStage;
    /** Orders released and not past this stage. */
    orders: number;
    /** What the site allows now; null: no limit. Less than `ordersMax` where equipment is down or few people are there. */
    room: number | null;
    ordersMax: number | null;
    ordersPerPerson: number | null;
    people: number;
  }[];
  /** What presses back on release at this moment, strongest first; empty: nothing. */
  pressures: Pressure[];
  channels: ReleaseChannelView[];
}

export interface Pressure extends ReasonView {
  /**
   * `stop`: nothing is released anywhere; of the stage `put-wall`: nothing that is sorted there. `services`: orders of the named carrier services wait, others go on. `slow`: a stage has less
   * room than it was given.
   */
  effect: 'stop' | 'services' | 'slow';
  stage: WorkStage | null;
  services: { carrier: string; service: string }[];
}

/** `PUT /waves/work-in-progress/limits`: null takes the limit away. Answer: WorkInProgressView. */
export interface ChangeWorkLimits {
  stage: WorkStage;
  ordersMax: number | null;
  ordersPerPerson: number | null;
}

/**
 * `POST /waves/:id/release`. Where the controller holds it, the answer is problem `waves.release-held` (409) with `facts.reasons:
 * ReasonView[]`; sent again with `override` a supervisor releases it all the same, which is kept in the audit. Answer: WaveView.
 */
export interface ReleaseWave {
  override?: { reason: string };
}

/* ---- Schedules: GET, POST /waves/schedules; PATCH, DELETE /waves/schedules/:id ------------------------------------------------- */

/** When a template's wave is planned and released by itself; times are the site's clock. */
export type ScheduleRule =
  | {
      kind: 'times';
      /** `HH:MM`. */
      times: string[];
      /** ISO weekdays, 1 Monday to 7 Sunday. */
      days: number[];
    }
  | {
      /** Back from each carrier cut-off with measured stage rates: a wave goes when its orders must start. */
      kind: 'cut-off';
      /** Begins this much earlier than the plan says. */
      marginMinutes: number;
      /** Fewer orders than this wait for more, unless they would be late. */
      ordersMin: number;
    };

export interface CreateSchedule {
  name: string;
  templateId: string;
  rule: ScheduleRule;
  /** Plans only; a person releases. Default false. */
  planOnly?: boolean;
  active?: boolean;
}

export type ChangeSchedule = Partial<CreateSchedule>;

export interface ScheduleView {
  id: string;
  name: string;
  templateId: string;
  template: string;
  rule: ScheduleRule;
  planOnly: boolean;
  active: boolean;
  /** When it is due next; of a cut-off schedule what its plan says at this moment. Null: nothing to plan, or not active. */
  nextAt: string | null;
  lastRun: ScheduleRunView | null;
}

/** `GET /waves/schedules/:id/runs` (Page): one row for each time it was due, missed ones caught up once. */
export interface ScheduleRunView {
  id: string;
  dueAt: string;
  startedAt: string | null;
  endedAt: string | null;
  state: 'due' | 'done' | 'nothing' | 'held' | 'failed' | 'superseded';
  waveId: string | null;
  waveNumber: number | null;
  /** Orders that went into the wave; orders that matched and did not. */
  released: number;
  left: number;
  /** Why it ended so. */
  reasons: ReasonView[];
}

/** `GET /waves/cut-offs`: the plan back from the cut-offs at the rates measured. */
export interface CutOffPlanView {
  at: string;
  stages: {
    stage: string;
    ordersPerHour: number;
    /** p80 duration / median duration. */
    spread: number;
    /** Minutes of events that the rate was measured over; 0: nothing measured yet, the site's default. */
    measuredMinutes: number;
    backlog: number;
    people: number;
  }[];
  cutOffs: {
    carrier: string;
    service: string;
    cutOffAt: string;
    waiting: number;
    /** Latest start of the first of them. */
    startBy: string | null;
    safe: number;
    atRisk: number;
    late: number;
    bottleneck: string | null;
    needs: { stage: string; people: number; peopleNeeded: number | null }[];
  }[];
}

/* ---- Waiting: why each order that is not released is not --------------------------------------------------------------------------- */

/** `GET /waves/waiting`: all orders that wait, by reason. */
export interface WaitingView {
  at: string;
  orders: number;
  groups: (ReasonView & { orders: number; nearestCutOffAt: string | null })[];
}

/** `GET /waves/waiting/orders?code=&cursor=` (Page), `GET /waves/waiting/orders/:id`. */
export interface WaitingOrderView {
  orderId: string;
  externalRef: string;
  merchantCode: string;
  carrier: string;
  service: string;
  lineCount: number;
  unitCount: number;
  receivedAt: string;
  cutOffAt: string;
  waitingFor: ReasonView;
}

/* ---- Lock, merge, undo ------------------------------------------------------------------------------------------------------------------ */

/** `POST /waves/merge`: the others join the first; refused with the reason for each that can't. Answer: WaveView of the first. */
export interface MergeWaves {
  waveIds: string[];
}

/** `POST /waves/:id/undo`. With `dryRun` nothing happens and the answer says all that would. Answer: UndoView. */
export interface UndoWave {
  dryRun?: boolean;
  reason?: string;
}

export interface UndoView {
  waveId: string;
  waveNumber: number;
  dryRun: boolean;
  /** What the wave is afterwards: `cancelled`, or `in-progress` with what was kept. */
  state: string;
  ordersBack: number;
  ordersKept: number;
  /** One group for each kind of effect, in the order in which they happen. */
  effects: UndoGroup[];
  /** What can't be undone and stays, with why. */
  kept: UndoGroup[];
}

export interface UndoGroup {
  code:
    | 'run-withdrawn'
    | 'run-to-station'
    | 'pick-withdrawn'
    | 'put-back'
    | 'replenishment-withdrawn'
    | 'label-voided'
    | 'parcel-unpacked'
    | 'parcel-cancelled'
    | 'order-waits-again'
    | 'order-kept';
  text: string;
  count: number;
  /** At most 1,000; `count` tells how many there are. */
  items: ReasonView[];
}

/* ---- Floor: put back ------------------------------------------------------------------------------------------------------------------------ */

/** `GET /picking/put-backs` (Page). Goods of cancelled and undone orders that go back to their locations. */
export interface PutBackTask {
  id: string;
  state: 'ready' | 'assigned' | 'done' | 'cancelled';
  /** The tote's plate, or the SSCC (or source tote) of the parcel that the goods are taken from. */
  lpn: string;
  from: 'tote' | 'parcel';
  /** What a scan of the source may read. */
  sourceCodes: string[];
  /** The run whose cart still carries the tote; null: it stands at a station. */
  runNumber: number | null;
  sku: string;
  name: string;
  barcodes: { code: string; quantity: number }[];
  lot: string;
  quantity: number;
  location: string;
  /** Whose hands it is in; null: nobody's. */
  person: string | null;
  mine: boolean;
}

/** `POST /picking/put-backs/:id/claim` (answer PutBackTask), `/release` (204). A claim runs out after 30 minutes. */
/** `POST /picking/put-backs/:id/confirm`: the same event twice is one. Answer `{ state }`. */
export interface ConfirmPutBackTask {
  eventId: string;
  containerScan: RawScan;
  /** One per unit (a pack barcode counts its pack). */
  itemScans: RawScan[];
  locationScan: RawScan;
}

/* ---- Floor: replenishment ------------------------------------------------------------------------------------------------------------------ */

/** `GET /picking/replenishments?state=` (Page): what most picks wait for first. */
export interface ReplenishmentTask {
  id: string;
  state: 'ready' | 'assigned' | 'done' | 'failed' | 'cancelled';
  sku: string;
  name: string;
  barcodes: { code: string; quantity: number }[];
  lot: string;
  from: string;
  to: string;
  quantity: number;
  doneQuantity: number;
  /** Picks that are blocked until it is done. */
  blockedPicks: number;
  waveNumber: number | null;
  cutOffAt: string | null;
  person: string | null;
  mine: boolean;
  because: string | null;
}

/** `POST /picking/replenishments/:id/claim` (answer ReplenishmentTask), `/release` (204). */
/** `POST /picking/replenishments/:id/confirm`. Answer: ReplenishmentOutcome. */
export interface ConfirmReplenishment {
  eventId: string;
  fromScan: RawScan;
  /** One scan of the item; the quantity is counted by the person and confirmed by its number. */
  itemScan: RawScan;
  quantity: number;
  toScan: RawScan;
  /** Set where fewer are there than asked for. */
  short?: { reason: string };
}

export interface ReplenishmentOutcome {
  state: string;
  quantity: number;
  /** Picks that became ready by it. */
  picksReady: number;
}

/* ---- Floor: put wall ------------------------------------------------------------------------------------------------------------------------ */

/** `GET /picking/put-walls` (Page), `GET /picking/put-walls/:stationCode`. */
export interface PutWallView {
  station: { code: string; name: string };
  slots: PutWallSlotView[];
  /** Totes dropped at the wall that still hold goods to sort, oldest run first. */
  totes: { lpn: string; runNumber: number; units: number }[];
  freeSlots: number;
}

/**
 * `waiting`: an order has it and nothing lies in it yet; `complete`: to the pack bench; `put-back`: its order was withdrawn, its goods go
 * back to the shelf before another order gets it.
 */
export type PutWallSlotState = 'free' | 'waiting' | 'filling' | 'complete' | 'packing' | 'put-back';

export interface PutWallSlotView {
  /** What is printed on the slot and scanned; also the plate that is scanned at the pack bench. */
  code: string;
  row: number;
  column: number;
  volumeMl: number;
  light: { device: string; address: string } | null;
  state: PutWallSlotState;
  orderId: string | null;
  externalRef: string | null;
  /** Units that the order will have in it. */
  wanted: number;
  put: number;
  cutOffAt: string | null;
}

/**
 * `PUT /picking/put-walls/:stationCode` (admin): the slots of a wall; the station is made where there is none of this code. Slots that
 * are in use can't be taken away. Answer: PutWallView.
 */
export interface ConfigurePutWall {
  name?: string;
  xMm?: number;
  yMm?: number;
  slots: {
    code: string;
    row: number;
    column: number;
    volumeMl: number;
    light?: { device: string; address: string } | null;
  }[];
}

/** `POST /picking/put-walls/:stationCode/sort`: which slot this item out of this tote goes to; moves nothing. Answer: PutInstruction. */
export interface SortItem {
  containerScan: RawScan;
  itemScan: RawScan;
}

export interface PutInstruction {
  slot: string;
  row: number;
  column: number;
  sku: string;
  name: string;
  /** Units of this scan that go into the slot. */
  quantity: number;
  /** Units of this item in the tote that the order still wants, with this one. */
  wanted: number;
  externalRef: string;
  /** The last units of the order: the slot is complete afterwards. */
  completes: boolean;
}

/** `POST /picking/put-walls/:stationCode/put`: the item is in the slot. The same event twice is one. Answer: PutOutcome. */
export interface ConfirmPut {
  eventId: string;
  containerScan: RawScan;
  itemScan: RawScan;
  slotScan: RawScan;
}

export interface PutOutcome {
  slot: string;
  quantity: number;
  orderComplete: boolean;
  toteEmpty: boolean;
}

/**
 * `POST /picking/put-walls/:stationCode/undo`: the person's last put was wrong or too early; its units are in their tote again. Refused
 * once the slot is being packed, the tote is at other work, or the person has put something since. The same event twice is one. Answer: PutUndone.
 */
export interface UndoPut {
  eventId: string;
  /** Of the put. */
  putEventId: string;
}

export interface PutUndone {
  slot: string;
  tote: string;
  quantity: number;
}

/**
 * `POST /picking/put-walls/:stationCode/short`: the tote is empty, what should still be in it is missing. Others of it are picked where there
 * are, else the lines are closed short. The same event twice is one. Answer: WallShortOutcome.
 */
export interface ReportWallShort {
  eventId: string;
  containerScan: RawScan;
}

export interface WallShortOutcome {
  missing: number;
  /** Slots that are complete without what is missing. */
  complete: string[];
}
