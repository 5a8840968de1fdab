import type { BatchOrder } from './batch-runs.js';

/** The part of an order that is picked in one zone. */
export interface ZonePart {
  zone: string;
  /** As a `BatchOrder` of its own: `orderId` stays, units and stops are those of the zone. */
  order: BatchOrder;
  /** Position in the sequence of zones that the container passes, from 0: pick and pass. */
  leg: number;
}

/** What each stop takes, beside where it is. */
export interface ZonedOrder extends BatchOrder {
  /** By stop: units, volume and weight taken there. */
  takes: Record<string, { units: number; volumeMl: number; weightGrams: number }>;
}

/**
 * Splits orders for zone picking: each zone batches and routes its parts alone. For pick and pass, release the legs in
 * sequence; for parallel zones, all at once. Units, volume and weight of the parts sum up to those of the stops.
 */
export function splitByZone(
  orders: ZonedOrder[],
  zoneOfAisle: Record<string, string>,
  zoneSequence: string[],
): ZonePart[] {
  const rank = new Map(zoneSequence.map((zone, at) => [zone, at]));
  const rankOf = (zone: string) => rank.get(zone) ?? zoneSequence.length;
  return orders.flatMap((order) => {
    const zoneOf = (aisleId: string) => zoneOfAisle[aisleId] ?? aisleId;
    const zones = [...new Set(order.stops.map((stop) => zoneOf(stop.aisleId)))];
    zones.sort((one, two) => rankOf(one) - rankOf(two) || (one < two ? -1 : 1));
    return zones.map((zone, leg) => {
      const stops = order.stops.filter((stop) => zoneOf(stop.aisleId) === zone);
      const total = (measure: 'units' | 'volumeMl' | 'weightGrams') =>
        stops.reduce((sum, stop) => sum + (order.takes[stop.stopId]?.[measure] ?? 0), 0);
      const part: BatchOrder = {
        orderId: order.orderId,
        stops,
        slots: order.slots,
        units: total('units'),
        volumeMl: total('volumeMl'),
        weightGrams: total('weightGrams'),
      };
      return { zone, order: part, leg };
    });
  });
}
