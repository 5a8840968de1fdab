import { readdir, readFile } from 'node:fs/promises';

/**
 * Processor time in milliseconds that this process's main thread and the database server with its backends have used so far: what a
 * machine that is busy with other work does not distort as it does the clock. Null where the system does not tell (Linux does).
 */
export async function processorMs(serverPid: number): Promise<number | null> {
  const own = await ranMs(`/proc/self/task/${process.pid}/schedstat`);
  if (own === null) return null;
  const backends = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  let total = own;
  for (const pid of backends) {
    if (Number(pid) === serverPid || (await parentOf(pid)) === serverPid)
      total += (await ranMs(`/proc/${pid}/schedstat`)) ?? 0;
  }
  return total;
}

async function parentOf(pid: string): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in parentheses may contain anything, the parent is the second word after it.
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined ? null : Number(parent);
}

/** The first number of schedstat: nanoseconds on a processor. */
async function ranMs(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : Number(text.split(' ')[0]) / 1e6;
}
