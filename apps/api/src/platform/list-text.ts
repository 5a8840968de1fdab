const TO_ESCAPE = /["\\]/g;

/**
 * A list of strings, numbers and nulls as PostgreSQL reads an array, several times faster than the driver writes it: a release of ten
 * thousand orders sends half a million values. Null where the list holds anything else: the driver knows how.
 */
export function listText(list: readonly unknown[]): string | null {
  let text = '';
  for (const value of list) {
    if (typeof value === 'string') text += `,"${escaped(value)}"`;
    else if (typeof value === 'number') text += `,${value}`;
    else if (value === null || value === undefined) text += ',NULL';
    else return null;
  }
  return `{${text.slice(1)}}`;
}

/**
 * With a longer list the number of rows is what matters for the plan of a statement, and writing the list takes time of its own.
 */
export const LONG_LIST = 50;

/** A long list that is written already. */
export class WrittenList {
  constructor(readonly text: string) {}
}

/** The list as a parameter of a statement that is sent later: a long one is written at once, so that then it only has to be sent. */
export function asParameter(list: readonly unknown[]): unknown {
  if (list.length <= LONG_LIST) return list;
  const text = listText(list);
  return text === null ? list : new WrittenList(text);
}

/** To look for the two characters is much cheaper than an expression, and hardly any value has one. */
function escaped(value: string): string {
  return value.includes('"') || value.includes('\\') ? value.replace(TO_ESCAPE, '\\$&') : value;
}
