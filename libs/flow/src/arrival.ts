/**
 * The life of one arrival at a point, as the core books it: told out of order, repeatedly, or only in part, it ends in exactly
 * one confirm or lost. The services write the same moves as SQL; a spec plays both against each other.
 */
export interface ArrivalBook {
  state: 'seen' | 'sent' | 'confirmed' | 'lost';
  /** False while only the decision has come up, not the sighting itself. */
  heard: boolean;
  /** The lane the PLC was told; null while nobody decided. */
  commanded: string | null;
  decided: boolean;
  /** Where the parcel really went. A confirm after the arrival was given up still says it; the arrival stays lost. */
  actual: string | null;
}

export type ArrivalWord =
  | { word: 'seen' }
  | { word: 'decided'; lane: string }
  | { word: 'confirmed'; actual: string; planned?: string }
  | { word: 'lost' };

export interface Told {
  book: ArrivalBook | null;
  outcome: 'applied' | 'repeated' | 'refused';
}

/** What a word changes in the book of one arrival; null before anything was told of it. */
export function tellArrival(book: ArrivalBook | null, word: ArrivalWord): Told {
  switch (word.word) {
    case 'seen':
      if (!book) return applied({ ...BLANK, heard: true });
      return book.heard ? { book, outcome: 'repeated' } : applied({ ...book, heard: true });
    case 'decided':
      return decided(book, word.lane);
    case 'confirmed':
      if (!book || book.actual !== null) return { book, outcome: 'refused' };
      return applied({
        ...book,
        state: book.state === 'lost' ? 'lost' : 'confirmed',
        actual: word.actual,
        commanded: book.commanded ?? word.planned ?? null,
      });
    case 'lost':
      if (!book || book.actual !== null || book.state === 'lost') return { book, outcome: 'refused' };
      return applied({ ...book, state: 'lost' });
  }
}

/** True when nothing more is to come: the arrival ended, once. */
export function hasEnded(book: ArrivalBook): boolean {
  return book.state === 'confirmed' || book.state === 'lost';
}

const BLANK: ArrivalBook = { state: 'seen', heard: false, commanded: null, decided: false, actual: null };

function decided(book: ArrivalBook | null, lane: string): Told {
  if (!book) return applied({ ...BLANK, state: 'sent', commanded: lane, decided: true });
  if (book.decided) return { book, outcome: 'repeated' };
  const state = book.state === 'seen' ? 'sent' : book.state;
  return applied({ ...book, state, commanded: lane, decided: true });
}

function applied(book: ArrivalBook): Told {
  return { book, outcome: 'applied' };
}
