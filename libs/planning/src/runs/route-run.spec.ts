import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RouteRequest } from './route-request.js';
import { routeRun } from './route-run.js';
import { inferAisleSite, type PointMm } from './site-layout.js';

const PITCH = 3000;
const BLOCK = 10_000;

const requests: fc.Arbitrary<RouteRequest> = fc
  .record({
    blocks: fc.integer({ min: 1, max: 3 }),
    aisles: fc.integer({ min: 1, max: 4 }),
    stops: fc.array(fc.tuple(fc.nat(3), fc.nat(30)), { minLength: 1, maxLength: 6 }),
    stations: fc.tuple(fc.nat(10), fc.nat(3), fc.option(fc.tuple(fc.nat(10), fc.nat(3)))),
  })
  .map(({ blocks, aisles, stops, stations: [across, lane, end] }) => ({
    site: {
      aislesAlong: 'y' as const,
      aisles: Array.from({ length: aisles }, (_, at) => ({ aisleId: `${at}`, acrossMm: at * PITCH })),
      crossAislesMm: Array.from({ length: blocks + 1 }, (_, at) => at * BLOCK),
    },
    start: { xMm: across * 1000 - 1000, yMm: Math.min(lane, blocks) * BLOCK },
    end: end ? { xMm: end[0] * 1000 - 1000, yMm: Math.min(end[1], blocks) * BLOCK } : undefined,
    stops: stops.map(([aisle, metre], at) => ({
      stopId: `s${at}`,
      aisleId: `${aisle % aisles}`,
      xMm: (aisle % aisles) * PITCH,
      yMm: Math.min(metre, blocks * 10) * 1000,
    })),
  }));

/** Shortest walk between two points, independent of the solver: along an aisle, or out over cross aisles. */
function distance(
  request: RouteRequest,
  one: PointMm & { aisleId?: string },
  two: PointMm & { aisleId?: string },
): number {
  if (one.aisleId !== undefined && one.aisleId === two.aisleId) return Math.abs(one.yMm - two.yMm);
  const exits = (point: { aisleId?: string; yMm: number }) =>
    point.aisleId === undefined ? [point.yMm] : request.site.crossAislesMm;
  const ways = exits(one).flatMap((out) =>
    exits(two).map((into) => {
      const inAisles = Math.abs(one.yMm - out) + Math.abs(two.yMm - into);
      if (out === into) return inAisles + Math.abs(one.xMm - two.xMm);
      const through = request.site.aisles.map(
        ({ acrossMm }) => Math.abs(one.xMm - acrossMm) + Math.abs(acrossMm - two.xMm),
      );
      return inAisles + Math.abs(out - into) + Math.min(...through);
    }),
  );
  return Math.min(...ways);
}

function shortestByTryingAll(request: RouteRequest): number {
  const end = request.end ?? request.start;
  const visit = (from: PointMm & { aisleId?: string }, left: RouteRequest['stops']): number =>
    left.length === 0
      ? distance(request, from, end)
      : Math.min(
          ...left.map(
            (stop) =>
              distance(request, from, stop) +
              visit(
                stop,
                left.filter((s) => s !== stop),
              ),
          ),
        );
  return visit(request.start, request.stops);
}

describe('routing a run', () => {
  it('walks exactly the shortest way, over one, two and three blocks', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { stopIds, walkMm } = routeRun(request);
        expect([...stopIds].sort()).toEqual(request.stops.map((stop) => stop.stopId).sort());
        const points = stopIds.map((stopId) => request.stops.find((stop) => stop.stopId === stopId)!);
        const walk = [request.start, ...points, request.end ?? request.start];
        const walked = walk.slice(1).reduce((sum, point, at) => sum + distance(request, walk[at]!, point), 0);
        expect(walked).toBe(walkMm);
        expect(walkMm).toBe(shortestByTryingAll(request));
      }),
      { numRuns: 300 },
    );
  });

  it('stays at the start without stops', () => {
    const [request] = fc.sample(requests, { seed: 3, numRuns: 1 });
    expect(routeRun({ ...request!, stops: [], end: undefined })).toEqual({ stopIds: [], walkMm: 0 });
  });

  it('refuses a stop that cannot be reached', () => {
    const [request] = fc.sample(requests, { seed: 3, numRuns: 1 });
    const stop = { stopId: 's', aisleId: '0', xMm: 0, yMm: -1 };
    expect(() => routeRun({ ...request!, stops: [stop] })).toThrow(
      'A stop at -1 mm lies beyond the cross aisles',
    );
    expect(() => routeRun({ ...request!, stops: [{ ...stop, yMm: 0, aisleId: 'X' }] })).toThrow(
      'The site has no aisle X.',
    );
  });
});

describe('reading the aisles out of locations', () => {
  it('finds the direction, the aisles and the cross aisles', () => {
    const bins = [0, 1].flatMap((aisle) =>
      [5000, 6000, 9000].map((xMm) => ({ aisleId: `A${aisle}`, xMm, yMm: aisle * 3000 + (xMm % 2000) })),
    );
    expect(inferAisleSite(bins)).toEqual({
      aislesAlong: 'x',
      aisles: [
        { aisleId: 'A0', acrossMm: 500 },
        { aisleId: 'A1', acrossMm: 3500 },
      ],
      crossAislesMm: [4000, 10_000],
    });
  });
});
