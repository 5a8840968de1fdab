import type { ReasonView, UndoGroup } from '#lib/contracts';

/** More of one kind are counted and not listed. */
const ITEMS_MAX = 1_000;

/** One kind of effect with what it touches. */
export function undoGroup(code: UndoGroup['code'], text: string, items: readonly ReasonView[]): UndoGroup {
  return { code, text, count: items.length, items: items.slice(0, ITEMS_MAX) };
}
