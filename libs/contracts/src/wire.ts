import type { DesiredDevice, DeviceSetup, QualityLevel, RevisionOutcome } from './console.js';
import type { LabelsMessage } from './planned-labels.js';
import type { CommandOp, DeviceState, ReadingData, ReadingKind } from './readings.js';

/**
 * The wire between an agent and the core: MQTT 3.1.1 topics under `wh/v1/<site>/<agent>/` and their JSON payloads.
 * The broker only carries; durability is the agent's outbox and the core's inbox (docs/architecture.md).
 */

/** Go-back-N: the most records an agent has in flight on one stream. */
export const UPLINK_WINDOW = 256;
/** Most records in one `evt` message. */
export const UPLINK_BATCH_MAX = 64;

/** What the agent itself adds to the devices' readings. */
export interface AgentRecordData {
  /** The edge (or, asked in time, the core) chose a lane and the PLC was told. */
  'point.decided': {
    decisionId: string;
    point: string;
    trackId: number;
    seq: number;
    code?: string;
    action: 'divert' | 'recirculate' | 'reject';
    /** The lane commanded: for reject and silence the exception lane. */
    lane: string;
    because?: string;
    decidedBy: 'edge' | 'core' | 'default';
    /** Lanes of the route that were open too: the PLC may choose one of them in the last moment. */
    alternatives?: string[];
    /** What the in-line check found, where the point has one. */
    check?: InLineCheck;
    routeVersion: number;
    /** From the scan point's bytes to the route's bytes, microseconds. */
    latencyMicros: number;
  };
  /** What became of a command. Rides on the ordered uplink so that an outcome is never lost. */
  'command.outcome': {
    commandId: string;
    op: CommandOp;
    outcome: 'accepted' | 'started' | 'done' | 'failed' | 'unknown' | 'expired';
    reason?: string;
  };
  'device.state': { state: DeviceState; reason?: string };
}

/** Sides of a parcel in millimetres, the longest first: how it lies on the belt does not matter. */
export type SidesMm = readonly [number, number, number];

/** How the measures of a parcel compare with what was expected of it. */
export interface InLineCheck {
  result: 'ok' | CheckFault;
  grams?: number;
  sidesMm?: SidesMm;
}

/** `not-measured`: nothing was measured in time. `unsure`: two measures could be this parcel's, and choosing would be a guess. */
export type CheckFault = 'weight-out' | 'size-out' | 'not-measured' | 'unsure';

export type RecordKind = ReadingKind | keyof AgentRecordData;
export type RecordData<K extends RecordKind> = K extends ReadingKind
  ? ReadingData[K]
  : K extends keyof AgentRecordData
    ? AgentRecordData[K]
    : never;

/** One durable record. Streams are one per device and outbox incarnation, so sequences never restart: `<device>~<incarnation>`. */
export type UplinkRecord = {
  [K in RecordKind]: {
    stream: string;
    /** 1, 2, 3 ... without gaps within the stream. */
    seq: number;
    /** UUID v7, made when the reading was appended. */
    id: string;
    kind: K;
    device: string;
    /** The agent's UTC clock; for display and latency only, never for order. */
    at: string;
    monotonicMs: number;
    rawHex?: string;
    data: RecordData<K>;
    /** The driver's simulator said it, not the hardware. */
    simulated?: true;
    /** Trace id that follows the reading to the screen: 32 hex digits. */
    trace: string;
    /** CRC-32 (IEEE) of the JSON of the record without `crc`, as 8 hex digits: finds a torn or altered record. */
    crc: string;
  };
}[RecordKind];

/** `evt/<stream>` */
export interface UplinkBatch {
  /** The agent's session: a batch of a session that is not the current one is fenced, not applied. */
  session: string;
  /** The agent's clock when it sent this: with a record's `at` it says how old the record is, whatever the core's clock shows. */
  sentAt?: string;
  records: UplinkRecord[];
}

/** `ack/<stream>`: everything up to and including `seq` is committed. Sent again on a gap, so that the agent goes back. */
export interface UplinkAck {
  stream: string;
  seq: number;
  /** The session whose batch this answers: a clone of the agent hears the same topic. */
  session?: string;
  /** Set when the batch came from a session that is no longer the agent's. */
  fenced?: boolean;
}

/** `cmd/<device>` */
export interface DeviceCommand {
  id: string;
  op: CommandOp;
  args: unknown;
  /** After this moment the command must not start. */
  validUntil: string;
  trace?: string;
}

/** `req/<device>` and `res/<device>`; the device `agent` stands for the agent itself. */
export type EdgeRequest =
  | {
      correlationId: string;
      op: 'hello';
      session: string;
      startedAt: string;
      incarnation: string;
      /** Earlier incarnations of which the agent still keeps what was acknowledged. */
      former?: string[];
    }
  | { correlationId: string; op: 'routes.snapshot' }
  | { correlationId: string; op: 'desired.snapshot' }
  | { correlationId: string; op: 'labels.snapshot' }
  | {
      correlationId: string;
      op: 'route.ask';
      point: string;
      trackId: number;
      seq: number;
      codes: string[];
      deadlineAt: string;
    }
  /** A new certificate for a key that the agent made (PKCS #10 in PEM), before the old one runs out. */
  | { correlationId: string; op: 'certificate.renew'; requestPem: string };
export type EdgeResponse =
  | { correlationId: string; op: 'hello'; epoch: number; at: string; streams?: StreamPosition[] }
  | { correlationId: string; op: 'routes.snapshot'; version: number }
  | { correlationId: string; op: 'desired.snapshot'; devices: DesiredDevice[] }
  | { correlationId: string; op: 'labels.snapshot'; labels: LabelsMessage }
  | { correlationId: string; op: 'route.ask'; route: EdgeRoute | null }
  | { correlationId: string; op: 'certificate.renew'; certificatePem: string; authorityPem: string }
  | { correlationId: string; op: 'refused'; reason: string };

/**
 * How far the core has a stream of the incarnations that said hello. A core that was restored has less than it had acknowledged; one that
 * a clone has spoken to has another record there than the agent.
 */
export interface StreamPosition {
  stream: string;
  /** The last sequence that is committed. */
  seq: number;
  /** The id of the record with that sequence as it was sent; null where it had none that could be read. */
  recordId: string | null;
}

/** The lane a parcel should take, pushed ahead so that the edge decides alone. */
export interface EdgeRoute {
  /** Codes that identify the parcel at a scan point: its SSCC and its tracking number. */
  codes: string[];
  parcelId: string;
  lane: string;
  alternatives: string[];
  /** Laps that the core has counted, over all points; the edge goes by the larger of this and its own count. */
  laps?: number;
  /** What the parcel should weigh and measure; absent where no check is wanted (any more). */
  expected?: ParcelExpectation;
}

/** What an in-line check holds a parcel against. The tolerances are the site's. */
export interface ParcelExpectation {
  grams?: number;
  toleranceGrams?: number;
  sidesMm?: SidesMm;
  toleranceMm?: number;
}

export interface EdgeLane {
  code: string;
  state: 'open' | 'closed' | 'full' | 'jam';
  /** A supervisor's word: it counts whatever the lane's photo-eye says. */
  forced?: boolean;
}

/** A scale or dimensioner in front of a point, whose measures are merged with the point's arrivals. */
export interface EdgeCheck {
  scale: string | null;
  dimensioner: string | null;
  /** Where a parcel out of tolerance goes. */
  lane: string;
  /** A measure without a track number belongs to the arrival when it was taken at most this long before it. */
  windowMs: number;
  /** How long an arrival waits for a measure that is not there yet; within the point's deadline. */
  waitMs: number;
  /** What becomes of a parcel that was not measured. */
  whenMissing: 'pass' | 'check';
}

/** What a point does when it can't or must not decide. */
export interface EdgeSafeState {
  lane: string;
  /** Set by a supervisor: from now on everything goes to `lane`. The reason in words. */
  forced: string | null;
  /** With the core gone this long everything goes to `lane`; null: known routes go on for as long as it takes. */
  coreGoneAfterMs: number | null;
}

export interface EdgePoint {
  code: string;
  /** The device (PLC) that reports this point. */
  device: string;
  /** Where no-read, unknown, spent laps and silence go. */
  exceptionLane: string;
  noReadLane: string;
  /** The lane code that means "go round once more", if the conveyor is a loop. */
  recirculationLane: string | null;
  lapsMax: number;
  /** Time the PLC leaves between arrival and divert. */
  deadlineMs: number;
  check?: EdgeCheck | null;
  safe?: EdgeSafeState;
}

/** `routes`: version n+1 follows n; on a gap the agent asks for a snapshot, which the core publishes on this topic too. */
export type RoutesMessage =
  | {
      kind: 'snapshot';
      version: number;
      routes: EdgeRoute[];
      lanes: EdgeLane[];
      points: EdgePoint[];
    }
  | {
      kind: 'change';
      version: number;
      set: EdgeRoute[];
      removedParcelIds: string[];
      lanes: EdgeLane[];
      /** Points that changed, whole. */
      points?: EdgePoint[];
    };

/** `state/agent`, retained; the last will is the same with `online: false`. */
export interface AgentState {
  online: boolean;
  session: string;
  at: string;
  outboxDepth: number;
  oldestUnsentAt: string | null;
  version: string;
  disk: 'ok' | 'nearly-full' | 'full';
  routeVersion: number;
  /** Labels that it keeps for the time when the core is gone; absent in agents before 0.2. */
  plannedLabels?: number;
  /** Points that send everything to their safe lane now, and why. */
  safePoints?: { point: string; because: 'forced' | 'core-gone' }[];
}

/** `state/<device>`, retained. */
export interface DeviceStateMessage {
  state: DeviceState;
  since: string;
  reason?: string;
  lastReadingAt: string | null;
}

/** `inventory`, retained: the birth document; what the agent has attached and what it can drive. */
export interface AgentInventory {
  version: string;
  node: string;
  devices: InventoryDevice[];
  /** Drivers by name only: their schemas are asked for (`drivers.list`). Absent in agents before 0.2. */
  drivers?: { id: string; quality: QualityLevel }[];
}

export interface InventoryDevice {
  device: string;
  driver: string;
  driverVersion: string;
  kind: string;
  link: string;
  capabilities: string[];
  /** Commands of the driver. */
  commands?: CommandOp[];
  quality?: QualityLevel;
  /** What runs: 0 when it stands in the agent's own file, else the core's revision. */
  revision?: number;
  setup?: DeviceSetup;
  /** What became of the newest revision; absent for a device of the file. */
  outcome?: RevisionOutcome;
  /** Another version of the driver waits behind this one, for a rollback. */
  driverVersions?: number;
}

/** `wh/v1/<site>/core/state`, retained + last will. */
export interface CoreState {
  online: boolean;
  at: string;
  version: string;
}

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/;

/** True for a string that may stand between two slashes of a topic (no wildcards, no spaces, at most 64 characters). */
export function isTopicSegment(text: string): boolean {
  return SEGMENT.test(text);
}

/** Topic names of one agent. Throws a RangeError on a segment that could escape the subtree. */
export function agentTopics(site: string, agent: string) {
  const segment = (text: string) => {
    if (!isTopicSegment(text)) throw new RangeError(`not a topic segment: ${JSON.stringify(text)}`);
    return text;
  };
  const base = `wh/v1/${segment(site)}/${segment(agent)}`;
  return {
    base,
    evt: (stream: string) => `${base}/evt/${segment(stream)}`,
    ack: (stream: string) => `${base}/ack/${segment(stream)}`,
    cmd: (device: string) => `${base}/cmd/${segment(device)}`,
    req: (device: string) => `${base}/req/${segment(device)}`,
    res: (device: string) => `${base}/res/${segment(device)}`,
    state: (device: string) => `${base}/state/${segment(device)}`,
    tlm: (device: string) => `${base}/tlm/${segment(device)}`,
    routes: `${base}/routes`,
    labels: `${base}/labels`,
    inventory: `${base}/inventory`,
    desired: `${base}/desired`,
    ask: (device: string) => `${base}/ask/${segment(device)}`,
    ans: (device: string) => `${base}/ans/${segment(device)}`,
    all: { ack: `${base}/ack/+`, cmd: `${base}/cmd/+`, res: `${base}/res/+`, ask: `${base}/ask/+` },
  };
}

export function coreStateTopic(site: string): string {
  return `wh/v1/${site}/core/state`;
}

/** Parses `wh/v1/<site>/<agent>/<branch>[/<leaf>]`; null for anything else. */
export function parseTopic(
  topic: string,
): { site: string; agent: string; branch: string; leaf: string | null } | null {
  const [wh, version, site, agent, branch, leaf, ...rest] = topic.split('/');
  if (wh !== 'wh' || version !== 'v1' || !site || !agent || !branch || rest.length > 0) return null;
  return { site, agent, branch, leaf: leaf ?? null };
}
