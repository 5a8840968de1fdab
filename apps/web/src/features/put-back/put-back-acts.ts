import type { RefObject } from 'react';
import type { PutBackTask } from '#lib/contracts';
import { ApiError, api, reasonOf } from '../../api/client.js';
import type { ConfirmQueue } from '../../lib/confirm-queue.js';
import type { Translate } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import type { Say } from '../../ui/floor/use-turns.js';
import { noPutBacks, type PutBackState, type PutBackStep, putBackNeed } from './put-back-step.js';

export interface PutBackDesk {
  queue: ConfirmQueue;
  now: RefObject<PutBackState>;
  show: (next: PutBackState) => void;
  say: Say;
  t: Translate;
}

/** What putting back comes to once the scans are complete: on disk first, then said, sent behind it. */
export function putBackActs({ queue, now, show, say, t }: PutBackDesk) {
  const nextWords = (): string => {
    const need = putBackNeed(now.current);
    if (need.need === 'item') return t('Scan the item, {{count}} to go', { count: need.remaining });
    if (need.need === 'location') return t('Go to {{code}}', { code: need.task.location });
    return t('Scan a tote or parcel');
  };
  /** The core is told so that nobody else fetches it; without a network the work goes on, the confirm is checked anyway. */
  const claim = (task: PutBackTask): void => {
    api.post(`/picking/put-backs/${task.id}/claim`).catch((error) => {
      if (error instanceof ApiError && error.isTransient) return;
      if (now.current.task?.id === task.id)
        show({ ...noPutBacks, tasks: now.current.tasks.filter(({ id }) => id !== task.id) });
      say('wrong', reasonOf(error));
    });
  };
  const confirm = async (step: Extract<PutBackStep, { kind: 'confirm' }>): Promise<void> => {
    const eventId = newEventId();
    const { task } = step;
    await queue.add({
      eventId,
      path: `/picking/put-backs/${task.id}/confirm`,
      body: { ...step.confirmation, eventId },
      at: new Date().toISOString(),
      title: `${task.quantity} × ${task.sku}, ${task.location}`,
    });
    show(step.state);
    say('done', t('Put back. {{next}}', { next: nextWords() }));
    if (step.state.task) claim(step.state.task);
  };
  /** Leaves the task in hand to others; it goes to the end, so that it is not proposed again at once. */
  const leave = async (): Promise<void> => {
    const { task, tasks } = now.current;
    if (!task) return;
    show({ ...noPutBacks, tasks: [...tasks.filter(({ id }) => id !== task.id), { ...task, mine: false }] });
    await api.post(`/picking/put-backs/${task.id}/release`);
  };
  return { nextWords, claim, confirm, leave };
}
