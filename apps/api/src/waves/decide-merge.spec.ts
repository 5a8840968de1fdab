import { describe, expect, it } from '@jest/globals';
import { type MergeableWave, whyNotMerge } from './decide-merge.js';

const wave = (number: number, over: Partial<MergeableWave> = {}): MergeableWave => ({
  id: String(number),
  number,
  state: 'planned',
  ofChannel: false,
  method: 'cluster',
  size: { orders: 10, lines: 20, units: 30 },
  template: 'Evening',
  limits: {},
  ...over,
});

describe('whyNotMerge', () => {
  it.each<[string, MergeableWave[], string[]]>([
    ['two planned waves become one', [wave(1), wave(2)], []],
    ['a locked one may join', [wave(1, { state: 'locked' }), wave(2)], []],
    ['one alone does not', [wave(1)], ['one-wave']],
    ['a released one does not', [wave(1), wave(2, { state: 'released' })], ['wrong-state']],
    ['one of a channel does not', [wave(1), wave(2, { ofChannel: true })], ['of-channel']],
    ['ways of picking do not mix', [wave(1), wave(2, { method: 'zone' })], ['different-methods']],
    [
      'every reason is told at once',
      [wave(1, { state: 'failed', ofChannel: true }), wave(2, { state: 'cancelled' })],
      ['wrong-state', 'of-channel', 'wrong-state'],
    ],
    ['up to the limits of the first', [wave(1, { limits: { ordersMax: 20, unitsMax: 60 } }), wave(2)], []],
    ['the limits of the others do not matter', [wave(1), wave(2, { limits: { ordersMax: 5 } })], []],
  ])('%s', (_name, waves, codes) => {
    expect(whyNotMerge(waves).map(({ code }) => code)).toEqual(codes);
  });

  it('two waves at their limit do not become one of double size: the figures are told', () => {
    const limits = { ordersMax: 10, linesMax: 20, unitsMax: 100 };
    expect(whyNotMerge([wave(1, { limits }), wave(2, { limits })])).toEqual([
      {
        code: 'larger-than-template',
        facts: { measure: 'orders', together: 20, limit: 10, template: 'Evening' },
        text: 'Together they have 20 orders: waves of Evening may have 10.',
      },
      {
        code: 'larger-than-template',
        facts: { measure: 'lines', together: 40, limit: 20, template: 'Evening' },
        text: 'Together they have 40 lines: waves of Evening may have 20.',
      },
    ]);
  });
});
