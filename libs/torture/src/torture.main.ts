import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { CHECKS, type CheckName, type Finding } from './checks.js';
import { MUTANTS, type Mutant } from './mutants.js';
import { fits, Torture, type TortureResult } from './torture.js';

const DIST = resolve(import.meta.dirname, '../../..');
const MUTANT_KILLS = 50;
/** Checked after every few kills, so that the figure "caught after n kills" says something. */
const MUTANT_BURST = 10;

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

interface Flags {
  kills: number;
  seed: number;
  minutes?: number;
  burst: number;
  drain: number;
  agents: number;
  mutants?: boolean;
  mutant?: string;
  data?: string;
  json?: boolean;
  quiet?: boolean;
}

const program = new Command('npm run torture --')
  .description(
    'Kills, freezes, cuts and confuses a whole installation of real processes (PostgreSQL, broker, two cores, agents, devices on ptys and TCP) while work goes on, then holds what people and devices were told against the database. Exits 1 when anything was lost, counted twice or stuck.',
  )
  .option('--kills <n>', 'how many processes to kill', whole, 50)
  .option('--seed <n>', 'the same seed deals the same faults', whole, 1)
  .option('--minutes <m>', 'end with the burst in which this time is over', positive)
  .option('--burst <n>', 'kills between two checks', whole, 25)
  .option('--drain <seconds>', 'how long draining may take after the last fault', positive, 30)
  .option('--agents <n>', 'how many agents', whole, 3)
  .option('--mutants', `plant each known mistake and see it caught within ${MUTANT_KILLS} kills`)
  .option('--mutant <name>', `plant one: ${MUTANTS.map(({ name }) => name).join(', ')}`)
  .option(
    '--data <dir>',
    'keep data and logs there; by default a temporary directory that is removed unless something is found',
  )
  .option('--json', 'print the result as JSON on standard output; progress goes to standard error')
  .option('--quiet', 'no progress');

const leaving = new AbortController();

async function main(): Promise<void> {
  program.parse();
  const flags = program.opts<Flags>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (leaving.signal.aborted) process.exit(130);
      process.stderr.write('cleaning up; once more ends at once\n');
      leaving.abort();
    });
  }
  const chosen = flags.mutants ? MUTANTS : MUTANTS.filter(({ name }) => name === flags.mutant);
  if (flags.mutant && chosen.length === 0) throw new Error(`there is no mutant ${flags.mutant}`);
  const ok = chosen.length > 0 ? await playMutants(chosen, flags) : await playProduct(flags);
  process.exit(ok ? 0 : 1);
}

async function playProduct(flags: Flags): Promise<boolean> {
  const result = await play(flags, { kills: flags.kills, burst: flags.burst });
  process.stdout.write(flags.json ? `${JSON.stringify(result, null, 2)}\n` : inWords(result));
  return result.ok;
}

interface MutantRow {
  mutant: string;
  mistake: string;
  /** Null: no check that fits the mistake has found anything. */
  caughtAfterKills: number | null;
  caughtBy: CheckName[];
  /** What else was found by then. */
  besides: CheckName[];
  seconds: number;
}

/** First the product itself under the same faults, which must be clean: a checker that cries at everything proves nothing. */
async function playMutants(mutants: readonly Mutant[], flags: Flags): Promise<boolean> {
  const plan = { kills: MUTANT_KILLS, burst: MUTANT_BURST };
  const { ok, killsTotal, findings, seconds } = await play(flags, { ...plan, kills: 2 * MUTANT_BURST });
  const control = { kills: killsTotal, clean: ok, findings, seconds };
  if (!flags.json) process.stdout.write(`${controlRow(control)}\n`);
  const rows: MutantRow[] = [];
  for (const mutant of mutants) {
    if (leaving.signal.aborted) break;
    rows.push(rowOf(mutant, await play(flags, { ...plan, mutant })));
    if (!flags.json) process.stdout.write(`${mutantRow(rows.at(-1)!)}\n`);
  }
  if (flags.json)
    process.stdout.write(`${JSON.stringify({ seed: flags.seed, control, mutants: rows }, null, 2)}\n`);
  return (
    ok && rows.length === mutants.length && rows.every(({ caughtAfterKills }) => caughtAfterKills !== null)
  );
}

function rowOf(mutant: Mutant, { findings, killsTotal, seconds }: TortureResult): MutantRow {
  const found = findings.map(({ check }) => check);
  return {
    mutant: mutant.name,
    mistake: mutant.mistake,
    caughtAfterKills: fits(findings, mutant.caughtBy) ? killsTotal : null,
    caughtBy: found.filter((check) => mutant.caughtBy.includes(check)),
    besides: found.filter((check) => !mutant.caughtBy.includes(check)),
    seconds,
  };
}

async function play(
  flags: Flags,
  plan: { kills: number; burst: number; mutant?: Mutant },
): Promise<TortureResult> {
  const dataDir = flags.data
    ? join(resolve(flags.data), plan.mutant?.name ?? (flags.mutants ? 'control' : 'run'))
    : await temporaryDirectory();
  const say = (line: string): void => {
    if (!flags.quiet) process.stderr.write(`${line}\n`);
  };
  say(`seed ${flags.seed}${plan.mutant ? `, mutant ${plan.mutant.name}` : ''}, data in ${dataDir}`);
  const { mutant } = plan;
  const file = (name: string) => join(DIST, 'libs/torture/src/mutants', `${name}.js`);
  const preload = {
    ...(mutant?.api ? { api: file(mutant.api) } : {}),
    ...(mutant?.agent ? { agent: file(mutant.agent) } : {}),
  };
  const torture = new Torture({
    kills: plan.kills,
    burst: plan.burst,
    drainLimitMs: flags.drain * 1_000,
    seed: flags.seed,
    minutes: flags.minutes ?? null,
    agents: flags.agents,
    dataDir,
    dist: DIST,
    signal: leaving.signal,
    say,
    ...(mutant ? { preload } : {}),
    ...(mutant?.sql ? { spoil: mutant.sql } : {}),
    ...(mutant ? { caughtBy: mutant.caughtBy } : {}),
  });
  const result = await torture.run();
  const keep = flags.data !== undefined || (!mutant && result.findings.length > 0);
  if (keep) say(`data and logs are kept in ${dataDir}`);
  else await rm(dataDir, { recursive: true, force: true });
  return result;
}

/** Passable, not readable: as root the database runs as another user, who must get through to its own directory. */
async function temporaryDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wavehouse-torture-'));
  await chmod(dir, 0o711);
  return dir;
}

function inWords(result: TortureResult): string {
  const { killsTotal, seed, seconds, broker, findings } = result;
  const list = (of: Record<string, number>) =>
    Object.entries(of)
      .map(([what, n]) => `${what} ${n}`)
      .join(', ');
  const lines = [
    `${killsTotal} kills in ${seconds} s (seed ${seed}, ${broker}), ${result.killsPerSecond} a second under load`,
    `  kills: ${list(result.kills)}`,
    `  faults: ${list(result.faults)}`,
    `  ${result.recordsKept} records kept, ${result.arrivals} arrivals, ${result.actsDone} corrections done, ${result.actsRefused} refused, ${result.labels} labels`,
    `  drained ${Math.max(0, ...result.drainSeconds)} s after the last fault at the latest`,
    `  start to ready in the quiet: ${list(result.quietStartMs)} ms`,
  ];
  if (result.restored)
    lines.push(
      `  a database restored from ${result.restored.fromSecondsAgo} s ago was fed ${result.restored.refedRecords} records again`,
    );
  for (const fault of result.notDealt) lines.push(`  not dealt: ${fault}`);
  if (findings.length === 0) lines.push('  nothing was lost, nothing counted twice, nothing is stuck');
  else
    lines.push(
      ...findings.flatMap(sayFinding),
      `Again: npm run torture -- --kills ${killsTotal} --seed ${seed}`,
      ...result.timeline,
    );
  return `${lines.join('\n')}\n`;
}

function sayFinding({ check, count, examples }: Finding): string[] {
  return [
    `  NOT TRUE, ${count} times: ${CHECKS[check]} (${check})`,
    ...examples.map((each) => `    ${each}`),
  ];
}

function mutantRow({ mutant, caughtAfterKills, caughtBy, besides, seconds }: MutantRow): string {
  const caught = caughtAfterKills === null ? 'NOT CAUGHT' : `caught after ${caughtAfterKills} kills`;
  const also = besides.length > 0 ? `; besides: ${besides.join(', ')}` : '';
  return `${mutant.padEnd(26)} ${caught.padEnd(24)} by ${caughtBy.join(', ') || 'nothing that fits'}${also} (${seconds} s)`;
}

function controlRow({
  kills,
  clean,
  findings,
  seconds,
}: Pick<TortureResult, 'findings' | 'seconds'> & { kills: number; clean: boolean }): string {
  const said = clean ? 'clean' : `NOT CLEAN: ${findings.map(({ check }) => check).join(', ')}`;
  return `${'no mistake (control)'.padEnd(26)} ${said.padEnd(24)} ${kills} kills (${seconds} s)`;
}

main().catch((error: Error) => {
  process.stderr.write(`${process.env.DEBUG ? error.stack : error.message}\n`);
  process.exit(1);
});
