import type { Amount, MatchView, WaveThresholds } from '#lib/contracts';

/** Which thresholds an amount of work does not reach; none: it is worth a wave. */
export function belowThresholds(have: Amount, thresholds: WaveThresholds): MatchView['below'] {
  const { ordersMin = 0, linesMin = 0, unitsMin = 0 } = thresholds;
  const checks = [
    { measure: 'orders' as const, have: have.orders, need: ordersMin },
    { measure: 'lines' as const, have: have.lines, need: linesMin },
    { measure: 'units' as const, have: have.units, need: unitsMin },
  ];
  return checks.filter(({ have: got, need }) => got < need);
}
