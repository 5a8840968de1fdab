import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyLimits {
  /** Default 15 s. */
  limitMs?: number;
  /** Pause between two tries; default 20 ms. */
  everyMs?: number;
}

/**
 * Waits until `probe` neither throws nor answers `false`, and gives its answer: put the expectations of the spec into it.
 * When the limit passes, the last failure is thrown, so that the report shows what was still wrong.
 */
export async function eventually<T>(
  probe: () => Promise<T> | T,
  { limitMs = 15_000, everyMs = 20 }: EventuallyLimits = {},
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    let failure: unknown;
    try {
      const answer = await probe();
      if (answer !== false) return answer;
      failure = new Error(`still false after ${limitMs} ms`);
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= deadline) throw failure;
    await delay(everyMs);
  }
}
