import { describe, expect, it } from '@jest/globals';
import { decideCutOffRelease, type PlannedStart } from './decide-cut-off-release.js';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const inMinutes = (minutes: number) => NOW + minutes * 60_000;
const order = (startIn: number, over: Partial<PlannedStart> = {}): PlannedStart => ({
  orderId: String(startIn),
  startByMs: inMinutes(startIn),
  cutOffAtMs: inMinutes(startIn + 120),
  risk: 'safe',
  ...over,
});
const rule = { marginMinutes: 15, ordersMin: 2 };

describe('decideCutOffRelease', () => {
  it('lets go what must start within the margin', () => {
    expect(decideCutOffRelease([order(5), order(14), order(40)], rule, NOW)).toEqual({
      due: true,
      orders: 2,
      cutOffUpToMs: inMinutes(134),
      startByMs: inMinutes(5),
    });
  });

  it.each([
    ['nothing waits', [], 'nothing-waits', null],
    ['it is too early', [order(40), order(60)], 'not-yet', inMinutes(25)],
    ['a single one waits for more', [order(5), order(40)], 'too-few', inMinutes(-10)],
  ])('waits while %s', (_name, plan, because, nextAtMs) => {
    expect(decideCutOffRelease(plan, rule, NOW)).toEqual({ due: false, because, nextAtMs });
  });

  it('lets a single one go that is at risk', () => {
    expect(decideCutOffRelease([order(5, { risk: 'at-risk' })], rule, NOW)).toMatchObject({
      due: true,
      orders: 1,
    });
  });
});
