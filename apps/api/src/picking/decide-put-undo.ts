/** A put as the ledger has it, and what became of its slot and its tote since. */
export interface UndoablePut {
  /** Whether its person has put, or taken back, nothing since. */
  isLast: boolean;
  slot: {
    code: string /** Of the order's place in it; null once the order has left it. */;
    state: string | null;
  };
  tote: { lpn: string; state: string; isHere: boolean };
  parts: PutPart[];
}

/** One line of the put: units of one order line that went from the tote into the slot. */
export interface PutPart {
  orderLineId: string;
  quantity: number;
  /** The picks that these goods are of, with how many of their units lie in the slot. */
  tasks: { id: string; sorted: number }[];
}

export type PutUndoDecision =
  /** `toSort`: units that lie in the tote again, pick by pick. */
  | { decision: 'undo'; toSort: { taskId: string; quantity: number }[] }
  | { decision: 'refuse'; code: `picking.${string}`; detail: string; facts: Record<string, unknown> };

/** Slots whose goods nobody packs yet. */
const NOT_PACKED = ['open', 'picked', 'dropped'];

/** Whether a put can be undone: it is the last of its person, its goods still lie in the slot, and its tote does no other work. */
export function decidePutUndo({ isLast, slot, tote, parts }: UndoablePut): PutUndoDecision {
  if (!isLast) {
    const detail = 'Only the last put can be undone, and this is not your last one.';
    return { decision: 'refuse', code: 'picking.put-not-last', detail, facts: {} };
  }
  const toSort = parts.map(backToTasks);
  if (!NOT_PACKED.includes(slot.state ?? '') || toSort.includes(null)) {
    const detail = `Slot ${slot.code} is being packed or was emptied: its goods stay.`;
    return { decision: 'refuse', code: 'picking.put-packed', detail, facts: { slot: slot.code } };
  }
  if (tote.state !== 'empty' && !tote.isHere) {
    const detail = `Tote ${tote.lpn} is at other work by now: nothing goes back into it.`;
    return { decision: 'refuse', code: 'picking.tote-taken', detail, facts: { tote: tote.lpn } };
  }
  return { decision: 'undo', toSort: toSort.flatMap((each) => each!) };
}

/** @returns null where not so many of its units lie in the slot any more */
function backToTasks({ quantity, tasks }: PutPart): { taskId: string; quantity: number }[] | null {
  let left = quantity;
  const back = tasks.flatMap(({ id, sorted }) => {
    const share = Math.min(left, sorted);
    left -= share;
    return share > 0 ? [{ taskId: id, quantity: share }] : [];
  });
  return left === 0 ? back : null;
}
