import type { Texts } from '../../lib/i18n.js';

export const texts: Texts = {};
