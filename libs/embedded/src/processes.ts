import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The command line of a live process, or `undefined` when there is none. A zombie counts as dead: it holds nothing, and
 * in a container whose first process does not reap it stays for ever.
 */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined;
  try {
    if (process.platform === 'linux') {
      const text = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
      return text || undefined;
    }
    if (process.platform === 'win32') return `${pid}`;
    const { stdout } = await run('ps', ['-o', 'stat=,command=', '-p', String(pid)], { timeout: 5_000 });
    return stdout.trim().startsWith('Z') ? undefined : stdout.trim() || undefined;
  } catch {
    return undefined; // it ended between the two looks
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends a signal; a process that has just ended is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
