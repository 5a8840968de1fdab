import { Random, solveAssignment } from '#lib/planning';
import { chosen } from './instances.js';
import { readOptions } from './options.js';
import { mean, Report } from './report.js';

const SIZE = 1000;

type Cost = (row: number, column: number, random: Random) => number;

/** Kinds of cost matrices that are easy and hard for assignment solvers. */
const FAMILIES: Record<string, (random: Random) => Cost> = {
  'uniform 1..100000': () => (_row, _column, random) => 1 + random.below(100_000),
  'uniform 1..100': () => (_row, _column, random) => 1 + random.below(100),
  'walk between points': (random) => {
    const point = () => ({ x: random.below(100_000), y: random.below(40_000) });
    const from = Array.from({ length: SIZE }, point);
    const to = Array.from({ length: SIZE }, point);
    return (row, column) => Math.abs(from[row]!.x - to[column]!.x) + Math.abs(from[row]!.y - to[column]!.y);
  },
  'row times column': () => (row, column) => (row + 1) * (column + 1),
};

/** The assignment problem at 1,000 x 1,000 against a plain textbook solver. */
export async function bench(args: string[]): Promise<void> {
  const why = 'the matrices are generated and solved to the optimum';
  const options = readOptions(args, 0.5, { data: why, seconds: why, out: why });
  const report = new Report('assignment', options, 'min');
  const matrices = Object.entries(FAMILIES).flatMap(([family, costOf]) =>
    Array.from({ length: 5 }, (_, repeat) => ({ name: `${family} #${repeat + 1}`, costOf, repeat })),
  );
  for (const { name, costOf, repeat } of chosen(matrices, options)) {
    const random = new Random(options.seed * 10 + repeat);
    const cost = costOf(random);
    const costs = Array.from({ length: SIZE }, (_, row) =>
      Float64Array.from({ length: SIZE }, (_, column) => cost(row, column, random)),
    );
    const startedMs = options.now();
    const { columnOfRow, totalCost } = solveAssignment(costs);
    const seconds = (options.now() - startedMs) / 1000;
    const counted = columnOfRow.reduce((sum, column, row) => sum + costs[row]![column]!, 0);
    const feasible = new Set(columnOfRow).size === SIZE && counted === totalCost;
    report.add({ name, objective: feasible ? counted : null, bestKnown: textbookCost(costs), seconds });
  }
  const seconds = report.instances.map((instance) => instance.seconds);
  report.end({ slowestSeconds: Math.max(...seconds), meanSeconds: mean(seconds) });
}

/** The Hungarian method as textbooks print it, one row at a time: the independent judge. */
function textbookCost(costs: Float64Array[]): number {
  const n = costs.length;
  const u = new Float64Array(n + 1);
  const v = new Float64Array(n + 1);
  const rowOf = new Int32Array(n + 1);
  const way = new Int32Array(n + 1);
  for (let row = 1; row <= n; row++) {
    const least = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
    const used = new Uint8Array(n + 1);
    let column = 0;
    rowOf[0] = row;
    do {
      used[column] = 1;
      const current = rowOf[column]!;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= n; j++) {
        if (used[j] === 1) continue;
        const reduced = costs[current - 1]![j - 1]! - u[current]! - v[j]!;
        if (reduced < least[j]!) {
          least[j] = reduced;
          way[j] = column;
        }
        if (least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= n; j++) {
        if (used[j] === 1) {
          u[rowOf[j]!]! += delta;
          v[j]! -= delta;
        } else least[j]! -= delta;
      }
      column = next;
    } while (rowOf[column] !== 0);
    for (; column !== 0; column = way[column]!) rowOf[column] = rowOf[way[column]!]!;
  }
  let total = 0;
  for (let j = 1; j <= n; j++) total += costs[rowOf[j]! - 1]![j - 1]!;
  return total;
}
