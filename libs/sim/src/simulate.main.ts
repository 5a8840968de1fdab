import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { NewOrder } from '#lib/contracts';
import { crewFor } from './day-site.js';
import { type SimulationResult, simulate } from './simulation.js';
import type { WalkFigures, WalkResult } from './walk-log.js';

const DIST = resolve(import.meta.dirname, '../../..');

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('give a whole number, 0 or more');
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('give a number above 0');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('give a share from 0 to 1');
  return value;
}

/** Drawing and decoding a label takes as much processor time as everything else about its parcel: beyond this it is a sample. */
const LABELS_DRAWN = 300;
const LARGE_DAY = 1_000;

const program = new Command('npm run simulate --')
  .description(
    'Plays orders from intake to departure with real processes on a fresh data directory: PostgreSQL, broker, API, agent, devices on ptys and TCP, people on the HTTP and live interfaces of the screens. Exits 1 unless every order is shipped or accounted for and every invariant is zero.',
  )
  .option('--orders <n>', 'how many orders to make', whole, 100)
  .option('--file <path>', 'play the orders of this NDJSON file instead')
  .option('--seed <n>', 'the same seed plays the same orders, faults and kills', whole, 1)
  .option(
    '--speed <x>',
    'how much faster hands, feet and belts move; by default 1, and 4 above 1,000 orders',
    positive,
  )
  .option('--benches <n>', 'people at pack benches; by default as many as the orders need', whole)
  .option('--pickers <n>', 'people who pick; by default as many as the orders need', whole)
  .option(
    '--labels <share>',
    `share of the labels that are drawn and decoded, the others are read by their commands; by default all, above ${LABELS_DRAWN} orders that many`,
    share,
  )
  .option(
    '--faults',
    'wrong scans, shorts, no-reads, strangers, full and jammed lanes, printers out of media or reset, bad weights',
  )
  .option('--kill <n>', 'kill -9 of API, agent, broker or PostgreSQL this many times', whole, 0)
  .option(
    '--data <dir>',
    'keep the data there (must not exist); by default a temporary directory that is removed',
  )
  .option('--json', 'print the result as JSON on standard output; progress goes to standard error');

async function main(): Promise<void> {
  program.parse();
  const flags = program.opts<{
    orders: number;
    file?: string;
    seed: number;
    speed?: number;
    benches?: number;
    pickers?: number;
    labels?: number;
    faults?: boolean;
    kill: number;
    data?: string;
    json?: boolean;
  }>();
  const given = flags.file ? await readOrders(flags.file) : null;
  const dataDir = flags.data ? resolve(flags.data) : await temporaryDirectory();
  const say = (line: string): void => {
    process.stderr.write(`  ${line}\n`);
  };
  const orders = given?.length ?? flags.orders;
  const crew = crewFor(orders);
  crew.benches = flags.benches ?? crew.benches;
  crew.pickers = flags.pickers ?? crew.pickers;
  if (crew.benches < 1 || crew.pickers < 1) throw new Error('somebody must pick and somebody must pack');
  const labels = flags.labels ?? Math.min(1, LABELS_DRAWN / Math.max(1, orders));
  say(`seed ${flags.seed}, data in ${dataDir}; ${crew.pickers} pick, ${crew.benches} pack`);
  const result = await simulate({
    orders,
    given,
    seed: flags.seed,
    faults: flags.faults ?? false,
    kills: flags.kill,
    speed: flags.speed ?? (orders > LARGE_DAY ? 4 : 1),
    crew,
    labels,
    dataDir,
    dist: DIST,
    say,
  });
  process.stdout.write(flags.json ? `${JSON.stringify(result, null, 2)}\n` : inWords(result));
  if (result.ok && !flags.data) await rm(dataDir, { recursive: true, force: true });
  else say(`data and logs are kept in ${dataDir}`);
  process.exit(result.ok ? 0 : 1);
}

/** Passable, not readable: as root the database runs as another user, who must get through to its own directory. */
async function temporaryDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wavehouse-simulation-'));
  await chmod(dir, 0o711);
  return dir;
}

async function readOrders(path: string): Promise<NewOrder[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    if (!line.trim()) return [];
    try {
      return [JSON.parse(line) as NewOrder];
    } catch (error) {
      throw new Error(`${path}, line ${index + 1} is not JSON: ${(error as Error).message}`);
    }
  });
}

function inWords(result: SimulationResult): string {
  const rows = Object.entries(result.latency).map(
    ([stage, { p50, p99, count }]) => `  ${stage.padEnd(18)} p50 ${p50} ms, p99 ${p99} ms (${count})`,
  );
  const broken = Object.entries(result.invariants).filter(([, violations]) => violations > 0);
  return [
    `${result.shipped} of ${result.orders} orders shipped, ${result.accounted} accounted for, in ${result.seconds} s (seed ${result.seed})`,
    ...walkInWords(result.walk),
    `  over the put wall: ${result.overWall.orders} orders of ${result.overWall.runs} batch runs`,
    ...rows,
    `  ${Math.round(result.labels * 100)} % of the labels drawn and decoded, the others read by their commands`,
    `  processor seconds: ${Object.entries(result.cpuSeconds)
      .map(([name, seconds]) => `${name} ${seconds}`)
      .join(', ')}`,
    `  ${Object.entries(result.counts)
      .map(([what, n]) => `${what} ${n}`)
      .join(', ')}`,
    broken.length === 0
      ? `  all ${Object.keys(result.invariants).length} invariants hold`
      : `  VIOLATED: ${broken.map(([name, n]) => `${name} ${n}`).join(', ')}\n${JSON.stringify(result.details, null, 2)}`,
    '',
  ].join('\n');
}

function walkInWords(walk: WalkResult | null): string[] {
  if (!walk) return [];
  const line = (what: string, figures: WalkFigures): string =>
    `  ${what.padEnd(34)} ${figures.metresPerLine.toFixed(2)} m a line (${figures.trips} trips, ${figures.orders} orders, ${figures.lines} lines, ${figures.metres} m)`;
  return [
    line('walked', walk.measured),
    line('  of it in waves', walk.byWave),
    line('  of it by channels', walk.byChannel),
    line('the same trips in S-shape', walk.sameTripsSShape),
    line('first come first served, S-shape', walk.firstComeSShape),
    `  walk saved per line: ${(walk.saved * 100).toFixed(1)} %`,
  ];
}

main().catch((error: Error) => {
  process.stderr.write(`${process.env.DEBUG ? error.stack : error.message}\n`);
  process.exit(1);
});
