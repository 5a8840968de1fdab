import { holdPlaces, movesHeld } from './hold-places.js';

const now = { planned: ['a', 'b'], released: ['c'] };

describe('holdPlaces', () => {
  it('moves nothing that stands on the board', () => {
    const wanted = { planned: ['b'], released: ['a', 'c'] };
    expect(holdPlaces(now, wanted)).toEqual(now);
    expect(movesHeld(now, wanted)).toBe(1);
  });

  it('adds what is new below the others', () => {
    const wanted = { planned: ['n', 'a', 'b'], released: ['c'] };
    const held = holdPlaces(now, wanted);
    expect(held).toEqual({ planned: ['a', 'b', 'n'], released: ['c'] });
    expect(movesHeld(held, wanted)).toBe(0);
  });

  it('knows columns that were empty', () => {
    expect(holdPlaces({}, { planned: ['a'] })).toEqual({ planned: ['a'] });
  });
});
