import { useSyncExternalStore } from 'react';

export const LANGUAGES = { en: 'English', ms: 'Bahasa Melayu', zh: '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

/**
 * Texts of one language by key. A sentence is its own key and its English text; names of states, steps and reasons are
 * keyed `<kind> <name>`. A key with ` (one)` at its end is taken instead when `count` is 1.
 */
export type Texts = Readonly<Record<string, string>>;
export type Translate = (key: string, values?: Readonly<Record<string, unknown>>) => string;

/** English is there from the start, the others are fetched when somebody reads them. */
export interface TextSource {
  en: Texts;
  ms: () => Promise<Texts>;
  zh: () => Promise<Texts>;
  /** What the first screen can do without: fetched behind it, so that it is there when it is needed. */
  behind?: Record<Exclude<Language, 'en'>, () => Promise<Texts>>;
}

interface Translation {
  language: Language;
  t: Translate;
}

const CHOICE = 'wavehouse.language';

let source: TextSource | null = null;
/** The language asked for last: an earlier one that arrives late must not replace it. */
let wanted: Language = 'en';
let now: Translation = { language: 'en', t: translator('en', {}) };
const watchers = new Set<() => void>();

/** Starts the texts of one entry in the language last chosen here, else the browser's. Resolves when they can be shown. */
export function startTexts(texts: TextSource): Promise<void> {
  source = texts;
  const chosen = localStorage.getItem(CHOICE) ?? navigator.language.slice(0, 2);
  return show(isLanguage(chosen) ? chosen : 'en');
}

/** Follows the badge, or a choice on the screen. Without a network the page stays in the language that it has. */
export function changeLanguage(language: string): void {
  if (!isLanguage(language)) return;
  localStorage.setItem(CHOICE, language);
  void show(language);
}

/** The translator of the language shown now; the component is drawn again when it changes. */
export function useTranslation(): Translation {
  return useSyncExternalStore(watch, () => now);
}

/** Translates into the language shown now, for what is said outside a component. */
export const spoken: Translate = (key, values) => now.t(key, values);

/** Marks an English sentence that is translated elsewhere, so that the check of the texts finds it. */
export function text<const T extends string>(key: T): T {
  return key;
}

/** Looks keys up, falls back to the key, and fills `{{name}}`. Pure: the page's state is not its business. */
export function translator(language: Language, texts: Texts): Translate {
  const counts = new Intl.PluralRules(language);
  return (key, values) => {
    const one = typeof values?.count === 'number' && counts.select(values.count) === 'one';
    const found = (one ? texts[`${key} (one)`] : undefined) ?? texts[key] ?? nameOfKey(key);
    if (!values) return found;
    return found.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
  };
}

const NAMED =
  /^(?:wave|order|line|parcel|load|manifest|device|channel|role|step|step-state|remedy|because|lane|stage|kind|run|task|figure|risk|bottleneck|choice|shape|measure|option|choose|pressure|work|schedule-run|owner|revision|quality|command|version) (.+)$/;

/** A name that no language has a text for is shown as it is, with spaces for its dashes. */
function nameOfKey(key: string): string {
  return NAMED.exec(key)?.[1]?.replaceAll('-', ' ') ?? key;
}

async function show(language: Language): Promise<void> {
  wanted = language;
  try {
    const texts = (language === 'en' ? source?.en : await source?.[language]()) ?? {};
    speak(language, texts);
    const behind = language === 'en' ? undefined : source?.behind?.[language];
    if (behind) void behind().then((more) => speak(language, { ...texts, ...more }), missed(language));
  } catch (error) {
    missed(language)(error);
  }
}

function speak(language: Language, texts: Texts): void {
  if (wanted !== language) return;
  now = { language, t: translator(language, texts) };
  document.documentElement.lang = language;
  for (const watcher of watchers) watcher();
}

/** The sentences themselves are English: what is shown now stays. */
function missed(language: Language): (error: unknown) => void {
  return (error) => console.warn(`No texts for ${language}:`, error);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function isLanguage(language: string): language is Language {
  return language in LANGUAGES;
}
