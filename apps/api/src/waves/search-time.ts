/** What a wave that nobody set a limit for may search at most, however large it is. */
const LIMIT_MS = 60_000;
const PER_ORDER_MS = 2;

/**
 * How long the search for runs may take: longer for more orders (10 s for 5,000), within the template's limit. A person who
 * clicked waits for at least a moment of search; a channel that plans every few seconds may not.
 */
export function searchTimeMs(
  orders: number,
  wave: { ofChannel: boolean; secondsMax: number | null },
): number {
  const least = wave.ofChannel ? 400 : 2_500;
  const most = wave.secondsMax === null ? LIMIT_MS : wave.secondsMax * 1_000;
  return Math.min(most, Math.max(least, orders * PER_ORDER_MS));
}
