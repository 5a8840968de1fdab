import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { routeRun } from './route-run.js';
import type { AisleSite, RunStop } from './site-layout.js';
import { walkAlongMm } from './walk-along.js';

const siteOf = (blocks: number): AisleSite => ({
  aislesAlong: 'y',
  aisles: [0, 1, 2, 3].map((n) => ({ aisleId: `a${n}`, acrossMm: n * 4_000 })),
  crossAislesMm: Array.from({ length: blocks + 1 }, (_, at) => at * 20_000),
});

describe('walkAlongMm', () => {
  it('goes out of one aisle and into the next over the nearer cross aisle', () => {
    const places = [
      { xMm: 0, yMm: 18_000, aisleId: 'a0' },
      { xMm: 4_000, yMm: 15_000, aisleId: 'a1' },
    ];
    expect(walkAlongMm(siteOf(1), places)).toBe(2_000 + 4_000 + 5_000);
  });

  it('reaches stations in front of the aisles over the first cross aisle', () => {
    const places = [
      { xMm: 1_000, yMm: -3_000 },
      { xMm: 8_000, yMm: 5_000, aisleId: 'a2' },
      { xMm: 0, yMm: -3_000 },
    ];
    expect(walkAlongMm(siteOf(1), places)).toBe(3_000 + 7_000 + 5_000 + 5_000 + 8_000 + 3_000);
  });

  it('measures a planned route as long as the planner says it is', () => {
    const place = fc.record({ aisle: fc.nat(3), metre: fc.integer({ min: 0, max: 40 }) });
    const station = fc.record({ xMm: fc.nat(12_000), yMm: fc.integer({ min: -4_000, max: 0 }) });
    const days = fc.record({
      blocks: fc.constantFrom(1, 2),
      places: fc.array(place, { minLength: 1, maxLength: 12 }),
      start: station,
      end: station,
    });
    fc.assert(
      fc.property(days, ({ blocks, places, start, end }) => {
        const site = siteOf(blocks);
        const stops = places.map(
          ({ aisle, metre }, at): RunStop => ({
            stopId: String(at),
            aisleId: `a${aisle}`,
            xMm: aisle * 4_000,
            yMm: Math.min(metre * 1_000, blocks * 20_000),
          }),
        );
        const planned = routeRun({ site, stops, start, end });
        const walked = planned.stopIds.map((id) => stops[Number(id)]!);
        expect(walkAlongMm(site, [start, ...walked, end])).toBe(planned.walkMm);
      }),
    );
  });

  it('refuses an aisle that is not there', () => {
    const places = [
      { xMm: 0, yMm: 0 },
      { xMm: 0, yMm: 0, aisleId: 'z' },
    ];
    expect(() => walkAlongMm(siteOf(1), places)).toThrow(RangeError);
  });
});
