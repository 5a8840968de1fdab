/** A list in groups by a key, each group and the groups themselves in the order of the list. */
export function groupBy<T, K>(list: Iterable<T>, of: (each: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const each of list) {
    const key = of(each);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
}
