import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Random } from '../search/random.js';
import { CARTON_UNITS_MOST, type CartonType, chooseCarton, type ItemToPack } from './choose-carton.js';

const carton = (cartonId: string, side: number): CartonType => ({
  cartonId,
  inner: { lengthMm: side * 2, widthMm: side, heightMm: side },
  tareGrams: 100,
  maxContentGrams: 10_000,
});
const CARTONS = [carton('L', 400), carton('S', 150), carton('M', 250)];

const sides = fc.integer({ min: 20, max: 350 });
const baskets: fc.Arbitrary<ItemToPack[]> = fc
  .array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 3 }),
      size: fc.record({ lengthMm: sides, widthMm: sides, heightMm: sides }),
      weightGrams: fc.integer({ min: 1, max: 6000 }),
      upright: fc.boolean(),
      fragile: fc.boolean(),
      mixGroup: fc.constantFrom(undefined, 'food'),
    }),
    { maxLength: 5 },
  )
  .map((rows) => rows.map((row, at) => ({ ...row, itemId: `i${at}` })));

function item(
  itemId: string,
  [lengthMm, widthMm, heightMm]: [number, number, number],
  quantity = 1,
): ItemToPack {
  return { itemId, quantity, size: { lengthMm, widthMm, heightMm }, weightGrams: 100 };
}

describe('choosing cartons', () => {
  it('places every unit once, inside, apart from the others and within the weight', () => {
    fc.assert(
      fc.property(baskets, (basket) => {
        const plan = chooseCarton(basket, CARTONS);
        for (const { itemId, quantity } of basket) {
          const placed = plan.cartons.flatMap((c) => c.placements).filter((p) => p.itemId === itemId).length;
          const unpacked = plan.unpacked
            .filter((u) => u.itemId === itemId)
            .reduce((sum, u) => sum + u.quantity, 0);
          expect(placed + unpacked).toBe(quantity);
        }
        for (const { cartonId, placements, contentGrams, voidMl, fillRatio } of plan.cartons) {
          const { inner, maxContentGrams } = CARTONS.find((type) => type.cartonId === cartonId)!;
          const innerMm3 = volumeMm3(inner);
          const goodsMm3 = placements.reduce((sum, { size }) => sum + volumeMm3(size), 0);
          expect(voidMl).toBe(Math.round((innerMm3 - goodsMm3) / 1000));
          expect(fillRatio).toBeCloseTo(goodsMm3 / innerMm3, 9);
          expect(contentGrams).toBeLessThanOrEqual(maxContentGrams);
          placements.forEach((one, at) => {
            expect(one.xMm + one.size.lengthMm).toBeLessThanOrEqual(inner.lengthMm);
            expect(one.yMm + one.size.widthMm).toBeLessThanOrEqual(inner.widthMm);
            expect(one.zMm + one.size.heightMm).toBeLessThanOrEqual(inner.heightMm);
            const asked = basket.find((entry) => entry.itemId === one.itemId)!;
            if (asked.upright) expect(one.size.heightMm).toBe(asked.size.heightMm);
            if (asked.fragile) expect(placements.filter((two) => liesOver(two, one))).toEqual([]);
            for (const two of placements.slice(at + 1)) {
              expect(apart(one, two)).toBe(true);
              expect(basket.find((entry) => entry.itemId === two.itemId)!.mixGroup).toBe(asked.mixGroup);
            }
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('takes the smallest carton that fits and counts the smaller ones it tried', () => {
    const plan = chooseCarton([item('a', [200, 240, 110]), item('b', [200, 240, 110])], CARTONS);
    expect(plan.cartons.map((c) => c.cartonId)).toEqual(['M']);
    expect(plan.cartons[0]?.reasons).toEqual([
      { code: 'smallest-that-fits', smallerTried: 1 },
      { code: 'void-fill', voidMl: 20_690, voidShare: 0.662 },
    ]);
  });

  it('splits what no carton holds and lays nothing on what is fragile', () => {
    expect(chooseCarton([item('a', [800, 400, 400], 2)], CARTONS).cartons.map((c) => c.cartonId)).toEqual([
      'L',
      'L',
    ]);
    const glass = { ...item('glass', [300, 150, 50], 2), upright: true, fragile: true };
    expect(chooseCarton([glass], [carton('S', 150)]).cartons).toHaveLength(2);
  });

  it('packs many mixed units like few: each once, apart, upright and nothing on what is fragile', () => {
    const random = new Random(5);
    const basket = Array.from({ length: 100 }, (_, at) => ({
      ...item(`i${at}`, [30 + random.below(120), 20 + random.below(90), 10 + random.below(60)], 2),
      upright: at % 3 === 0,
      fragile: at % 10 === 0,
    }));
    const { cartons, unpacked } = chooseCarton(basket, CARTONS);
    expect(unpacked).toEqual([]);
    const placed = cartons.flatMap(({ placements }) => placements.map(({ itemId }) => itemId));
    expect(placed.sort()).toEqual(basket.flatMap(({ itemId }) => [itemId, itemId]).sort());
    for (const { placements } of cartons) {
      for (const [at, one] of placements.entries()) {
        const asked = basket.find(({ itemId }) => itemId === one.itemId)!;
        if (asked.upright) expect(one.size.heightMm).toBe(asked.size.heightMm);
        if (asked.fragile) expect(placements.some((two) => liesOver(two, one))).toBe(false);
        expect(placements.slice(at + 1).every((two) => apart(one, two))).toBe(true);
      }
    }
  });

  it('says of more units than it works out that it does not know, not that they fit nothing', () => {
    const many = [item('nut', [10, 10, 10], 150), item('bolt', [30, 10, 10], 51)];
    const reason = { code: 'too-many-units', units: 201, limit: CARTON_UNITS_MOST };
    expect(chooseCarton(many, CARTONS)).toEqual({
      cartons: [],
      unpacked: [
        { itemId: 'nut', quantity: 150, reason },
        { itemId: 'bolt', quantity: 51, reason },
      ],
    });
  });

  it('says what no carton can hold', () => {
    const plan = chooseCarton([item('ladder', [2000, 300, 100])], CARTONS);
    expect(plan.unpacked).toEqual([
      { itemId: 'ladder', quantity: 1, reason: { code: 'larger-than-cartons' } },
    ]);
    const anvil = { ...item('anvil', [100, 100, 100]), weightGrams: 50_000 };
    expect(chooseCarton([anvil], CARTONS).unpacked[0]?.reason).toEqual({ code: 'heavier-than-cartons' });
  });
});

function volumeMm3({ lengthMm, widthMm, heightMm }: ItemToPack['size']): number {
  return lengthMm * widthMm * heightMm;
}

type Placed = { xMm: number; yMm: number; zMm: number; size: ItemToPack['size'] };

/** Above it, not only beside. */
function liesOver(upper: Placed, lower: Placed): boolean {
  return upper.zMm >= lower.zMm + lower.size.heightMm && !apart({ ...upper, zMm: lower.zMm }, lower);
}

function apart(one: Placed, two: Placed): boolean {
  return (
    one.xMm + one.size.lengthMm <= two.xMm ||
    two.xMm + two.size.lengthMm <= one.xMm ||
    one.yMm + one.size.widthMm <= two.yMm ||
    two.yMm + two.size.widthMm <= one.yMm ||
    one.zMm + one.size.heightMm <= two.zMm ||
    two.zMm + two.size.heightMm <= one.zMm
  );
}
