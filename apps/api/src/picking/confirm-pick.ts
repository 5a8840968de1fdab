import { identifyScan } from '#lib/barcodes';
import type { ConfirmPick, ShortReason } from '#lib/contracts';
import {
  checkContainerScan,
  checkItemScans,
  checkLocationScan,
  type ScannableItem,
  type WrongScan,
} from '#lib/floor';

/** A task as far as the decision needs it. */
export interface PickTaskFacts {
  state: string;
  locationCode: string;
  item: ScannableItem;
  lot: string;
  quantity: number;
  /** The tote in the task's slot; null while the slot is empty. */
  lpn: string | null;
  /** Totes of the run's other slots. */
  otherLpns: readonly string[];
}

export type PickDecision =
  | { decision: 'pick'; quantity: number; lpn: string }
  | { decision: 'short'; quantity: number; missing: number; reason: ShortReason; lpn: string | null }
  | { decision: 'refuse'; code: `picking.${string}`; detail: string; facts: Record<string, unknown> };

const OPEN: ReadonlySet<string> = new Set(['ready', 'assigned', 'in-progress']);

/**
 * What a confirmation comes to: the units scanned, never the units planned. Every scan is checked against the task; one that
 * is wrong makes the whole confirmation a refusal that changes nothing.
 */
export function decidePick(task: PickTaskFacts, confirm: ConfirmPick): PickDecision {
  if (!OPEN.has(task.state)) {
    const detail = `This pick is ${task.state} already.`;
    return { decision: 'refuse', code: 'picking.task-closed', detail, facts: { state: task.state } };
  }
  const blocked = confirm.short?.reason === 'blocked' && confirm.itemScans.length === 0;
  const wrongPlace =
    blocked && confirm.locationScan === ''
      ? null
      : checkLocationScan(task.locationCode, confirm.locationScan);
  if (wrongPlace) return refuse(wrongPlace);
  const count = checkItemScans(task.item, task, confirm.itemScans);
  if (!count.ok) return refuse(count.wrong);
  if (count.units === 0) return zeroPick(task, confirm);
  if (count.units < task.quantity && !confirm.short) {
    const facts = { needed: String(task.quantity), got: String(count.units) };
    const detail = `Need ${facts.needed}, got ${facts.got}. Scan the rest or say that it is not there.`;
    return { decision: 'refuse', code: 'picking.incomplete', detail, facts };
  }
  const wrongTote = checkContainerScan(task.lpn, confirm.containerScan);
  if (wrongTote) return refuse(wrongTote);
  const lpn = identifyScan(confirm.containerScan).value;
  if (task.otherLpns.includes(lpn)) return refuse({ code: 'tote-in-use', needed: 'an empty tote', got: lpn });
  if (count.units === task.quantity) return { decision: 'pick', quantity: count.units, lpn };
  const missing = task.quantity - count.units;
  return { decision: 'short', quantity: count.units, missing, reason: confirm.short!.reason, lpn };
}

function zeroPick(task: PickTaskFacts, confirm: ConfirmPick): PickDecision {
  if (!confirm.short) {
    const facts = { needed: String(task.quantity), got: '0' };
    return { decision: 'refuse', code: 'picking.incomplete', detail: 'Nothing was scanned.', facts };
  }
  return { decision: 'short', quantity: 0, missing: task.quantity, reason: confirm.short.reason, lpn: null };
}

function refuse(wrong: WrongScan): PickDecision {
  const { code, needed, got } = wrong;
  return {
    decision: 'refuse',
    code: `picking.${code}`,
    detail: `Need ${needed}, got ${got}.`,
    facts: { needed, got },
  };
}
