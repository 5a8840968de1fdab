import type { ConfirmReplenishment } from '#lib/contracts';
import { checkLocationScan, readItemScan, type ScannableItem, type WrongScan } from '#lib/floor';

/** A replenishment as far as the decision needs it. */
export interface ReplenishFacts {
  state: string;
  from: string;
  to: string;
  item: ScannableItem;
  lot: string;
  quantity: number;
}

export type ReplenishDecision =
  | { decision: 'done'; quantity: number }
  /** Fewer were there: what was brought counts, the rest is to be counted. Nothing at all ends as failed. */
  | { decision: 'short'; quantity: number; missing: number; reason: string; state: 'done' | 'failed' }
  | { decision: 'refuse'; code: `picking.${string}`; detail: string; facts: Record<string, unknown> };

/** What a confirmation comes to. The places and the item are scanned, the units are counted by the person. */
export function decideReplenish(
  task: ReplenishFacts,
  confirm: Omit<ConfirmReplenishment, 'eventId'>,
): ReplenishDecision {
  if (task.state !== 'ready' && task.state !== 'assigned') {
    const detail = `This replenishment is ${task.state} already.`;
    return { decision: 'refuse', code: 'picking.task-closed', detail, facts: { state: task.state } };
  }
  const { quantity, short } = confirm;
  const nothing = quantity === 0 && short !== undefined;
  const wrong =
    checkLocationScan(task.from, confirm.fromScan) ??
    (nothing ? null : (wrongItem(task, confirm.itemScan) ?? checkLocationScan(task.to, confirm.toScan)));
  if (wrong) return refuse(`picking.${wrong.code}`, wrong);
  if (quantity > task.quantity) {
    return refuse('picking.too-many', { needed: String(task.quantity), got: String(quantity) });
  }
  if (quantity === task.quantity) return { decision: 'done', quantity };
  if (!short) return refuse('picking.incomplete', { needed: String(task.quantity), got: String(quantity) });
  const missing = task.quantity - quantity;
  return {
    decision: 'short',
    quantity,
    missing,
    reason: short.reason,
    state: quantity > 0 ? 'done' : 'failed',
  };
}

/** One scan proves the item; the units are counted. */
function wrongItem(task: ReplenishFacts, itemScan: string): WrongScan | null {
  const read = readItemScan(task.item, task.lot, itemScan);
  return read.ok ? null : read.wrong;
}

function refuse(
  code: `picking.${string}`,
  { needed, got }: { needed: string; got: string },
): ReplenishDecision {
  return { decision: 'refuse', code, detail: `Need ${needed}, got ${got}.`, facts: { needed, got } };
}
