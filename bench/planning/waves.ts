import { type DenseWave, type DenseWaveRequest, selectDenseWave } from '#lib/planning';
import { bestKnownRows, chosen, dataFiles, setAndFile } from './instances.js';
import { loadModelSolver } from './model-solver.js';
import { naiveDensity } from './naive-wave.js';
import { readOptions } from './options.js';
import { gapOf, Report, writeSolution } from './report.js';

/** Wave selection: orders and aisles with most units per aisle (SBPO 2025). */
export async function bench(args: string[]): Promise<void> {
  const options = readOptions(args, 60);
  const solveModel = await loadModelSolver();
  const rows = bestKnownRows(options.data ?? '', 'best_objectives.csv');
  const report = new Report('waves', options);
  const naiveGaps: number[] = [];
  const waves = dataFiles(options.data).flatMap((file) => {
    const request = file.name.endsWith('.txt') ? parseWave(file.read()) : null;
    return request ? [{ name: file.name, request }] : [];
  });
  for (const { name, request } of chosen(waves, options)) {
    const { set, file: instance } = setAndFile(options.data ?? '', name);
    const row = rows.find((known) => known.dataset === set && known.instance === instance);
    const bestKnown = row ? Number(row.best_objective) : null;
    const startedMs = options.now();
    const wave = selectDenseWave(request, {
      seed: options.seed,
      timeLimitMs: options.seconds * 1000,
      now: options.now,
      solveModel,
    });
    const seconds = (options.now() - startedMs) / 1000;
    const objective = wave?.unitsPerAisle ?? 0;
    const feasible = wave !== null && isFeasible(request, wave);
    const gap = gapOf(objective, bestKnown, 'max');
    const naive = naiveDensity(request);
    if (bestKnown) naiveGaps.push(1 - naive / bestKnown);
    const note = `${wave?.units} units, ${wave?.aisleIds.length} aisles, ${wave?.iterations} steps`;
    report.add({ name, objective, bestKnown, gap, feasible, seconds }, note);
    if (wave)
      writeSolution(options, name, [
        wave.orderIds.length,
        ...wave.orderIds,
        wave.aisleIds.length,
        ...wave.aisleIds,
      ]);
  }
  report.end({ naiveMeanGap: naiveGaps.reduce((sum, gap) => sum + gap, 0) / Math.max(1, naiveGaps.length) });
}

/** Null when the text is of another kind. */
function parseWave(text: string): DenseWaveRequest | null {
  const numbers = text.trim().split(/\s+/).map(Number);
  if (numbers.some(Number.isNaN) || text.trim().split(/\r?\n/, 1)[0]!.trim().split(/\s+/).length !== 3)
    return null;
  let at = 3;
  const pairs = () => {
    const count = numbers[at++] ?? 0;
    return Array.from({ length: count }, () => ({
      itemId: String(numbers[at++]),
      quantity: numbers[at++] ?? Number.NaN,
    }));
  };
  const [orderCount = 0, , aisleCount = 0] = numbers;
  const orders = Array.from({ length: orderCount }, (_, id) => ({ orderId: String(id), lines: pairs() }));
  const aisles = Array.from({ length: aisleCount }, (_, id) => ({ aisleId: String(id), stock: pairs() }));
  if (numbers.length !== at + 2) return null;
  return { orders, aisles, minUnits: numbers[at]!, maxUnits: numbers[at + 1]! };
}

/** Independent of the solver: counts again from the instance. */
function isFeasible(request: DenseWaveRequest, wave: DenseWave): boolean {
  if (
    new Set(wave.orderIds).size !== wave.orderIds.length ||
    new Set(wave.aisleIds).size !== wave.aisleIds.length
  )
    return false;
  const stock = new Map<string, number>();
  for (const aisleId of wave.aisleIds) {
    const aisle = request.aisles[Number(aisleId)];
    if (!aisle) return false;
    for (const { itemId, quantity } of aisle.stock) stock.set(itemId, (stock.get(itemId) ?? 0) + quantity);
  }
  let units = 0;
  for (const orderId of wave.orderIds) {
    const order = request.orders[Number(orderId)];
    if (!order) return false;
    for (const { itemId, quantity } of order.lines) {
      const left = (stock.get(itemId) ?? 0) - quantity;
      if (left < 0) return false;
      stock.set(itemId, left);
      units += quantity;
    }
  }
  return units >= request.minUnits && units <= request.maxUnits && units === wave.units;
}
