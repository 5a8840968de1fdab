import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedError, type Log } from './embedded-error.js';
import { type PostgresBinaries, sharedPlace } from './postgres-binaries.js';
import { canWrite, type RunAs } from './run-as.js';

const run = promisify(execFile);
const INITDB_LIMIT_MS = 120_000;

export const SUPERUSER = 'postgres';

/**
 * Answers the directory where the cluster of `dataDir` really lies, made if need be. When we are root and the database
 * account cannot reach `dataDir` (a checkout under a home of mode 0700), the cluster gets a directory in a shared place
 * and `dataDir` becomes a link to it, so that it is found again and moves with the checkout.
 */
export async function placeCluster(dataDir: string, runAs: RunAs | undefined, log: Log): Promise<string> {
  await mkdir(dirname(dataDir), { recursive: true });
  const existed = (await lstat(dataDir).catch(() => undefined)) !== undefined;
  if (!existed) await mkdir(dataDir, { mode: 0o700 });
  const place = await realpath(dataDir).catch(() => {
    throw new EmbeddedError(
      'data-unreachable',
      `The data directory ${dataDir} is a link to a place that is gone.`,
    );
  });
  if (!runAs) return place;
  if ((await readdir(place)).length === 0) await chown(place, runAs.uid, runAs.gid);
  if (await canWrite(place, runAs)) return place;
  const entries = await readdir(place);
  if (existed && entries.length > 0) {
    if (!entries.includes('PG_VERSION')) throw foreign(place);
    throw new EmbeddedError(
      'data-unreachable',
      `The database account (user id ${runAs.uid}) cannot enter the data directory ${place}; let it in or give --data another directory.`,
    );
  }
  const elsewhere = await mkdtemp(join(await sharedPlace(), 'data-'));
  await chown(elsewhere, runAs.uid, runAs.gid);
  await rmdir(place);
  await symlink(elsewhere, dataDir);
  log(`the database account cannot enter ${dirname(dataDir)}; the data lies in ${elsewhere}`);
  return elsewhere;
}

export interface NewCluster {
  place: string;
  binaries: PostgresBinaries;
  runAs: RunAs | undefined;
  superuserPassword: string;
  /** Write everything through before going on; off for throw-away clusters only. */
  durable: boolean;
}

/** Whether `place` holds a cluster of ours; throws one sentence when it holds something else. */
export async function hasCluster(place: string, binaries: PostgresBinaries): Promise<boolean> {
  const version = await readFile(join(place, 'PG_VERSION'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new EmbeddedError(
      'data-unreachable',
      `The data directory ${place} belongs to another user; give --data a directory of your own.`,
    );
  });
  if (version === undefined) {
    if ((await readdir(place)).length === 0) return false;
    throw foreign(place);
  }
  if (version.trim() !== binaries.major) {
    throw new EmbeddedError(
      'data-version',
      `The data in ${place} was made by PostgreSQL ${version.trim()} and this is ${binaries.major}; dump it with the old version and load it into a new directory.`,
    );
  }
  return true;
}

/**
 * Makes a cluster with data checksums, UTF-8 and passwords on every way in. It is built beside its place and renamed
 * into it, so that a start that was killed half-way leaves nothing that looks like a database.
 */
export async function initCluster({
  place,
  binaries,
  runAs,
  superuserPassword,
  durable,
}: NewCluster): Promise<void> {
  const building = `${place}.new`;
  const passwordFile = `${place}.pw`;
  await rm(building, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  try {
    await mkdir(building, { mode: 0o700 });
    await writeFile(passwordFile, superuserPassword, { mode: 0o600, flag: 'wx' });
    if (runAs) {
      await chown(building, runAs.uid, runAs.gid);
      await chown(passwordFile, runAs.uid, runAs.gid);
    }
    await run(
      binaries.initdb,
      [
        ...[
          '-D',
          building,
          '-U',
          SUPERUSER,
          `--pwfile=${passwordFile}`,
          '--auth=scram-sha-256',
          '--data-checksums',
        ],
        // The builtin provider sorts the same on every machine: no index breaks when a C library is updated.
        ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
        ...(durable ? [] : ['--no-sync']),
      ],
      {
        ...runAs,
        cwd: building,
        timeout: INITDB_LIMIT_MS,
        env: { PATH: process.env.PATH, TZ: 'UTC', LC_ALL: 'C' },
      },
    );
    await chmod(building, 0o700);
    await rename(building, place);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw explain(error, place);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function foreign(place: string): EmbeddedError {
  return new EmbeddedError(
    'data-foreign',
    `The directory ${place} holds other files and no database; give --data another one.`,
  );
}

function explain(error: unknown, place: string): unknown {
  const said = `${(error as { stderr?: string }).stderr ?? ''} ${(error as Error).message}`;
  if (/No space left on device|ENOSPC/.test(said)) {
    return new EmbeddedError('disk-full', `The disk that holds ${place} is full.`, { cause: error });
  }
  if (/EACCES|Permission denied/.test(said)) {
    return new EmbeddedError('data-unreachable', `The directory ${dirname(place)} cannot be written.`, {
      cause: error,
    });
  }
  return error;
}
