import { describe, expect, it } from '@jest/globals';
import { nextCutOff } from './cut-off.js';

describe('nextCutOff', () => {
  it.each([
    ['later today', '2026-03-02T08:00:00Z', '17:00', 'Europe/Paris', '2026-03-02T16:00:00.000Z'],
    [
      'tomorrow when it has passed',
      '2026-03-02T16:00:00Z',
      '17:00',
      'Europe/Paris',
      '2026-03-03T16:00:00.000Z',
    ],
    [
      'by the day of the site, not of UTC',
      '2026-03-02T22:00:00Z',
      '05:00',
      'Asia/Kuala_Lumpur',
      '2026-03-03T21:00:00.000Z',
    ],
    [
      'after the clocks went forward',
      '2026-03-28T20:00:00Z',
      '17:00',
      'Europe/Paris',
      '2026-03-29T15:00:00.000Z',
    ],
    ['over the end of a year', '2026-12-31T23:30:00Z', '00:15', 'UTC', '2027-01-01T00:15:00.000Z'],
  ])('is %s', (_name, ...[now, time, zone, expected]) => {
    expect(nextCutOff(new Date(now), time, zone).toISOString()).toBe(expected);
  });
});
