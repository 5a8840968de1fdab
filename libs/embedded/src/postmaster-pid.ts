/**
 * The lock file that a PostgreSQL server keeps in its data directory.
 * Line order: src/include/utils/pidfile.h of PostgreSQL (LOCK_FILE_LINE_*), the same from version 10 to 18.
 */
export interface PostmasterPid {
  pid: number;
  dataDir: string;
  port: number;
  /** The server accepts connections; earlier states are `starting` and `stopping`. */
  ready: boolean;
}

/** Reads postmaster.pid; `undefined` while the server is still writing it or when it is damaged. */
export function parsePostmasterPid(text: string): PostmasterPid | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0 || !lines[1]) return undefined;
  return { pid, dataDir: lines[1], port: Number.isInteger(port) ? port : 0, ready: lines[7] === 'ready' };
}
