import { type ContainersPlan, type LoadRequest, loadContainers } from '#lib/planning';
import { areInsideAndApart } from './boxes-check.js';
import { chosen, type DataFile, dataFiles, readInstances } from './instances.js';
import { mayStand } from './loading.js';
import { readOptions } from './options.js';
import { Report } from './report.js';

interface ContainersInstance {
  name: string;
  request: LoadRequest;
}

/**
 * Fewest equal containers for all goods (Ivancic, Mathur and Mohanty 1989). There is no table of best known values: beside each
 * stands the bound by volume.
 */
export async function bench(args: string[]): Promise<void> {
  const options = readOptions(args, 5);
  const { instances, skipped } = readInstances(options.data, '_bins.csv', parserIn(options.data));
  const toLoad = chosen(instances, options);
  const report = new Report('containers', options, 'min', skipped);
  let boundTotal = 0;
  let usedTotal = 0;
  for (const instance of toLoad) {
    const startedMs = options.now();
    const plan = loadContainers(instance.request, {
      seed: options.seed,
      timeLimitMs: options.seconds * 1000,
      now: options.now,
    });
    const seconds = (options.now() - startedMs) / 1000;
    boundTotal += plan.leastContainers;
    usedTotal += plan.containers.length;
    const objective = isFeasible(instance.request, plan) ? plan.containers.length : null;
    report.add(
      { name: instance.name, objective, bestKnown: null, seconds },
      `by volume at least ${plan.leastContainers}`,
      () => solutionLines(plan),
    );
  }
  report.end({ containers: usedTotal, atLeastByVolume: boundTotal });
}

/** Each `NAME_bins.csv` goes with `NAME_items.csv`. */
function parserIn(folder: string | undefined): (bins: DataFile) => Generator<ContainersInstance> {
  const files = new Map(dataFiles(folder).map((file) => [file.name, file]));
  return function* parse(bins) {
    const name = bins.name.replace(/_bins\.csv$/, '');
    const items = files.get(`${name}_items.csv`);
    if (!items) throw new Error(`there is no ${name}_items.csv with it`);
    const [container] = rowsOf(bins, ['X', 'Y', 'Z']);
    if (!container) throw new Error('has no container');
    const kinds = rowsOf(items, ['X', 'Y', 'Z', 'COPIES']).map((row) => ({
      size: { lengthMm: row.X!, widthMm: row.Y!, heightMm: row.Z! },
      vertical: {
        height: row.ROTATION_XYZ === 1 || row.ROTATION_YXZ === 1,
        length: row.ROTATION_ZYX === 1 || row.ROTATION_YZX === 1,
        width: row.ROTATION_XZY === 1 || row.ROTATION_ZXY === 1,
      },
      count: row.COPIES!,
    }));
    const { X: lengthMm = 0, Y: widthMm = 0, Z: heightMm = 0 } = container;
    yield { name, request: { container: { lengthMm, widthMm, heightMm }, kinds } };
  };
}

/** @throws Error unless these columns hold whole numbers above 0 in every row */
function rowsOf(file: DataFile, needed: string[]): Record<string, number>[] {
  const [header = '', ...lines] = file
    .read()
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const columns = header.split(',');
  return lines.map((line, at) => {
    const row = Object.fromEntries(line.split(',').map((value, column) => [columns[column]!, Number(value)]));
    for (const column of needed) {
      if (!(Number.isInteger(row[column]) && row[column]! > 0))
        throw new Error(`row ${at + 1} of ${file.name} has no whole number above 0 as ${column}`);
    }
    return row;
  });
}

function solutionLines({ containers }: ContainersPlan): string[] {
  return containers.flatMap(({ boxes }, at) =>
    boxes.map((box) => [at, box.kind, box.xMm, box.yMm, box.zMm, box.dxMm, box.dyMm, box.dzMm].join(' ')),
  );
}

/** Independent of the solver: every box in one container, standing as it may, inside and apart from the others there. */
function isFeasible({ container, kinds }: LoadRequest, { containers }: ContainersPlan): boolean {
  const loaded = kinds.map(() => 0);
  for (const box of containers.flatMap(({ boxes }) => boxes)) {
    if (!mayStand(kinds[box.kind]!, box)) return false;
    loaded[box.kind]!++;
  }
  return (
    kinds.every(({ count }, kind) => loaded[kind] === count) &&
    containers.every(({ boxes }) => areInsideAndApart(container, boxes))
  );
}
