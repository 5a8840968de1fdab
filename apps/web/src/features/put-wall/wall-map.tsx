import type { PutInstruction, PutWallSlotView, PutWallView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';

/** The wall as one stands before it: where the item goes with how many, what is full, how far the others are. */
export function WallMap({ wall, put }: { wall: PutWallView; put: PutInstruction | null }) {
  const { t } = useTranslation();
  const columns = Math.max(1, ...wall.slots.map(({ column }) => column));
  return (
    <div
      className="wall-map"
      role="img"
      aria-label={t('{{free}} of {{count}} slots are free', {
        free: wall.freeSlots,
        count: wall.slots.length,
      })}
      style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
    >
      {wall.slots.map((slot) => {
        const isNow = slot.code === put?.slot;
        return (
          <i
            key={slot.code}
            data-state={slot.state}
            data-now={isNow || undefined}
            style={{ gridRow: slot.row, gridColumn: slot.column }}
          >
            <b>{isNow ? put.quantity : markOf(slot)}</b>
          </i>
        );
      })}
    </div>
  );
}

/** Not by colour alone: how many of how many lie in a slot, or that it is ready for packing. */
function markOf({ state, put, wanted }: PutWallSlotView): string {
  if (state === 'waiting' || state === 'filling') return `${put}/${wanted}`;
  if (state === 'complete' || state === 'packing') return '✓';
  return state === 'put-back' ? '↩' : '';
}
