/**
 * Loaded into every child before its own code (node --import). When the launcher is killed the channel to it closes, and
 * the child drains and ends by itself: nothing is left behind that would hold a port.
 */
function endWithParent(): void {
  const drainLimitMs = 15_000;
  process.channel?.unref();
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), drainLimitMs).unref();
  });
}

/** A module in a URL, so that it is the same from sources, from dist and from anywhere else. */
export const WITH_PARENT = `data:text/javascript,${encodeURIComponent(`(${endWithParent.toString()})()`)}`;
