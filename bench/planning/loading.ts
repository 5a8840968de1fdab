import { type LoadPlan, type LoadRequest, loadContainer } from '#lib/planning';
import { areInsideAndApart } from './boxes-check.js';
import { bestKnownRows, chosen, type DataFile, knownValue, readInstances } from './instances.js';
import { NumberReader } from './number-reader.js';
import { readOptions } from './options.js';
import { mean, Report } from './report.js';

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
  const { instances, skipped } = readInstances(options.data, '.txt', parseLoading);
  const toLoad = chosen(instances, options);
  const known = new Map(
    bestKnownRows(options.data ?? '', 'best_known.csv').map((row) => [
      `${row.set}/${row.problem}`,
      knownValue(row.best_known_volume),
    ]),
  );
  const report = new Report('loading', options, 'max', skipped);
  const fills = new Map<string, number[]>();
  const supported: number[] = [];
  for (const instance of toLoad) {
    const startedMs = options.now();
    const plan = loadContainer(instance.request, {
      seed: options.seed,
      timeLimitMs: options.seconds * 1000,
      now: options.now,
    });
    const seconds = (options.now() - startedMs) / 1000;
    const bestKnown = known.get(`${instance.set}/${instance.problem}`) ?? null;
    report.add(
      { name: instance.name, objective: checkedVolume(instance.request, plan), bestKnown, seconds },
      `${(plan.fillRatio * 100).toFixed(2)} % full, ${plan.iterations} loadings`,
      () => solutionLines(instance, plan),
    );
    fills.set(instance.set, [...(fills.get(instance.set) ?? []), plan.fillRatio]);
    supported.push(plan.supportedShare);
  }
  const fillBySet = Object.fromEntries([...fills].map(([set, values]) => [set, mean(values)]));
  report.end({ fill: mean([...fills.values()].flat()), fillBySet, fullySupportedShare: mean(supported) });
}

/** A file holds many problems, as many as its first number says. Those before a fault are given. */
export function* parseLoading({ name: fileName, read }: DataFile): Generator<LoadingInstance> {
  const numbers = new NumberReader(read());
  const prefix = fileName.replace(/\.txt$/, '');
  const set = prefix.split('/').pop()!;
  const count = numbers.next('the number of problems');
  for (let at = 1; at <= count; at++) {
    const problem = String(numbers.next(`problem ${at} of ${count}`));
    const next = (what: string) => numbers.next(`${what} of problem ${problem}`);
    next('the seed');
    const [lengthMm, widthMm, heightMm] = [next('the length'), next('the width'), next('the height')];
    const rows = Array.from({ length: next('the number of types') }, () =>
      Array.from({ length: 8 }, () => next('a type')),
    );
    const kinds = rows.map(([, l = 0, lv, w = 0, wv, h = 0, hv, boxes = 0]) => ({
      size: { lengthMm: l, widthMm: w, heightMm: h },
      vertical: { length: lv === 1, width: wv === 1, height: hv === 1 },
      count: boxes,
    }));
    const sides = [{ lengthMm, widthMm, heightMm }, ...kinds.map(({ size }) => size)];
    if (sides.some((size) => Math.min(size.lengthMm, size.widthMm, size.heightMm) === 0))
      throw new Error(`a side in problem ${problem} is 0`);
    yield {
      name: `${prefix}/${problem}`,
      set,
      problem,
      types: rows.map(([type]) => String(type)),
      request: { container: { lengthMm, widthMm, heightMm }, kinds },
    };
  }
  if (!numbers.isAtEnd()) throw new Error(`goes on after ${count} problems`);
}

function solutionLines(instance: LoadingInstance, plan: LoadPlan): string[] {
  return plan.boxes.map((box) =>
    [instance.types[box.kind], box.xMm, box.yMm, box.zMm, box.dxMm, box.dyMm, box.dzMm].join(' '),
  );
}

/**
 * Independent of the solver: the volume loaded, null unless all boxes lie inside and apart, no more than there are, each standing as
 * it may.
 */
function checkedVolume({ container, kinds }: LoadRequest, { boxes }: LoadPlan): number | null {
  const used = kinds.map(() => 0);
  for (const box of boxes) {
    const kind = kinds[box.kind];
    if (!kind || ++used[box.kind]! > kind.count || !mayStand(kind, box)) return null;
  }
  if (!areInsideAndApart(container, boxes)) return null;
  return boxes.reduce((sum, box) => sum + box.dxMm * box.dyMm * box.dzMm, 0);
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
