import { describe, expect, it } from '@jest/globals';
import { asParameter } from './list-text.js';
import { HotStatements } from './preparing-client.js';

const often = (hot: HotStatements, text: string, values: unknown[] = [1]): (string | null)[] =>
  Array.from({ length: 25 }, () => hot.nameOf(text, values));

describe('HotStatements', () => {
  it('names a statement once it was sent twenty times, and always the same', () => {
    const names = often(new HotStatements(), 'select $1');
    expect(names.slice(0, 19)).toEqual(Array(19).fill(null));
    expect(new Set(names.slice(19))).toEqual(new Set(['hot_1']));
  });

  it('gives every text a name of its own', () => {
    const hot = new HotStatements();
    expect([often(hot, 'select $1').at(-1), often(hot, 'select $1 + 1').at(-1)]).toEqual(['hot_1', 'hot_2']);
  });

  it('leaves a call with a long list to be planned for itself', () => {
    const hot = new HotStatements();
    often(hot, 'select any($1)');
    expect(hot.nameOf('select any($1)', [Array(51).fill(0)])).toBeNull();
    expect(hot.nameOf('select any($1)', [asParameter(Array(51).fill(0))])).toBeNull();
    expect(hot.nameOf('select any($1)', [Array(50).fill(0)])).toBe('hot_1');
  });

  it('prepares a bounded number of statements', () => {
    const hot = new HotStatements();
    for (let n = 0; n < 401; n += 1) often(hot, `select ${n} + $1`);
    expect(hot.nameOf('select 399 + $1', [1])).toBe('hot_400');
    expect(hot.nameOf('select 400 + $1', [1])).toBeNull();
  });
});
