import type { DenseWaveRequest } from '#lib/planning';

/**
 * What a planner without a model does: visit the aisles with most usable stock first, and fill with whole orders, large
 * ones first, until the least units are reached. Units per aisle.
 */
export function naiveDensity({ orders, aisles, minUnits, maxUnits }: DenseWaveRequest): number {
  const wanted = new Map<string, number>();
  for (const { lines } of orders) {
    for (const { itemId, quantity } of lines) wanted.set(itemId, (wanted.get(itemId) ?? 0) + quantity);
  }
  const usable = aisles.map(({ stock }, aisle) => ({
    aisle,
    units: stock.reduce((sum, { itemId, quantity }) => sum + Math.min(quantity, wanted.get(itemId) ?? 0), 0),
  }));
  usable.sort((one, two) => two.units - one.units);
  const sorted = orders
    .map(({ lines }) => ({ lines, units: lines.reduce((sum, line) => sum + line.quantity, 0) }))
    .sort((one, two) => two.units - one.units);
  const stock = new Map<string, number>();
  for (const [index, { aisle }] of usable.entries()) {
    for (const { itemId, quantity } of aisles[aisle]!.stock)
      stock.set(itemId, (stock.get(itemId) ?? 0) + quantity);
    const units = filledUnits(sorted, new Map(stock), maxUnits);
    if (units >= Math.max(1, minUnits)) return units / (index + 1);
  }
  return 0;
}

type Sized = { lines: DenseWaveRequest['orders'][number]['lines']; units: number };

function filledUnits(orders: Sized[], stock: Map<string, number>, maxUnits: number): number {
  let total = 0;
  for (const { lines, units } of orders) {
    if (total + units > maxUnits || !lines.every((line) => (stock.get(line.itemId) ?? 0) >= line.quantity))
      continue;
    for (const { itemId, quantity } of lines) stock.set(itemId, stock.get(itemId)! - quantity);
    total += units;
  }
  return total;
}
