import { setTimeout as delay } from 'node:timers/promises';

export interface PollLimits {
  limitMs: number;
  /** Pause between two tries; default 20 ms. */
  everyMs?: number;
}

/**
 * Calls `probe` until it gives something other than `undefined` or `false`, and answers that.
 * After `limitMs` it answers `undefined`: the caller knows which sentence a person needs.
 */
export async function poll<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  { limitMs, everyMs = 20 }: PollLimits,
): Promise<T | undefined> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() >= deadline) return undefined;
    await delay(everyMs);
  }
}
