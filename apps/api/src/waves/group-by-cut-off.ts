/** Orders whose cut-offs lie further apart than this share no cart: the pressing ones would wait for the others. */
const APART_MS = 60 * 60_000;

/** The orders in groups of near cut-offs, the first group most pressing. Within a group they stay in the order given. */
export function groupByCutOff<T extends { cutOffAtMs: number }>(orders: readonly T[]): T[][] {
  const times = [...new Set(orders.map(({ cutOffAtMs }) => cutOffAtMs))].sort((one, two) => one - two);
  const groupOf = new Map<number, number>();
  let group = -1;
  let beganMs = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time - beganMs > APART_MS) {
      group += 1;
      beganMs = time;
    }
    groupOf.set(time, group);
  }
  const groups: T[][] = Array.from({ length: group + 1 }, () => []);
  for (const order of orders) groups[groupOf.get(order.cutOffAtMs)!]!.push(order);
  return groups;
}
