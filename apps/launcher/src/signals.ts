/** npm passes a Ctrl-C on that the terminal has already given us: within this time both are one. */
const SAME_PRESS_MS = 1_000;

/** Calls `first` on the first SIGINT or SIGTERM and `again` on a later one. */
export function onSignals(first: () => void, again: () => void): void {
  let firstAt: number | undefined;
  const listener = () => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      first();
    } else if (now - firstAt > SAME_PRESS_MS) {
      again();
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, listener);
}
