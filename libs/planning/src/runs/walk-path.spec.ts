import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AisleSite, PointMm } from './site-layout.js';
import { type WalkPlace, walkAlongMm } from './walk-along.js';
import { walkPath } from './walk-path.js';

const site: AisleSite = {
  aislesAlong: 'y',
  aisles: [
    { aisleId: 'A', acrossMm: 2000 },
    { aisleId: 'B', acrossMm: 6000 },
    { aisleId: 'C', acrossMm: 10_000 },
  ],
  crossAislesMm: [0, 12_000, 24_000],
};

const inAisle = fc
  .record({ aisle: fc.constantFrom(...site.aisles), yMm: fc.integer({ min: 0, max: 24_000 }) })
  .map(({ aisle, yMm }): WalkPlace => ({ aisleId: aisle.aisleId, xMm: aisle.acrossMm, yMm }));
const station = fc.record({
  xMm: fc.integer({ min: 0, max: 12_000 }),
  yMm: fc.integer({ min: -3000, max: 27_000 }),
});

function lengthOf(path: readonly PointMm[]): number {
  return path
    .slice(1)
    .reduce((sum, to, at) => sum + Math.abs(to.xMm - path[at]!.xMm) + Math.abs(to.yMm - path[at]!.yMm), 0);
}

it('draws a walk with right angles, from its first place to its last, as long as it is measured', () => {
  fc.assert(
    fc.property(station, fc.array(inAisle, { maxLength: 12 }), station, (start, stops, end) => {
      const places = [start, ...stops, end];
      const path = walkPath(site, places);
      expect(lengthOf(path)).toBe(walkAlongMm(site, places));
      expect(path[0]).toEqual(start);
      expect(path.at(-1)).toEqual(end);
      for (const [at, to] of path.slice(1).entries())
        expect(to.xMm === path[at]!.xMm || to.yMm === path[at]!.yMm).toBe(true);
    }),
  );
});

it('turns only at corners', () => {
  const stop = (aisleId: string, xMm: number, yMm: number) => ({ aisleId, xMm, yMm });
  expect(walkPath(site, [stop('A', 2000, 4000), stop('A', 2000, 8000), stop('B', 6000, 9000)])).toEqual([
    { xMm: 2000, yMm: 4000 },
    { xMm: 2000, yMm: 12_000 },
    { xMm: 6000, yMm: 12_000 },
    { xMm: 6000, yMm: 9000 },
  ]);
});
