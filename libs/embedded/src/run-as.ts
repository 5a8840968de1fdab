import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The unprivileged account that PostgreSQL runs under when we are root (it refuses to run as root). */
export interface RunAs {
  uid: number;
  gid: number;
}

const COMMAND_LIMIT_MS = 10_000;

/**
 * Chooses the account for the server: nobody else when we are an ordinary user (`undefined`: ourselves); as root the
 * owner of an existing data directory, so that data made by a user stays that user's, then `postgres`, then `nobody`.
 */
export async function chooseRunAs(dataDir: string): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(dataDir).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await lookUp('postgres')) ?? (await lookUp('nobody')) ?? { uid: 65534, gid: 65534 };
}

async function lookUp(account: string): Promise<RunAs | undefined> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) =>
        Number((await run('id', [flag, account], { timeout: COMMAND_LIMIT_MS })).stdout),
      ),
    );
    return uid && gid ? { uid, gid } : undefined;
  } catch {
    return undefined; // no such account here: the next candidate is asked
  }
}

/**
 * Whether the account can enter and write `dir`. Asked of the kernel by trying it as that account: modes, ACLs and
 * mount options all count, and a computation over mode bits would miss most of them.
 */
export async function canWrite(dir: string, runAs: RunAs): Promise<boolean> {
  return succeeds('/bin/sh', ['-c', 'cd "$0" && test -w .', dir], runAs);
}

/** Whether the account can run `program` with `args` and gets exit code 0. */
export async function succeeds(program: string, args: string[], runAs: RunAs | undefined): Promise<boolean> {
  try {
    await run(program, args, { ...runAs, cwd: '/', timeout: COMMAND_LIMIT_MS });
    return true;
  } catch {
    return false;
  }
}
