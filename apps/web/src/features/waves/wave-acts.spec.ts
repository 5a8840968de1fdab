import { waveStates } from '#lib/contracts';
import { actsOf, mayMerge } from './wave-acts.js';

describe('actsOf', () => {
  it.each([
    ['draft', ['resume', 'cancel']],
    ['planning', []],
    ['planned', ['release', 'dry-run', 'lock', 'cancel']],
    ['locked', ['unlock', 'dry-run', 'cancel']],
    ['released', ['undo']],
    ['in-progress', ['undo']],
    ['failed', ['resume', 'cancel']],
    ['undoing', []],
    ['completed', []],
    ['cancelled', []],
    ['a state of a later version', []],
  ])('offers in %s what the state table allows', (state, names) => {
    expect(actsOf(state).map(({ name }) => name)).toEqual(names);
  });

  it('has one key for each act of a state', () => {
    for (const state of Object.keys(waveStates)) {
      const keys = actsOf(state).flatMap(({ key }) => key ?? []);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('merges what is planned and not yet on the floor', () => {
    expect(Object.keys(waveStates).filter(mayMerge)).toEqual(['planned', 'locked']);
  });
});
