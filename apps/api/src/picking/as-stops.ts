import type { PickTaskView } from '#lib/contracts';

/** A task of a run as the database answers it; `tote` is the one of a batch run that its goods are in. */
export type TaskRow = Omit<PickTaskView, 'because'> & { because: unknown; tote: string | null };

/**
 * A batch run as its picker sees it: what several orders want of the same goods at one location is one stop with the sum of it, and
 * no order and no slot is chosen. A stop goes by the id of its first task.
 */
export function asStops(tasks: readonly TaskRow[]): Omit<TaskRow, 'tote'>[] {
  const stops = new Map<string, Omit<TaskRow, 'tote'>>();
  for (const { tote, ...task } of tasks) {
    const key = JSON.stringify([task.location.code, task.item.id, task.lot, task.state, tote]);
    const known = stops.get(key);
    if (known) {
      known.quantity += task.quantity;
      known.doneQuantity += task.doneQuantity;
    } else stops.set(key, { ...task, slot: 0, lpn: tote });
  }
  return [...stops.values()];
}
