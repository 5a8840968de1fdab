import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { routeOnSite } from './route-site.js';
import { inferAisleSite, type LocatedBin, type PointMm, type RunStop } from './site-layout.js';
import { walkAlongMm } from './walk-along.js';
import { walkPath } from './walk-path.js';

/** Locations every `stepMm` of an aisle. */
const rack = (aisleId: string, xMm: number, [fromMm, toMm]: [number, number], stepMm = 1_000): LocatedBin[] =>
  Array.from({ length: Math.floor((toMm - fromMm) / stepMm) + 1 }, (_, at) => ({
    aisleId,
    xMm,
    yMm: fromMm + at * stepMm,
  }));
/** Two zones of four aisles, one behind the other, 20 m of floor between them. */
const twoZones = [0, 1, 2, 3].flatMap((n) => [
  ...rack(`A/${n}`, n * 3_000, [0, 20_000], 2_000),
  ...rack(`B/${n}`, n * 3_000, [40_000, 60_000], 2_000),
]);
const start = { xMm: 0, yMm: -1_000 };
const stop = (aisleId: string, xMm: number, yMm: number): RunStop => ({
  stopId: `${aisleId} ${yMm}`,
  aisleId,
  xMm,
  yMm,
});

describe('cross aisles', () => {
  const oneBlock = rack('A/1', 0, [0, 20_000]);
  const gapAt = (mm: number) => [...rack('A/1', 0, [0, 10_000]), ...rack('A/1', 0, [10_000 + mm, 30_000])];
  it.each<[string, LocatedBin[], number[] | undefined, number[]]>([
    ['lie beyond the outermost locations', oneBlock, undefined, [-1_000, 21_000]],
    ['lie where all locations leave a gap', twoZones, undefined, [-1_000, 30_000, 61_000]],
    ['need a gap of two metres', gapAt(1_900), undefined, [-1_000, 30_900]],
    ['are seen in a gap of two metres', gapAt(2_000), undefined, [-1_000, 11_000, 31_000]],
    ['are no wide bays', rack('A/1', 0, [0, 27_000], 2_700), undefined, [-1_000, 28_000]],
    [
      'are not where an aisle goes on through the gap of others',
      [...gapAt(4_000), ...rack('A/2', 3_000, [0, 30_000])],
      undefined,
      [-1_000, 31_000],
    ],
    ['are those that the site knows', oneBlock, [-2_000, 10_500, 22_000], [-2_000, 10_500, 22_000]],
    [
      'lie at the ends too where the site knows only those between',
      oneBlock,
      [10_500],
      [-1_000, 10_500, 21_000],
    ],
    [
      'are as many as a route can be exact for, those with most room between them',
      oneBlock,
      [3_000, 8_000, 9_000, 15_000, 19_000],
      [-1_000, 3_000, 9_000, 15_000, 21_000],
    ],
  ])('%s', (_what, bins, known, expected) => {
    const { crossAislesMm } = inferAisleSite(bins, { crossAislesMm: known });
    expect(crossAislesMm).toEqual(expected);
  });

  it('are taken from one aisle to the next', () => {
    const site = inferAisleSite(twoZones);
    const stops = [stop('A/0', 0, 18_000), stop('A/1', 3_000, 18_000)];
    expect(routeOnSite({ site, start, stops }).walkMm).toBe(68_000);
    const { crossAislesMm: _, ...oneBlock } = site;
    expect(routeOnSite({ site: { ...oneBlock, crossAislesMm: [-1_000, 61_000] }, start, stops }).walkMm).toBe(
      82_000,
    );
  });
});

describe('aisles of several zones', () => {
  it('at the same place across are walked through as one', () => {
    const site = inferAisleSite(twoZones);
    const stops = [stop('A/0', 0, 18_000), stop('B/0', 0, 40_000)];
    const end = { xMm: 0, yMm: 61_000 };
    expect(routeOnSite({ site, start, end, stops }).walkMm).toBe(62_000);
    expect(walkPath(site, [start, ...stops, end])).toEqual([start, end]);
  });

  it('are not walked through where there are none of their locations', () => {
    // Behind the aisle at 3 m there is no aisle; whoever wants to come to the back goes by another one.
    const bins = [
      ...rack('A/0', 0, [0, 20_000]),
      ...rack('A/1', 3_000, [0, 20_000]),
      ...rack('B/9', 0, [24_000, 44_000]),
    ];
    const site = inferAisleSite(bins);
    expect(site.crossAislesMm).toEqual([-1_000, 22_000, 45_000]);
    const from = { xMm: 3_000, yMm: 45_000 };
    expect(walkAlongMm(site, [from, stop('A/1', 3_000, 20_000)])).toBe(3_000 + 23_000 + 3_000 + 2_000);
  });
});

describe('one-way aisles', () => {
  const bins = [0, 1, 2].flatMap((n) => rack(`A/${n}`, n * 3_000, [0, 20_000]));
  it.each<[string, Record<string, 'up' | 'down'>, number]>([
    ['no aisle: in and out again', {}, 2 * 6_000],
    ['up: out at the far end and back by the next aisle', { 'A/0': 'up' }, 22_000 + 3_000 + 22_000 + 3_000],
    ['down: round by the next aisle', { 'A/0': 'down' }, 3_000 + 22_000 + 3_000 + 22_000],
    [
      'up, and the next as well: back by the third',
      { 'A/0': 'up', 'A/1': 'up' },
      22_000 + 6_000 + 22_000 + 6_000,
    ],
  ])('%s', (_what, oneWayAisles, walkMm) => {
    const site = inferAisleSite(bins, { oneWayAisles });
    const stops = [stop('A/0', 0, 5_000)];
    const routed = routeOnSite({ site, start, stops });
    expect(routed).toEqual({ stopIds: ['A/0 5000'], walkMm });
    expect(walkAlongMm(site, [start, stops[0]!, start])).toBe(walkMm);
  });

  it('are told when no way leads back', () => {
    const all = { 'A/0': 'up', 'A/1': 'up', 'A/2': 'up' } as const;
    const site = inferAisleSite(bins, { oneWayAisles: all });
    expect(() => routeOnSite({ site, start, stops: [stop('A/0', 0, 5_000)] })).toThrow('There is no way');
  });
});

/** Aisles that are not the same in both blocks, some of them one-way, never all in one direction. */
const ragged = fc
  .record({
    front: fc.integer({ min: 1, max: 4 }),
    back: fc.integer({ min: 1, max: 4 }),
    shiftMm: fc.constantFrom(0, 1_500),
    ways: fc.array(fc.constantFrom('up', 'down', undefined), { minLength: 8, maxLength: 8 }),
    oneWay: fc.boolean(),
    stops: fc.array(fc.tuple(fc.nat(7), fc.nat(9)), { minLength: 1, maxLength: 5 }),
    ends: fc.tuple(fc.nat(12), fc.nat(12), fc.boolean()),
  })
  .map(({ front, back, shiftMm, ways, oneWay, stops, ends: [from, to, behind] }) => {
    const racks = [
      ...Array.from({ length: front }, (_, n) => ({ aisleId: `A/${n}`, xMm: n * 3_000, yMm: 0 })),
      ...Array.from({ length: back }, (_, n) => ({
        aisleId: `B/${n}`,
        xMm: n * 3_000 + shiftMm,
        yMm: 12_000,
      })),
    ];
    const bins = racks.flatMap(({ aisleId, xMm, yMm }) => rack(aisleId, xMm, [yMm, yMm + 9_000]));
    // The first aisle of each block stays open both ways.
    const known = racks.flatMap(({ aisleId }, at) =>
      oneWay && !aisleId.endsWith('/0') && ways[at] ? [[aisleId, ways[at]] as const] : [],
    );
    return {
      site: inferAisleSite(bins, { oneWayAisles: Object.fromEntries(known) }),
      stops: stops.map(([aisle, metre], at): RunStop => {
        const { aisleId, xMm, yMm } = racks[aisle % racks.length]!;
        return { stopId: `s${at}`, aisleId, xMm, yMm: yMm + metre * 1_000 };
      }),
      start: { xMm: from * 1_000, yMm: -2_000 },
      end: { xMm: to * 1_000, yMm: behind ? 23_000 : -2_000 },
    };
  });

function permutations<T>(values: T[]): T[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, at) => permutations(values.toSpliced(at, 1)).map((rest) => [value, ...rest]));
}

it('routes any such site by the shortest sequence, as long as it is then walked and drawn', () => {
  fc.assert(
    fc.property(ragged, (request) => {
      const { site, stops, start: from, end } = request;
      const { stopIds, walkMm } = routeOnSite(request);
      const inOrder = stopIds.map((id) => stops.find(({ stopId }) => stopId === id)!);
      expect(walkAlongMm(site, [from, ...inOrder, end])).toBe(walkMm);
      const all = permutations(stops).map((order) => walkAlongMm(site, [from, ...order, end]));
      expect(walkMm).toBe(Math.min(...all));
      const path = walkPath(site, [from, ...inOrder, end]);
      const length = (one: PointMm, two: PointMm) =>
        Math.abs(one.xMm - two.xMm) + Math.abs(one.yMm - two.yMm);
      expect(path.slice(1).reduce((sum, point, at) => sum + length(path[at]!, point), 0)).toBe(walkMm);
    }),
    { numRuns: 150 },
  );
});
