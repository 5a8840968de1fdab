/** Waves: templates, planning, dry runs, runs on the floor map, and why each choice was made. */

/** A step of the pipeline. Templates order them; what a step needs from another must come before it. */
export type WaveStepName =
  | 'select'
  | 'validate'
  | 'promise'
  | 'reserve'
  | 'replenish'
  | 'cartonise'
  | 'batch'
  | 'route'
  | 'assign'
  | 'create-tasks'
  | 'release';

export interface StepView {
  name: string;
  state: string;
  attempts: number;
  durationMs: number | null;
  log: string[];
}

export interface WaveView {
  id: string;
  number: number;
  state: string;
  template: string;
  templateId: string;
  channel: string | null;
  orderCount: number;
  lineCount: number;
  unitCount: number;
  /** Lines whose tasks are done, for the progress bar. */
  pickedLines: number;
  shortLines: number;
  packedOrders: number;
  shippedOrders: number;
  cutOffAt: string | null;
  createdAt: string;
  releasedAt: string | null;
  reason: string | null;
  /** Why it does not move on, in one sentence; null while it does. */
  blocker: string | null;
  /** Only of a planned wave whose template releases it by itself: what the floor is not ready for. */
  held?: ReasonView[];
  /** Lines and orders that left it with a reason: `GET /waves/:id/faults`. */
  faultCount: number;
  /** Only while it is being planned. */
  progress: WaveProgressView | null;
  summary: WaveSummary;
  steps: StepView[];
}

export interface WaveSummary {
  runs?: number;
  walkMetres?: number;
  naiveWalkMetres?: number;
  shortLines?: number;
  reasons?: string[];
  /** Cartons by code. */
  cartons?: Record<string, number>;
  /** Parcels by lane code. */
  lanes?: Record<string, number>;
  /** Units to bring to pick faces before and while the wave is picked. */
  replenishUnits?: number;
  labourMinutes?: number;
}

/** How far planning has come. Also pushed live: topic `tower.wave-progress`, at most four times a second. */
export interface WaveProgressView {
  waveId: string;
  number: number;
  state: string;
  /** Null before the first step. */
  step: WaveStepName | null;
  stepNumber: number;
  stepCount: number;
  /** Of the whole plan, 0..1. */
  fraction: number;
  secondsLeft: number | null;
  /** Such as "batching: 4 s of at most 10 s, 182 runs". */
  detail: string | null;
}

/** Which orders a template or channel takes. What is left out does not restrict. */
export interface OrderFilter {
  merchantCodes?: string[];
  carriers?: string[];
  services?: string[];
  /** ISO 3166-1 alpha-2 of the consignee. */
  countries?: string[];
  /** The cut-off is at most so far away. */
  cutOffWithinMinutes?: number;
  /** The cut-off is at least so far away. */
  cutOffAfterMinutes?: number;
  /** Every line could be picked in one of these zones (codes). */
  zones?: string[];
  /** `single-unit`: one line of one unit. */
  shape?: 'single-unit' | 'single-line' | 'multi-line';
  linesMin?: number;
  linesMax?: number;
  unitsMin?: number;
  unitsMax?: number;
  /** Of all goods of the order, millilitres. */
  volumeMlMin?: number;
  volumeMlMax?: number;
  weightGramsMin?: number;
  weightGramsMax?: number;
  /** 1 is most urgent: only orders of this priority or a lower number. */
  priorityMax?: number;
  priorityMin?: number;
}

/** A wave takes at most this; what is left out is unlimited. */
export interface WaveLimits {
  ordersMax: number;
  linesMax: number;
  unitsMax: number;
  volumeMlMax?: number;
  weightGramsMax?: number;
  /** Work at the shelves, by stops and units at this floor's pace; the walk comes on top. */
  pickMinutesMax?: number;
  /** Work at the pack benches, at this floor's pace. */
  packMinutesMax?: number;
  /** Orders of each carrier service: what its lanes hold. */
  laneOrdersMax?: number;
}

/** Fewer than this are not worth a wave: planning is refused with `waves.below-threshold`. */
export interface WaveThresholds {
  ordersMin?: number;
  linesMin?: number;
  unitsMin?: number;
}

/** How stock is chosen among what may be used. Expired goods never are. */
export type ReservationStrategy = 'fefo' | 'fifo' | 'fewest-touches' | 'full-containers';

/**
 * `cluster`: several orders on one cart; `zone`: one run per zone, passed on from zone to zone in one container per order;
 * `single`: one order a run; `batch`: goods of many orders in one tote, sorted at a put wall.
 */
export type PickMethod = 'cluster' | 'zone' | 'single' | 'batch';

/** One step of a template, with the options that this step knows. */
export type TemplateStep =
  | { name: 'select' }
  | { name: 'validate' }
  | { name: 'promise' }
  | { name: 'reserve'; strategy?: ReservationStrategy }
  /** `topUp`: also refill faces that fall below their minimum, not only what the wave lacks. */
  | { name: 'replenish'; topUp?: boolean }
  | { name: 'cartonise' }
  /** `slotsMax`: totes on a cart, by default those of the site's usual cart; for `batch` the most orders of a run. */
  | { name: 'batch'; method?: PickMethod; slotsMax?: number }
  | { name: 'route' }
  | { name: 'assign' }
  | { name: 'create-tasks' }
  /** `automatic`: goes to the floor as soon as it is planned. */
  | { name: 'release'; automatic?: boolean };

/** `POST /api/v1/waves/templates`, and `PUT /api/v1/waves/templates/:id` with the `version` that was edited. */
export interface WaveTemplateBody {
  name: string;
  filter: OrderFilter;
  limits: WaveLimits;
  thresholds?: WaveThresholds;
  /** Most that planning may take, seconds; by default it grows with the number of orders. */
  planningSecondsMax?: number | null;
  /** Every step that is not optional, in an order that works; default: all. */
  pipeline?: TemplateStep[];
  /** Of a change: 409 `waves.template-changed` when somebody else was quicker. */
  version?: number;
}

/** `POST /api/v1/waves/templates/:id/copy`. `POST .../archive` and `.../restore` have no body. */
export interface CopyTemplateBody {
  name: string;
}

export interface WaveTemplateView {
  id: string;
  name: string;
  filter: OrderFilter;
  limits: WaveLimits;
  thresholds: WaveThresholds;
  planningSecondsMax: number | null;
  /** The names of `pipeline`. */
  steps: string[];
  pipeline: TemplateStep[];
  archived: boolean;
  version: number;
  changedAt: string | null;
  changedBy: string | null;
  /** Orders that a wave of this template could take now. */
  matching: number;
  /** Channels that release by it. */
  channels: string[];
}

/** `GET /api/v1/waves/templates/steps`: what the editor offers. */
export interface PipelineStepView {
  name: WaveStepName;
  optional: boolean;
  /** These come before it where they are in the pipeline. */
  after: WaveStepName[];
  options: {
    name: string;
    kind: 'choice' | 'number' | 'flag';
    choices?: string[];
    min?: number;
    max?: number;
  }[];
}

/** `POST /api/v1/waves/templates/match`: a draft's filter, as it is typed. */
export interface MatchBody {
  filter: OrderFilter;
  /** The filter is a channel's: orders pass its template's too, and the answer names its rivals. */
  channel?: MatchChannel;
  thresholds?: WaveThresholds;
  limits?: Partial<WaveLimits>;
}

export interface MatchChannel {
  /** Of a channel that is known already: it is no rival of itself. */
  id?: string;
  name: string;
  templateId: string;
  batchOrders: number;
}

/** Another open channel, or an active schedule, that may take the same orders as a channel: one of them finds them gone. */
export interface RivalView {
  kind: 'channel' | 'schedule';
  id: string;
  name: string;
  /** Open orders that both match right now. */
  orders: number;
  /** Whether the other one has them before the channel. */
  goesFirst: boolean;
  because: ReasonView;
}

export interface Amount {
  orders: number;
  lines: number;
  units: number;
}

export interface MatchView extends Amount {
  at: string;
  nearestCutOffAt: string | null;
  oldestReadyAt: string | null;
  byMerchant: (Amount & { merchantCode: string; name: string })[];
  byService: (Amount & { carrier: string; service: string; nearestCutOffAt: string })[];
  /** Thresholds that are not reached; empty: worth planning. */
  below: { measure: 'orders' | 'lines' | 'units'; have: number; need: number }[];
  /** Waves of the limits' size that it would take. */
  waves: number;
  /** Of a channel's filter: who else may take these orders. */
  rivals: RivalView[];
}

/** A choice's reason: for programs and for people. */
export interface ReasonView {
  /** `fefo`, `fifo`, `fewest-touches`, `full-container`, `nearest`, `walk-saved`, `cut-off-near` ... */
  code: string;
  facts: Record<string, unknown>;
  /** One sentence. */
  text: string;
}

/** A line or an order that a wave could not take. All of them are told at once: `GET /api/v1/waves/:id/faults`. */
export interface WaveFaultView {
  orderId: string;
  externalRef: string;
  merchantCode: string;
  /** Null when the order itself is at fault. */
  orderLineId: string | null;
  sku: string | null;
  missing: number | null;
  step: WaveStepName;
  reason: ReasonView;
  /** Waves that have tried this line; after five a supervisor gets it. */
  attempts: number;
}

/**
 * `POST /api/v1/waves/templates/:id/dry-run` (now, for a template), `POST /api/v1/waves/:id/dry-run` (of a wave: what is kept of
 * it, and what the rest of its steps would do). The last one is kept: `GET` of the same path, 404 `waves.no-dry-run`. `POST` of
 * `.../dry-run/stop` ends one that is under way: whoever asked for it gets 409 `waves.dry-run-stopped`.
 */
export interface DryRunView extends Amount {
  id: string;
  at: string;
  templateId: string;
  template: string;
  waveId: string | null;
  tookMs: number;
  runs: number;
  walkMetres: number;
  /** The same orders first come first served, walked in S-shape. */
  naiveWalkMetres: number;
  /** Orders that match and find no room in the wave. */
  left: number;
  /** Lines that stay behind; `shorts` has at most 100 of them. */
  shortLines: number;
  shorts: { orderId: string; sku: string; missing: number; reason: string }[];
  faults: WaveFaultView[];
  cartons: { code: string; name: string; count: number }[];
  /** Orders that no carton holds. */
  unfitOrders: number;
  labour: {
    pickMinutes: number;
    packMinutes: number;
    /** `measured` on this floor in the last hours, else `standard`. */
    basis: 'measured' | 'standard';
  };
  /** Parcels for each lane, with those already on their way to it. */
  lanes: { code: string; name: string; parcels: number; onTheWay: number }[];
  replenishments: ReplenishmentView[];
  cutOffs: CutOffOutlook[];
  steps: { name: WaveStepName; durationMs: number; log: string[] }[];
  /** Against the dry run before; null for the first one. */
  difference: DryRunDifference | null;
}

export interface CutOffOutlook {
  carrier: string;
  service: string;
  cutOffAt: string;
  orders: number;
  /** Latest start so that all of them make it. */
  startBy: string;
  projectedAt: string;
  /** With every stage as slow as in its slowest fifth. */
  cautiousAt: string;
  risk: 'safe' | 'at-risk' | 'late';
  bottleneck: string;
  stages: { stage: string; work: number; capacity: number; staff: number; staffNeeded: number | null }[];
}

export interface DryRunDifference {
  since: string;
  /** Only what changed, here and below. */
  figures: { name: string; before: number; after: number }[];
  /** Parcels by lane; reports of older versions have none of these two. */
  lanes?: { code: string; before: number; after: number }[];
  /** When the orders of a cut-off would be ready, where that moved by minutes or the risk is another one. */
  cutOffs?: {
    carrier: string;
    service: string;
    cutOffAt: string;
    before: string;
    after: string;
    risk: CutOffOutlook['risk'];
  }[];
  ordersAdded: number;
  ordersGone: number;
}

/** Goods to be brought to a pick face. */
export interface ReplenishmentView {
  id: string;
  sku: string;
  name: string;
  lot: string;
  from: string;
  to: string;
  quantity: number;
  need: 'before-wave' | 'top-up';
  state: string;
  reason: ReasonView;
}

/** `POST /api/v1/waves/:id/cancel`. While planning: with `keepBest` the search ends and the best plan so far is kept. */
export interface CancelWaveBody {
  reason?: string;
  keepBest?: boolean;
}

/** `GET /api/v1/waves/:id/runs`. */
export interface WaveRunView {
  id: string;
  number: number;
  state: string;
  method: PickMethod;
  /** Pick and pass: the zone, and its place in the sequence from 0. Null for the other methods. */
  zone: string | null;
  leg: number | null;
  orders: number;
  stops: number;
  doneStops: number;
  units: number;
  walkMetres: number;
  naiveWalkMetres: number;
  picker: string | null;
  cart: string | null;
  dropStation: string | null;
  slots: { slot: number; orderId: string; externalRef: string; carton: string | null; lpn: string | null }[];
  reasons: ReasonView[];
}

/** A place on the floor in the site's millimetres. */
export interface MapPoint {
  xMm: number;
  yMm: number;
}

/** `GET /api/v1/waves/:id/runs/:runId/route`. */
export interface RunRouteView {
  runId: string;
  number: number;
  start: MapPoint & { code: string | null };
  end: MapPoint & { code: string | null };
  /** The walk along the aisles, from start to end. */
  path: MapPoint[];
  walkMm: number;
  stops: (MapPoint & {
    /** From 1 in the order of the walk; the same for picks at the same place. */
    stop: number;
    taskId: string | null;
    location: string;
    sku: string;
    quantity: number;
    slot: number;
    state: string;
    reasons: ReasonView[];
  })[];
}

/** `GET /api/v1/waves/floor-map`: what a route is drawn on. It changes seldom. */
export interface FloorMapView {
  min: MapPoint;
  max: MapPoint;
  /** One mark per column of bins (x, y), with the zone and the kind of most of them. */
  marks: (MapPoint & { zone: string; aisle: string; type: string; bins: number })[];
  /** Where people walk. */
  walkways: { from: MapPoint; to: MapPoint; kind: 'aisle' | 'cross-aisle' }[];
  stations: (MapPoint & { code: string; kind: string; name: string })[];
}

/**
 * Why: `GET /api/v1/waves/explain?order=|line=|run=|parcel=|wave=` (one of them, an id). Oldest choice first.
 */
export interface ExplanationView {
  subject: { kind: 'order' | 'line' | 'run' | 'parcel' | 'wave'; id: string; label: string };
  choices: ChoiceView[];
  /** Why it is not moving now; empty while it is. */
  waiting: ReasonView[];
}

export interface ChoiceView {
  kind: 'select' | 'left-out' | 'bin' | 'carton' | 'run' | 'slot' | 'lane' | 'replenish' | 'station';
  at: string;
  waveId: string | null;
  waveNumber: number | null;
  orderId: string | null;
  orderLineId: string | null;
  runId: string | null;
  /** What was chosen, in words: `A-03-2`, `run 41, slot 3`, `carton M`, `lane 4`. */
  chosen: string;
  reasons: ReasonView[];
}
