import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { levelChanges } from './movement.js';
import { type CountedPlace, postCount } from './post-count.js';

const place: CountedPlace = {
  merchantId: 'm',
  locationId: 'l',
  itemId: 'i',
  lot: '',
  expected: 5,
  counted: 5,
  missing: 0,
  shortfall: 0,
};
const adjustment = { kind: 'adjustment', id: 'w' } as const;
const flows = (over: Partial<CountedPlace>) =>
  postCount({ ...place, ...over }, adjustment).map(
    ({ quantity, from, to }) => `${quantity} ${from.kind} -> ${to.kind}`,
  );

describe('postCount', () => {
  it.each<[string, Partial<CountedPlace>, string[]]>([
    ['nothing when the book is right', {}, []],
    ['a loss', { counted: 3 }, ['2 location -> adjustment']],
    ['goods found that were booked missing', { counted: 7, missing: 2 }, ['2 missing -> location']],
    [
      'more found than was missing',
      { counted: 8, missing: 2 },
      ['2 missing -> location', '1 adjustment -> location'],
    ],
    ['what stays missing', { missing: 2 }, ['2 missing -> adjustment']],
    ['what was picked beyond the book', { shortfall: -3 }, ['3 adjustment -> shortfall']],
  ])('posts %s', (_name, ...[over, expected]) => {
    expect(flows(over)).toEqual(expected);
  });

  it('always leaves the location at what was counted and its other accounts at zero', () => {
    const units = fc.nat({ max: 50 });
    fc.assert(
      fc.property(units, units, units, units, (...[expected, counted, missing, short]) => {
        const postings = postCount({ ...place, expected, counted, missing, shortfall: -short }, adjustment);
        const changes = levelChanges(postings.map((posting) => ({ ...posting, eventId: 'e' })));
        const change = (kind: string) => changes.find((each) => each.kind === kind)?.quantity ?? 0;
        expect(expected + change('location')).toBe(counted);
        expect(missing + change('missing')).toBe(0);
        expect(-short + change('shortfall')).toBe(0);
      }),
    );
  });
});
