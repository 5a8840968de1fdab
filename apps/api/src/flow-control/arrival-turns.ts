/** As far as it matters for the order in which words about arrivals may be booked. */
export interface Word {
  kind: 'point.seen' | 'point.decided' | 'point.confirmed' | 'point.lost';
  point: string;
  trackId: number;
  /** Of the sighting; a confirm and a loss only name the track. */
  seq?: number;
  /** The parcels that a sighting names. */
  parcelIds?: readonly string[];
}

/** What a turn has told of one arrival so far. */
interface Told {
  seq: number | undefined;
  seen: boolean;
  decided: boolean;
  ended: boolean;
}

/**
 * Cuts the words of one stream into turns: so that the sightings of a turn may be booked together, then its decisions, then its ends,
 * with the outcome of one by one. Within a turn every arrival is told of at most once in each way, first of its sighting, and no parcel
 * arrives twice. A decision that comes up behind its end (an agent keeps it when the PLC has taken it, and a PLC may be quick) goes
 * before it: the same book, and the end is judged by what was really commanded.
 */
export function turnsOf<T extends Word>(words: readonly T[]): T[][] {
  const turns: T[][] = [];
  let told = new Map<string, Told>();
  let parcels = new Set<string>();
  for (const word of words) {
    const key = `${word.point}\n${word.trackId}`;
    const again = (word.parcelIds ?? []).some((id) => parcels.has(id));
    if (turns.length === 0 || again || !fits(word, told.get(key))) {
      turns.push([]);
      told = new Map();
      parcels = new Set();
    }
    turns.at(-1)!.push(word);
    told.set(key, after(word, told.get(key)));
    for (const id of word.parcelIds ?? []) parcels.add(id);
  }
  return turns;
}

function fits({ kind, seq }: Word, told: Told | undefined): boolean {
  if (!told) return true;
  if (kind === 'point.seen') return false;
  if (kind !== 'point.decided') return !told.ended;
  return !told.decided && told.seq === seq && (told.seen || !told.ended);
}

function after({ kind, seq }: Word, told: Told | undefined): Told {
  const before = told ?? { seq, seen: false, decided: false, ended: false };
  if (kind === 'point.seen') return { ...before, seen: true };
  return kind === 'point.decided' ? { ...before, decided: true } : { ...before, ended: true };
}
