import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { turnsOf, type Word } from './arrival-turns.js';

const seen = (trackId: number, seq: number, ...parcelIds: string[]): Word => ({
  kind: 'point.seen',
  point: 'P',
  trackId,
  seq,
  parcelIds,
});
const decided = (trackId: number, seq: number): Word => ({ kind: 'point.decided', point: 'P', trackId, seq });
const confirmed = (trackId: number): Word => ({ kind: 'point.confirmed', point: 'P', trackId });
const sizes = (words: Word[]) => turnsOf(words).map(({ length }) => length);

describe('turns', () => {
  it.each<[string, Word[], number[]]>([
    [
      'take arrivals that mingle',
      [seen(1, 1, 'a'), seen(2, 2, 'b'), decided(1, 1), confirmed(1), decided(2, 2)],
      [5],
    ],
    [
      'end where a parcel comes again',
      [seen(1, 1, 'a'), confirmed(1), seen(2, 2, 'a'), confirmed(2)],
      [2, 2],
    ],
    ['end where a track is used again', [seen(1, 1, 'a'), confirmed(1), seen(1, 2, 'b')], [2, 1]],
    ['end where a decision belongs to another sighting of the track', [seen(1, 1), decided(1, 2)], [1, 1]],
    ['end where a decision comes before its sighting', [decided(1, 1), seen(1, 1)], [1, 1]],
    [
      'take a decision that comes behind the end',
      [seen(1, 1, 'a'), confirmed(1), decided(1, 1), seen(2, 2, 'b')],
      [4],
    ],
    ['end where nobody knows whose end came before the decision', [confirmed(1), decided(1, 1)], [1, 1]],
    ['end where a word is repeated', [seen(1, 1), seen(1, 1), decided(1, 1)], [1, 2]],
    ['end where somebody confirms twice', [confirmed(1), confirmed(1)], [1, 1]],
  ])('%s', (_name, words, expected) => expect(sizes(words)).toEqual(expected));

  it('keep the order, and within one tell of each arrival once per kind and of each parcel once', () => {
    const word = fc.oneof(
      fc
        .record({ track: fc.nat(3), seq: fc.nat(2), parcel: fc.constantFrom('a', 'b', 'c') })
        .map(({ track, seq, parcel }) => seen(track, seq, parcel)),
      fc.record({ track: fc.nat(3), seq: fc.nat(2) }).map(({ track, seq }) => decided(track, seq)),
      fc.nat(3).map(confirmed),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const turns = turnsOf(words);
        expect(turns.flat()).toEqual(words);
        for (const turn of turns) {
          const told = turn.map(({ kind, trackId }) => `${kind} ${trackId}`);
          expect(new Set(told).size).toBe(told.length);
          const named = turn.flatMap(({ parcelIds = [] }) => parcelIds);
          expect(new Set(named).size).toBe(named.length);
        }
      }),
    );
  });
});
