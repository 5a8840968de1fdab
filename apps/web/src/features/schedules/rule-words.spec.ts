import { translator } from '../../lib/i18n.js';
import { ruleWords } from './rule-words.js';

const t = translator('en', { 'day 1': 'Mon', 'day 5': 'Fri' });

describe('ruleWords', () => {
  it('says times and days in their order', () => {
    expect(ruleWords({ kind: 'times', times: ['14:30', '06:00'], days: [5, 1] }, t)).toBe(
      '06:00, 14:30 Mon Fri',
    );
  });

  it('says every day as such', () => {
    expect(ruleWords({ kind: 'times', times: ['06:00'], days: [1, 2, 3, 4, 5, 6, 7] }, t)).toBe(
      '06:00 every day',
    );
  });

  it('says how it follows the cut-offs', () => {
    expect(ruleWords({ kind: 'cut-off', marginMinutes: 15, ordersMin: 20 }, t)).toBe(
      'when a cut-off needs it, 15 min early, from 20 orders',
    );
  });
});
