/** Values of a column of which many rows hold the same: each different one once, and for each row its place, counted from 1. */
export interface SharedValues {
  /** As JSON. */
  texts: string[];
  /** Null where the row has no value. */
  places: (number | null)[];
}

/**
 * Reasons of ten thousand rows are a handful of different texts: sent and parsed once each, they are joined to their rows by
 * `unnest($n::jsonb[]) with ordinality`.
 */
export function sharedValues<T>(list: readonly T[], of: (each: T, at: number) => unknown): SharedValues {
  const placeOf = new Map<string, number>();
  const places = list.map((each, at) => {
    const value = of(each, at);
    if (value === null || value === undefined) return null;
    const text = JSON.stringify(value);
    const place = placeOf.get(text) ?? placeOf.size + 1;
    placeOf.set(text, place);
    return place;
  });
  return { texts: [...placeOf.keys()], places };
}
