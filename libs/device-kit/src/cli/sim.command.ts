import { createInterface } from 'node:readline';
import type { MqttClient } from 'mqtt';
import { mqttPort } from '../links/mqtt.js';
import type { Place, SimulatedDevice, Simulator } from '../sim/simulator.js';
import { compileDriverFolder, driverDir } from './workspace.js';

export interface SimOptions {
  dir?: string;
  pty?: boolean;
  tcp?: string | true;
  call?: string;
  mqtt?: string;
  base: string;
}

const BROKER_LIMIT_MS = 5_000;

/** Runs a simulator until the input ends or the process is told to stop; each line of input is one of its verbs. */
export async function runSimulator(
  id: string | undefined,
  options: SimOptions,
  say: (line: string) => void,
): Promise<void> {
  const modules = await compileDriverFolder(driverDir(id, options.dir));
  const simulator = (await modules.loadSimulator()).simulator as Simulator;
  const at = choosePlace(simulator, options);
  const broker = at === 'mqtt' ? await brokerAt(options.mqtt!) : null;
  const place: Place = broker
    ? { at: 'mqtt', base: options.base, mqtt: mqttPort(broker) }
    : placeOf(at as Exclude<Place['at'], 'mqtt'>, options);
  const device = await simulator.start(place);
  say(`link: ${JSON.stringify(device.linkConfig)}`);
  say(`config: ${JSON.stringify(simulator.config)}`);
  say(`type a verb and its arguments (JSON or bare words), Ctrl-D to end: ${simulator.verbs.join(', ')}`);
  const input = createInterface({ input: process.stdin });
  process.once('SIGINT', () => input.close());
  process.once('SIGTERM', () => input.close());
  for await (const line of input) {
    if (line.trim())
      await obey(device, simulator.verbs, line.trim()).then(say, (error: Error) => say(error.message));
  }
  await device.close();
  await broker?.endAsync(true);
}

/** The broker that the device and its agent share. */
async function brokerAt(url: string): Promise<MqttClient> {
  if (!/^mqtts?:\/\//.test(url))
    throw new Error(`--mqtt takes mqtt://HOST:PORT or mqtts://HOST:PORT, not "${url}"`);
  const { default: mqtt } = await import('mqtt');
  return mqtt
    .connectAsync(url, { reconnectPeriod: 0, connectTimeout: BROKER_LIMIT_MS }, false)
    .catch((error: Error) => {
      throw new Error(`no broker answers at ${url}: ${error.message || 'is it running?'}`);
    });
}

function choosePlace(simulator: Simulator, options: SimOptions): Place['at'] {
  const asked = [
    options.pty && 'pty',
    options.tcp && 'tcp',
    options.call && 'tcp-call',
    options.mqtt && 'mqtt',
  ].filter((each): each is Place['at'] => typeof each === 'string' && each !== '');
  if (asked.length > 1) throw new Error('give one of --pty, --tcp, --call and --mqtt');
  const at = asked[0] ?? simulator.places[0]!;
  if (!simulator.places.includes(at) || (at === 'mqtt' && !options.mqtt)) {
    const places = simulator.places.map((place) => FLAGS[place]).join(' or ');
    throw new Error(`this simulator lives on ${places}`);
  }
  return at;
}

function placeOf(at: Exclude<Place['at'], 'mqtt'>, options: SimOptions): Place {
  if (at === 'pty') return { at };
  if (at === 'tcp-call') return callPlace(options.call);
  return { at, port: portOf(typeof options.tcp === 'string' ? options.tcp : '0', '--tcp takes a port') };
}

const FLAGS = { pty: '--pty', tcp: '--tcp', 'tcp-call': '--call', mqtt: '--mqtt URL' } as const;

function callPlace(address: string | undefined): Place {
  const at = address?.lastIndexOf(':') ?? -1;
  if (!address || at < 1) throw new Error('--call takes HOST:PORT, where the agent listens');
  return {
    at: 'tcp-call',
    host: address.slice(0, at),
    port: portOf(address.slice(at + 1), '--call takes HOST:PORT'),
  };
}

function portOf(text: string, what: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${what}; a port is 0 to 65535, not "${text}"`);
  return port;
}

/** Does what a line says and returns the answer. Rejects with a sentence. */
async function obey(device: SimulatedDevice, verbs: string[], line: string): Promise<string> {
  const [verb = '', ...words] = line.match(/\{.*\}|\[.*\]|"[^"]*"|\S+/g) ?? [];
  if (!verbs.includes(verb)) throw new Error(`there is no verb "${verb}"; there are ${verbs.join(', ')}`);
  const act = (device as unknown as Record<string, (...args: unknown[]) => unknown>)[verb]!;
  return JSON.stringify((await act.apply(device, words.map(argumentOf))) ?? 'done');
}

function argumentOf(word: string): unknown {
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
}
