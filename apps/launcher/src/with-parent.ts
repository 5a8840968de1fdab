/**
 * Loaded into every child before its own code (node --import). When the launcher is killed the channel to it closes, and
 * the child drains and ends by itself: nothing is left behind that would hold a port.
 */
const DRAIN_LIMIT_MS = 15_000;

process.channel?.unref();
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), DRAIN_LIMIT_MS).unref();
});
