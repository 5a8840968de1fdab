import type { ScheduleRule } from '#lib/contracts';
import type { Translate } from '../../lib/i18n.js';

const ALL_DAYS = 7;

/** "06:00, 14:30 every day", or how a schedule follows the cut-offs. */
export function ruleWords(rule: ScheduleRule, t: Translate): string {
  if (rule.kind === 'cut-off') {
    return t('when a cut-off needs it, {{minutes}} min early, from {{orders}} orders', {
      minutes: rule.marginMinutes,
      orders: rule.ordersMin,
    });
  }
  const days =
    rule.days.length === ALL_DAYS
      ? t('every day')
      : rule.days
          .toSorted((one, two) => one - two)
          .map((day) => t(`day ${day}`))
          .join(' ');
  return `${rule.times.toSorted().join(', ')} ${days}`;
}
