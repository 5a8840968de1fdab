import type { TextSource, Texts } from '../../lib/i18n.js';
import { texts as devices } from './devices.en.data.js';
import { texts as flow } from './flow.en.data.js';
import { texts as waves } from './waves.en.data.js';

/**
 * Texts of tower and console. Names of states, steps, remedies and reasons are keyed `<kind> <name>`; where English has no
 * text for one, the name itself is shown.
 */
export const towerTexts: TextSource = {
  en: {
    ...waves,
    ...devices,
    ...flow,
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
  ms: () =>
    together(
      import('./tower.ms.data.js'),
      import('./waves.ms.data.js'),
      import('./flow.ms.data.js'),
      import('./devices.ms.data.js'),
      import('./reasons.ms.data.js'),
      import('./refusals.ms.data.js'),
      import('./tower-refusals.ms.data.js'),
    ),
  zh: () =>
    together(
      import('./tower.zh.data.js'),
      import('./waves.zh.data.js'),
      import('./flow.zh.data.js'),
      import('./devices.zh.data.js'),
      import('./reasons.zh.data.js'),
      import('./refusals.zh.data.js'),
      import('./tower-refusals.zh.data.js'),
    ),
};

async function together(...files: Promise<{ texts: Texts }>[]): Promise<Texts> {
  return Object.assign({}, ...(await Promise.all(files)).map(({ texts }) => texts));
}
