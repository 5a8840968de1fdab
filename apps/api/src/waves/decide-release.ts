import type { ReasonView } from '#lib/contracts';
import type { Room } from './work-in-progress.js';

/** A release channel and the queue before it. */
export interface ChannelQueue {
  state: 'open' | 'locked' | 'asleep';
  maxInFlight: number;
  batchOrders: number;
  /** Orders of this channel on the floor, not packed yet. */
  inFlight: number;
  /** Orders that the channel could take, those that wait for a lane left out. */
  waiting: number;
  /** Orders that match and wait for a lane, by `carrier/service`. */
  withoutLane: { service: string; orders: number }[];
  /** When the first of them became ready; null without any. */
  oldestReadyAt: Date | null;
  nearestCutOffAt: Date | null;
  /** Its last waves, when they could not be planned however often they were tried; null while they can. */
  stuck: StuckWaves | null;
}

export interface StuckWaves {
  waves: number;
  /** When the last of them was made. */
  lastAt: Date;
}

export type ReleaseDecision =
  | { release: number }
  /** `note` is stable while the reason is: it is written to the orders that wait. */
  | { release: 0; because: string; note: string | null; reasons: ReasonView[] };

/** A few orders wait this long for others that share their walk. */
const GATHER_MS = 15_000;
/** And no longer than this while the pickers have a batch before them anyway. */
const GATHER_BUSY_MS = 5 * 60_000;
const STUCK_LEAST_MS = 60_000;
const STUCK_MOST_MS = 60 * 60_000;
/** An order that must leave this soon waits for nobody. */
const URGENT_MS = 90 * 60_000;

/**
 * How many orders a channel lets go now, or why none: its own state and most in flight first, then what the floor has room for. A
 * batch goes whole or not at all.
 */
export function decideRelease(queue: ChannelQueue, room: Room, now: Date): ReleaseDecision {
  const { state, waiting, inFlight, maxInFlight, batchOrders } = queue;
  if (state === 'asleep') return wait('channel-asleep', {}, 'asleep', null);
  if (state === 'locked') {
    return wait('channel-locked', {}, 'locked by a person', 'the release channel is locked');
  }
  const againAt = queue.stuck ? tryAgainAt(queue.stuck) : now;
  if (queue.stuck && againAt > now) {
    const { waves } = queue.stuck;
    const because = `${waves === 1 ? 'its last wave' : `its last ${waves} waves`} could not be planned, it tries again in ${minutesUntil(againAt, now)} min`;
    const facts = { waves, againAt: againAt.toISOString() };
    return wait('channel-stuck', facts, because, 'the waves of its channel could not be planned');
  }
  if (waiting === 0) {
    return queue.withoutLane.length === 0
      ? wait('no-order', {}, 'no order waits', null)
      : waitForLanes(queue.withoutLane, room);
  }
  const batch = Math.min(batchOrders, waiting);
  if (maxInFlight - inFlight < batch) {
    const because = `${inFlight} of at most ${maxInFlight} orders are on the floor`;
    const note = 'the floor has as many orders as its channel allows';
    return wait('channel-full', { inFlight, maxInFlight }, because, note);
  }
  if (room.orders < batch) return whyNoRoom(room, batch);
  const waitedMs = queue.oldestReadyAt ? now.getTime() - queue.oldestReadyAt.getTime() : 0;
  const leftMs = queue.nearestCutOffAt
    ? queue.nearestCutOffAt.getTime() - now.getTime()
    : Number.POSITIVE_INFINITY;
  const gatherMs = room.picking >= batchOrders ? GATHER_BUSY_MS : GATHER_MS;
  if (waiting < batchOrders && waitedMs < gatherMs && leftMs > URGENT_MS) {
    const because = `gathering: ${waiting} of ${batchOrders} orders`;
    return wait('gathering', { waiting, batchOrders }, because, null);
  }
  return { release: batch };
}

/** After each wave that was given up twice as long as before, up to an hour: what is broken is not mended by trying every second. */
export function tryAgainAt({ waves, lastAt }: StuckWaves): Date {
  return new Date(lastAt.getTime() + Math.min(STUCK_MOST_MS, STUCK_LEAST_MS * 2 ** (waves - 1)));
}

function minutesUntil(at: Date, now: Date): number {
  return Math.ceil((at.getTime() - now.getTime()) / 60_000);
}

function waitForLanes(withoutLane: ChannelQueue['withoutLane'], room: Room): ReleaseDecision {
  const wanted = new Set(withoutLane.map(({ service }) => service));
  const full = room.pressures.filter(({ services }) =>
    services.some(({ carrier, service }) => wanted.has(`${carrier}/${service}`)),
  );
  const orders = withoutLane.reduce((sum, each) => sum + each.orders, 0);
  return held(full, `${orders} orders wait for a lane`, 'the lanes for it are full or closed');
}

/** A limit smaller than a batch is filled as far as it goes once the pickers have nothing. */
function whyNoRoom(room: Room, batch: number): ReleaseDecision {
  const stops = room.pressures.filter(({ effect }) => effect === 'stop');
  if (stops.length > 0) return held(stops, stops[0]!.text, `the floor is held: ${stops[0]!.code}`);
  if (room.picking === 0 && room.orders > 0) return { release: room.orders };
  const facts = { room: room.orders, batch, picking: room.picking };
  const because = `the pickers have room for ${room.orders} orders, a batch is ${batch}`;
  return wait('no-room-to-pick', facts, because, 'the pickers have as many orders as the site allows');
}

function wait(
  code: string,
  facts: ReasonView['facts'],
  because: string,
  note: string | null,
): ReleaseDecision {
  const text = `${because.charAt(0).toUpperCase()}${because.slice(1)}.`;
  return { release: 0, because, note, reasons: [{ code, facts, text }] };
}

function held(reasons: readonly ReasonView[], because: string, note: string): ReleaseDecision {
  return {
    release: 0,
    because,
    note,
    reasons: reasons.map(({ code, facts, text }) => ({ code, facts, text })),
  };
}
