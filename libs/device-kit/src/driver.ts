import type { CommandOp, DeviceKind, DeviceOrder, Reading, ReadingKind } from '#lib/contracts';
import type { JsonSchema } from './config.js';

/**
 * What a driver is. A driver is data (the manifest) and a pure codec: bytes and state in, new state, readings and effects
 * out. It does no I/O and knows no clock; the session (session.ts) does both for it.
 */

export type LinkKind = 'serial' | 'tcp-client' | 'tcp-server' | 'mqtt' | 'modbus-tcp' | 'modbus-rtu' | 'fake';

/** Something the codec wants done. Effects of one step are done in their order. */
export type Effect =
  | { do: 'write'; bytes: Uint8Array }
  | { do: 'publish'; leaf: string; payload: string; qos: 0 | 1 }
  | { do: 'modbus'; request: ModbusRequest }
  | { do: 'start-timer'; name: string; ms: number }
  | { do: 'stop-timer'; name: string }
  /** Throws away what has arrived but was not read: stale answers before a new question. */
  | { do: 'discard-input' }
  | { do: 'set-lines'; dtr: boolean; rts: boolean }
  /** The present command is over. */
  | { do: 'settle'; outcome: 'done' | 'failed' | 'unknown'; reason?: string }
  | { do: 'report'; state: 'ready' | 'degraded'; reason?: string }
  /** Done only when this step's readings are safely stored: the acknowledgement that lets a device forget. */
  | { do: 'after-stored'; effects: Effect[] }
  /** The conversation can't go on: close the link and begin anew, with a fresh state. */
  | { do: 'reopen'; reason: string };

/** `tag` comes back with the answer. Urgent requests overtake waiting ones (never the one in flight). */
export type ModbusRequest = { tag: string; urgent?: boolean } & (
  | { fn: 'read-holding' | 'read-input' | 'read-coils'; address: number; count: number }
  | { fn: 'write'; address: number; values: number[] }
  /** Coils are 1 (on) or 0. */
  | { fn: 'write-coils'; address: number; values: number[] }
);

export interface ModbusAnswer {
  tag: string;
  /** The registers of a read, or its coils as 1 and 0; empty for a write. */
  registers: number[];
  /** A Modbus exception ("illegal data address"): the server lives but refused. Time-outs close the link instead. */
  refused?: string;
}

export interface Step<S> {
  state: S;
  readings?: Reading[];
  effects?: Effect[];
}

/**
 * The pure part of a driver. `now` is the session's monotonic clock in milliseconds, taken when the bytes came in.
 * A codec implements the inputs of its links: onData for serial and TCP, onMessage for MQTT, onAnswer for Modbus.
 */
export interface Codec<C, S> {
  /** The link is open (again): a fresh state, and what to say first. */
  open(config: C, now: number): Step<S>;
  onData?(state: S, chunk: Uint8Array, now: number): Step<S>;
  onMessage?(state: S, message: { leaf: string; payload: Uint8Array }, now: number): Step<S>;
  onAnswer?(state: S, answer: ModbusAnswer, now: number): Step<S>;
  /** A timer of this codec ran out, or COMMAND_LIMIT: the present command took too long and must be settled. */
  onTimer?(state: S, name: string, now: number): Step<S>;
  /** One command at a time: the next comes only when this one is settled. */
  onCommand?(state: S, order: DeviceOrder, now: number): Step<S>;
  /** The link is gone. Only readings and `settle` count; the state is thrown away. */
  onLost?(state: S, now: number): Step<S>;
}

/** Name of the timer that runs while a command is in flight. */
export const COMMAND_LIMIT = 'command-limit';

export interface Manifest {
  vendor: string;
  model: string;
  /** What the console shows. */
  title: string;
  /** Semantic version of the driver. */
  version: string;
  kind: DeviceKind;
  links: LinkKind[];
  /** Every reading kind the driver may emit, besides device.fault and device.status. */
  capabilities: ReadingKind[];
  commands: CommandOp[];
  /** Readings per second the device can produce at most; conformance asks the codec for ten times that. */
  ratePerSecond: number;
  /** Longest time a command may stay unsettled, milliseconds. */
  commandLimitMs: number;
  configSchema: JsonSchema;
}

/** A driver as the session runs it; the config and state types are known only inside. */
export interface Driver extends Manifest {
  /** `<vendor>/<model>` */
  id: string;
  codec: Codec<unknown, unknown>;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,40}$/;

/** Makes a driver of a manifest and a codec. Throws a TypeError that says what is wrong with the manifest. */
export function defineDevice<C, S>(definition: Manifest & { codec: Codec<C, S> }): Driver {
  const { codec, ...manifest } = definition;
  const fault = manifestFault(manifest) ?? codecFault(manifest, codec);
  if (fault) throw new TypeError(`driver ${manifest.vendor}/${manifest.model}: ${fault}`);
  return { ...manifest, id: `${manifest.vendor}/${manifest.model}`, codec: codec as Codec<unknown, unknown> };
}

function manifestFault(manifest: Manifest): string | null {
  if (!NAME.test(manifest.vendor) || !NAME.test(manifest.model))
    return 'vendor and model are kebab-case words';
  if (!/^\d+\.\d+\.\d+$/.test(manifest.version)) return 'version is like 1.0.0';
  if (!manifest.title.trim()) return 'title is empty';
  if (manifest.links.length === 0) return 'name at least one link';
  if (manifest.capabilities.length === 0) return 'name at least one capability';
  if (!(manifest.ratePerSecond > 0)) return 'ratePerSecond is above 0';
  if (!(manifest.commandLimitMs > 0)) return 'commandLimitMs is above 0';
  return null;
}

function codecFault(
  manifest: Manifest,
  codec: Partial<Record<keyof Codec<unknown, unknown>, unknown>>,
): string | null {
  const hears = (kinds: LinkKind[]) => manifest.links.some((link) => kinds.includes(link));
  if (hears(['serial', 'tcp-client', 'tcp-server']) && !codec.onData) return 'a byte link needs onData';
  if (hears(['mqtt']) && !codec.onMessage) return 'an mqtt link needs onMessage';
  if (hears(['modbus-tcp', 'modbus-rtu']) && !codec.onAnswer) return 'a modbus link needs onAnswer';
  if (manifest.commands.length > 0 && !codec.onCommand) return 'commands need onCommand';
  return null;
}

/** Runs one step per item, in order, and joins what they bring: how a codec takes the frames of a chunk. */
export function foldSteps<S, T>(
  state: S,
  items: readonly T[],
  step: (state: S, item: T) => Step<S>,
): Required<Step<S>> {
  const joined: Required<Step<S>> = { state, readings: [], effects: [] };
  for (const item of items) {
    const next = step(joined.state, item);
    joined.state = next.state;
    if (next.readings) joined.readings.push(...next.readings);
    if (next.effects) joined.effects.push(...next.effects);
  }
  return joined;
}

/** Constructors for effects, so that a codec reads as sentences. */
export const effect = {
  write: (bytes: Uint8Array): Effect => ({ do: 'write', bytes }),
  publish: (leaf: string, message: unknown, qos: 0 | 1 = 1): Effect => ({
    do: 'publish',
    leaf,
    payload: JSON.stringify(message),
    qos,
  }),
  modbus: (request: ModbusRequest): Effect => ({ do: 'modbus', request }),
  startTimer: (name: string, ms: number): Effect => ({ do: 'start-timer', name, ms }),
  stopTimer: (name: string): Effect => ({ do: 'stop-timer', name }),
  discardInput: (): Effect => ({ do: 'discard-input' }),
  setLines: (dtr: boolean, rts: boolean): Effect => ({ do: 'set-lines', dtr, rts }),
  done: (): Effect => ({ do: 'settle', outcome: 'done' }),
  failed: (reason: string): Effect => ({ do: 'settle', outcome: 'failed', reason }),
  unknown: (reason: string): Effect => ({ do: 'settle', outcome: 'unknown', reason }),
  ready: (): Effect => ({ do: 'report', state: 'ready' }),
  degraded: (reason: string): Effect => ({ do: 'report', state: 'degraded', reason }),
  afterStored: (...effects: Effect[]): Effect => ({ do: 'after-stored', effects }),
  reopen: (reason: string): Effect => ({ do: 'reopen', reason }),
};

/** A device.fault reading; `raw` are the bytes that could not be understood. */
export function fault(code: string, detail: string, rawHex?: string): Reading {
  return { kind: 'device.fault', data: { code, detail }, ...(rawHex === undefined ? {} : { rawHex }) };
}
