import type { WrongScan } from '#lib/floor';
import type { Translate } from '../../lib/i18n.js';

/** "Need A-03-2, got A-03-1", in the reader's language. */
export function wrongWords(wrong: WrongScan, t: Translate): string {
  switch (wrong.code) {
    case 'unreadable':
      return t('That code cannot be read. Scan again.');
    case 'too-many':
      return t('Enough: {{needed}} are needed, that would be {{got}}.', { ...wrong });
    case 'tote-in-use':
      return t('That tote stands in another slot. Need {{needed}}.', { ...wrong });
    case 'wrong-tote':
      return wrong.needed === 'T-'
        ? t('Scan an empty tote, got {{got}}.', { ...wrong })
        : t('Need tote {{needed}}, got {{got}}.', { ...wrong });
    case 'wrong-station':
      return t('Scan the station, got {{got}}.', { ...wrong });
    case 'wrong-lot':
      return t('Need lot {{needed}}, got lot {{got}}.', { ...wrong });
    case 'not-now':
      return t('Not now.');
    default:
      return t('Need {{needed}}, got {{got}}.', { ...wrong });
  }
}
