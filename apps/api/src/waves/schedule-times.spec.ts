import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { latestDue, nextDue } from './schedule-times.js';

const PARIS = 'Europe/Paris';
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const WORKDAYS = [1, 2, 3, 4, 5];
const at = (text: string) => new Date(text);

describe('nextDue', () => {
  it.each([
    // 2026-03-02 is a Monday.
    ['later today', ['14:00'], EVERY_DAY, '2026-03-02T08:00:00Z', '2026-03-02T13:00:00Z'],
    ['tomorrow', ['09:00'], EVERY_DAY, '2026-03-02T08:00:00Z', '2026-03-03T08:00:00Z'],
    ['the earlier of two', ['15:00', '11:30'], EVERY_DAY, '2026-03-02T08:00:00Z', '2026-03-02T10:30:00Z'],
    ['over the weekend', ['09:00'], WORKDAYS, '2026-03-06T12:00:00Z', '2026-03-09T08:00:00Z'],
    ['the same day of next week', ['09:00'], [1], '2026-03-02T08:00:00Z', '2026-03-09T08:00:00Z'],
    ['on summer time', ['09:00'], EVERY_DAY, '2026-03-28T12:00:00Z', '2026-03-29T07:00:00Z'],
  ])('finds %s', (_name, ...[times, days, after, due]) => {
    expect(nextDue({ times, days }, at(after), PARIS)).toEqual(at(due));
  });

  it('knows when a rule is never due', () => {
    expect(nextDue({ times: ['09:00'], days: [] }, at('2026-03-02T08:00:00Z'), PARIS)).toBeNull();
    expect(nextDue({ times: [], days: EVERY_DAY }, at('2026-03-02T08:00:00Z'), PARIS)).toBeNull();
  });
});

describe('latestDue', () => {
  const rule = { times: ['09:00', '12:00'], days: EVERY_DAY };
  it.each([
    ['nothing yet', '2026-03-02T08:00:00Z', '2026-03-02T10:59:59Z', null],
    ['the moment itself', '2026-03-02T08:00:00Z', '2026-03-02T11:00:00Z', '2026-03-02T11:00:00Z'],
    [
      'only the last of several missed',
      '2026-03-01T00:00:00Z',
      '2026-03-02T12:00:00Z',
      '2026-03-02T11:00:00Z',
    ],
    [
      'what was missed a week ago not',
      '2026-02-01T00:00:00Z',
      '2026-03-02T07:00:00Z',
      '2026-03-01T11:00:00Z',
    ],
  ])('is %s', (_name, since, now, due) => {
    expect(latestDue(rule, { since: at(since), now: at(now) }, PARIS)).toEqual(due === null ? null : at(due));
  });

  it('is after since, not after now, and nothing is due between it and now', () => {
    const start = at('2026-03-20T00:00:00Z').getTime();
    fc.assert(
      fc.property(fc.nat(14 * 86_400), fc.nat(86_400), (from, length) => {
        const since = new Date(start + from * 1000);
        const now = new Date(since.getTime() + length * 1000);
        const due = latestDue(rule, { since, now }, PARIS);
        const next = nextDue(rule, due ?? since, PARIS)!;
        expect(next > now).toBe(true);
        if (due) expect(due > since && due <= now).toBe(true);
      }),
    );
  });
});
