import { describe, expect, it } from '@jest/globals';
import { askBudgetMs, pointDeadlineMs } from './deadline.js';

const usual = { actuationMs: 80, plcScanMs: 10, marginMs: 50 };

describe('pointDeadlineMs', () => {
  it.each([
    ['1.5 m at 2 m/s', { distanceMm: 1500, beltSpeedMmPerS: 2000 }, 600],
    ['0.5 m at 2 m/s', { distanceMm: 500, beltSpeedMmPerS: 2000 }, 100],
    ['a divert nearer than its own actuation', { distanceMm: 100, beltSpeedMmPerS: 2000 }, 0],
  ])('%s', (_name, belt, expected) => {
    expect(pointDeadlineMs({ ...usual, ...belt })).toBe(expected);
  });

  it('refuses a belt that stands still and a negative distance', () => {
    expect(() => pointDeadlineMs({ ...usual, distanceMm: 100, beltSpeedMmPerS: 0 })).toThrow(RangeError);
    expect(() => pointDeadlineMs({ ...usual, distanceMm: -1, beltSpeedMmPerS: 1 })).toThrow(RangeError);
  });
});

it('leaves time for the answer to reach the PLC, and none when the deadline is gone', () => {
  expect(askBudgetMs(600, 2)).toBe(538);
  expect(askBudgetMs(100, 0)).toBe(80);
  expect(askBudgetMs(15, 0)).toBe(0);
});
