import { open, rm, stat } from 'node:fs/promises';
import { poll } from './poll.js';

const WAIT_LIMIT_MS = 10_000;
/** Work under the lock takes milliseconds: an older lock is of a process that was killed. */
const STALE_AFTER_MS = 5_000;

/** Runs `work` while no other process runs its own on the same file. */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  const held = await poll(() => take(lock), { limitMs: WAIT_LIMIT_MS, everyMs: 10 });
  if (!held) throw new Error(`${lock} is held by another process; remove it if none is running`);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const made = await stat(lock).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > STALE_AFTER_MS) await rm(lock, { force: true });
    return false;
  }
}
