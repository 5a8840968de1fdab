import type { Texts } from '../../lib/i18n.js';

/** English where the key of the integrator's console is not the sentence itself. */
export const texts: Texts = {
  'revision wanted': 'Waiting for the agent to take it.',
  'revision trying': 'Being tried: it has 30 seconds to get healthy.',
  'revision healthy': 'Healthy.',
  'revision unproven': 'Not healthy yet, and there is nothing to go back to. It is tried further.',
  'revision rolled-back': 'It did not get healthy: the last good setup runs again.',
  'revision refused': 'The agent refused it; nothing was changed.',
  'quality none': 'unproven',
  'version active': 'in use',
};
