/** Thrown when something that should have happened did not within its limit. */
export class TookTooLong extends Error {
  constructor(what: string, limitMs: number) {
    super(`${what} did not happen within ${Math.round(limitMs / 1000)} s`);
    this.name = 'TookTooLong';
  }
}

/** Resolves after `ms`, at once when `signal` is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Asks again every `everyMs` until `ask` answers something, or gives up. */
export async function until<T>(
  what: string,
  limits: { limitMs: number; everyMs?: number; signal?: AbortSignal },
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> {
  const endAt = performance.now() + limits.limitMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() >= endAt || limits.signal?.aborted) throw new TookTooLong(what, limits.limitMs);
    await pause(limits.everyMs ?? 50, limits.signal);
  }
}

/** Something that others wait for by name: each `tell` wakes those who wait at that moment. */
export class Bell<T> {
  private readonly waiting = new Set<(value: T) => void>();

  ring(value: T): void {
    for (const wake of [...this.waiting]) wake(value);
  }

  /** The next value that `fits`, or null after `limitMs`. */
  next(limitMs: number, fits: (value: T) => boolean = () => true): Promise<T | null> {
    return new Promise((resolve) => {
      const wake = (value: T): void => {
        if (fits(value)) end(value);
      };
      const end = (value: T | null): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve(value);
      };
      const timer = setTimeout(() => end(null), limitMs);
      this.waiting.add(wake);
    });
  }
}
