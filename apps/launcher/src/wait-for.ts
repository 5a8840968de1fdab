import { setTimeout as delay } from 'node:timers/promises';

const TRY_LIMIT_MS = 2_000;

/** Waits until a GET of `url` answers with a 2xx, at most `limitMs`. */
export async function answersAt(url: string, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const ok = await fetch(url, { signal: AbortSignal.timeout(TRY_LIMIT_MS) }).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    if (performance.now() > deadline)
      throw new Error(`Nothing answers at ${url} within ${limitMs / 1000} s.`);
    await delay(100);
  }
}

/** Waits for an IPC message `{ready: true}` of a child, at most `limitMs`. */
export async function saysReady(
  child: { on(event: 'message', listener: (message: unknown) => void): unknown },
  limitMs: number,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`It was not ready within ${limitMs / 1000} s.`)),
      limitMs,
    );
    child.on('message', (message) => {
      if ((message as { ready?: boolean }).ready !== true) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
