import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeMeasures, pairMeasure, sidesOf, type WaitingMeasure } from './in-line-check.js';

describe('pairMeasure', () => {
  const arrival = { trackId: 7, atMs: 10_000 };
  const cases: [string, WaitingMeasure[], ReturnType<typeof pairMeasure>][] = [
    ['takes the measure with its track number', [{ atMs: 1, trackId: 7 }], { kind: 'paired', index: 0 }],
    [
      'takes the newer of two with its number',
      [
        { atMs: 1, trackId: 7 },
        { atMs: 2, trackId: 7 },
      ],
      { kind: 'paired', index: 1 },
    ],
    ['takes the only one within the window', [{ atMs: 9_300 }], { kind: 'paired', index: 0 }],
    [
      'prefers the number to the time',
      [{ atMs: 9_300 }, { atMs: 1, trackId: 7 }],
      { kind: 'paired', index: 1 },
    ],
    ['leaves one that is too old', [{ atMs: 8_999 }], { kind: 'none' }],
    ['leaves one of the next parcel', [{ atMs: 10_050 }], { kind: 'none' }],
    ['leaves one with another number', [{ atMs: 9_900, trackId: 8 }], { kind: 'none' }],
    ['does not choose between two', [{ atMs: 9_300 }, { atMs: 9_800 }], { kind: 'unsure' }],
  ];
  it.each(cases)('%s', (_name, waiting, pairing) => {
    expect(pairMeasure(waiting, arrival, 1_000)).toEqual(pairing);
  });
});

describe('judgeMeasures', () => {
  const expected = { grams: 1_000, toleranceGrams: 30, sidesMm: sidesOf(300, 200, 100), toleranceMm: 10 };
  it.each([
    ['all as expected', { grams: 1_030, sidesMm: sidesOf(100, 310, 190) }, 'ok'],
    ['too heavy', { grams: 1_031, sidesMm: sidesOf(300, 200, 100) }, 'weight-out'],
    ['no weight at all', { grams: 0, sidesMm: sidesOf(300, 200, 100) }, 'weight-out'],
    ['too high', { grams: 1_000, sidesMm: sidesOf(300, 200, 111) }, 'size-out'],
    ['not weighed', { sidesMm: sidesOf(300, 200, 100) }, 'not-measured'],
    ['perhaps the weight of another', { grams: 'unsure', sidesMm: sidesOf(300, 200, 100) }, 'unsure'],
    ['too heavy and not measured', { grams: 2_000 }, 'weight-out'],
  ] as const)('%s', (_name, measured, result) => {
    expect(judgeMeasures(expected, measured).result).toBe(result);
  });

  it('asks nothing of what nothing is expected of', () => {
    expect(judgeMeasures({}, { grams: 5 })).toEqual({ result: 'ok', grams: 5 });
  });

  it('does not depend on how the parcel lies', () => {
    const side = fc.integer({ min: 1, max: 2_000 });
    fc.assert(
      fc.property(side, side, side, (a, b, c) => {
        const of = (x: number, y: number, z: number) =>
          judgeMeasures({ sidesMm: sidesOf(a, b, c) }, { sidesMm: sidesOf(x, y, z) });
        for (const each of [of(a, b, c), of(c, a, b), of(b, c, a), of(c, b, a)])
          expect(each.result).toBe('ok');
      }),
    );
  });
});
