import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitByZone } from './split-by-zone.js';

it('splits an order by zones in the sequence that its container passes, and loses nothing', () => {
  const stop = (stopId: string, aisleId: string) => ({ stopId, aisleId, xMm: 0, yMm: 0 });
  const take = (units: number) => ({ units, volumeMl: units * 10, weightGrams: units * 100 });
  const order = {
    orderId: 'o',
    stops: [stop('s1', 'A1'), stop('s2', 'B1'), stop('s3', 'A2')],
    units: 6,
    volumeMl: 60,
    weightGrams: 600,
    takes: { s1: take(1), s2: take(2), s3: take(3) },
  };
  const parts = splitByZone([order], { A1: 'shelf', A2: 'shelf', B1: 'pallet' }, ['pallet', 'shelf']);
  expect(
    parts.map(({ zone, leg, order: part }) => [zone, leg, part.stops.length, part.units, part.weightGrams]),
  ).toEqual([
    ['pallet', 0, 1, 2, 200],
    ['shelf', 1, 2, 4, 400],
  ]);
});

it('keeps every stop and unit in exactly one part, legs counted up in the sequence of zones', () => {
  const zones = { A: 'one', B: 'two', C: 'one', D: 'three' };
  const stops = fc.array(fc.tuple(fc.constantFrom('A', 'B', 'C', 'D', 'E'), fc.nat(9)), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(stops, { maxLength: 5 }), (orders) => {
      const zoned = orders.map((places, order) => ({
        orderId: `o${order}`,
        stops: places.map(([aisleId], at) => ({ stopId: `${order}/${at}`, aisleId, xMm: 0, yMm: 0 })),
        takes: Object.fromEntries(
          places.map(([, units], at) => [`${order}/${at}`, { units, volumeMl: units, weightGrams: units }]),
        ),
        units: places.reduce((sum, [, units]) => sum + units, 0),
        volumeMl: 0,
        weightGrams: 0,
      }));
      const parts = splitByZone(zoned, zones, ['three', 'two', 'one']);
      for (const { orderId, stops: asked, units } of zoned) {
        const own = parts.filter((part) => part.order.orderId === orderId);
        expect(own.map(({ leg }) => leg)).toEqual(own.map((_, at) => at));
        expect(own.flatMap(({ order }) => order.stops.map(({ stopId }) => stopId)).sort()).toEqual(
          asked.map(({ stopId }) => stopId).sort(),
        );
        expect(own.reduce((sum, { order }) => sum + order.units, 0)).toBe(units);
      }
    }),
    { numRuns: 50 },
  );
});
