import type { ExceptionView, ReasonView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime } from './format.js';

type Told = Pick<ReasonView, 'code' | 'facts' | 'text'>;

/**
 * A reason of the core in the reader's language: English is the core's own sentence; the others have a sentence for its code, filled
 * with its facts, and a brief one for where the facts are told in another way. A code without either is shown in English.
 */
export function useReasonWords(): (reason: Told) => string {
  const { language, t } = useTranslation();
  return ({ code, facts, text }) => {
    if (language === 'en') return text;
    const values = shown(facts);
    const full = t(`reason ${code}`);
    if (full !== `reason ${code}` && isFilled(full, values)) return t(`reason ${code}`, values);
    const brief = t(`reason-brief ${code}`);
    return brief === `reason-brief ${code}` ? text : brief;
  };
}

/** What an exception is called, in the reader's language. */
export function useExceptionTitle(): (exception: Pick<ExceptionView, 'code' | 'title'>) => string {
  const { t } = useTranslation();
  return ({ code, title }) => {
    const translated = t(`exception ${code}`);
    return translated === `exception ${code}` ? title : translated;
  };
}

function isFilled(words: string, values: Record<string, string>): boolean {
  return [...words.matchAll(/\{\{(\w+)\}\}/g)].every(([, name]) => values[name!] !== undefined);
}

/** The unit stands at the end of a fact's name. What is not known is left out. */
function shown(facts: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, shownFact(name, value)]));
}

function shownFact(name: string, value: unknown): string {
  if (name.endsWith('Mm')) return `${Math.round(Number(value) / 1000)} m`;
  if (name.endsWith('Ms')) return `${Math.round(Number(value) / 60_000)} min`;
  if (name.endsWith('Ml')) return `${(Number(value) / 1000).toFixed(1)} l`;
  if (name.endsWith('Share')) return `${Math.round(Number(value) * 100)} %`;
  if (name.endsWith('At')) return clockTime(String(value));
  return Array.isArray(value) ? value.join(', ') : String(value);
}
