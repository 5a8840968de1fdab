import { readdir, readFile } from 'node:fs/promises';

/** Linux counts the time of ended processes in hundredths of a second, whatever the processor. */
const TICK_MS = 10;

/**
 * Processor time in milliseconds that this process's main thread and the database server with its backends have used so far: what a
 * machine that is busy with other work does not distort as it does the clock. Null where the system does not tell (Linux does).
 */
export async function processorMs(serverPid: number): Promise<number | null> {
  const own = await ranMs(`/proc/self/task/${process.pid}/schedstat`);
  if (own === null) return null;
  const backends = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  let total = own + (await endedChildrenMs(serverPid));
  for (const pid of backends) {
    if (Number(pid) === serverPid || (await parentOf(pid)) === serverPid)
      total += (await ranMs(`/proc/${pid}/schedstat`)) ?? 0;
  }
  return total;
}

async function parentOf(pid: string): Promise<number | null> {
  const parent = (await wordsOfStat(pid))[1];
  return parent === undefined ? null : Number(parent);
}

/** Connections that were closed meanwhile: what the server's ended children have used, in user and system time. */
async function endedChildrenMs(pid: number): Promise<number> {
  const words = await wordsOfStat(pid);
  // Words 16 and 17 of the line, counted from the state, which is the third.
  return (Number(words[13] ?? 0) + Number(words[14] ?? 0)) * TICK_MS;
}

/** What `/proc/<pid>/stat` says after the name in parentheses, which may contain anything. */
async function wordsOfStat(pid: number | string): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The first number of schedstat: nanoseconds on a processor. */
async function ranMs(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : Number(text.split(' ')[0]) / 1e6;
}
