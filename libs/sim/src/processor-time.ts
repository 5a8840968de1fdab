import { readdir, readFile } from 'node:fs/promises';

/** Linux counts processor time in these units (USER_HZ, fixed for user space). */
const TICKS_PER_SECOND = 100;

interface Stat {
  parent: number;
  /** Of the process itself and of its children that have ended. */
  seconds: number;
}

/** Processor seconds of a process and of all its children, as Linux counts them (proc(5)); null elsewhere or when it is gone. */
export async function processorSeconds(pid: number): Promise<number | null> {
  const own = await statOf(pid);
  if (!own) return null;
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger);
  const children = (await Promise.all(pids.map(statOf))).filter((stat) => stat?.parent === pid);
  const seconds = children.reduce((sum, stat) => sum + stat!.seconds, own.seconds);
  return Math.round(seconds * 10) / 10;
}

async function statOf(pid: number): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The name in brackets may hold anything; the fields behind it are state, parent, ..., utime, stime, cutime, cstime.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  return { parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND };
}
