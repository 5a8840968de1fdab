import type { Translate } from './i18n.js';

/** What was refused, or why nobody answered. */
export interface Told {
  code: string;
  facts: Readonly<Record<string, unknown>>;
  /** The core's own sentence, in English. */
  message: string;
}

/**
 * A refusal in the reader's language: the sentence that the language has for its code, filled with its facts. The core's own English
 * where there is none, or where it names a fact that did not come along.
 */
export function refusalWords({ code, facts, message }: Told, t: Translate): string {
  const key = `refusal ${code}`;
  const sentence = t(key);
  const values = known({ ...facts, detail: message }, t);
  const isWhole = [...sentence.matchAll(/\{\{(\w+)\}\}/g)].every(([, name]) => values[name!] !== undefined);
  return sentence !== key && isWhole ? t(key, values) : message;
}

function known(facts: Told['facts'], t: Translate): Record<string, string> {
  const entries = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, factWords(name, value, t)]));
}

/** Facts that are words, such as a state, have a text of their own; codes and numbers are the same in every language. */
function factWords(name: string, value: unknown, t: Translate): string {
  if (Array.isArray(value)) return value.map((each) => factWords(name, each, t)).join(', ') || '–';
  const key = `fact ${name} ${String(value)}`;
  const words = t(key);
  return words === key ? String(value) : words;
}
