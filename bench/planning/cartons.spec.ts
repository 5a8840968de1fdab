import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CartonType, chooseCarton } from '#lib/planning';
import { canBePacked } from './carton-brute-force.js';

const CARTONS: CartonType[] = [
  [60, 50, 40],
  [80, 60, 45],
  [90, 80, 60],
  [120, 90, 80],
].map(([lengthMm = 0, widthMm = 0, heightMm = 0], at) => ({
  cartonId: String(at),
  inner: { lengthMm, widthMm, heightMm },
  tareGrams: 1,
  maxContentGrams: 1000,
}));

const side = fc.integer({ min: 10, max: 60 });
const baskets = fc
  .array(fc.record({ lengthMm: side, widthMm: side, heightMm: side }), { minLength: 1, maxLength: 3 })
  .map((sizes) => sizes.map((size, at) => ({ itemId: String(at), quantity: 1, size, weightGrams: 100 })));

describe('choosing a carton', () => {
  it('takes the smallest that any packing of a tiny basket fits', () => {
    fc.assert(
      fc.property(baskets, (basket) => {
        const smallest = CARTONS.find((carton) => canBePacked(basket, carton) !== 'no');
        const { cartons } = chooseCarton(basket, CARTONS);
        if (smallest) expect(cartons.map(({ cartonId }) => cartonId)).toEqual([smallest.cartonId]);
        else expect(cartons.length).not.toBe(1);
      }),
      { numRuns: 150 },
    );
  });
});
