import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { hasCluster, initCluster, placeCluster, SUPERUSER } from './cluster.js';
import { EmbeddedError, type Log } from './embedded-error.js';
import { freePort, isPortFree } from './free-port.js';
import { poll } from './poll.js';
import { type PostgresBinaries, runnableBinaries } from './postgres-binaries.js';
import { type PostmasterPid, parsePostmasterPid } from './postmaster-pid.js';
import { commandLineOf, signal } from './processes.js';
import { chooseRunAs, type RunAs } from './run-as.js';
import { ensureSecrets, readSecrets } from './secrets.js';

export interface PostgresOptions {
  /** Where the cluster lies; made when absent. Its password file and its log are kept beside it. */
  dataDir: string;
  /** Loopback port; by default a free one is chosen. */
  port?: number;
  /** Server settings on top of ours, for example `{ fsync: 'off' }` for a throw-away test cluster. */
  settings?: Record<string, string>;
  log?: Log;
  /** How long the server may take until it accepts connections; crash recovery counts. Default 120 s. */
  startLimitMs?: number;
}

/** A running PostgreSQL server of ours, started now or found alive. */
export interface PostgresServer {
  readonly port: number;
  readonly pid: number;
  /** It was left running by an earlier, killed parent and goes on with us. */
  readonly adopted: boolean;
  /** Mode 0600; holds the passwords of this cluster's roles. */
  readonly secretsFile: string;
  /** Settled when the server has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Connection string of the superuser, for set-up only. */
  superuserUrl(database?: string): string;
  /** Fast shutdown: open transactions are rolled back, everything committed is kept. Force after a limit. */
  stop(): Promise<void>;
  /** SIGKILL, as a power cut would: for tests and simulations of a crash. */
  kill(): void;
}

const DEFAULT_SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A refused duplicate is normal life here; its statement (with a merchant's data) stays out of the log.
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  // Statements are prepared, and a plan that was made for an empty table lives until somebody has counted its rows.
  autovacuum_naptime: '10s',
  // The release of a large wave logs 16 MB at a statement: with the default of 4 MB it writes the log itself, a thousand times.
  wal_buffers: '16MB',
};
const START_LIMIT_MS = 120_000;
const ANSWER_LIMIT_MS = 10_000;
const FAST_STOP_LIMIT_MS = 20_000;
const IMMEDIATE_STOP_LIMIT_MS = 5_000;
const PORT_TRIES = 5;
/** A segment of the write-ahead log. */
const FULL_BELOW_BYTES = 16 * 1024 * 1024;

interface Cluster {
  place: string;
  binaries: PostgresBinaries;
  runAs: RunAs | undefined;
  logFile: string;
  secretsFile: string;
  password: string;
}

/**
 * Starts PostgreSQL on `dataDir` and answers when it accepts connections. A server that an earlier, killed parent left
 * running on this data is taken over. Works as root (the server then runs as the data's owner, `postgres` or `nobody`)
 * and as an ordinary user. The server has a process group of its own: Ctrl-C in a terminal does not reach it.
 *
 * @throws EmbeddedError with one sentence for people when the port, the disk, the data or the machine do not allow it.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const log = options.log ?? (() => undefined);
  const cluster = await prepareCluster(options, log);
  const alive = await takeOver(cluster, options.port, log);
  if (alive) return handleOf(cluster, alive.pid, alive.port, undefined);

  if (options.port !== undefined && !(await isPortFree(options.port))) throw portTaken(options.port);
  const deadline = performance.now() + (options.startLimitMs ?? START_LIMIT_MS);
  for (let tries = 1; ; tries++) {
    const port = options.port ?? (await freePort());
    const started = await launch(
      cluster,
      { ...DEFAULT_SETTINGS, ...options.settings, port: String(port) },
      deadline,
    );
    if ('child' in started) return handleOf(cluster, started.child.pid ?? 0, port, started.child);
    // Others on this machine look for free ports too; and the backends of a killed server take a moment to go.
    const again =
      started.why === 'port'
        ? options.port === undefined && tries < PORT_TRIES
        : started.why === 'old-backends';
    if (!again || performance.now() > deadline) throw await explainExit(started, cluster, port);
  }
}

async function prepareCluster(options: PostgresOptions, log: Log): Promise<Cluster> {
  const dataDir = resolve(options.dataDir);
  const runAs = await chooseRunAs(dataDir);
  const binaries = await runnableBinaries(runAs, log);
  const place = await placeCluster(dataDir, runAs, log);
  const beside = join(dirname(dataDir), basename(dataDir));
  const secretsFile = `${beside}.secrets.json`;
  const exists = await hasCluster(place, binaries);
  if (exists && !(await readSecrets(secretsFile)).superuser) {
    throw new EmbeddedError(
      'secrets-missing',
      `The database in ${dataDir} has lost its password file ${secretsFile}; put it back or give --data another directory.`,
    );
  }
  const { superuser } = await ensureSecrets(secretsFile, ['superuser']);
  const cluster = { place, binaries, runAs, secretsFile, logFile: `${beside}.log`, password: superuser };
  if (!exists) {
    log('making a new database cluster');
    await initCluster({
      ...cluster,
      superuserPassword: superuser,
      durable: options.settings?.fsync !== 'off',
    });
  }
  return cluster;
}

/** Looks for a live server on this data: answers it when it can serve us, stops it when it cannot. */
async function takeOver(
  cluster: Cluster,
  port: number | undefined,
  log: Log,
): Promise<PostmasterPid | undefined> {
  const left = await readPidFile(cluster.place);
  if (!left) return undefined;
  const commandLine = await commandLineOf(left.pid);
  if (!commandLine) return undefined;
  if (!commandLine.includes('postgres') || !commandLine.includes(cluster.place)) {
    // The number now belongs to another program; PostgreSQL would take it for a live server and refuse.
    await rm(join(cluster.place, 'postmaster.pid'), { force: true });
    return undefined;
  }
  const answered = await poll(() => answers(cluster, left.pid), { limitMs: ANSWER_LIMIT_MS, everyMs: 100 });
  if (answered && (port === undefined || port === answered.port)) {
    log(`going on with the PostgreSQL server that is already running (process ${left.pid})`);
    return answered;
  }
  log(`stopping a PostgreSQL server that was left running (process ${left.pid})`);
  await stopServer(left.pid);
  return undefined;
}

async function readPidFile(place: string): Promise<PostmasterPid | undefined> {
  const text = await readFile(join(place, 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parsePostmasterPid(text);
}

async function answers(cluster: Cluster, pid: number): Promise<PostmasterPid | undefined> {
  const seen = await readPidFile(cluster.place);
  if (!seen?.ready || seen.pid !== pid) return undefined;
  const client = new pg.Client({
    connectionString: urlOf(cluster, seen.port),
    connectionTimeoutMillis: 2_000,
    query_timeout: 2_000,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>(`SELECT current_setting('data_directory') AS dir`);
    return rows[0]?.dir === cluster.place ? seen : undefined;
  } catch {
    return undefined; // not yet, or not ours: the caller's limit decides
  } finally {
    await client.end().catch(() => undefined);
  }
}

type Launched = { child: ChildProcess } | { why: 'port' | 'old-backends' | 'other'; said: string };

async function launch(
  cluster: Cluster,
  settings: Record<string, string>,
  deadline: number,
): Promise<Launched> {
  await rename(cluster.logFile, `${cluster.logFile}.1`).catch(() => undefined);
  const log = await open(cluster.logFile, 'w', 0o600);
  const args = [
    '-D',
    cluster.place,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const child = spawn(cluster.binaries.postgres, args, {
    ...cluster.runAs,
    cwd: cluster.place,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { PATH: process.env.PATH, TZ: 'UTC' },
  });
  const failed = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve('exited'));
  });
  let end: string | undefined;
  void failed.then((reason) => (end = reason));
  child.unref();
  await log.close();
  const ready = await poll(
    async () => {
      if (end !== undefined) return 'ended' as const;
      const seen = await readPidFile(cluster.place);
      return seen?.pid === child.pid && seen?.ready ? ('ready' as const) : undefined;
    },
    { limitMs: Math.max(deadline - performance.now(), 0) },
  );
  if (ready === 'ready') return { child };
  if (ready === undefined && child.pid) {
    await stopServer(child.pid);
    return { why: 'other', said: 'It did not become ready in time.' };
  }
  return reasonOf(
    `${await readFile(cluster.logFile, 'utf8').catch(() => '')}\n${end === 'exited' ? '' : end}`,
  );
}

function reasonOf(said: string): Extract<Launched, { why: string }> {
  if (/Address already in use/.test(said)) return { why: 'port', said };
  if (/pre-existing shared memory block/.test(said)) return { why: 'old-backends', said };
  return { why: 'other', said };
}

async function explainExit(
  { why, said }: Extract<Launched, { why: string }>,
  cluster: Cluster,
  port: number,
): Promise<EmbeddedError> {
  if (why === 'port') return portTaken(port);
  // On a full disk the server may not even get its reason into the log.
  const { bavail, bsize } = await statfs(cluster.place);
  if (/No space left on device/.test(said) || bavail * bsize < FULL_BELOW_BYTES) {
    return new EmbeddedError('disk-full', `The disk that holds ${cluster.place} is full.`);
  }
  const line =
    said
      .trim()
      .split('\n')
      .findLast((text) => /FATAL|PANIC|ERROR|error/.test(text)) ?? said.trim();
  const reason = line.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '').replace(/\.$/, '') || 'no reason given';
  return new EmbeddedError(
    'not-ready',
    `PostgreSQL did not start: ${reason} (its log is ${cluster.logFile}).`,
  );
}

function portTaken(port: number): EmbeddedError {
  return new EmbeddedError('port-taken', `Port ${port} on 127.0.0.1 is in use by another program.`);
}

function urlOf(cluster: Cluster, port: number, database = 'postgres'): string {
  return `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

function handleOf(
  cluster: Cluster,
  pid: number,
  port: number,
  child: ChildProcess | undefined,
): PostgresServer {
  const exited = child ? new Promise<void>((resolve) => child.once('exit', () => resolve())) : watchExit(pid);
  let stopping: Promise<void> | undefined;
  return {
    port,
    pid,
    adopted: child === undefined,
    secretsFile: cluster.secretsFile,
    exited,
    superuserUrl: (database) => urlOf(cluster, port, database),
    stop: () => (stopping ??= stopServer(pid)),
    kill: () => signal(pid, 'SIGKILL'),
  };
}

/** A process that is not our child sends no event when it ends: it is looked at twice a second. */
function watchExit(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(async () => {
      if (await commandLineOf(pid)) return;
      clearInterval(timer);
      resolve();
    }, 500);
    timer.unref();
  });
}

/** Ends a server: fast, then immediate (it recovers at the next start), then by force. */
export async function stopServer(pid: number): Promise<void> {
  const gone = async () => (await commandLineOf(pid)) === undefined;
  for (const [name, limitMs] of [
    ['SIGINT', FAST_STOP_LIMIT_MS],
    ['SIGQUIT', IMMEDIATE_STOP_LIMIT_MS],
    ['SIGKILL', IMMEDIATE_STOP_LIMIT_MS],
  ] as const) {
    if (await gone()) return;
    signal(pid, name);
    if (await poll(gone, { limitMs })) return;
  }
  throw new EmbeddedError('not-ready', `The PostgreSQL process ${pid} does not end, not even by force.`);
}
