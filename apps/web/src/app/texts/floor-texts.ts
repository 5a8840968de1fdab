import type { TextSource } from '../../lib/i18n.js';

/** Texts of the floor's pages; each language but English is a file of its own, loaded when a badge asks for it. */
export const floorTexts: TextSource = {
  en: {
    'Hand over {{count}} totes there and scan the station. (one)':
      'Hand over {{count}} tote there and scan the station.',
    'Out of tote {{lpn}}: {{count}} units are left. (one)': 'Out of tote {{lpn}}: {{count}} unit is left.',
    'Such as {{lpn}} with {{count}} units. (one)': 'Such as {{lpn}} with {{count}} unit.',
    '{{count}} picks wait (one)': '{{count}} pick waits',
    '{{count}} picks can go on now. (one)': '{{count}} pick can go on now.',
    'Run {{number}}: {{count}} stops. (one)': 'Run {{number}}: {{count}} stop.',
  },
  ms: async () => (await import('./floor.ms.data.js')).texts,
  zh: async () => (await import('./floor.zh.data.js')).texts,
  behind: {
    ms: async () => (await import('./refusals.ms.data.js')).texts,
    zh: async () => (await import('./refusals.zh.data.js')).texts,
  },
};
