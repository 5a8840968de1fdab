import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstComeWalkMm, sShapeWalkMm } from './naive-walk.js';
import { routeRun } from './route-run.js';
import type { AisleSite, RunStop } from './site-layout.js';

const site: AisleSite = {
  aislesAlong: 'y',
  aisles: [0, 1, 2, 3].map((n) => ({ aisleId: `a${n}`, acrossMm: n * 4_000 })),
  crossAislesMm: [0, 20_000],
};
const start = { xMm: 0, yMm: 0 };
const stop = (aisle: number, yMm: number): RunStop => ({
  stopId: `${aisle}-${yMm}`,
  aisleId: `a${aisle}`,
  xMm: aisle * 4_000,
  yMm,
});

describe('sShapeWalkMm', () => {
  it('goes through an aisle and back by the next', () => {
    expect(sShapeWalkMm(site, [stop(0, 5_000), stop(1, 5_000)], { start, end: start })).toBe(
      20_000 + 4_000 + 20_000 + 4_000,
    );
  });

  it('turns in the last aisle when their number is odd', () => {
    expect(sShapeWalkMm(site, [stop(2, 5_000)], { start, end: start })).toBe(8_000 + 10_000 + 8_000);
  });

  it('is never shorter than the planned walk', () => {
    const stops = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 19 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(stops, (places) => {
        const list = places.map(([aisle, metres], at) => ({
          ...stop(aisle, metres * 1_000),
          stopId: String(at),
        }));
        const planned = routeRun({ site, stops: list, start });
        expect(sShapeWalkMm(site, list, { start, end: start })).toBeGreaterThanOrEqual(planned.walkMm);
      }),
    );
  });
});

describe('firstComeWalkMm', () => {
  it('walks once per full cart', () => {
    const orders = [stop(0, 5_000), stop(1, 5_000), stop(0, 5_000)].map((each) => ({ stops: [each] }));
    const way = { start, end: start, slots: 2 };
    expect(firstComeWalkMm(site, orders, way)).toBe(48_000 + 10_000);
  });
});
