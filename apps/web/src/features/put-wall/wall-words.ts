import type { Translate } from '../../lib/i18n.js';
import { wrongWords } from '../../ui/floor/wrong-words.js';
import type { WallWrong } from './wall-step.js';

/** What is wrong with a scan at a put wall, in the reader's language; a slot is told by where it is. */
export function wallWords(wrong: WallWrong, t: Translate): string {
  switch (wrong.code) {
    case 'wrong-slot':
      return t('That is row {{gotRow}}, column {{gotColumn}}. Need row {{row}}, column {{column}}.', {
        gotRow: wrong.got.row,
        gotColumn: wrong.got.column,
        row: wrong.needed.row,
        column: wrong.needed.column,
      });
    case 'in-hand':
      return t('First {{sku}} into slot {{slot}}.', { sku: wrong.sku, slot: wrong.slot });
    default:
      return wrongWords(wrong, t);
  }
}
