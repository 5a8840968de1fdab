/**
 * Which of the picks that wait get their goods when fewer came than were asked for: whole picks in the order given (the most urgent
 * first); one that is too large does not keep the smaller ones behind it from theirs.
 */
export function serveWaiting<T extends { quantity: number }>(
  waiting: readonly T[],
  quantity: number,
): { served: T[]; unserved: T[] } {
  const served: T[] = [];
  const unserved: T[] = [];
  let left = quantity;
  for (const pick of waiting) {
    if (pick.quantity > left) {
      unserved.push(pick);
      continue;
    }
    served.push(pick);
    left -= pick.quantity;
  }
  return { served, unserved };
}
