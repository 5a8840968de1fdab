import type { RunView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';

const DONE = new Set(['picked', 'short', 'dropped', 'done', 'cancelled']);
/** More in a row could not be read on a handheld. */
const PER_ROW_MAX = 10;

/** The cart from above: the slot in hand, those that are complete, those still to come. */
export function CartSlots(props: { slots: RunView['slots']; tasks: RunView['tasks']; now: number }) {
  const { t } = useTranslation();
  const { slots, tasks, now } = props;
  const rows = Math.ceil(slots.length / PER_ROW_MAX);
  const isDone = (slot: number): boolean => tasks.every((task) => task.slot !== slot || DONE.has(task.state));
  return (
    <div
      className="slots"
      role="img"
      aria-label={t('Slot {{slot}} of {{count}}', { slot: now, count: slots.length })}
      style={{ gridTemplateColumns: `repeat(${Math.ceil(slots.length / rows)}, minmax(0, 1fr))` }}
    >
      {slots.map(({ slot }) => (
        <span key={slot} data-now={slot === now} data-done={isDone(slot)}>
          {slot}
        </span>
      ))}
    </div>
  );
}
