import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ArrivalBook, type ArrivalWord, hasEnded, tellArrival } from './arrival.js';

const lane = fc.constantFrom('A', 'B', 'EXC');
const word: fc.Arbitrary<ArrivalWord> = fc.oneof(
  fc.constant<ArrivalWord>({ word: 'seen' }),
  lane.map((of): ArrivalWord => ({ word: 'decided', lane: of })),
  lane.map((actual): ArrivalWord => ({ word: 'confirmed', actual })),
  fc.constant<ArrivalWord>({ word: 'lost' }),
);

/** The book after each word, the first one null. */
function play(words: readonly ArrivalWord[]): { books: (ArrivalBook | null)[]; outcomes: string[] } {
  const books: (ArrivalBook | null)[] = [null];
  const outcomes: string[] = [];
  for (const each of words) {
    const { book, outcome } = tellArrival(books.at(-1)!, each);
    books.push(book);
    outcomes.push(outcome);
  }
  return { books, outcomes };
}

describe('an arrival', () => {
  it('ends at most once, and stays as it ended', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const { books } = play(words);
        const ends = books
          .slice(1)
          .filter((book, at) => book && hasEnded(book) && !(books[at] && hasEnded(books[at])));
        expect(ends.length).toBeLessThanOrEqual(1);
        const ended = books.findIndex((book) => book !== null && hasEnded(book));
        if (ended < 0) return;
        for (const book of books.slice(ended)) expect(book?.state).toBe(books[ended]?.state);
      }),
    );
  });

  it('has ended once it was told of a confirm or a loss that was not refused', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const { books, outcomes } = play(words);
        const toldOfEnd = words.some(
          ({ word: of }, at) => ['confirmed', 'lost'].includes(of) && outcomes[at] === 'applied',
        );
        expect(books.at(-1) ? hasEnded(books.at(-1)!) : false).toBe(toldOfEnd);
      }),
    );
  });

  it('changes nothing when told the same again', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 10 }), word, (words, again) => {
        const { books } = play([...words, again]);
        const repeated = tellArrival(books.at(-1)!, again);
        expect(repeated.outcome).not.toBe('applied');
        expect(repeated.book).toEqual(books.at(-1));
      }),
    );
  });

  it('never forgets the lane that was commanded or the one it really took', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const { books } = play(words);
        books.slice(1).forEach((book, at) => {
          const before = books[at];
          if (before?.decided) expect(book?.commanded).toBe(before.commanded);
          if (before?.actual) expect(book?.actual).toBe(before.actual);
        });
      }),
    );
  });

  it('that was given up keeps being lost when its confirm comes late, and says where the parcel is', () => {
    const { books } = play([{ word: 'seen' }, { word: 'lost' }, { word: 'confirmed', actual: 'A' }]);
    expect(books.at(-1)).toMatchObject({ state: 'lost', actual: 'A' });
  });
});
