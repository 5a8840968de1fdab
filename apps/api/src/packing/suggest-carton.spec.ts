import { describe, expect, it } from '@jest/globals';
import type { CartonType, ItemToPack } from '#lib/planning';
import { cartonAsPlanned, suggestCarton, takesLong } from './suggest-carton.js';

const carton = (cartonId: string, side: number, maxContentGrams = 10_000): CartonType => ({
  cartonId,
  inner: { lengthMm: side, widthMm: side, heightMm: side },
  tareGrams: 100,
  maxContentGrams,
});
const cube = (itemId: string, side: number, quantity: number, weightGrams = 100): ItemToPack => ({
  itemId,
  quantity,
  size: { lengthMm: side, widthMm: side, heightMm: side },
  weightGrams,
});
const cartons = [carton('L', 400), carton('S', 100), carton('M', 200)];

describe('suggestCarton', () => {
  it.each([
    ['one cube', [cube('a', 90, 1)], 'S', 'the smallest that fits (73 % full)'],
    ['eight cubes fill the next size', [cube('a', 100, 8)], 'M', 'the smallest that fits (100 % full)'],
    ['more than the largest holds', [cube('a', 200, 9)], 'L', 'first of 2 cartons, for volume'],
    ['too heavy for one', [cube('a', 50, 4, 6_000)], 'S', 'first of 4 cartons, for weight'],
    ['larger than all', [cube('a', 900, 1)], 'L', 'nothing here fits any carton: the largest one'],
    ['nothing', [], 'L', 'nothing to pack yet'],
    ['hundreds of units', [cube('a', 10, 500)], 'L', 'more than 200 units: the largest carton'],
  ])('%s', (_name, items, cartonId, reason) => {
    const suggested = suggestCarton(items, cartons)!;
    expect(suggested.cartonId).toBe(cartonId);
    expect(suggested.because).toContain(reason);
  });

  it('has nothing to say where there are no cartons', () => {
    expect(suggestCarton([cube('a', 10, 1)], [])).toBeNull();
  });
});

describe('takesLong', () => {
  it.each([
    [1, false],
    [4, false],
    [5, true],
    [200, true],
    [201, false],
  ])('%i units: %s', (units, long) => {
    expect(takesLong([cube('a', 10, units)])).toBe(long);
  });

  it('takes the largest carton where nothing was worked out in time', () => {
    const suggested = suggestCarton([cube('a', 90, 5)], cartons, 'too-late')!;
    expect(suggested).toEqual({
      cartonId: 'L',
      because: ['nothing was worked out in time: the largest carton'],
    });
  });
});

describe('cartonAsPlanned', () => {
  const m = {
    id: 'm',
    code: 'M',
    contents: [{ itemId: 'a', quantity: 2 }],
    because: [{ code: 'void-fill', voidMl: 1460 }],
  };
  const s = {
    id: 's',
    code: 'S',
    contents: [
      { itemId: 'a', quantity: 1 },
      { itemId: 'b', quantity: 1 },
    ],
    because: [],
  };
  it.each([
    { case: 'all of one carton', items: { a: 2 }, left: [m], carton: 'M' },
    { case: 'all of two cartons: the first', items: { a: 3, b: 1 }, left: [m, s], carton: 'M' },
    { case: 'less than planned', items: { a: 1 }, left: [m], carton: null },
    { case: 'something else as well', items: { a: 2, c: 1 }, left: [m], carton: null },
    { case: 'no plan', items: { a: 2 }, left: [], carton: null },
  ])('follows the plan for $case', ({ items, left, carton }) => {
    const inTote = Object.entries(items).map(([itemId, quantity]) => ({ itemId, quantity: quantity ?? 0 }));
    expect(cartonAsPlanned(inTote, left)?.code ?? null).toBe(carton);
  });

  it('says how much void the plan leaves to be filled', () => {
    const planned = cartonAsPlanned([{ itemId: 'a', quantity: 2 }], [m]);
    expect(planned?.because).toEqual(['planned with the wave', '1.5 l of void fill']);
  });
});
