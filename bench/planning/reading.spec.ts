import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { knownOf } from './batching.js';
import { parseBatching } from './batching-instance.js';
import { chosen, type DataFile, type Found, knownValue, readInstances } from './instances.js';
import { parseLoading } from './loading.js';
import { readOptions } from './options.js';
import { parseWave } from './waves.js';

const WAVE = '2 2 1\n1 0 3\n1 1 2\n2 0 5 1 5\n1 9\n';
const LOADING = '2\n1 11\n10 8 6\n1\n1 5 1 4 1 3 1 4\n2 12\n10 8 6\n1\n1 2 0 2 0 2 1 9\n';
const BATCHING = `PICKER_CAPACITY : 5
NUM_AISLES : 2
NUM_CELLS : 3
DEPOT_AISLE : 0
DEPOT_LOCATION : bottom
DISTANCE_AISLE_TO_AISLE : 2.5
DISTANCE_CELL_TO_CELL : 1
DISTANCE_TOP_TO_CELL : 1
DISTANCE_BOTTOM_TO_CELL : 1
ARTICLE_SECTION
ID 0 WEIGHT 2
SKU_SECTION
ID 0 AISLE 1 CELL 2 QUANTITY 9 LEFT_RIGHT_HAND_SIDE left
ORDER_SECTION
NUM_ORDERS : 1
NUM_ARTICLES_IN_ORDER : 1
ID 0 QUANTITY 2
EOF`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-reading-'));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function put(name: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

type Parse = (file: DataFile) => Iterable<{ name: string }>;

function read(parse: Parse, ending = '.txt'): { names: string[]; skipped: Found<unknown>['skipped'] } {
  const { instances, skipped } = readInstances(folder, ending, parse);
  return { names: instances.map(({ name }) => name), skipped };
}

describe('reading instances', () => {
  it.each<[string, Parse, string, string[]]>([
    ['waves', parseWave, WAVE, ['set/one.txt']],
    ['loading', parseLoading, LOADING, ['set/one/1', 'set/one/2']],
    ['batching', parseBatching, BATCHING, ['set/one.txt']],
  ])('%s: reads plain and gzipped files, and names what cannot be unpacked', (_, parse, text, names) => {
    put('set/one.txt.gz', gzipSync(text));
    put('set/two.txt.gz', gzipSync(text).subarray(0, 30));
    put('SOURCE.md', 'about the set');
    expect(read(parse)).toEqual({
      names,
      skipped: [{ file: 'set/two.txt', reason: 'cannot be unpacked: unexpected end of file' }],
    });
  });

  it.each<[string, Parse, string, string]>([
    ['an empty wave', parseWave, '', 'ends before the number of orders'],
    ['a wave cut in an order', parseWave, WAVE.slice(0, 10), 'ends before a quantity of order 0'],
    ['a wave without bounds', parseWave, WAVE.slice(0, -4), 'ends before the least units'],
    ['a wave with words', parseWave, 'Dear reader', '"Dear" is no whole number (the number of orders)'],
    ['a wave that goes on', parseWave, `${WAVE}7`, 'goes on after the bounds of the units'],
    ['a loading of no size', parseLoading, '1\n1 5\n10 0 6\n0', 'a side in problem 1 is 0'],
    [
      'a batching without capacity',
      parseBatching,
      BATCHING.replace('PICKER', 'X'),
      'has no number as PICKER_CAPACITY',
    ],
    [
      'a batching cut in an order',
      parseBatching,
      BATCHING.slice(0, -12),
      'order 0 says 1 articles and holds 0',
    ],
    [
      'a batching short of orders',
      parseBatching,
      BATCHING.replace('ORDERS : 1', 'ORDERS : 2'),
      'says 2 orders and holds 1',
    ],
    [
      'a batching of unknown goods',
      parseBatching,
      BATCHING.replace('ID 0 QUANTITY', 'ID 7 QUANTITY'),
      'order 0 has article 7, which lies nowhere',
    ],
    [
      'a batching that is a letter',
      parseBatching,
      'Dear reader',
      'has no ARTICLE_SECTION, SKU_SECTION or ORDER_SECTION',
    ],
  ])('skips %s and says why', (_, parse, text, reason) => {
    put('x.txt', text);
    expect(read(parse)).toEqual({ names: [], skipped: [{ file: 'x.txt', reason }] });
  });

  it('keeps the whole problems of a file that is cut, never one with fewer kinds', () => {
    put('br.txt', LOADING.slice(0, -14));
    expect(read(parseLoading)).toEqual({
      names: ['br/1'],
      skipped: [{ file: 'br.txt', reason: 'ends before a type of problem 2' }],
    });
  });

  it('takes published solutions for what they are', () => {
    put('a/one.txt', WAVE);
    put('checker-fixtures/a_one.best.txt', '2\n0\n1\n1\n0\n');
    expect(read(parseWave)).toEqual({ names: ['a/one.txt'], skipped: [] });
  });

  it('says in one sentence that a folder holds nothing of the kind, or nothing of that name', () => {
    put('best_known.csv', 'set,file\n');
    expect(() => read(parseWave)).toThrow(`There is no instance of this benchmark below ${folder}`);
    expect(() => chosen([{ name: 'a' }], { only: 'b', sample: undefined })).toThrow(
      'None of the 1 instances has "b" in its name.',
    );
  });
});

describe('the best-known value', () => {
  it.each([
    [undefined, null],
    ['', null],
    [' ', null],
    ['NA', null],
    ['0', null],
    ['-3', null],
    ['127.2', 127.2],
  ])('of %j is %j', (text, value) => expect(knownValue(text)).toBe(value));

  it('of a batching instance is that of its set, elsewhere the only one that agrees', () => {
    put('x.txt', BATCHING);
    const [instance] = readInstances(folder, '.txt', parseBatching).instances;
    const row = {
      set: 'one',
      file: 'x.txt',
      orders: '1',
      capacity: '5',
      upper_bound: '7',
      proven_optimal: 'TRUE',
    };
    const known = (set: string, rows: Record<string, string>[]) =>
      knownOf(instance!, { set, file: 'x.txt' }, rows)?.best ?? null;
    const other = { ...row, set: 'two', upper_bound: '8' };
    expect(known('two', [row, other])).toBe(8);
    expect(known('renamed', [row])).toBe(7);
    expect(known('renamed', [row, other])).toBeNull();
    expect(known('one', [{ ...row, capacity: '6' }])).toBeNull();
  });
});

describe('the options', () => {
  it('are refused where they make no sense, and told where they have no effect', () => {
    const told = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(() => readOptions(['--seconds', 'soon'], 1)).toThrow(
      '--seconds must be a positive number, not soon.',
    );
    expect(() => readOptions(['--seconds', ''], 1)).toThrow('--seconds must be a positive number');
    expect(() => readOptions(['--sample', '0'], 1)).toThrow(
      '--sample must be a whole number above 0, not 0.',
    );
    expect(readOptions(['--data', folder, '--out', folder], 3, { out: 'nothing is written' })).toMatchObject({
      seconds: 3,
      out: undefined,
    });
    expect(told.mock.calls).toEqual([['--out has no effect here: nothing is written.']]);
  });

  it('name a folder that cannot be written to before anything is solved', () => {
    put('file', '');
    expect(() => readOptions(['--out', join(folder, 'file')], 1)).toThrow('cannot be written to');
    expect(() => readOptions(['--out', '/proc/none/of/it'], 1)).toThrow('cannot be written to');
    expect(readOptions(['--out', join(folder, 'new', 'one')], 1).out).toBe(join(folder, 'new', 'one'));
  });
});
