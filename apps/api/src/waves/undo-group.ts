import type { ReasonView, UndoGroup } from '#lib/contracts';

/** More of one kind are counted and not listed. */
const ITEMS_MAX = 1_000;

/** What happened to one, and to several. */
const TEXTS: Record<UndoGroup['code'], { one: string; many: string }> = {
  'run-withdrawn': { one: 'run is over', many: 'runs are over' },
  'run-to-station': { one: 'run goes to its station', many: 'runs go to their station' },
  'pick-withdrawn': { one: 'pick is withdrawn', many: 'picks are withdrawn' },
  'put-back': { one: 'pick is put back', many: 'picks are put back' },
  'replenishment-withdrawn': {
    one: 'replenishment brings less or nothing',
    many: 'replenishments bring less or nothing',
  },
  'label-voided': { one: 'label is void', many: 'labels are void' },
  'parcel-unpacked': { one: 'parcel is unpacked', many: 'parcels are unpacked' },
  'parcel-cancelled': { one: 'empty parcel is closed', many: 'empty parcels are closed' },
  'order-waits-again': { one: 'order waits again', many: 'orders wait again' },
  'order-kept': { one: 'order stays', many: 'orders stay' },
};

/** One kind of effect with what it touches. */
export function undoGroup(code: UndoGroup['code'], items: readonly ReasonView[]): UndoGroup {
  const count = items.length;
  const text = `${count} ${TEXTS[code][count === 1 ? 'one' : 'many']}.`;
  return { code, text, count, items: items.slice(0, ITEMS_MAX) };
}
