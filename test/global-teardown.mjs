import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const STOP_LIMIT_MS = 10_000;

/** Stops the run's PostgreSQL, if a spec started it, and removes its directory. */
export default async function globalTeardown() {
  const dir = process.env.WAVEHOUSE_TEST_DIR;
  if (!dir) return;
  await stopTestServer(dir);
  await rm(dir, { recursive: true, force: true });
}

/** Immediate shutdown of the server in `dir`: its data is thrown away. The lock file is the server's own. */
export async function stopTestServer(dir) {
  const lock = join(dir, 'postgres', 'postmaster.pid');
  const read = () => readFile(lock, 'utf8').catch(() => undefined);
  const text = await read();
  if (text === undefined) return;
  const pid = Number(text.split('\n')[0]);
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (process.platform === 'linux' && !commandLine?.includes(dir)) return;
  try {
    process.kill(pid, 'SIGQUIT');
  } catch (error) {
    if (error.code === 'ESRCH') return;
    throw error;
  }
  const deadline = performance.now() + STOP_LIMIT_MS;
  while ((await read()) !== undefined) {
    if (performance.now() > deadline) {
      process.kill(pid, 'SIGKILL');
      return;
    }
    await delay(20);
  }
}
