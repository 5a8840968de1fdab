import { parseArgs } from 'node:util';

/** What every planning benchmark understands. */
export interface BenchOptions {
  /** Folder with instances; benchmarks over generated instances do not need it. */
  data: string | undefined;
  /** Time limit per instance. */
  seconds: number;
  json: boolean;
  /** Folder for solutions in the instance's own format. */
  out: string | undefined;
  /** Only instances whose name contains this. */
  only: string | undefined;
  /** So many of them, evenly over the whole list; undefined: all. */
  sample: number | undefined;
  seed: number;
  /** The clock of the time limit. */
  now: () => number;
}

/** Processor time of this process: what counts where the machine is busy with other work. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** @throws Error with a readable message for an unknown option or a value that is not a number. */
export function readOptions(args: string[], defaultSeconds: number): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      seconds: { type: 'string', default: String(defaultSeconds) },
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      only: { type: 'string' },
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      clock: { type: 'string', default: 'wall' },
    },
  });
  const { data, json, out, only } = values;
  const seconds = Number(values.seconds);
  const seed = Number(values.seed);
  if (!(seconds > 0)) throw new Error(`--seconds must be a positive number, not ${values.seconds}.`);
  if (!Number.isInteger(seed)) throw new Error(`--seed must be a whole number, not ${values.seed}.`);
  const sample = values.sample === undefined ? undefined : Number(values.sample);
  if (sample !== undefined && !(Number.isInteger(sample) && sample > 0))
    throw new Error(`--sample must be a whole number above 0, not ${values.sample}.`);
  if (values.clock !== 'wall' && values.clock !== 'cpu') throw new Error('--clock must be wall or cpu.');
  return {
    data,
    seconds,
    json,
    out,
    only,
    sample,
    seed,
    now: values.clock === 'cpu' ? processorMs : () => performance.now(),
  };
}
