import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { bench } from './loading.js';
import type { BenchOptions } from './options.js';
import { gapOf, Report } from './report.js';
import { checkedDensity } from './waves.js';

let folder: string;
let printed: string[];
let told: string[];
let exitCode: typeof process.exitCode;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-report-'));
  printed = [];
  told = [];
  exitCode = process.exitCode;
  jest.spyOn(console, 'log').mockImplementation((line) => void printed.push(String(line)));
  jest.spyOn(console, 'error').mockImplementation((line) => void told.push(String(line)));
});
afterEach(() => {
  process.exitCode = exitCode;
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function optionsWith(over: Partial<BenchOptions>): BenchOptions {
  const none = { data: undefined, only: undefined, sample: undefined };
  return { ...none, seconds: 1, json: true, out: folder, seed: 1, now: () => 0, ...over };
}

describe('the gap', () => {
  it.each([
    { objective: 110, bestKnown: 100, sense: 'min', gap: 0.1 },
    { objective: 110, bestKnown: 100, sense: 'max', gap: -0.1 },
    { objective: 99.6, bestKnown: 100, knownWithin: 0.5, sense: 'min', gap: 0 },
    { objective: 17.1122449, bestKnown: 17.112245, sense: 'max', gap: 0 },
    { objective: null, bestKnown: 100, sense: 'max', gap: null },
    { objective: 5, bestKnown: null, sense: 'max', gap: null },
    { objective: 0, bestKnown: 0, sense: 'min', gap: 0 },
    { objective: 5, bestKnown: 0, sense: 'min', gap: null },
  ] as const)('is $gap from $bestKnown to $objective ($sense)', ({ sense, gap, ...values }) => {
    const answer = gapOf(values, sense);
    if (gap === null) expect(answer).toBeNull();
    else expect(answer).toBeCloseTo(gap, 9);
  });
});

describe('a report', () => {
  it.each([true, false])('fails on a plan that is not feasible, and writes none of it (json: %p)', (json) => {
    const report = new Report('x', optionsWith({ json }), 'min');
    report.add({ name: 'good', objective: 9, bestKnown: 10, seconds: 1 }, '', () => ['line']);
    report.add({ name: 'bad', objective: null, bestKnown: 10, seconds: 1 }, '', () => ['line']);
    report.end();
    expect(process.exitCode).toBe(1);
    expect(readFileSync(join(folder, 'good.txt'), 'latin1')).toBe('line\n');
    expect(existsSync(join(folder, 'bad.txt'))).toBe(false);
    if (json) {
      const answer = JSON.parse(printed.join(''));
      expect(answer).toMatchObject({ meanGap: -0.1, atBest: 1, skipped: [] });
      expect(answer.instances[1]).toEqual({
        name: 'bad',
        objective: null,
        bestKnown: 10,
        gap: null,
        feasible: false,
        seconds: 1,
      });
    } else expect(printed.at(-1)).toContain('at best 1, not feasible 1');
  });

  it('goes on with the others beside a file that cannot be read, names it, and fails', async () => {
    writeFileSync(join(folder, 'good.txt'), '1\n1 11\n10 8 6\n1\n1 5 1 4 1 3 1 4\n');
    writeFileSync(join(folder, 'cut.txt'), '1\n1 11\n10 8');
    writeFileSync(join(folder, 'best_known.csv'), 'set,problem,best_known_volume\ngood,1,\n');
    await bench(['--data', folder, '--seconds', '0.05', '--json']);
    const answer = JSON.parse(printed.join(''));
    const skipped = [{ file: 'cut.txt', reason: 'ends before the height of problem 1' }];
    expect(answer).toMatchObject({ atBest: 0, meanGap: null, skipped });
    expect(answer.instances).toMatchObject([
      { name: 'good/1', objective: 240, bestKnown: null, feasible: true },
    ]);
    expect(told).toEqual(['skipped cut.txt: ends before the height of problem 1']);
    expect(process.exitCode).toBe(1);
  });

  it('counts the units of a wave itself', () => {
    const request = {
      orders: [{ orderId: '0', lines: [{ itemId: 'a', quantity: 3 }] }],
      aisles: [{ aisleId: '0', stock: [{ itemId: 'a', quantity: 4 }] }],
      minUnits: 1,
      maxUnits: 9,
    };
    const wave = { orderIds: ['0'], aisleIds: ['0'], units: 3, unitsPerAisle: 99, iterations: 0 };
    expect(checkedDensity(request, wave)).toBe(3);
    expect(checkedDensity(request, { ...wave, units: 4 })).toBeNull();
    expect(checkedDensity({ ...request, maxUnits: 2 }, wave)).toBeNull();
    expect(checkedDensity(request, { ...wave, orderIds: ['0', '0'] })).toBeNull();
  });
});
