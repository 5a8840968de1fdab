import { expect, it } from '@jest/globals';
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
