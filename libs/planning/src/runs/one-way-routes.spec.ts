import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RouteRequest } from './route-request.js';
import { routeRun } from './route-run.js';
import { routeOverWays } from './route-ways.js';
import type { Aisle } from './site-layout.js';
import { walkAlongMm } from './walk-along.js';

const PITCH = 3000;
const METRES = 10;

/** How the aisles of a site may be walked, one letter for each: up, down or both ways. */
const ways = (blocks: number) => ({
  alternately: fc.integer({ min: 2, max: 9 }).map((aisles) => 'ududududu'.slice(0, aisles)),
  'in two halves': fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
    .map(([up, down]) => 'u'.repeat(up) + 'd'.repeat(down)),
  'mixed, not the same in all blocks': fc
    .array(fc.constantFrom('u', 'd', 'b'), { minLength: 3, maxLength: blocks * 7 })
    .map((letters) => letters.join('')),
});

interface Shape {
  blocks: number;
  /** By aisle: of the first block, then the next; a single row goes through all blocks. */
  letters: string;
  split: boolean;
  stops: (readonly [number, number])[];
  start: readonly [number, number];
  end: readonly [number, number] | null;
}

function requestOf({ blocks, letters, split, stops, start, end }: Shape): RouteRequest {
  const perBlock = split ? Math.max(1, Math.floor(letters.length / blocks)) : letters.length;
  const aisles = Array.from({ length: split ? perBlock * blocks : perBlock }, (_, at): Aisle => {
    const block = Math.floor(at / perBlock);
    const lowMm = block * METRES * 1000;
    const letter = letters[at % letters.length];
    return {
      aisleId: `${at}`,
      acrossMm: (at % perBlock) * PITCH,
      ...(split && { fromMm: lowMm + 1000, toMm: lowMm + METRES * 1000 - 1000 }),
      ...(letter !== 'b' && { oneWay: letter === 'u' ? 'up' : 'down' }),
    };
  });
  const station = ([across, lane]: readonly [number, number]) => ({
    xMm: across * 1000 - 1000,
    yMm: Math.min(lane, blocks) * METRES * 1000 - (lane === 0 ? 500 : 0),
  });
  return {
    site: {
      aislesAlong: 'y',
      aisles,
      crossAislesMm: Array.from({ length: blocks + 1 }, (_, at) => at * METRES * 1000),
    },
    start: station(start),
    end: end ? station(end) : undefined,
    stops: stops.map(([aisle, metre], at) => {
      const { aisleId, acrossMm, fromMm } = aisles[aisle % aisles.length]!;
      // Of an aisle through all blocks in any of them; at the cross aisles as well.
      const yMm =
        fromMm === undefined ? metre % (blocks * METRES + 1) : (fromMm - 1000) / 1000 + (metre % 11);
      return { stopId: `s${at}`, aisleId, xMm: acrossMm, yMm: yMm * 1000 };
    }),
  };
}

const requestsOf = (kind: keyof ReturnType<typeof ways>, blocks: number, mostStops: number) =>
  fc
    .record({
      blocks: fc.constant(blocks),
      letters: ways(blocks)[kind],
      split: fc.constant(kind.startsWith('mixed')),
      stops: fc.array(fc.tuple(fc.nat(40), fc.nat(60)), { minLength: 1, maxLength: mostStops }),
      start: fc.tuple(fc.nat(24), fc.nat(blocks)),
      end: fc.option(fc.tuple(fc.nat(24), fc.nat(blocks))),
    })
    .map(requestOf);

/** The walk of a sequence of stops, each leg by its shortest way. */
function walkOf(request: RouteRequest, stopIds: readonly string[]): number {
  const { site, stops, start, end = start } = request;
  const inOrder = stopIds.map((id) => stops.find(({ stopId }) => stopId === id)!);
  return walkAlongMm(site, [start, ...inOrder, end]);
}

/** Null for a site without a way over all stops. */
function heldKarpMm(request: RouteRequest): number | null {
  try {
    return routeOverWays(request).walkMm;
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return null;
  }
}

describe('a route over one-way aisles', () => {
  it.each<[keyof ReturnType<typeof ways>, { blocks: number; most: number; runs: number }]>([
    ['alternately', { blocks: 1, most: 9, runs: 30 }],
    ['alternately', { blocks: 2, most: 9, runs: 25 }],
    ['in two halves', { blocks: 1, most: 9, runs: 30 }],
    ['in two halves', { blocks: 2, most: 9, runs: 25 }],
    ['mixed, not the same in all blocks', { blocks: 1, most: 9, runs: 30 }],
    ['mixed, not the same in all blocks', { blocks: 2, most: 9, runs: 30 }],
    ['mixed, not the same in all blocks', { blocks: 3, most: 7, runs: 8 }],
  ])('%s, is as short as Held-Karp over the net of ways: %j', (kind, { blocks, most, runs }) => {
    fc.assert(
      fc.property(requestsOf(kind, blocks, most), (request) => {
        const shortestMm = heldKarpMm(request);
        if (shortestMm === null) {
          expect(() => routeRun(request)).toThrow('There is no way');
          return;
        }
        const { stopIds, walkMm } = routeRun(request);
        expect([...stopIds].sort()).toEqual(request.stops.map(({ stopId }) => stopId).sort());
        expect(walkMm).toBe(walkOf(request, stopIds));
        expect(walkMm).toBe(shortestMm);
      }),
      { numRuns: runs },
    );
  });
});
