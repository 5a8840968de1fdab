import { describe, expect, it } from '@jest/globals';
import { type ExpectedLine, receiveAgainst } from './receive-goods.js';

const line = (id: string, expected: number, received = 0, lot = ''): ExpectedLine => ({
  id,
  lineNo: 1,
  expected,
  received,
  lot,
});

describe('receiveAgainst', () => {
  it('fills the lines one after the other', () => {
    expect(receiveAgainst([line('a', 5, 3), line('b', 4)], { sku: 'S', quantity: 6, lot: '' })).toEqual({
      accepted: true,
      takes: [
        { lineId: 'a', quantity: 2 },
        { lineId: 'b', quantity: 4 },
      ],
    });
  });

  it.each<[string, ExpectedLine[], number, string, string, number]>([
    ['one more than expected', [line('a', 5, 3)], 3, '', 'receiving.over-receipt', 2],
    ['anything on a full line', [line('a', 5, 5)], 1, '', 'receiving.over-receipt', 0],
    ['another lot', [line('a', 5, 0, 'L1')], 1, 'L2', 'receiving.wrong-lot', 0],
  ])('refuses %s', (_name, ...[lines, quantity, lot, code, stillExpected]) => {
    expect(receiveAgainst(lines, { sku: 'S', quantity, lot })).toMatchObject({
      accepted: false,
      code,
      facts: { stillExpected },
    });
  });
});
