import type { PackView, PrintView } from '#lib/contracts';
import { type Bench, emptyBench, isWorthClosing, packStage, unitsLeft } from './pack-stage.js';

const line = (picked: number, packed: number) => ({ picked, packed }) as PackView['lines'][number];
const print = (state: PrintView['state']): PrintView => ({
  id: 'p',
  state,
  reason: null,
  device: 'PRINTER-01',
});

function bench(parcelState: string, more: Partial<PackView> = {}, rest: Partial<Bench> = {}): Bench {
  const pack = { parcelId: 'p1', parcelState, lines: [line(2, 2)], print: null, ...more } as PackView;
  return { ...emptyBench, pack, ...rest };
}

const mismatch = { expected: 500, weighed: 400 };

describe('packStage', () => {
  it.each<[string, Bench, string]>([
    ['no parcel', emptyBench, 'scan-tote'],
    ['an item missing', bench('open', { lines: [line(2, 2), line(3, 1)] }), 'scan-items'],
    ['all in', bench('open'), 'weigh'],
    ['a weight that does not fit', bench('open', {}, { mismatch }), 'weight-mismatch'],
    ['no label yet', bench('closed'), 'printing'],
    ['a print under way', bench('verified', { print: print('sent') }), 'printing'],
    ['a print that failed', bench('verified', { print: print('failed') }), 'print-trouble'],
    ['a print nobody knows of', bench('verified', { print: print('unknown') }), 'print-trouble'],
    ['a printed label', bench('labelled', { print: print('printed') }), 'scan-label'],
    ['a reprint of a labelled parcel', bench('labelled', { print: print('queued') }), 'printing'],
    [
      'a label that was scanned',
      bench('labelled', { print: print('printed') }, { labelSeen: true }),
      'finished',
    ],
    ['a parcel that has left', bench('inducted', { print: print('printed') }), 'finished'],
  ])('%s', (_name, at, stage) => {
    expect(packStage(at)).toBe(stage);
  });
});

describe('isWorthClosing', () => {
  it.each<[string, Bench, number, boolean]>([
    ['a carton on the scale', bench('open'), 512, true],
    ['an empty scale', bench('open'), 0, false],
    ['items still missing', bench('open', { lines: [line(2, 1)] }), 512, false],
    ['the very weight that was refused', bench('open', {}, { mismatch }), 400, false],
    ['another weight after a refusal', bench('open', {}, { mismatch }), 498, true],
    ['a parcel closed already', bench('labelled', { print: print('printed') }), 512, false],
  ])('%s', (_name, at, grams, worth) => {
    expect(isWorthClosing(at, grams)).toBe(worth);
  });
});

describe('unitsLeft', () => {
  it('counts no line below zero', () => {
    expect(unitsLeft(bench('open', { lines: [line(2, 3), line(4, 1)] }).pack!)).toBe(3);
  });
});
