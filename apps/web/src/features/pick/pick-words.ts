import { type PickState, pickNeed } from '#lib/floor';
import type { Translate } from '../../lib/i18n.js';

/** What to do next, as a sentence. */
export function needWords(state: PickState, t: Translate): string {
  const need = pickNeed(state);
  switch (need.need) {
    case 'location':
      return t('Go to {{code}}', { code: need.code });
    case 'item':
      return t('Scan the item, {{count}} to go', { count: need.remaining });
    case 'tote':
      if (state.run.method === 'batch') return t('Scan the tote that it goes into');
      return need.lpn
        ? t('Into tote {{lpn}}', { lpn: need.lpn })
        : t('Put an empty tote into slot {{slot}} and scan it', { slot: need.slot });
    case 'station':
      return t('To station {{code}}', { code: need.code ?? '' });
  }
}
