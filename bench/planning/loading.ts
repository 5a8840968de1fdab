import { type LoadPlan, type LoadRequest, loadContainer } from '#lib/planning';
import { areInsideAndApart } from './boxes-check.js';
import { bestKnownRows, chosen, dataFiles } from './instances.js';
import { readOptions } from './options.js';
import { gapOf, Report, writeSolution } from './report.js';

interface LoadingInstance {
  name: string;
  set: string;
  problem: string;
  /** Types as the file numbers them, by kind index. */
  types: string[];
  request: LoadRequest;
}

/** Loading one container with as much volume as possible (Bischoff and Ratcliff 1995, Davies and Bischoff 1999). */
export async function bench(args: string[]): Promise<void> {
  const options = readOptions(args, 30);
  const instances = dataFiles(options.data).flatMap((file) =>
    file.name.endsWith('.txt') ? parseLoading(file.name, file.read()) : [],
  );
  const known = new Map(
    bestKnownRows(options.data ?? '', 'best_known.csv').map((row) => [
      `${row.set}/${row.problem}`,
      Number(row.best_known_volume),
    ]),
  );
  const report = new Report('loading', options);
  const fills = new Map<string, number[]>();
  const supported: number[] = [];
  for (const instance of chosen(instances, options)) {
    const startedMs = options.now();
    const plan = loadContainer(instance.request, {
      seed: options.seed,
      timeLimitMs: options.seconds * 1000,
      now: options.now,
    });
    const seconds = (options.now() - startedMs) / 1000;
    const objective = plan.boxes.reduce((sum, box) => sum + box.dxMm * box.dyMm * box.dzMm, 0);
    const bestKnown = known.get(`${instance.set}/${instance.problem}`) ?? null;
    const feasible = isFeasible(instance.request, plan);
    const note = `${(plan.fillRatio * 100).toFixed(2)} % full, ${plan.iterations} loadings`;
    report.add(
      {
        name: instance.name,
        objective,
        bestKnown,
        gap: gapOf(objective, bestKnown, 'max'),
        feasible,
        seconds,
      },
      note,
    );
    fills.set(instance.set, [...(fills.get(instance.set) ?? []), plan.fillRatio]);
    supported.push(plan.supportedShare);
    writeSolution(options, instance.name, solutionLines(instance, plan));
  }
  const fillBySet = Object.fromEntries([...fills].map(([set, values]) => [set, mean(values)]));
  report.end({ fill: mean([...fills.values()].flat()), fillBySet, fullySupportedShare: mean(supported) });
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** A file holds many problems; an empty list when the text is of another kind. */
function parseLoading(fileName: string, text: string): LoadingInstance[] {
  const rows = text
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((row) => !(row.length === 1 && row[0] === 0));
  if (rows[0]?.length !== 1 || rows[2]?.length !== 3 || rows[3]?.length !== 1) return [];
  const set = fileName
    .split('/')
    .pop()!
    .replace(/\.txt$/, '');
  const prefix = fileName.replace(/\.txt$/, '');
  const instances: LoadingInstance[] = [];
  let at = 1;
  while (at + 2 < rows.length && rows[at]!.length >= 2) {
    const problem = String(rows[at]![0]);
    const [lengthMm = 0, widthMm = 0, heightMm = 0] = rows[at + 1]!;
    const kindRows = rows.slice(at + 3, at + 3 + rows[at + 2]![0]!);
    if (kindRows.some((row) => row.length < 8)) return instances;
    const kinds = kindRows.map(([, l, lv, w, wv, h, hv, count]) => ({
      size: { lengthMm: l!, widthMm: w!, heightMm: h! },
      vertical: { length: lv === 1, width: wv === 1, height: hv === 1 },
      count: count!,
    }));
    const types = kindRows.map((row) => String(row[0]));
    instances.push({
      name: `${prefix}/${problem}`,
      set,
      problem,
      types,
      request: { container: { lengthMm, widthMm, heightMm }, kinds },
    });
    at += 3 + kinds.length;
  }
  return instances;
}

function solutionLines(instance: LoadingInstance, plan: LoadPlan): string[] {
  return plan.boxes.map((box) =>
    [instance.types[box.kind], box.xMm, box.yMm, box.zMm, box.dxMm, box.dyMm, box.dzMm].join(' '),
  );
}

/** Independent of the solver: inside, apart, no more boxes than there are, each standing as it may. */
function isFeasible({ container, kinds }: LoadRequest, { boxes }: LoadPlan): boolean {
  const used = kinds.map(() => 0);
  for (const box of boxes) {
    const kind = kinds[box.kind];
    if (!kind || ++used[box.kind]! > kind.count || !mayStand(kind, box)) return false;
  }
  return areInsideAndApart(container, boxes);
}

/** Whether a box stands as its kind may. */
export function mayStand(kind: LoadRequest['kinds'][number], box: LoadPlan['boxes'][number]): boolean {
  const { lengthMm: l, widthMm: w, heightMm: h } = kind.size;
  const lies = (one: number, two: number) =>
    (box.dxMm === one && box.dyMm === two) || (box.dxMm === two && box.dyMm === one);
  return (
    (kind.vertical.height && box.dzMm === h && lies(l, w)) ||
    (kind.vertical.width && box.dzMm === w && lies(l, h)) ||
    (kind.vertical.length && box.dzMm === l && lies(w, h))
  );
}
