import type { RefObject } from 'react';
import type { ReplenishmentTask } from '#lib/contracts';
import { ApiError, api, reasonOf } from '../../api/client.js';
import type { ConfirmQueue } from '../../lib/confirm-queue.js';
import type { Translate } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import type { Say } from '../../ui/floor/use-turns.js';
import {
  noReplenishments,
  quantityOf,
  type ReplenishState,
  type ReplenishStep,
  replenishNeed,
} from './replenish-step.js';

export interface ReplenishDesk {
  queue: ConfirmQueue;
  now: RefObject<ReplenishState>;
  show: (next: ReplenishState) => void;
  say: Say;
  t: Translate;
}

/** What replenishing comes to once the scans are complete: on disk first, then said, sent behind it. */
export function replenishActs({ queue, now, show, say, t }: ReplenishDesk) {
  const nextWords = (): string => {
    const need = replenishNeed(now.current);
    switch (need.need) {
      case 'nothing':
        return t('Nothing to replenish');
      case 'from':
        return t('Go to {{code}}', { code: need.task.from });
      case 'item':
        return t('Scan the item');
      case 'to':
        return t('Take {{count}} to {{code}} and scan the place', {
          count: quantityOf(now.current, need.task),
          code: need.task.to,
        });
    }
  };
  /** The core is told so that nobody else fetches it; without a network the work goes on, the confirm is checked anyway. */
  const claim = (task: ReplenishmentTask): void => {
    api.post(`/picking/replenishments/${task.id}/claim`).catch((error) => {
      if (error instanceof ApiError && error.isTransient) return;
      if (now.current.tasks[0]?.id === task.id)
        show({ ...noReplenishments, tasks: now.current.tasks.filter(({ id }) => id !== task.id) });
      say('wrong', reasonOf(error));
    });
  };
  const confirm = async (step: Extract<ReplenishStep, { kind: 'confirm' }>): Promise<void> => {
    const eventId = newEventId();
    const { task, confirmation } = step;
    await queue.add({
      eventId,
      path: `/picking/replenishments/${task.id}/confirm`,
      body: { ...confirmation, eventId },
      at: new Date().toISOString(),
      title: `${confirmation.quantity} × ${task.sku}, ${task.to}`,
    });
    show(step.state);
    say('done', t('Replenished. {{next}}', { next: nextWords() }));
  };
  /** Leaves the task in hand to others; it goes to the end, so that it is not proposed again at once. */
  const leave = async (): Promise<void> => {
    const [task, ...others] = now.current.tasks;
    if (!task) return;
    const wasBegun = now.current.fromScan !== '';
    show({ ...noReplenishments, tasks: [...others, { ...task, mine: false }] });
    if (wasBegun || task.mine) await api.post(`/picking/replenishments/${task.id}/release`);
  };
  return { nextWords, claim, confirm, leave };
}
