import { describe, expect, it } from '@jest/globals';
import { checkWeight, faultOfReading, READING_AGE_MAX_MS, toleranceGrams } from './weigh-check.js';

describe('toleranceGrams', () => {
  it.each([
    ['one small item: the packaging differs more than the goods', 300, 1, 22],
    ['many small items: each adds its own', 600, 20, 60],
    ['a heavy parcel: 3 % of what it should weigh', 20_000, 4, 600],
    ['3 % is rounded up', 1_001, 1, 31],
  ])('%s', (_name, expected, units, tolerance) => {
    expect(toleranceGrams(expected, units)).toBe(tolerance);
  });
});

describe('checkWeight', () => {
  it.each([
    ['exact', 1000, 1000, true],
    ['at the upper edge', 1000, 1030, true],
    ['at the lower edge', 1000, 970, true],
    ['a gram too heavy', 1000, 1031, false],
    ['a gram too light', 1000, 969, false],
    ['nothing on the pan, however little was expected', 10, 0, false],
    ['below zero', 10, -5, false],
  ])('%s', (_name, expected, weighed, ok) => {
    expect(checkWeight(expected, weighed, 2).ok).toBe(ok);
  });

  it('finds a missing item that weighs more than the tolerance', () => {
    const [units, each, tare] = [10, 250, 300];
    expect(checkWeight(units * each + tare, (units - 1) * each + tare, units).ok).toBe(false);
  });
});

describe('faultOfReading', () => {
  const now = new Date('2026-03-02T08:10:00Z');
  const ago = (ms: number) => new Date(now.getTime() - ms);

  it.each([
    ['fresh and after the last item', { receivedAt: ago(1_000) }, ago(2_000), null],
    ['nothing was packed yet', { receivedAt: ago(1_000) }, null, null],
    ['a weight that this station never had', null, ago(2_000), 'unknown-reading'],
    ['before the last item', { receivedAt: ago(3_000) }, ago(2_000), 'weight-too-old'],
    ['at the very moment of the last item', { receivedAt: ago(2_000) }, ago(2_000), 'weight-too-old'],
    ['two minutes old', { receivedAt: ago(READING_AGE_MAX_MS) }, ago(200_000), null],
    ['older', { receivedAt: ago(READING_AGE_MAX_MS + 1) }, ago(200_000), 'weight-too-old'],
  ])('%s', (_name, reading, lastItemAt, code) => {
    expect(faultOfReading(reading, { lastItemAt }, now)?.code ?? null).toBe(code);
  });
});
