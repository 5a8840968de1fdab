import { describe, expect, it } from '@jest/globals';
import { type MergeableWave, whyNotMerge } from './decide-merge.js';

const wave = (number: number, over: Partial<MergeableWave> = {}): MergeableWave => ({
  id: String(number),
  number,
  state: 'planned',
  ofChannel: false,
  method: 'cluster',
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
  ])('%s', (_name, waves, codes) => {
    expect(whyNotMerge(waves).map(({ code }) => code)).toEqual(codes);
  });
});
