/** Failures that cost nothing but the trouble of typing again. */
const FREE_FAILURES = 4;
const FIRST_LOCK_MS = 15_000;
const LOCK_MAX_MS = 15 * 60_000;
/** After this much quiet the count starts again. */
export const FORGET_MS = 60 * 60_000;

export interface Failures {
  failures: number;
  lastAt: Date;
}

/**
 * How long a subject (an e-mail, a badge, an address) must still wait before it may try again: nothing for the first four failures,
 * then 15 s, doubling up to 15 minutes. A four-digit PIN so withstands guessing for months.
 * @returns milliseconds, 0 when it may try
 */
export function lockedForMs(failed: Failures | null, now: Date): number {
  if (!failed || failed.failures <= FREE_FAILURES) return 0;
  const lock = Math.min(LOCK_MAX_MS, FIRST_LOCK_MS * 2 ** (failed.failures - FREE_FAILURES - 1));
  return Math.max(0, failed.lastAt.getTime() + lock - now.getTime());
}
