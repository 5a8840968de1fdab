import { describe, expect, it } from '@jest/globals';
import { serveWaiting } from './serve-waiting.js';

const picks = (...quantities: number[]) => quantities.map((quantity) => ({ quantity }));

describe('goods for picks that wait', () => {
  it.each([
    { name: 'enough', waiting: [2, 3], quantity: 5, served: [2, 3], unserved: [] },
    { name: 'more than enough', waiting: [2], quantity: 9, served: [2], unserved: [] },
    { name: 'the most urgent first', waiting: [4, 4], quantity: 5, served: [4], unserved: [4] },
    {
      name: 'a smaller one behind a large one',
      waiting: [6, 2, 2],
      quantity: 4,
      served: [2, 2],
      unserved: [6],
    },
    { name: 'nothing', waiting: [1, 2], quantity: 0, served: [], unserved: [1, 2] },
  ])('$name', ({ waiting, quantity, served, unserved }) => {
    expect(serveWaiting(picks(...waiting), quantity)).toEqual({
      served: picks(...served),
      unserved: picks(...unserved),
    });
  });
});
