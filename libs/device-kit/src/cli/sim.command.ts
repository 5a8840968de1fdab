import { createInterface } from 'node:readline';
import type { Place, SimulatedDevice, Simulator } from '../sim/simulator.js';
import { compileDriverFolder, driverDir } from './workspace.js';

export interface SimOptions {
  dir?: string;
  pty?: boolean;
  tcp?: string | true;
}

/** Runs a simulator until the input ends or the process is told to stop; each line of input is one of its verbs. */
export async function runSimulator(
  id: string | undefined,
  options: SimOptions,
  say: (line: string) => void,
): Promise<void> {
  const modules = await compileDriverFolder(driverDir(id, options.dir));
  const simulator = (await modules.loadSimulator()).simulator as Simulator;
  const place = choosePlace(simulator, options);
  const device = await simulator.start(place);
  say(`link: ${JSON.stringify(device.linkConfig)}`);
  say(`config: ${JSON.stringify(simulator.config)}`);
  say(`type a verb and its arguments (JSON or bare words), Ctrl-D to end: ${verbsOf(device).join(', ')}`);
  const input = createInterface({ input: process.stdin });
  process.once('SIGINT', () => input.close());
  process.once('SIGTERM', () => input.close());
  for await (const line of input) {
    if (line.trim()) await obey(device, line.trim(), say);
  }
  await device.close();
}

function choosePlace(simulator: Simulator, options: SimOptions): Place {
  if (options.pty && options.tcp) throw new Error('give --pty or --tcp, not both');
  const at = options.tcp ? 'tcp' : options.pty ? 'pty' : simulator.places[0]!;
  if (at === 'mqtt' || !simulator.places.includes(at)) {
    throw new Error(
      `this simulator lives on ${simulator.places.join(' or ')}; MQTT simulators run inside the demo only`,
    );
  }
  if (at === 'pty') return { at };
  const port = typeof options.tcp === 'string' ? Number(options.tcp) : 0;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--tcp takes a port, 0 to 65535');
  return { at, port };
}

/** The simulator's own verbs: what it has beyond linkConfig and close. */
function verbsOf(device: SimulatedDevice): string[] {
  const names = new Set<string>();
  for (let each: object = device; each !== Object.prototype; each = Object.getPrototypeOf(each) as object) {
    for (const name of Object.getOwnPropertyNames(each)) {
      const { value } = Object.getOwnPropertyDescriptor(each, name) ?? {};
      if (typeof value === 'function' && name !== 'constructor' && name !== 'close') names.add(name);
    }
  }
  return [...names].sort();
}

async function obey(device: SimulatedDevice, line: string, say: (line: string) => void): Promise<void> {
  const [verb, ...words] = line.match(/\{.*\}|\[.*\]|"[^"]*"|\S+/g) ?? [];
  if (verb === undefined || !verbsOf(device).includes(verb))
    return say(`there is no verb ${verb}: ${verbsOf(device).join(', ')}`);
  try {
    const act = (device as unknown as Record<string, (...args: unknown[]) => unknown>)[verb]!;
    const result = await act.apply(device, words.map(argumentOf));
    if (result !== undefined) say(JSON.stringify(result));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

function argumentOf(word: string): unknown {
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
}
