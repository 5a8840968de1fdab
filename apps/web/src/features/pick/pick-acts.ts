import { identifyScan } from '#lib/barcodes';
import type { RunView } from '#lib/contracts';
import { currentTask, type PickState, type PickStep, startPick } from '#lib/floor';
import { api } from '../../api/client.js';
import type { ConfirmQueue, QueuedConfirm } from '../../lib/confirm-queue.js';
import type { Translate } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import type { Say } from '../../ui/floor/use-turns.js';

export interface PickDesk {
  queue: ConfirmQueue;
  show: (next: PickState | null) => void;
  say: Say;
  t: Translate;
}

/** What a picker's scans come to once they are complete: on disk first, then said, sent behind it. */
export function pickActs({ queue, show, say, t }: PickDesk) {
  const confirm = async (step: Extract<PickStep, { kind: 'confirm' }>, before: PickState): Promise<void> => {
    const task = currentTask(before);
    const eventId = newEventId();
    const at = new Date().toISOString();
    await queue.add({
      eventId,
      path: `/picking/tasks/${step.taskId}/confirm`,
      body: { ...step.confirmation, eventId, at },
      at,
      title: task ? `${before.units} × ${task.item.sku}, ${task.location.code}` : '',
    });
    show(step.state);
    say('done', step.state.taskId ? t('Right. Next place.') : t('All picked. To the station.'));
  };

  const drop = async (step: Extract<PickStep, { kind: 'drop' }>): Promise<void> => {
    const path = dropPath(step.runId);
    if (queue.state.waiting.some((each) => each.path === path)) {
      return say('already', t('Handed over already. The core has not answered yet.'));
    }
    const eventId = newEventId();
    const body = { eventId, stationScan: step.stationScan };
    await queue.add({ eventId, path, body, at: new Date().toISOString(), title: t('Totes handed over') });
    say('good', t('Handed over.'));
  };

  const claim = async (cartScan: string): Promise<void> => {
    const { kind } = identifyScan(cartScan);
    if (kind !== 'cart') return say('wrong', t('Scan the barcode of a cart.'));
    const run = await api.post<RunView | null>('/picking/runs/claim', { cartScan });
    if (!run) return say('note', t('No run is waiting. It comes as soon as one is released.'));
    show(startPick(run));
    say('done', t('Run {{number}}: {{count}} stops.', { number: run.number, count: run.tasks.length }));
  };

  return { confirm, drop, claim };
}

function dropPath(runId: string): string {
  return `/picking/runs/${runId}/drop`;
}

/** True for the hand-over of the run in hand. */
export function isDropOf(confirm: QueuedConfirm, state: PickState | null): boolean {
  return state !== null && confirm.path === dropPath(state.run.id);
}
