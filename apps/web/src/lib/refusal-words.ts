import type { ReasonView } from '#lib/contracts';
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
export function refusalWords(told: Told, t: Translate): string {
  return words(`refusal ${told.code}`, told, t);
}

function words(key: string, { facts, message }: Omit<Told, 'code'>, t: Translate): string {
  const sentence = t(key);
  if (sentence === key) return message;
  const values = known({ ...facts, detail: message }, t);
  const isWhole = [...sentence.matchAll(/\{\{(\w+)\}\}/g)].every(([, name]) => values[name!] !== undefined);
  return isWhole ? t(key, values) : message;
}

function known(facts: Told['facts'], t: Translate): Record<string, string> {
  const entries = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, factWords(name, value, t)]));
}

/** Facts that are words, such as a state, have a text of their own, as have reasons; codes and numbers are the same in every language. */
function factWords(name: string, value: unknown, t: Translate): string {
  if (Array.isArray(value)) {
    const isSentences = typeof value[0] === 'object';
    return value.map((each) => factWords(name, each, t)).join(isSentences ? ' ' : ', ') || '–';
  }
  const { code, facts, text } = (value ?? {}) as Partial<ReasonView>;
  if (text) return words(`reason ${code}`, { facts: facts ?? {}, message: text }, t);
  const key = `fact ${name} ${String(value)}`;
  const said = t(key);
  return said === key ? String(value) : said;
}
