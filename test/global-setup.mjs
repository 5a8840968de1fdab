import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopTestServer } from './global-teardown.mjs';

const PREFIX = 'wavehouse-test-';

/**
 * Gives the run a directory in which the first spec that needs a database starts PostgreSQL (libs/testkit); a run of pure
 * specs starts nothing. Also clears away what runs that were killed have left.
 */
export default async function globalSetup() {
  await sweep();
  const dir = await mkdtemp(join(tmpdir(), PREFIX));
  await chmod(dir, 0o711); // as root the server runs under an account that has to pass through
  await writeFile(join(dir, 'owner.pid'), String(process.pid));
  process.env.WAVEHOUSE_TEST_DIR = dir;
}

async function sweep() {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const dir = join(tmpdir(), name);
    const owner = Number(await readFile(join(dir, 'owner.pid'), 'utf8').catch(() => 'none'));
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    await stopTestServer(dir);
    await rm(dir, { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
