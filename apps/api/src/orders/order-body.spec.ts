import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bodyHash, type OrderBody, orderDifferences } from './order-body.js';

describe('orderDifferences', () => {
  it.each([
    [{ a: 1, lines: [{ q: 1 }] }, { lines: [{ q: 1 }], a: 1 }, []],
    [{ lines: [{ q: 1 }] }, { lines: [{ q: 2 }] }, ['lines.0.q']],
    [{ lines: [{ q: 1 }] }, { lines: [{ q: 1 }, { q: 1 }] }, ['lines.1']],
    [{ a: undefined }, {}, []],
    [{ a: { b: 'x' } }, { a: 'x' }, ['a']],
    [{ a: null }, {}, ['a']],
    [{ a: [] }, { a: {} }, ['a']],
  ])('of %j and %j is %j', (first, second, expected) => {
    expect(orderDifferences(first, second)).toEqual(expected);
  });

  it('is empty exactly when the hashes are equal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, two) => {
        const same = bodyHash(one as unknown as OrderBody) === bodyHash(two as unknown as OrderBody);
        expect(orderDifferences(one, two).length === 0).toBe(same);
      }),
    );
  });
});
