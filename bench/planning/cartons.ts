import { type CartonType, chooseCarton, type ItemToPack, type PlannedCarton, Random } from '#lib/planning';
import { canBePacked } from './carton-brute-force.js';
import { chosen, readInstances } from './instances.js';
import { readOptions } from './options.js';
import { mean, quantile, Report } from './report.js';

const BASKETS_PER_SIZE = 60;

/** A usual shelf of shipping cartons: inner sizes in millimetres. */
const CARTONS: CartonType[] = [
  [160, 110, 60],
  [200, 150, 80],
  [230, 170, 110],
  [260, 190, 160],
  [310, 230, 120],
  [320, 240, 200],
  [380, 280, 160],
  [400, 300, 260],
  [480, 330, 220],
  [510, 380, 300],
  [600, 400, 400],
  [780, 480, 460],
  [1000, 600, 600],
  [1200, 800, 800],
].map(([lengthMm = 0, widthMm = 0, heightMm = 0]) => ({
  cartonId: `${lengthMm}x${widthMm}x${heightMm}`,
  inner: { lengthMm, widthMm, heightMm },
  tareGrams: Math.round((lengthMm * widthMm + lengthMm * heightMm + widthMm * heightMm) / 900),
  maxContentGrams: 30_000,
}));

interface Basket {
  name: string;
  items: ItemToPack[];
}

/** Carton choice for baskets of real item sizes against a search that tries every packing. */
export async function bench(args: string[]): Promise<void> {
  const options = readOptions(args, 1, { seconds: 'a carton is chosen without a limit' });
  const { instances: items, skipped } = readInstances(options.data, '.csv', ({ read }) => parseItems(read()));
  const baskets = chosen(basketsOf(items, options.seed), options);
  const report = new Report('cartons', options, 'min', skipped);
  const timesMs: number[] = [];
  const fills: number[] = [];
  let undecided = 0;
  for (const { name, items: basket } of baskets) {
    const { plan, spentMs } = timedChoice(basket, options.now);
    timesMs.push(spentMs);
    const [carton] = plan.cartons;
    if (plan.cartons.length !== 1 || plan.unpacked.length > 0 || !carton) continue;
    const smallest = smallestByTrying(basket, carton);
    if (smallest === 'undecided') undecided++;
    const bestKnown = smallest === 'undecided' ? null : volumeMl(smallest);
    const objective = isFeasible(basket, carton) ? volumeMl(typeOf(carton.cartonId)) : null;
    fills.push(carton.fillRatio);
    report.add({ name, objective, bestKnown, seconds: spentMs / 1000 }, '', () => solutionLines(carton));
  }
  report.end({
    baskets: baskets.length,
    p50Ms: quantile(timesMs, 0.5),
    p99Ms: quantile(timesMs, 0.99),
    slowestMs: timesMs.reduce((one, two) => Math.max(one, two), 0),
    meanFill: mean(fills),
    undecidedByBruteForce: undecided,
  });
}

/** Baskets of 1 to 8 items, all of them different ones even where the same size was drawn twice. */
function basketsOf(items: Omit<ItemToPack, 'itemId'>[], seed: number): Basket[] {
  if (items.length === 0) return [];
  return Array.from({ length: 8 }, (_, at) => at + 1).flatMap((size) => {
    const random = new Random(seed * 10 + size);
    return Array.from({ length: BASKETS_PER_SIZE }, (_, count) => ({
      name: `${size} items #${count + 1}`,
      items: Array.from({ length: size }, (_, at) => ({
        ...items[random.below(items.length)]!,
        itemId: String(at),
      })),
    }));
  });
}

/** The carton, then each item with its low corner and its sizes as it stands. */
function solutionLines({ cartonId, placements }: PlannedCarton): string[] {
  const lines = placements.map(({ itemId, xMm, yMm, zMm, size }) =>
    [itemId, xMm, yMm, zMm, size.lengthMm, size.widthMm, size.heightMm].join(' '),
  );
  return [cartonId, ...lines];
}

/** The shorter of two runs: the machine may have been busy with something else during one of them. */
function timedChoice(basket: ItemToPack[], now: () => number) {
  const timesMs: number[] = [];
  for (let repeat = 0; repeat < 2; repeat++) {
    const startedMs = now();
    chooseCarton(basket, CARTONS);
    timesMs.push(now() - startedMs);
  }
  return { plan: chooseCarton(basket, CARTONS), spentMs: Math.min(...timesMs) };
}

/** Rows without a size are left out, as the list of a real shop has some. */
function parseItems(csv: string): Omit<ItemToPack, 'itemId'>[] {
  const [header = '', ...lines] = csv.trim().split(/\r?\n/);
  if (!header.startsWith('length_cm,width_cm,height_cm,weight_g'))
    throw new Error('has no columns length_cm,width_cm,height_cm,weight_g');
  return lines.flatMap((line) => {
    const [l = 0, w = 0, h = 0, weightGrams = 0] = line.split(',').map(Number);
    if (!(l > 0 && w > 0 && h > 0)) return [];
    return [{ quantity: 1, size: { lengthMm: l * 10, widthMm: w * 10, heightMm: h * 10 }, weightGrams }];
  });
}

function typeOf(cartonId: string): CartonType {
  return CARTONS.find((carton) => carton.cartonId === cartonId)!;
}

function volumeMl({ inner }: CartonType): number {
  return (inner.lengthMm * inner.widthMm * inner.heightMm) / 1000;
}

/** The smallest carton up to the chosen one that a complete search can pack. */
function smallestByTrying(basket: ItemToPack[], chosen: PlannedCarton): CartonType | 'undecided' {
  const smaller = CARTONS.filter((carton) => volumeMl(carton) < volumeMl(typeOf(chosen.cartonId)));
  let open = false;
  for (const carton of smaller.sort((one, two) => volumeMl(one) - volumeMl(two))) {
    const answer = canBePacked(basket, carton);
    if (answer === 'yes') return carton;
    if (answer === 'unknown') open = true;
  }
  return open ? 'undecided' : typeOf(chosen.cartonId);
}

function isFeasible(basket: ItemToPack[], carton: PlannedCarton): boolean {
  const { inner, maxContentGrams } = typeOf(carton.cartonId);
  const names = carton.placements.map((placement) => placement.itemId);
  if (names.length !== basket.length || new Set(names).size !== basket.length) return false;
  if (basket.reduce((sum, item) => sum + item.weightGrams, 0) > maxContentGrams) return false;
  return carton.placements.every((one, at) => {
    const sides = (size: ItemToPack['size']) =>
      [size.lengthMm, size.widthMm, size.heightMm].sort((a, b) => a - b).join();
    const item = basket.find(({ itemId }) => itemId === one.itemId)!;
    if (sides(item.size) !== sides(one.size)) return false;
    if (one.xMm + one.size.lengthMm > inner.lengthMm || one.yMm + one.size.widthMm > inner.widthMm)
      return false;
    if (one.zMm + one.size.heightMm > inner.heightMm) return false;
    return carton.placements
      .slice(at + 1)
      .every(
        (two) =>
          one.xMm + one.size.lengthMm <= two.xMm ||
          two.xMm + two.size.lengthMm <= one.xMm ||
          one.yMm + one.size.widthMm <= two.yMm ||
          two.yMm + two.size.widthMm <= one.yMm ||
          one.zMm + one.size.heightMm <= two.zMm ||
          two.zMm + two.size.heightMm <= one.zMm,
      );
  });
}
