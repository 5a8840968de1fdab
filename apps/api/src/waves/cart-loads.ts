import type { BatchOrder, CartCapacity, PointMm } from '#lib/planning';

/** What a cart of this site carries, and each tote on it. */
export interface CartLoad {
  slots: number;
  maxGrams: number;
  tote: { volumeMl: number; maxGrams: number };
}

/** Why an order shares no cart: a slot has one tote, and the order is more than that. */
export type LargerThanTote = {
  code: 'larger-than-tote';
  capacity: 'volumeMl' | 'weightGrams';
  needed: number;
  limit: number;
};

/** Orders that may share carts, such as those of near cut-offs, the most urgent first; and where their carts end. */
export interface BatchGroup {
  orders: BatchOrder[];
  end: PointMm;
  cart: CartCapacity;
  /** Why its one order has a cart alone. */
  alone?: LargerThanTote;
}

/**
 * The orders by what they need of a cart: those that fit a tote share carts, a slot each. A slot has one tote on the floor, so an order
 * that is larger goes on a cart alone: its plate is scanned for all of it, the rest lies beside. What no cart takes is left to the
 * batching to refuse.
 */
export function groupsByLoad(
  orders: readonly BatchOrder[],
  cart: CartLoad,
  { end, slots }: { end: PointMm; slots: number },
): BatchGroup[] {
  const larger = orders.flatMap((order) => {
    const alone = largerThanTote(order, cart.tote);
    return alone ? [{ order, alone }] : [];
  });
  const apart = new Set(larger.map(({ order }) => order));
  const together = orders.filter((order) => !apart.has(order));
  const shared = { orders: together, end, cart: { slots, weightGrams: cart.maxGrams } };
  return [
    ...(together.length > 0 ? [shared] : []),
    ...larger.map(({ order, alone }) => ({ orders: [order], end, cart: wholeCart(cart), alone })),
  ];
}

/** A cart as one room, whatever its slots are for. */
export function wholeCart({ slots, maxGrams, tote }: CartLoad): CartCapacity {
  return { volumeMl: slots * tote.volumeMl, weightGrams: maxGrams };
}

function largerThanTote(
  { volumeMl, weightGrams }: BatchOrder,
  tote: CartLoad['tote'],
): LargerThanTote | null {
  const code = 'larger-than-tote';
  if (volumeMl > tote.volumeMl) return { code, capacity: 'volumeMl', needed: volumeMl, limit: tote.volumeMl };
  if (weightGrams <= tote.maxGrams) return null;
  return { code, capacity: 'weightGrams', needed: weightGrams, limit: tote.maxGrams };
}
