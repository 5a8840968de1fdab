import { type DenseWave, type DenseWaveRequest, selectDenseWave } from '#lib/planning';
import { bestKnownRows, chosen, type DataFile, knownValue, readInstances, setAndFile } from './instances.js';
import { loadModelSolver } from './model-solver.js';
import { naiveDensity } from './naive-wave.js';
import { NumberReader } from './number-reader.js';
import { readOptions } from './options.js';
import { mean, Report } from './report.js';

interface WaveInstance {
  name: string;
  request: DenseWaveRequest;
}

/** Wave selection: orders and aisles with most units per aisle (SBPO 2025). */
export async function bench(args: string[]): Promise<void> {
  const options = readOptions(args, 60);
  const solveModel = await loadModelSolver();
  const { instances, skipped } = readInstances(options.data, '.txt', parseWave);
  const waves = chosen(instances, options);
  const rows = bestKnownRows(options.data ?? '', 'best_objectives.csv');
  const report = new Report('waves', options, 'max', skipped);
  const naiveGaps: number[] = [];
  for (const { name, request } of waves) {
    const { set, file: instance } = setAndFile(options.data ?? '', name);
    const row = rows.find((known) => known.dataset === set && known.instance === instance);
    const bestKnown = knownValue(row?.best_objective);
    const startedMs = options.now();
    const wave = selectDenseWave(request, {
      seed: options.seed,
      timeLimitMs: options.seconds * 1000,
      now: options.now,
      solveModel,
    });
    const seconds = (options.now() - startedMs) / 1000;
    if (bestKnown !== null) naiveGaps.push(1 - naiveDensity(request) / bestKnown);
    report.add(
      { name, objective: wave && checkedDensity(request, wave), bestKnown, seconds },
      wave
        ? `${wave.units} units, ${wave.aisleIds.length} aisles, ${wave.iterations} steps`
        : 'no wave found',
      () => solutionLines(wave!),
    );
  }
  report.end({ naiveMeanGap: mean(naiveGaps) });
}

function solutionLines({ orderIds, aisleIds }: DenseWave): (string | number)[] {
  return [orderIds.length, ...orderIds, aisleIds.length, ...aisleIds];
}

/** One instance a file; none where the file is a solution, as the folder of a published checker holds them. */
export function* parseWave({ name, read }: DataFile): Generator<WaveInstance> {
  const text = read();
  if (isSolution(text)) return;
  const numbers = new NumberReader(text);
  const [orderCount, , aisleCount] = ['orders', 'items', 'aisles'].map((of) =>
    numbers.next(`the number of ${of}`),
  );
  const pairs = (of: string) => {
    const count = numbers.next(`the lines of ${of}`);
    return Array.from({ length: count }, () => ({
      itemId: String(numbers.next(`an item of ${of}`)),
      quantity: numbers.next(`a quantity of ${of}`),
    }));
  };
  const list = <T>(count = 0, make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at));
  const orders = list(orderCount, (at) => ({ orderId: String(at), lines: pairs(`order ${at}`) }));
  const aisles = list(aisleCount, (at) => ({ aisleId: String(at), stock: pairs(`aisle ${at}`) }));
  const minUnits = numbers.next('the least units');
  const maxUnits = numbers.next('the most units');
  if (!numbers.isAtEnd()) throw new Error('goes on after the bounds of the units');
  yield { name, request: { orders, aisles, minUnits, maxUnits } };
}

/** One number a line. */
function isSolution(text: string): boolean {
  const lines = text.trim().split(/\r?\n/);
  return lines.length > 1 && lines.every((line) => /^\s*\d+\s*$/.test(line));
}

/** Independent of the solver: the units per aisle as the instance counts them, null when the wave is not feasible. */
export function checkedDensity(request: DenseWaveRequest, wave: DenseWave): number | null {
  const areTwice = (ids: string[]) => new Set(ids).size !== ids.length;
  if (wave.aisleIds.length === 0 || areTwice(wave.orderIds) || areTwice(wave.aisleIds)) return null;
  const stock = new Map<string, number>();
  for (const aisleId of wave.aisleIds) {
    const aisle = request.aisles[Number(aisleId)];
    if (!aisle) return null;
    for (const { itemId, quantity } of aisle.stock) stock.set(itemId, (stock.get(itemId) ?? 0) + quantity);
  }
  let units = 0;
  for (const orderId of wave.orderIds) {
    const order = request.orders[Number(orderId)];
    if (!order) return null;
    for (const { itemId, quantity } of order.lines) {
      const left = (stock.get(itemId) ?? 0) - quantity;
      if (left < 0) return null;
      stock.set(itemId, left);
      units += quantity;
    }
  }
  const isWithin = units >= request.minUnits && units <= request.maxUnits;
  return isWithin && units === wave.units ? units / wave.aisleIds.length : null;
}
