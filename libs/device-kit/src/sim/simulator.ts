import type { Reading } from '#lib/contracts';
import type { LinkConfig } from '../links/create-link.js';
import type { MqttPort } from '../links/mqtt.js';
import { type ModbusServer, type RegisterBank, serveModbusRtu, serveModbusTcp } from './modbus-server.js';
import { callingWire, ptyWire, tcpWire, type Wire } from './wire.js';

/** Where a simulated device lives. `bus` stands in for the broker of MQTT devices. */
export type Place =
  | { at: 'pty' }
  | { at: 'tcp'; host?: string; port?: number }
  /** The device calls the agent, which listens; without a port, on any free one. */
  | { at: 'tcp-call'; host?: string; port?: number }
  | { at: 'mqtt'; base: string; mqtt: MqttPort };

/** What every simulated device can do; each adds its own verbs (scan, load, arrive ...). */
export interface SimulatedDevice {
  /** How the driver reaches it. */
  readonly linkConfig: LinkConfig;
  close(): Promise<void>;
}

/** One thing a simulator and the driver must do together, over a real link; conformance rule 11. */
export interface Exercise<D> {
  title: string;
  /** Plays the device's side; `command` gives the driver an order and resolves with its outcome. */
  act(device: D, command: ExerciseCommand): Promise<void> | void;
  /** Reading kinds that must appear in this order; others may stand between them. */
  expect: Reading['kind'][];
}

export type ExerciseCommand = (
  order: import('#lib/contracts').DeviceOrder,
) => Promise<{ outcome: string; reason?: string }>;

/** The device's side of a driver: `places` it can live in, how to start it, and what to exercise. */
export interface Simulator<D extends SimulatedDevice = SimulatedDevice, O = unknown> {
  places: Place['at'][];
  start(place: Place, options?: O): Promise<D>;
  /** What the device can be told, by method name: the verbs of `device -- sim`. */
  verbs: string[];
  /** Driver config that goes with the simulator's defaults. */
  config: Record<string, unknown>;
  exercises: Exercise<D>[];
}

/** Fixes the types of a simulator. */
export function defineSimulator<D extends SimulatedDevice, O>(simulator: Simulator<D, O>): Simulator<D, O> {
  return simulator;
}

/** A byte wire at a place. */
export async function wireAt(place: Place): Promise<Wire> {
  if (place.at === 'pty') return ptyWire();
  if (place.at === 'tcp') return tcpWire(place);
  if (place.at === 'tcp-call') return callingWire({ ...place, port: place.port ?? (await freePort()) });
  throw new TypeError(`this simulator has bytes, not ${place.at} messages`);
}

/** A Modbus server at a place: RTU on a pty, TCP otherwise. */
export async function modbusAt(place: Place, bank: RegisterBank): Promise<ModbusServer> {
  if (place.at === 'pty') return serveModbusRtu(bank, ptyWire());
  if (place.at === 'tcp') return serveModbusTcp(bank, place);
  throw new TypeError(`this simulator has registers, not ${place.at} messages`);
}

/** A port that is free now: the agent, which is to listen on it, is told of it before it does. */
async function freePort(): Promise<number> {
  const wire = await tcpWire();
  await wire.close();
  return (wire.linkConfig as { port: number }).port;
}
