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

/** A channel's cartons may take this long: the others wait for the same thread. */
const CHANNEL_CARTONS_MS = 2_500;

/** How long the choice of cartons may take; orders that it does not reach get theirs at the bench. */
export function cartonTimeMs(wave: { ofChannel: boolean; secondsMax: number | null }): number {
  const most = wave.secondsMax === null ? LIMIT_MS : wave.secondsMax * 1_000;
  return wave.ofChannel ? Math.min(most, CHANNEL_CARTONS_MS) : most;
}
