import { existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What every planning benchmark understands. */
export interface BenchOptions {
  /** Folder with instances; benchmarks over generated instances do not need it. */
  data: string | undefined;
  /** Time limit per instance. */
  seconds: number;
  json: boolean;
  /** Folder for solutions in the instance's own format. It exists and can be written to. */
  out: string | undefined;
  /** Only instances whose name contains this. */
  only: string | undefined;
  /** So many of them, evenly over the whole list; undefined: all. */
  sample: number | undefined;
  seed: number;
  /** The clock of the time limit. */
  now: () => number;
}

/** An option that one benchmark has no use for, and why, as in "the instances are generated". */
export type Unused = Partial<Record<'data' | 'seconds' | 'out' | 'only' | 'sample', string>>;

/** Processor time of this process: what counts where the machine is busy with other work. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Reads the options, says on stderr which of them have no effect here, and tries the folder for solutions.
 * @throws Error with a readable message for an unknown option, a value that is not a number, or a folder that cannot be written to.
 */
export function readOptions(args: string[], defaultSeconds: number, unused: Unused = {}): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      seconds: { type: 'string' },
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      only: { type: 'string' },
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      clock: { type: 'string', default: 'wall' },
    },
  });
  for (const [name, why] of Object.entries(unused)) {
    if (values[name as keyof Unused] !== undefined) console.error(`--${name} has no effect here: ${why}.`);
  }
  const { data, json, only } = values;
  const seconds = Number(values.seconds ?? defaultSeconds);
  const seed = Number(values.seed);
  if (!(seconds > 0)) throw new Error(`--seconds must be a positive number, not ${values.seconds}.`);
  if (!Number.isInteger(seed)) throw new Error(`--seed must be a whole number, not ${values.seed}.`);
  const sample = values.sample === undefined ? undefined : Number(values.sample);
  if (sample !== undefined && !(Number.isInteger(sample) && sample > 0))
    throw new Error(`--sample must be a whole number above 0, not ${values.sample}.`);
  if (values.clock !== 'wall' && values.clock !== 'cpu') throw new Error('--clock must be wall or cpu.');
  const out = 'out' in unused ? undefined : values.out;
  if (out !== undefined) tryFolder(out);
  const now = values.clock === 'cpu' ? processorMs : () => performance.now();
  return { data, seconds, json, out, only, sample, seed, now };
}

/** Better now than after the first instance has been solved. */
function tryFolder(folder: string): void {
  try {
    makeFolder(resolve(folder));
    rmdirSync(mkdtempSync(join(folder, '.probe-')));
  } catch (error) {
    throw new Error(`--out ${folder} cannot be written to: ${(error as Error).message}.`);
  }
}

/** Level by level: the recursive way of Node never comes back where a file system says that what it just was told to make is missing. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}
