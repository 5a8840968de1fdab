import { assignLanes } from '#lib/planning';

/** A slot of a put wall that an order may have now. */
export interface WallSlot {
  /** Of its container. */
  slotId: string;
  wallId: string;
  wall: string;
  code: string;
  row: number;
  column: number;
  volumeMl: number;
}

export interface WallOrder {
  orderId: string;
  volumeMl: number;
  /** Picks, and so puts at the wall. */
  picks: number;
}

export interface SlotOfOrder {
  slot: WallSlot;
  because: { code: string } & Record<string, unknown>;
}

/**
 * The wall of each order, as many orders as there are slots that hold them; those with the most free slots are filled first, so that
 * orders of a run meet at one wall. Orders that no free slot holds are left out.
 */
export function shareWalls(orders: readonly WallOrder[], slots: readonly WallSlot[]): Map<string, string> {
  const free = new Map<string, number>();
  for (const { wallId } of slots) free.set(wallId, (free.get(wallId) ?? 0) + 1);
  const rankOf = new Map(
    [...free]
      .sort(([one, left], [two, right]) => right - left || (one < two ? -1 : 1))
      .map(([wallId], rank) => [wallId, rank]),
  );
  const wallOf = new Map(slots.map(({ slotId, wallId }) => [slotId, wallId]));
  const { assigned } = assignLanes(
    orders.map((order) => ({
      seekerId: order.orderId,
      costByLane: costs(order, slots, ({ wallId }) => rankOf.get(wallId)!),
    })),
    slots.map(({ slotId }) => ({ laneId: slotId })),
  );
  return new Map(assigned.map(({ seekerId, laneId }) => [seekerId, wallOf.get(laneId)!]));
}

/** A slot of one wall for each order: the orders with most puts have the slots that are reached best. */
export function assignWallSlots(
  orders: readonly WallOrder[],
  slots: readonly WallSlot[],
): Map<string, SlotOfOrder> {
  const reach = reachOf(slots);
  const byId = new Map(slots.map((slot) => [slot.slotId, slot]));
  const picksOf = new Map(orders.map(({ orderId, picks }) => [orderId, picks]));
  const { assigned } = assignLanes(
    orders.map((order) => ({
      seekerId: order.orderId,
      costByLane: costs(order, slots, (slot) => order.picks * reach(slot)),
    })),
    slots.map(({ slotId }) => ({ laneId: slotId })),
  );
  return new Map(
    assigned.map(({ seekerId, laneId, reason }) => {
      const slot = byId.get(laneId)!;
      const code = reason.code === 'gave-way' ? 'slot-gave-way' : 'slot-in-reach';
      const { row, column } = slot;
      return [
        seekerId,
        { slot, because: { code, wall: slot.wall, row, column, picks: picksOf.get(seekerId)! } },
      ];
    }),
  );
}

function costs(
  { volumeMl }: WallOrder,
  slots: readonly WallSlot[],
  costOf: (slot: WallSlot) => number,
): Record<string, number> {
  return Object.fromEntries(
    slots.filter((slot) => slot.volumeMl >= volumeMl).map((slot) => [slot.slotId, costOf(slot)]),
  );
}

/** How far a slot is from the middle of what is free, in slots; a row up or down is worth two aside. */
function reachOf(slots: readonly WallSlot[]): (slot: WallSlot) => number {
  const middle = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  const row = middle(slots.map((slot) => slot.row));
  const column = middle(slots.map((slot) => slot.column));
  return (slot) => 1 + 2 * Math.abs(slot.row - row) + Math.abs(slot.column - column);
}
