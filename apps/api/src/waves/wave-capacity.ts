import type { LeftReason, WaveCandidate, WaveCapacity } from '#lib/planning';
import { type LabourRates, STANDARD } from './labour.js';
import type { WaveLimits } from './wave-plan.js';

/** An order as far as it takes room in a wave. */
export interface OrderSize {
  carrier: string;
  service: string;
  lines: number;
  units: number;
  volumeMl: number;
  weightGrams: number;
}

/** How this floor's pace compares with the standard: 1.2 takes a fifth longer. */
export interface Pace {
  pick: number;
  pack: number;
}

const laneOf = (order: Pick<OrderSize, 'carrier' | 'service'>) => `lane:${order.carrier}/${order.service}`;

/** What a wave may hold by its template's limits: what is not limited is not counted. */
export function capacityOf(limits: WaveLimits, orders: readonly OrderSize[]): WaveCapacity {
  const { ordersMax, linesMax, unitsMax, laneOrdersMax } = limits;
  const loads: Record<string, number> = {};
  if (limits.volumeMlMax !== undefined) loads.millilitres = limits.volumeMlMax;
  if (limits.weightGramsMax !== undefined) loads.grams = limits.weightGramsMax;
  if (limits.pickMinutesMax !== undefined) loads['pick-seconds'] = limits.pickMinutesMax * 60;
  if (limits.packMinutesMax !== undefined) loads['pack-seconds'] = limits.packMinutesMax * 60;
  if (laneOrdersMax !== undefined) for (const order of orders) loads[laneOf(order)] = laneOrdersMax;
  return { orders: ordersMax, lines: linesMax, units: unitsMax, loads };
}

/**
 * What an order takes of what is limited. How far people walk for it is known only when the runs are: of picking, stops and units are
 * counted.
 */
export function loadsOf(
  order: OrderSize,
  { limits, pace }: { limits: WaveLimits; pace: Pace },
  rates: LabourRates = STANDARD,
): Record<string, number> {
  const { lines, units } = order;
  const loads: Record<string, number> = {};
  if (limits.volumeMlMax !== undefined) loads.millilitres = order.volumeMl;
  if (limits.weightGramsMax !== undefined) loads.grams = order.weightGrams;
  if (limits.pickMinutesMax !== undefined)
    loads['pick-seconds'] = Math.round(
      (lines * rates.secondsPerStop + units * rates.secondsPerUnit) * pace.pick,
    );
  if (limits.packMinutesMax !== undefined)
    loads['pack-seconds'] = Math.round(
      (rates.secondsPerParcel + units * rates.secondsPerPackedUnit) * pace.pack,
    );
  if (limits.laneOrdersMax !== undefined) loads[laneOf(order)] = 1;
  return loads;
}

/** What the order would not fit into even if the wave were empty; null where it would. */
export function largerThanWave(order: WaveCandidate, capacity: WaveCapacity): LeftReason | null {
  const { lines, units, loads = {} } = order;
  const needs: [string, number, number | undefined][] = [
    ['lines', lines, capacity.lines],
    ['units', units, capacity.units],
    ...Object.entries(loads).map(([name, load]): [string, number, number | undefined] => [
      name,
      load,
      capacity.loads?.[name],
    ]),
  ];
  const over = needs.find(([, needed, limit]) => limit !== undefined && needed > limit);
  return over ? { code: 'larger-than-wave', capacity: over[0], needed: over[1], limit: over[2]! } : null;
}

const UNITS: Record<string, string> = {
  orders: 'orders',
  lines: 'lines',
  units: 'units',
  millilitres: 'ml',
  grams: 'g',
  'pick-seconds': 's of picking',
  'pack-seconds': 's of packing',
};

/** What a capacity is counted in, in words: `lines`, `s of packing`, `orders by post/express`. */
export function capacityWords(capacity: LeftReason['capacity']): string {
  return UNITS[capacity] ?? capacity.replace(/^lane:/, 'orders by ');
}
