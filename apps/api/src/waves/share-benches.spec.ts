import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { middleBench, shareBenches } from './share-benches.js';

const bench = (id: string, open = 0, xMm = 0) => ({ id, code: id, open, xMm, yMm: 0 });
const run = (id: string, afterRunId: string | null = null, stationId: string | null = null) => ({
  id,
  afterRunId,
  stationId,
});

describe('runs to benches', () => {
  it.each<[string, [string, string | null, string | null][], [string, number][], (string | null)[]]>([
    [
      'one after the other',
      [
        ['a', null, null],
        ['b', null, null],
        ['c', null, null],
      ],
      [
        ['P1', 0],
        ['P2', 0],
      ],
      ['P1', 'P2', 'P1'],
    ],
    [
      'to the least loaded one',
      [
        ['a', null, null],
        ['b', null, null],
        ['c', null, null],
      ],
      [
        ['P1', 2],
        ['P2', 0],
      ],
      ['P2', 'P2', 'P1'],
    ],
    [
      'all trips of a cart together',
      [
        ['a', null, null],
        ['b', 'a', null],
        ['c', 'b', null],
        ['d', null, null],
      ],
      [
        ['P1', 0],
        ['P2', 0],
      ],
      ['P1', 'P1', 'P1', 'P2'],
    ],
    [
      'but where one is chosen already',
      [
        ['a', null, 'W'],
        ['b', null, null],
      ],
      [
        ['P1', 0],
        ['P2', 0],
      ],
      ['W', 'P1'],
    ],
    ['nowhere without a bench', [['a', null, null]], [], [null]],
  ])('go %s', (_what, runs, benches, stations) => {
    const shared = shareBenches(
      runs.map((each) => run(...each)),
      benches.map(([id, open]) => bench(id, open)),
    );
    expect(shared.map(({ stationId }) => stationId)).toEqual(stations);
  });

  it('leave no bench with two carts more than another that had no more before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }), fc.nat(40), (loads, carts) => {
        const benches = loads.map((open, at) => bench(`P${at}`, open));
        const shared = shareBenches(
          Array.from({ length: carts }, (_, at) => run(`r${at}`)),
          benches,
        );
        const after = benches.map(({ id, open }) => ({
          given: shared.filter(({ stationId }) => stationId === id).length,
          open,
        }));
        expect(after.reduce((sum, { given }) => sum + given, 0)).toBe(carts);
        const least = Math.min(...after.map(({ given, open }) => given + open));
        for (const { given, open } of after)
          if (given > 0) expect(given + open - least).toBeLessThanOrEqual(1);
      }),
    );
  });
});

it('takes the bench in the middle for all where none is chosen yet', () => {
  expect(middleBench([bench('P1', 0, 0), bench('P2', 0, 4_000), bench('P3', 0, 9_000)])?.code).toBe('P2');
  expect(middleBench([])).toBeNull();
});
