import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BatchRequest, batchRuns } from './batch-runs.js';
import { routeOnSite } from './route-site.js';
import type { AisleSite } from './site-layout.js';

const AISLES = 6;
const site = {
  aislesAlong: 'y' as const,
  aisles: Array.from({ length: AISLES }, (_, at) => ({ aisleId: `A${at}`, acrossMm: at * 4000 })),
  crossAislesMm: [0, 20_000],
};

/** The same with aisles that may be walked one way; the last one is open both ways, so that there is always a way back. */
const oneWay: AisleSite = {
  ...site,
  aisles: site.aisles.map((aisle, at) => ({
    ...aisle,
    ...(at < AISLES - 1 && { oneWay: at % 3 === 0 ? 'up' : 'down' }),
  })),
};

const requestsOver = (of: AisleSite): fc.Arbitrary<BatchRequest> =>
  fc
    .array(
      fc.record({
        units: fc.integer({ min: 1, max: 12 }),
        weightGrams: fc.integer({ min: 1, max: 4000 }),
        stops: fc.array(fc.tuple(fc.nat(AISLES - 1), fc.nat(20)), { minLength: 1, maxLength: 4 }),
      }),
      { maxLength: 14 },
    )
    .map((orders) => ({
      site: of,
      cart: { slots: 4, units: 10, weightGrams: 9000 },
      start: { xMm: 9000, yMm: 0 },
      orders: orders.map(({ units, weightGrams, stops }, index) => ({
        orderId: `o${index}`,
        units,
        volumeMl: 100,
        weightGrams,
        stops: stops.map(([aisle, metre], stop) => ({
          stopId: `o${index}s${stop}`,
          aisleId: `A${aisle}`,
          xMm: aisle * 4000,
          yMm: metre * 1000,
        })),
      })),
    }));

const requests = fc.oneof(requestsOver(site), requestsOver(oneWay));

describe('batching orders into runs', () => {
  it('walks each run as a route over the site is walked, in the direction of its aisles', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const plan = batchRuns(request, { maxIterations: 30 });
        for (const { orderIds, stopIds, walkMm } of plan.runs) {
          const stops = request.orders
            .filter(({ orderId }) => orderIds.includes(orderId))
            .flatMap((o) => o.stops);
          expect({ stopIds, walkMm }).toEqual(routeOnSite({ ...request, stops }));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('leaves out an order from whose aisle no way leads back', () => {
    const aisles = site.aisles.map((aisle) => ({ ...aisle, oneWay: 'up' as const }));
    const order = { orderId: 'o', units: 1, volumeMl: 1, weightGrams: 1 };
    const stops = [{ stopId: 's', aisleId: 'A1', xMm: 4000, yMm: 5000 }];
    const start = { xMm: 0, yMm: 0 };
    const request = { site: { ...site, aisles }, cart: {}, start, orders: [{ ...order, stops }] };
    expect(batchRuns(request).unplaced).toEqual([
      {
        orderId: 'o',
        reason: {
          code: 'stop-unreachable',
          stopId: 's',
          detail: 'There is no way from the start over aisle A1 to the end.',
        },
      },
    ]);
    expect(batchRuns({ ...request, end: { xMm: 0, yMm: 20_000 } }).walkMm).toBe(28_000);
  });

  it('puts every order into exactly one run, or says why not', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const plan = batchRuns(request, { maxIterations: 60 });
        const seen = [
          ...plan.runs.flatMap((run) => run.orderIds),
          ...plan.unplaced.map(({ orderId }) => orderId),
        ];
        expect(seen.sort()).toEqual(request.orders.map((order) => order.orderId).sort());
        for (const run of plan.runs) {
          const stops = request.orders
            .filter((order) => run.orderIds.includes(order.orderId))
            .flatMap((o) => o.stops);
          expect([...run.stopIds].sort()).toEqual(stops.map((stop) => stop.stopId).sort());
        }
      }),
      { numRuns: 60 },
    );
  });

  it('never loads a cart beyond a capacity', () => {
    fc.assert(
      fc.property(requests, (request) => {
        for (const { load } of batchRuns(request, { maxIterations: 60 }).runs) {
          expect(load.slots).toBeLessThanOrEqual(4);
          expect(load.units).toBeLessThanOrEqual(10);
          expect(load.weightGrams).toBeLessThanOrEqual(9000);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same plan for the same seed, and never a longer one for more iterations', () => {
    fc.assert(
      fc.property(requests, fc.nat(1000), (request, seed) => {
        const short = batchRuns(request, { seed, maxIterations: 20 });
        expect(batchRuns(request, { seed, maxIterations: 20 })).toEqual(short);
        expect(batchRuns(request, { seed, maxIterations: 200 }).walkMm).toBeLessThanOrEqual(short.walkMm);
        expect(short.walkMm).toBeLessThanOrEqual(short.walkAloneMm);
      }),
      { numRuns: 40 },
    );
  });

  it('leaves out an order that no cart holds and one whose stop is nowhere', () => {
    const plan = batchRuns({
      site,
      cart: { units: 5 },
      start: { xMm: 0, yMm: 0 },
      orders: [
        { orderId: 'large', units: 6, volumeMl: 1, weightGrams: 1, stops: [] },
        {
          orderId: 'lost',
          units: 1,
          volumeMl: 1,
          weightGrams: 1,
          stops: [{ stopId: 's', aisleId: 'none', xMm: 0, yMm: 0 }],
        },
      ],
    });
    expect(plan.runs).toEqual([]);
    expect(plan.unplaced).toEqual([
      { orderId: 'large', reason: { code: 'larger-than-cart', capacity: 'units', needed: 6, limit: 5 } },
      {
        orderId: 'lost',
        reason: { code: 'stop-unreachable', stopId: 's', detail: 'The site has no aisle none.' },
      },
    ]);
  });

  it('plans a large wave part by part, each order once and no worse with more steps', () => {
    const orders = Array.from({ length: 900 }, (_, at) => ({
      orderId: `o${at}`,
      units: 1 + (at % 3),
      volumeMl: 1,
      weightGrams: 1,
      stops: [0, 1].map((stop) => {
        const aisle = (at * 7 + stop * 3) % AISLES;
        return {
          stopId: `${at}:${stop}`,
          aisleId: `A${aisle}`,
          xMm: aisle * 4000,
          yMm: ((at * 13) % 20) * 1000,
        };
      }),
    }));
    const request = { site, cart: { units: 12 }, start: { xMm: 0, yMm: 0 }, orders };
    const quick = batchRuns(request, { maxIterations: 0 });
    const longer = batchRuns(request, { maxIterations: 300 });
    expect(longer.walkMm).toBeLessThan(quick.walkMm);
    const walks = [0, 100, 300, 700, 1500].map(
      (maxIterations) => batchRuns(request, { maxIterations }).walkMm,
    );
    expect(walks).toEqual(walks.toSorted((one, two) => two - one));
    for (const plan of [quick, longer]) {
      expect(plan.runs.flatMap((run) => run.orderIds).sort()).toEqual(
        orders.map((order) => order.orderId).sort(),
      );
      expect(Math.max(...plan.runs.map((run) => run.load.units))).toBeLessThanOrEqual(12);
    }
  });

  it('says why orders share a run', () => {
    const order = (orderId: string) => ({
      orderId,
      units: 5,
      volumeMl: 1,
      weightGrams: 1,
      stops: [{ stopId: orderId, aisleId: 'A1', xMm: 4000, yMm: 10_000 }],
    });
    const { runs } = batchRuns({
      site,
      cart: { units: 10 },
      start: { xMm: 4000, yMm: 0 },
      orders: [order('a'), order('b')],
    });
    expect(runs[0]?.reasons).toEqual([
      { code: 'walk-saved', savedMm: 20_000, aloneMm: 40_000 },
      { code: 'shared-aisles', aisleIds: ['A1'] },
      { code: 'cart-full', capacity: 'units', load: 10, limit: 10 },
    ]);
  });

  it('ends at once when asked to stop', () => {
    const request = fc.sample(requests, { seed: 7, numRuns: 1 })[0]!;
    expect(batchRuns(request, { shouldStop: () => true }).iterations).toBe(0);
  });
});
