import type { CommandOp } from './readings.js';

/**
 * What the integrator's console and an agent say to each other, through the core: how a device is set up, what its link carried, and
 * what can be asked of the agent. The core relays; the agent knows its drivers, ports and bytes and has the last word on them.
 */

/** How a device is attached and set up. The whole of it is one revision. */
export interface DeviceSetup {
  /** `<vendor>/<model>` */
  driver: string;
  /** How it is reached: one of the link kinds with its fields (libs/device-kit, LINK_SCHEMAS). */
  link: Record<string, unknown>;
  /** The driver's own settings, checked against its schema. */
  config: Record<string, unknown>;
  /** The driver's simulator stands in for the hardware; its readings are marked. */
  simulated: boolean;
}

/** A revision as the core wants it. `setup` null: the device is taken out. */
export interface DesiredDevice {
  device: string;
  revision: number;
  setup: DeviceSetup | null;
}

/** `desired`: what the core wants of some devices. A message may be lost: the agent asks for all of it after each hello. */
export interface DesiredMessage {
  devices: DesiredDevice[];
}

/**
 * What became of the newest revision. `trying`: runs, not yet proven. `healthy`: proven. `unproven`: did not get healthy in time,
 * and there is nothing to go back to. `rolled-back`: did not get healthy in time; the last good one runs again. `refused`: never tried.
 */
export type RevisionResult = 'trying' | 'healthy' | 'unproven' | 'rolled-back' | 'refused';

export interface RevisionOutcome {
  revision: number;
  result: RevisionResult;
  reason?: string;
  at: string;
}

/** How far a driver is proven by the conformance suite. */
export type QualityLevel = 'none' | 'bronze' | 'silver';

/** One line of a device's ring: what went over its link, what it was told to do, or what happened to the link. */
export interface DeviceFrame {
  /** 1, 2, 3 ... since the agent attached the device. */
  n: number;
  at: string;
  /** `command` and `note` hold text, not bytes of the link. */
  direction: 'in' | 'out' | 'command' | 'note';
  hex: string;
  /** The readings that came of it. */
  decoded?: string;
}

/** `tlm/<device>`, QoS 0: frames for the consoles that watch; droppable. */
export interface FrameBatch {
  device: string;
  /** The agent's session: numbers begin anew with the next. */
  session: string;
  frames: DeviceFrame[];
  /** Frames left out before these, because more came than a console can take. The ring has them. */
  skipped: number;
}

/** A part of a ring, oldest first. */
export interface FramePage {
  session: string;
  frames: DeviceFrame[];
  /** The oldest and newest number that the ring still holds; both 0 when it is empty. */
  oldest: number;
  newest: number;
}

export interface FieldError {
  /** `link.port`, `config.mode`; empty for the whole. */
  field: string;
  message: string;
}

export interface PortView {
  path: string;
  /** The path to write into a setup: it stays when the device is plugged in elsewhere. */
  stable: string | null;
  /** The device that has it already. */
  usedBy: string | null;
}

export interface DriverVersionView {
  /** Names the content: the same version number may be edited many times. */
  hash: string;
  version: string;
  loadedAt: string;
  state: 'active' | 'kept' | 'refused';
  reason?: string;
}

export interface DriverView {
  id: string;
  title: string;
  version: string;
  kind: string;
  links: string[];
  capabilities: string[];
  commands: CommandOp[];
  quality: QualityLevel;
  configSchema: Record<string, unknown>;
  hasSimulator: boolean;
  /** What the simulated device can be told. */
  verbs: string[];
  /** Why it can't be used; the other fields are then empty. */
  trouble?: string;
  /** Newest first; more than one where the driver was changed while the agent ran. */
  versions: DriverVersionView[];
}

export interface DriverList {
  drivers: DriverView[];
  /** JSON Schema of each kind of link. */
  links: Record<string, Record<string, unknown>>;
}

/** What a driver made of one step of a transcript. */
export interface ReplayStep {
  /** In words: `device: S S 1.250 kg`. */
  input: string;
  readings: { kind: string; data: unknown }[];
  writes: string;
  outcome: string | null;
  state: string | null;
  /** The first difference to what the transcript expects; null when it is as expected. */
  wrong: string | null;
}

export interface ReplayResult {
  driver: string;
  version: string;
  through: ReplayWay;
  steps: ReplayStep[];
  tookMs: number;
}

/** `codec`: the driver alone, in no time. `link`: a simulated device says it over a real link to a session of its own. */
export type ReplayWay = 'codec' | 'link';

export interface RecordedTranscript {
  yaml: string;
  file: string;
  steps: number;
  /** What a reader of it should know. */
  remarks: string[];
}

/** Everything somebody far away needs to understand an agent; secrets are left out where they are collected. */
export interface Diagnostics {
  madeAt: string;
  agent: Record<string, unknown>;
  environment: Record<string, string>;
  state: Record<string, unknown>;
  devices: Record<string, unknown>[];
  drivers: DriverView[];
  ports: PortView[];
  rings: Record<string, DeviceFrame[]>;
  logs: string[];
}

/** What a console may ask of an agent, with the answers. `device` stands in the topic. */
export interface ConsoleOps {
  'frames.read': { ask: { before?: number; limit: number }; answer: FramePage };
  /** Streams the frames for so long; asked again while somebody watches. */
  'frames.watch': { ask: { forMs: number }; answer: { newest: number } };
  'drivers.list': { ask: Record<never, never>; answer: DriverList };
  'ports.list': { ask: Record<never, never>; answer: { ports: PortView[] } };
  /** Errors per field; the setup with its defaults when there are none. */
  'setup.check': { ask: { setup: DeviceSetup }; answer: { errors: FieldError[]; setup: DeviceSetup } };
  'link.reopen': { ask: Record<never, never>; answer: { newest: number } };
  'transcript.record': { ask: { from: number; to: number; title: string }; answer: RecordedTranscript };
  'transcript.replay': { ask: { yaml: string; through: ReplayWay }; answer: ReplayResult };
  /** Does to a simulated device what a person would do to a real one. */
  'simulator.act': { ask: { verb: string; args: unknown[] }; answer: { said: unknown } };
  'driver.use': { ask: { driver: string; hash: string }; answer: { version: string } };
  diagnostics: { ask: Record<never, never>; answer: Diagnostics };
}
export type ConsoleOp = keyof ConsoleOps;

/** `ask/<device>`; the device `agent` stands for the agent itself. */
export type ConsoleAsk = {
  [K in ConsoleOp]: { correlationId: string; op: K; args: ConsoleOps[K]['ask'] };
}[ConsoleOp];

/** `ans/<device>`. `part` of `parts`: a long answer comes as pieces of its JSON, for a broker takes no long messages. */
export type ConsoleAnswer =
  | { correlationId: string; ok: true; part: number; parts: number; json: string }
  | { correlationId: string; ok: false; reason: string };

/** Longest piece of an answer, characters. */
export const ANSWER_PART_MAX = 200_000;
