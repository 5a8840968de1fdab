import { constants } from 'node:fs';
import { access, mkdir, open, readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLineOf } from '#lib/embedded';
import { StartRefused } from './options.js';

/** A demo day writes some 100 MB; PostgreSQL stops for good when it cannot write its log. */
const FREE_MIN_BYTES = 300 * 1024 * 1024;

/** The data directory while it is ours. */
export interface HeldDataDir {
  /** The launcher before us was killed: what it had started may still be ending. */
  afterCrash: boolean;
  release(): Promise<void>;
}

/** Makes the data directory, checks that it can be used and takes it: one launcher at a time. */
export async function holdDataDir(dataDir: string): Promise<HeldDataDir> {
  try {
    await mkdir(join(dataDir, 'logs'), { recursive: true });
    await access(dataDir, constants.W_OK);
    const disk = await statfs(dataDir);
    const freeBytes = disk.bavail * disk.bsize;
    if (freeBytes < FREE_MIN_BYTES) throw diskFull(dataDir, freeBytes);
    return await take(dataDir);
  } catch (error) {
    throw explain(error, dataDir);
  }
}

async function take(dataDir: string): Promise<HeldDataDir> {
  const lock = join(dataDir, 'launcher.pid');
  const holder = Number(await readFile(lock, 'utf8').catch(() => 'none'));
  const afterCrash = Number.isInteger(holder);
  if (afterCrash) {
    const commandLine = holder === process.pid ? undefined : await commandLineOf(holder);
    if (commandLine && /start\.mjs|launcher/.test(commandLine)) {
      throw new StartRefused(
        `The data directory ${dataDir} is in use by another Wavehouse (process ${holder}); stop that one or give --data another directory.`,
      );
    }
    await rm(lock, { force: true });
  }
  const file = await open(lock, 'wx');
  await file.writeFile(String(process.pid));
  await file.close();
  return { afterCrash, release: () => rm(lock, { force: true }) };
}

function explain(error: unknown, dataDir: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StartRefused(`The data directory ${dataDir} cannot be written; give --data another one.`);
    case 'ENOTDIR':
      return new StartRefused(`${dataDir} cannot be a data directory: a file stands in its way.`);
    case 'EEXIST':
      return new StartRefused(
        `${dataDir} cannot be a data directory: a file stands in its way or another Wavehouse is starting there.`,
      );
    case 'ENOSPC':
      return diskFull(dataDir, 0);
    default:
      return error;
  }
}

function diskFull(dataDir: string, freeBytes: number): StartRefused {
  const free = Math.round(freeBytes / 1024 / 1024);
  return new StartRefused(
    `The disk that holds ${dataDir} is full: ${free} MB are free and ${FREE_MIN_BYTES / 1024 / 1024} MB are needed.`,
  );
}
