/** Orders whose cut-offs lie further apart than this share no cart: the pressing ones would wait for the others. */
const APART_MS = 60 * 60_000;
/** Nothing presses on orders whose cut-off is further away than this. */
const SLACK_MS = 2 * 60 * 60_000;
/** So many carts are walked within the slack even by one person. */
const CARTS_TOGETHER = 4;

/** The carts that the groups are for. */
export interface CartsAt {
  /** Orders that go onto one cart. */
  slots: number;
  nowMs: number;
}

/**
 * The orders in groups of near cut-offs, the first group most pressing. Groups that would each leave a cart half empty go together
 * while nothing presses: they are few enough to be picked long before the first of their cut-offs. Within a group the orders stay in
 * the sequence given.
 */
export function groupByCutOff<T extends { cutOffAtMs: number }>(
  orders: readonly T[],
  { slots, nowMs }: CartsAt,
): T[][] {
  const near: T[][] = [];
  let beganMs = Number.NEGATIVE_INFINITY;
  const times = new Map<number, T[]>();
  for (const time of orders.map(({ cutOffAtMs }) => cutOffAtMs).sort((one, two) => one - two)) {
    if (times.has(time)) continue;
    if (time - beganMs > APART_MS) {
      near.push([]);
      beganMs = time;
    }
    times.set(time, near.at(-1)!);
  }
  for (const order of orders) times.get(order.cutOffAtMs)!.push(order);
  return together(near, orders, { slots, nowMs });
}

/** Joins small groups with the next ones as long as all of them are few and nothing presses. */
function together<T extends { cutOffAtMs: number }>(
  near: readonly T[][],
  orders: readonly T[],
  { slots, nowMs }: CartsAt,
): T[][] {
  const joined: Set<T>[] = [];
  for (const group of near) {
    const last = joined.at(-1);
    const firstMs = Math.min(...[...(last ?? group)].map(({ cutOffAtMs }) => cutOffAtMs));
    const few = (last?.size ?? 0) + group.length <= CARTS_TOGETHER * slots;
    if (last && few && firstMs - nowMs > SLACK_MS) for (const order of group) last.add(order);
    else joined.push(new Set(group));
  }
  return joined.map((group) => orders.filter((order) => group.has(order)));
}
