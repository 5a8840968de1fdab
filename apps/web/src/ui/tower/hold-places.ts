/** Which cards stand in which column, in order, by id. */
export type Places = Readonly<Record<string, readonly string[]>>;

/**
 * Where the cards stand while somebody points at them: nothing moves from under the pointer. What is new is added below the
 * others in its column; everything else waits until the board is let go.
 */
export function holdPlaces(now: Places, wanted: Places): Places {
  const known = new Set(Object.values(now).flat());
  return Object.fromEntries(
    Object.entries(wanted).map(([column, ids]) => [
      column,
      [...(now[column] ?? []), ...ids.filter((id) => !known.has(id))],
    ]),
  );
}

/** How many cards would stand elsewhere if the board were let go. */
export function movesHeld(held: Places, wanted: Places): number {
  const columnOf = new Map(Object.entries(held).flatMap(([column, ids]) => ids.map((id) => [id, column])));
  return Object.entries(wanted)
    .flatMap(([column, ids]) => ids.map((id) => ({ id, column })))
    .filter(({ id, column }) => columnOf.get(id) !== column).length;
}
