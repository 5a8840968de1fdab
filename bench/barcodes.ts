import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { GS, parseScan } from '#lib/barcodes';

/** What a floor scans, in the proportions of a day: mostly our own plates, then parcels and items. */
const SCANS: readonly string[] = [
  ']C0L-A-03-12-2',
  ']C0T-000123',
  ']C100106141412345678908',
  ']C0RR473124829GB',
  ']E09506000134352',
  `]d2010950600013435210AB1${GS}17260100`,
  ']d20010614141234567890897K7Q2M9XA',
  `]d2010950600013435221X7Q2M${GS}10LOT-2291${GS}17260131${GS}3103001250`,
  ']I115400141288763',
  ']Q1https://id.gs1.org/01/09506000134352/10/AB1?17=260100',
];

const TARGET_PER_SECOND = 200_000;
const BATCH = 20_000;

interface Series {
  readonly name: string;
  readonly perSecond: number[];
  readonly work: () => void;
}

/** Measures parses a second on one core; the baseline, JSON.parse of the finished results, runs in turn with it. */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'boolean', default: false }, repeats: { type: 'string', default: '9' } },
  });
  const repeats = Number(values.repeats);
  if (!Number.isInteger(repeats) || repeats < 5)
    throw new Error('--repeats must be a whole number, at least 5.');
  const series = [
    ...SCANS.map(single),
    mixed('mixed text', SCANS),
    mixed('mixed bytes', SCANS.map(toBytes)),
    baseline(),
  ];
  for (let round = 0; round <= repeats; round++) {
    for (const { perSecond, work } of series) {
      const started = performance.now();
      work();
      // The first round lets the compiler warm up.
      if (round > 0) perSecond.push((BATCH / (performance.now() - started)) * 1000);
    }
  }
  report(series, values.json);
}

function single(raw: string): Series {
  return mixed(raw.replaceAll(GS, '<GS>'), [raw]);
}

function mixed(name: string, raws: readonly (string | Uint8Array)[]): Series {
  const work = () => {
    for (let i = 0; i < BATCH; i++) {
      if (parseScan(raws[i % raws.length]!).kind === 'refused')
        throw new Error(`A scan of the benchmark is refused.`);
    }
  };
  return { name, perSecond: [], work };
}

function baseline(): Series {
  const texts = SCANS.map((raw) => JSON.stringify(parseScan(raw)));
  const work = () => {
    for (let i = 0; i < BATCH; i++) JSON.parse(texts[i % texts.length]!);
  };
  return { name: 'baseline: JSON.parse', perSecond: [], work };
}

function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function report(series: readonly Series[], json: boolean): void {
  const rows = series.map(({ name, perSecond }) => {
    const sorted = perSecond.toSorted((a, b) => a - b);
    return {
      name,
      median: middle(sorted),
      lowest: Math.round(sorted[0]!),
      highest: Math.round(sorted.at(-1)!),
    };
  });
  const of = (name: string) => rows.find((row) => row.name === name)!.median;
  const ratio = of('mixed text') / of('baseline: JSON.parse');
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  const result = { machine, targetPerSecond: TARGET_PER_SECOND, ratio, rows };
  if (json) {
    console.log(JSON.stringify(result, null, 1));
    return;
  }
  console.log(`barcodes: parses a second on one core, ${machine}`);
  for (const { name, median, lowest, highest } of rows) {
    console.log(`  ${median.toLocaleString('en').padStart(11)}  (${lowest} to ${highest})  ${name}`);
  }
  console.log(`  mixed text is ${ratio.toFixed(2)}x the baseline; target ${TARGET_PER_SECOND} a second`);
}

function middle(sorted: readonly number[]): number {
  return Math.round(sorted[sorted.length >> 1]!);
}
