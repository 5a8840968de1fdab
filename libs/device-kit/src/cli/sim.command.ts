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
  say(`type a verb and its arguments (JSON or bare words), Ctrl-D to end: ${simulator.verbs.join(', ')}`);
  const input = createInterface({ input: process.stdin });
  process.once('SIGINT', () => input.close());
  process.once('SIGTERM', () => input.close());
  for await (const line of input) {
    if (line.trim())
      await obey(device, simulator.verbs, line.trim()).then(say, (error: Error) => say(error.message));
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
