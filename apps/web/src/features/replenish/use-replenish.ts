import { useRef, useState } from 'react';
import type { Me, Page, ReplenishmentOutcome, ReplenishmentTask } from '#lib/contracts';
import { ApiError, api, reasonOf } from '../../api/client.js';
import { floorQueue } from '../../lib/floor-queue.js';
import { useTranslation } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import { useScans } from '../../lib/scans.js';
import { useAnswers } from '../../ui/floor/use-answers.js';
import { useAsked } from '../../ui/floor/use-asked.js';
import { useTurns } from '../../ui/floor/use-turns.js';
import { wrongWords } from '../../ui/floor/wrong-words.js';
import {
  countedOf,
  noReplenishments,
  quantityOf,
  type ReplenishState,
  type ReplenishStep,
  replenishNeed,
  replenishStep,
  takeReplenishments,
} from './replenish-step.js';

const CONFIRMS = /^\/picking\/replenishments\/([^/]+)\/confirm$/;

/** Replenishing, decided here at once, on disk before the tone, sent behind it. */
export function useReplenish(me: Me, onCommand: (command: string) => void) {
  const { t } = useTranslation();
  const { message, say, inTurn } = useTurns();
  const queue = floorQueue(me.personId);
  const now = useRef<ReplenishState>(noReplenishments);
  const [state, setState] = useState(noReplenishments);
  const [loaded, setLoaded] = useState(false);
  const show = (next: ReplenishState): void => {
    now.current = next;
    setState(next);
  };
  const ask = (): void =>
    void inTurn(async () => {
      const { items } = await api.get<Page<ReplenishmentTask>>('/picking/replenishments');
      const onTheirWay = new Set(queue.state.waiting.map(({ path }) => CONFIRMS.exec(path)?.[1]));
      const open = items.filter(({ id }) => !onTheirWay.has(id));
      show(takeReplenishments(now.current, open));
      setLoaded(true);
    });
  useAsked(ask);
  useAnswers(queue, CONFIRMS, say, (answer) => {
    const ready = (answer as ReplenishmentOutcome | null)?.picksReady ?? 0;
    if (ready > 0) say('note', t('{{count}} picks can go on now.', { count: ready }));
    ask();
  });

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
  const follow = async (step: ReplenishStep): Promise<void> => {
    switch (step.kind) {
      case 'good': {
        const before = replenishNeed(now.current);
        show(step.state);
        if (before.need === 'from') claim(before.task);
        return say('good', nextWords());
      }
      case 'already':
        return say('already', t('Already scanned. {{next}}', { next: nextWords() }));
      case 'wrong':
        return say('wrong', wrongWords(step.wrong, t));
      case 'confirm':
        return confirm(step);
      case 'command':
        return onCommand(step.command);
    }
  };
  useScans((scan) => void inTurn(() => follow(replenishStep(now.current, scan.raw))));
  const count = (quantity: number): void =>
    void inTurn(() => {
      const next = countedOf(now.current, quantity);
      if (!next) return say('wrong', t('That is not a count of this task.'));
      show(next);
      say('good', nextWords());
    });
  const leaveTask = (): void =>
    void inTurn(async () => {
      const [task, ...others] = now.current.tasks;
      if (!task) return;
      // The one that was left goes to the end: it is not proposed again at once.
      const wasBegun = now.current.fromScan !== '';
      show({ ...noReplenishments, tasks: [...others, { ...task, mine: false }] });
      if (wasBegun || task.mine) await api.post(`/picking/replenishments/${task.id}/release`);
    });
  return { state, loaded, message, count, leaveTask };
}
