import { nextCutOff } from '../orders/cut-off.js';

/** Times of day on days of the week, on the clock of a time zone. */
export interface TimesRule {
  /** `HH:MM`. */
  times: readonly string[];
  /** ISO: 1 is Monday, 7 Sunday. */
  days: readonly number[];
}

const weekdays = new Map<string, Intl.DateTimeFormat>();
const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** A schedule that nobody looked at for longer than this has nothing to catch up. */
const CATCH_UP_MS = 24 * 3_600_000;

/** The first moment after `after` at which the rule is due; null when it never is. */
export function nextDue(rule: TimesRule, after: Date, timeZone: string): Date | null {
  if (rule.days.length === 0) return null;
  const next = rule.times.map((time) => {
    let at = nextCutOff(after, time, timeZone);
    for (let days = 0; days < 7 && !rule.days.includes(weekday(at, timeZone)); days++) {
      at = nextCutOff(at, time, timeZone);
    }
    return at;
  });
  return next.length === 0 ? null : new Date(Math.min(...next.map((at) => at.getTime())));
}

/**
 * Of all moments after `since` up to `now` at which the rule was due, the latest: missed ones are caught up once, and only those of the
 * last day. Null when there is none.
 */
export function latestDue(rule: TimesRule, span: { since: Date; now: Date }, timeZone: string): Date | null {
  const { now } = span;
  let at = new Date(Math.max(span.since.getTime(), now.getTime() - CATCH_UP_MS));
  let latest: Date | null = null;
  for (;;) {
    const next = nextDue(rule, at, timeZone);
    if (next === null || next > now) return latest;
    latest = next;
    at = next;
  }
}

function weekday(at: Date, timeZone: string): number {
  let format = weekdays.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short' });
    weekdays.set(timeZone, format);
  }
  return NAMES.indexOf(format.format(at)) + 1;
}
