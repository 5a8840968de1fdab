import { describe, expect, it } from '@jest/globals';
import { sharedValues } from './shared-values.js';

describe('shared values', () => {
  it('keeps each different value once, and for each row where it stands', () => {
    const because = [[{ code: 'a' }], null, [{ code: 'b' }], [{ code: 'a' }], undefined];
    expect(sharedValues(because, (each) => each)).toEqual({
      texts: ['[{"code":"a"}]', '[{"code":"b"}]'],
      places: [1, null, 2, 1, null],
    });
  });
});
