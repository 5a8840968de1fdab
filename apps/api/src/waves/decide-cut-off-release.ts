import type { OrderOutlook } from '#lib/planning';

/** An order with what the plan back from its cut-off says. */
export type PlannedStart = Pick<OrderOutlook, 'orderId' | 'startByMs' | 'risk'> & { cutOffAtMs: number };

export interface CutOffRule {
  marginMinutes: number;
  ordersMin: number;
}

export type CutOffRelease =
  | { due: true; orders: number; cutOffUpToMs: number; startByMs: number }
  | { due: false; because: 'nothing-waits' | 'not-yet' | 'too-few'; nextAtMs: number | null };

const MINUTE_MS = 60_000;

/**
 * Which orders must start now so that they make their cut-off: those whose latest start less the margin has come. A few wait for more,
 * unless one of them is at risk already.
 */
export function decideCutOffRelease(
  plan: readonly PlannedStart[],
  rule: CutOffRule,
  nowMs: number,
): CutOffRelease {
  if (plan.length === 0) return { due: false, because: 'nothing-waits', nextAtMs: null };
  const marginMs = rule.marginMinutes * MINUTE_MS;
  const startByMs = Math.min(...plan.map((order) => order.startByMs));
  const due = plan.filter((order) => order.startByMs - marginMs <= nowMs);
  if (due.length === 0) return { due: false, because: 'not-yet', nextAtMs: startByMs - marginMs };
  const pressing = due.some(({ risk }) => risk !== 'safe');
  if (due.length < rule.ordersMin && !pressing) {
    return { due: false, because: 'too-few', nextAtMs: startByMs - marginMs };
  }
  const cutOffUpToMs = Math.max(...due.map(({ cutOffAtMs }) => cutOffAtMs));
  return { due: true, orders: due.length, cutOffUpToMs, startByMs };
}
