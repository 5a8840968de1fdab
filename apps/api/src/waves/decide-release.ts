/** A release channel and the queue before it. */
export interface ChannelQueue {
  state: 'open' | 'locked' | 'asleep';
  maxInFlight: number;
  batchOrders: number;
  /** Orders of this channel on the floor, not packed yet. */
  inFlight: number;
  /** Orders that the channel could take. */
  waiting: number;
  /** When the first of them became ready; null without any. */
  oldestReadyAt: Date | null;
  nearestCutOffAt: Date | null;
}

export type ReleaseDecision =
  | { release: number }
  /** `note` is stable while the reason is: it is written to the orders that wait. */
  | { release: 0; because: string; note: string | null };

/** A few orders wait this long for others that share their walk. */
const GATHER_MS = 15_000;
/** An order that must leave this soon waits for nobody. */
const URGENT_MS = 90 * 60_000;

/** How many orders a channel lets go now, or why none. */
export function decideRelease(queue: ChannelQueue, now: Date): ReleaseDecision {
  const { state, waiting, inFlight, maxInFlight, batchOrders } = queue;
  if (state === 'asleep') return { release: 0, because: 'asleep', note: null };
  if (state === 'locked')
    return { release: 0, because: 'locked by a person', note: 'the release channel is locked' };
  if (waiting === 0) return { release: 0, because: 'no order waits', note: null };
  const room = maxInFlight - inFlight;
  const batch = Math.min(batchOrders, waiting);
  if (room < batch) {
    const because = `${inFlight} of at most ${maxInFlight} orders are on the floor`;
    return { release: 0, because, note: 'the floor has as many orders as its channel allows' };
  }
  const waitedMs = queue.oldestReadyAt ? now.getTime() - queue.oldestReadyAt.getTime() : 0;
  const leftMs = queue.nearestCutOffAt
    ? queue.nearestCutOffAt.getTime() - now.getTime()
    : Number.POSITIVE_INFINITY;
  if (waiting < batchOrders && waitedMs < GATHER_MS && leftMs > URGENT_MS) {
    return { release: 0, because: `gathering: ${waiting} of ${batchOrders} orders`, note: null };
  }
  return { release: batch };
}
