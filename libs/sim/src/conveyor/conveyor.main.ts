import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { runSorter, type SorterRunResult } from './sorter-run.js';

const DIST = resolve(import.meta.dirname, '../../../..');

function above(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value >= least)) throw new InvalidArgumentError(`give a number of at least ${least}`);
    return value;
  };
}

const program = new Command('npm run conveyor --')
  .description(
    'Feeds a sorter at real time: belts, photo-eyes, gaps, chutes, jams and no-reads are simulated, the telegrams, the agent, the broker, the core and the database are real. Exits 1 unless every parcel is accounted for, the core knows the same, all invariants hold, decisions came in time (but for one in a thousand) and the rate was reached.',
  )
  .option('--rate <n>', 'parcels an hour over all lines', above(1), 40_000)
  .option('--minutes <m>', 'how long parcels come', above(0.05), 2)
  .option('--lines <n>', 'lines with a scan point and a PLC each (about 11,000 an hour each)', above(1), 5)
  .option('--seed <n>', 'the same seed plays the same parcels and troubles', above(0), 1)
  .option('--data <dir>', 'keep the data there (must not exist)')
  .option('--json', 'print the result as JSON on standard output; progress goes to standard error');

async function main(): Promise<void> {
  program.parse();
  const flags = program.opts<{
    rate: number;
    minutes: number;
    lines: number;
    seed: number;
    data?: string;
    json?: boolean;
  }>();
  const dataDir = flags.data ? resolve(flags.data) : await temporaryDirectory();
  const say = (line: string): void => {
    process.stderr.write(`  ${line}\n`);
  };
  const { rate, minutes, lines, seed } = flags;
  const result = await runSorter({ rate, minutes, lines, seed, dataDir, dist: DIST, say });
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(1)}`;
  process.stdout.write(
    flags.json ? `${JSON.stringify({ machine, ...result }, null, 2)}\n` : inWords(machine, result),
  );
  if (result.ok && !flags.data) await rm(dataDir, { recursive: true, force: true });
  else say(`data and logs are kept in ${dataDir}`);
  process.exit(result.ok ? 0 : 1);
}

/** Passable, not readable: as root the database runs as another user, who must get through to its own directory. */
async function temporaryDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wavehouse-conveyor-'));
  await chmod(dir, 0o711);
  return dir;
}

function inWords(machine: string, result: SorterRunResult): string {
  const { book, core } = result;
  const lanes = Object.entries(book.lanes)
    .sort(([one], [two]) => (one < two ? -1 : 1))
    .map(([lane, n]) => `${lane} ${n}`);
  const latency = Object.entries(result.latency).map(
    ([what, { p50, p99, count }]) => `  ${what.padEnd(22)} p50 ${p50} ms, p99 ${p99} ms (${count})`,
  );
  const broken = Object.entries(core.invariants).filter(([, n]) => n > 0);
  return [
    `${result.offeredPerHour} parcels an hour (reached: ${result.reachedPerHour}) for ${result.seconds} s over ${result.lines} lines on ${machine} (seed ${result.seed})`,
    `  entered ${book.entered} = in lanes ${book.entered - book.lost - book.onBelt} + lost ${book.lost} + on the belt ${book.onBelt}`,
    `  ${lanes.join(', ')}`,
    `  ${result.arrivals} arrivals: ${result.noReads} no-reads, ${result.touching} touching, too late ${result.tooLate}, silent ${result.silent}, late share ${(result.lateShare * 100).toFixed(3)} %`,
    `  ${result.lanesFull} times a lane full, ${result.jams} jams; exceptions ${JSON.stringify(core.exceptions)}`,
    ...latency,
    `  processor seconds: ${Object.entries(result.processor)
      .map(([name, seconds]) => `${name} ${seconds}`)
      .join(', ')}`,
    core.differing === 0
      ? `  the core knows the same of all ${core.arrivals} arrivals and every parcel`
      : `  THE CORE DIFFERS ${core.differing} times:\n    ${core.differences.join('\n    ')}`,
    broken.length === 0
      ? '  all invariants hold'
      : `  VIOLATED: ${broken.map(([name, n]) => `${name} ${n}`).join(', ')}`,
    ...(result.ok ? ['  the run is good'] : result.faults.map((fault) => `  FAULT: ${fault}`)),
    '',
  ].join('\n');
}

main().catch((error: Error) => {
  process.stderr.write(`${process.env.DEBUG ? error.stack : error.message}\n`);
  process.exit(1);
});
