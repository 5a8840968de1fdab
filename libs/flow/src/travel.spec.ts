import { expect, it } from '@jest/globals';
import { travelLimitMs } from './travel.js';

it('is the way at full speed and the margin', () => {
  expect(travelLimitMs({ lengthMm: 30_000, speedMmPerS: 2_000, marginMs: 5_000 })).toBe(20_000);
});

it('refuses a belt that nothing rides on', () => {
  expect(() => travelLimitMs({ lengthMm: 1, speedMmPerS: 0, marginMs: 0 })).toThrow(RangeError);
  expect(() => travelLimitMs({ lengthMm: -1, speedMmPerS: 1, marginMs: 0 })).toThrow(RangeError);
  expect(() => travelLimitMs({ lengthMm: 1, speedMmPerS: 1, marginMs: -1 })).toThrow(RangeError);
});
