import { describe, expect, it } from '@jest/globals';
import { serveWaiting } from './serve-waiting.js';

const picks = (...quantities: number[]) => quantities.map((quantity) => ({ quantity }));

describe('goods for picks that wait', () => {
  it.each([
    ['enough', [2, 3], 5, [2, 3], []],
    ['more than enough', [2], 9, [2], []],
    ['the most urgent first', [4, 4], 5, [4], [4]],
    ['a smaller one behind a large one', [6, 2, 2], 4, [2, 2], [6]],
    ['nothing', [1, 2], 0, [], [1, 2]],
  ])('%s', (_name, waiting, quantity, served, unserved) => {
    expect(serveWaiting(picks(...waiting), quantity)).toEqual({
      served: picks(...served),
      unserved: picks(...unserved),
    });
  });
});
