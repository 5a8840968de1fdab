/** Nothing we are sent is nested deeper; code that follows a value down would run out of stack far beyond. */
const LEVELS_MAX = 32;

/**
 * The value of a JSON text.
 * @throws SyntaxError when it is no JSON or nested deeper than anything that is sent here
 */
export function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isTooDeep(value)) throw new SyntaxError(`nested deeper than ${LEVELS_MAX} levels`);
  return value;
}

/** Whether a value is nested deeper than anything that is sent here. Walks level by level: the value may be as deep as it likes. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth <= LEVELS_MAX; depth += 1) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (level.length === 0) return false;
  }
  return true;
}
