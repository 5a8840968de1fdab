const FIRST_MS = 500;
const MOST_MS = 30_000;
/** Who has worked this long has recovered: the next fall starts from the shortest pause. */
const RECOVERED_MS = 60_000;

/** How long to wait before a process that ended after `upMs` is started again, and the number of falls to remember. */
export function pauseBeforeRestart(fallsBefore: number, upMs: number): { pauseMs: number; falls: number } {
  const falls = upMs >= RECOVERED_MS ? 1 : fallsBefore + 1;
  return { pauseMs: Math.min(FIRST_MS * 2 ** (falls - 1), MOST_MS), falls };
}
