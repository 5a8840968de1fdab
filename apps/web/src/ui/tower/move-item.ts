/** The list with the item at `from` standing at `to`; as it is when either is not in it. */
export function moveItem<T>(list: readonly T[], from: number, to: number): readonly T[] {
  if (from === to || !(from in list) || !(to in list)) return list;
  const without = list.toSpliced(from, 1);
  return without.toSpliced(to, 0, list[from]!);
}
