/** What supervisors and integrators see. The same shapes come over socket.io as snapshots (`/tower`, `/console`). */
import type { QualityLevel, RevisionOutcome } from '../console.js';
import type { CommandOp } from '../readings.js';
import type { DeviceFaultCode } from './devices.js';
import type { OrderFilter, WaveView } from './waves.js';

export interface ChannelView {
  id: string;
  name: string;
  state: 'open' | 'locked' | 'asleep';
  template: string;
  filter: OrderFilter;
  maxInFlight: number;
  batchOrders: number;
  inFlight: number;
  waiting: number;
  /** Why nothing is being released right now, in words. */
  because: string | null;
}

export interface LaneView {
  code: string;
  name: string;
  kind: string;
  closed: boolean;
  fill: 'clear' | 'full' | 'jam';
  fillSince: string | null;
  parcelsLastHour: number;
  /** Newest first, at most 8. */
  last: { parcelId: string | null; code: string | null; at: string; because: string | null }[];
}

export interface AgentView {
  id: string;
  code: string;
  name: string;
  online: boolean;
  lastSeenAt: string | null;
  outboxDepth: number;
  oldestUnsentAt: string | null;
  version: string | null;
  /** Two processes use this identity; the older one is shut out. True until somebody has seen to it, or one of them has gone. */
  fenced: boolean;
  devices: DeviceView[];
}

/** What the console shows once, so that somebody enrols the machine beside the hardware with it. */
export interface AgentClaim {
  agentId: string;
  code: string;
  /** Works once, until `expiresAt`. */
  claimCode: string;
  expiresAt: string;
  /** A password where the core issues no certificates. */
  signsInWith: 'certificate' | 'password';
  /** Where agents reach the broker; null when the core was not told (AGENTS_MQTT_URL). */
  mqttUrl: string | null;
}

export interface DeviceView {
  id: string;
  code: string;
  kind: string;
  driver: string;
  /** As the agent has loaded it; null until it has said so. */
  driverVersion: string | null;
  quality: QualityLevel | null;
  /** The driver's simulator stands in for the hardware. */
  simulated: boolean;
  /** What it can be asked to do. */
  commands: CommandOp[];
  /** How it is reached, for people. */
  link: string | null;
  /** What became of the newest setup. */
  outcome: RevisionOutcome | null;
  station: string | null;
  state: string;
  stateSince: string | null;
  reason: string | null;
  fault: DeviceFaultCode | null;
  /** Plain-language cause and fix for a fault. */
  advice: string | null;
  lastReadingAt: string | null;
  lastReading: string | null;
}

export interface ExceptionView {
  id: string;
  code: string;
  title: string;
  detail: string;
  owner: string;
  orderId: string | null;
  parcelId: string | null;
  openedAt: string;
  remedies: string[];
}

/** Topic `board` in `/tower`: everything the live board shows, whole, at most four times a second. */
export interface BoardView {
  /** When the newest event told here happened. */
  newestEventAt: string | null;
  stages: { stage: OrderStage; orders: number; oldestAt: string | null }[];
  throughput: { minute: string; picked: number; packed: number; shipped: number }[];
  waves: WaveView[];
  lanes: LaneView[];
  sorter: {
    seenLastHour: number;
    noReads: number;
    recirculated: number;
    exceptions: number;
    /** confirmed = commanded, as a fraction of confirmed; null without any. */
    divertReliability: number | null;
    /** Parcels in a ship lane that does not serve their carrier, whatever was commanded. */
    misSorts: number;
    /** Arrivals that ended in no lane. */
    lost: number;
    /** Decisions after their point's deadline, as a fraction of all; null without any. */
    lateShare: number | null;
    /** Minutes in which some lane was full or jammed, added up over the lanes. */
    laneFullMinutes: number;
    decisionP50Ms: number | null;
    decisionP99Ms: number | null;
  };
  cutOffs: {
    carrier: string;
    service: string;
    cutOffAt: string;
    open: number;
    packed: number;
    shipped: number;
    projectedAt: string | null;
    atRisk: boolean;
  }[];
  people: { active: number; picking: number; packing: number };
  agents: AgentView[];
  exceptions: ExceptionView[];
}

export type OrderStage =
  | 'waiting'
  | 'released'
  | 'picking'
  | 'picked'
  | 'packing'
  | 'packed'
  | 'staged'
  | 'shipped';

/** `GET /api/v1/tower/story?parcel=|order=|code=`: the way of one parcel, oldest first. */
export interface StoryView {
  orderId: string;
  externalRef: string;
  merchantCode: string;
  orderState: string;
  parcel: {
    id: string;
    sscc: string | null;
    trackingNumber: string | null;
    state: string;
    weightGrams: number | null;
    plannedLane: string | null;
    actualLane: string | null;
  } | null;
  steps: StoryStep[];
}

export interface StoryStep {
  at: string;
  type: string;
  /** One sentence, such as "3 of SKU-1 picked from A-03-2 into T-000123". */
  text: string;
  actor: string;
  trace: string;
  details: Record<string, unknown>;
}
