import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = { en: 'English', ms: 'Bahasa Melayu', zh: '简体中文' } as const;

const CHOICE = 'wavehouse.language';

/** Starts the translations of one entry; the language follows the badge, before that the last choice. */
export function startI18n(resources: Record<keyof typeof LANGUAGES, Record<string, string>>): typeof i18next {
  const stored = localStorage.getItem(CHOICE) ?? navigator.language.slice(0, 2);
  const language = stored in LANGUAGES ? stored : 'en';
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: Object.fromEntries(
      Object.entries(resources).map(([code, translation]) => [code, { translation }]),
    ),
    interpolation: { escapeValue: false },
    keySeparator: false,
    nsSeparator: false,
    returnNull: false,
    parseMissingKeyHandler: nameOfKey,
  });
  document.documentElement.lang = language;
  return i18next;
}

const NAMED =
  /^(?:wave|order|line|parcel|load|manifest|device|channel|role|step|step-state|remedy|because|lane|stage) (\S+)$/;

/** A name that no language has a text for is shown as it is, with spaces for its dashes. */
function nameOfKey(key: string): string {
  return NAMED.exec(key)?.[1]?.replaceAll('-', ' ') ?? key;
}

export function changeLanguage(language: string): void {
  if (!(language in LANGUAGES)) return;
  localStorage.setItem(CHOICE, language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}
