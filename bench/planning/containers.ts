import { type ContainersPlan, type LoadRequest, loadContainers } from '#lib/planning';
import { areInsideAndApart } from './boxes-check.js';
import { chosen, dataFiles } from './instances.js';
import { mayStand } from './loading.js';
import { readOptions } from './options.js';
import { Report, writeSolution } from './report.js';

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
  const report = new Report('containers', options);
  let boundTotal = 0;
  let usedTotal = 0;
  for (const instance of chosen(instancesIn(options.data), options)) {
    const startedMs = options.now();
    const plan = loadContainers(instance.request, {
      seed: options.seed,
      timeLimitMs: options.seconds * 1000,
      now: options.now,
    });
    const seconds = (options.now() - startedMs) / 1000;
    const objective = plan.containers.length;
    boundTotal += plan.leastContainers;
    usedTotal += objective;
    const feasible = isFeasible(instance.request, plan);
    report.add(
      { name: instance.name, objective, bestKnown: null, gap: null, feasible, seconds },
      `by volume at least ${plan.leastContainers}`,
    );
    writeSolution(options, instance.name, solutionLines(plan));
  }
  report.end({ containers: usedTotal, atLeastByVolume: boundTotal });
}

/** Pairs of `NAME_bins.csv` and `NAME_items.csv`. */
function instancesIn(folder: string | undefined): ContainersInstance[] {
  const files = new Map(dataFiles(folder).map((file) => [file.name, file]));
  return [...files.values()].flatMap((bins) => {
    const name = bins.name.replace(/_bins\.csv$/, '');
    const items = files.get(`${name}_items.csv`);
    if (name === bins.name || !items) return [];
    const [container] = rowsOf(bins.read());
    if (!container) return [];
    const kinds = rowsOf(items.read()).map((row) => ({
      size: { lengthMm: row.X!, widthMm: row.Y!, heightMm: row.Z! },
      vertical: {
        height: row.ROTATION_XYZ === 1 || row.ROTATION_YXZ === 1,
        length: row.ROTATION_ZYX === 1 || row.ROTATION_YZX === 1,
        width: row.ROTATION_XZY === 1 || row.ROTATION_ZXY === 1,
      },
      count: row.COPIES!,
    }));
    const { X: lengthMm = 0, Y: widthMm = 0, Z: heightMm = 0 } = container;
    return [{ name, request: { container: { lengthMm, widthMm, heightMm }, kinds } }];
  });
}

function rowsOf(text: string): Record<string, number>[] {
  const [header = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const columns = header.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((value, at) => [columns[at]!, Number(value)])),
  );
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
