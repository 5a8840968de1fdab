import { describe, expect, it } from '@jest/globals';
import { type Trip, WalkLog } from './walk-log.js';

/** Two aisles of 20 m, 4 m apart; the cross aisles lie one metre beyond the outermost locations, at 0 and 20 m. */
const bins = [0, 1].flatMap((aisle) =>
  [1_000, 19_000].map((yMm) => ({ aisleId: `A/${aisle}`, xMm: aisle * 4_000, yMm })),
);
const stop = (orderId: string, aisle: number, yMm: number) => ({
  orderId,
  aisleId: `A/${aisle}`,
  xMm: aisle * 4_000,
  yMm,
});
const trip = (...stops: Trip['stops']): Trip => ({
  by: 'wave',
  slots: 2,
  start: { xMm: 0, yMm: 0 },
  stops,
  end: { xMm: 0, yMm: 0 },
});

describe('WalkLog', () => {
  it('measures what was walked against first come in S-shape over the same places and carts', () => {
    const log = new WalkLog();
    log.add(trip(stop('one', 0, 5_000), stop('three', 0, 6_000)));
    log.add({ ...trip(stop('two', 1, 5_000), stop('four', 1, 6_000)), by: 'channel' });
    const result = log.result(bins, ['one', 'two', 'three', 'four'])!;
    // 6 m in and out; 4 m over, 6 m in and out, 4 m back.
    expect(result.byWave).toMatchObject({ trips: 1, orders: 2, lines: 2, metres: 12 });
    expect(result.byChannel).toMatchObject({ trips: 1, metres: 20 });
    expect(result.measured).toMatchObject({ trips: 2, lines: 4, metres: 32, metresPerLine: 8 });
    expect(result.sameTripsSShape.metres).toBe(32);
    // Orders one and two on the first cart, three and four on the second: both walk through both aisles.
    expect(result.firstComeSShape).toMatchObject({ trips: 2, lines: 4, metres: 96, metresPerLine: 24 });
    expect(result.saved).toBeCloseTo(2 / 3, 3);
  });

  it('counts a place that was visited twice for two lines', () => {
    const log = new WalkLog();
    log.add(trip(stop('one', 0, 5_000), stop('two', 0, 5_000)));
    expect(log.result(bins, ['one', 'two'])!.measured).toMatchObject({ lines: 2, metres: 10 });
  });

  it('says nothing when nobody picked', () => {
    const log = new WalkLog();
    log.add(trip());
    expect(log.result(bins, [])).toBeNull();
  });
});
