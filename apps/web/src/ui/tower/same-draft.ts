/** True when the two would be saved as the same: what is not given and what is left out are one. */
export function isSame(one: object, two: object | null): boolean {
  return JSON.stringify(one) === JSON.stringify(two);
}
