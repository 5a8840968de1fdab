import type { TextSource } from '../../lib/i18n.js';

/**
 * Texts of tower and console. Names of states, steps, remedies and reasons are keyed `<kind> <name>`; where English has no
 * text for one, the name itself is shown.
 */
export const towerTexts: TextSource = {
  en: {
    'stage waiting': 'Waiting',
    'stage released': 'Released',
    'stage picking': 'Picking',
    'stage picked': 'Picked',
    'stage packing': 'Packing',
    'stage packed': 'Packed',
    'stage staged': 'Staged',
    'stage shipped': 'Shipped',
    'because no-read': 'no read',
    'because unknown': 'unknown code',
    'because laps-spent': 'went round too often',
    '{{count}} orders match now (one)': '{{count}} order matches now',
    '{{count}} lines short (one)': '{{count}} line short',
  },
  ms: async () => (await import('./tower.ms.data.js')).texts,
  zh: async () => (await import('./tower.zh.data.js')).texts,
};
