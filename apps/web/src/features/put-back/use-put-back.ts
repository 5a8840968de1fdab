import { useRef, useState } from 'react';
import type { Me, Page, PutBackTask } from '#lib/contracts';
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
  noPutBacks,
  type PutBackState,
  type PutBackStep,
  putBackNeed,
  putBackStep,
  takePutBacks,
} from './put-back-step.js';

const CONFIRMS = /^\/picking\/put-backs\/([^/]+)\/confirm$/;

/** Putting back, decided here at once, on disk before the tone, sent behind it. */
export function usePutBack(me: Me, onLeave: () => void) {
  const { t } = useTranslation();
  const { message, say, inTurn } = useTurns();
  const queue = floorQueue(me.personId);
  const now = useRef<PutBackState>(noPutBacks);
  const [state, setState] = useState(noPutBacks);
  const [loaded, setLoaded] = useState(false);
  const show = (next: PutBackState): void => {
    now.current = next;
    setState(next);
  };
  const ask = (): void =>
    void inTurn(async () => {
      const { items } = await api.get<Page<PutBackTask>>('/picking/put-backs');
      const onTheirWay = new Set(queue.state.waiting.map(({ path }) => CONFIRMS.exec(path)?.[1]));
      show(
        takePutBacks(
          now.current,
          items.filter(({ id }) => !onTheirWay.has(id)),
        ),
      );
      setLoaded(true);
    });
  useAsked(ask);
  useAnswers(queue, CONFIRMS, say, ask);

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
  const follow = async (step: PutBackStep): Promise<void> => {
    switch (step.kind) {
      case 'taken':
        show(step.state);
        claim(step.task);
        return say('good', nextWords());
      case 'good':
        show(step.state);
        return say('good', nextWords());
      case 'already':
        return say('already', t('Already scanned. {{next}}', { next: nextWords() }));
      case 'wrong':
        return say('wrong', wrongWords(step.wrong, t));
      case 'confirm':
        return confirm(step);
      case 'command':
        if (step.command === 'cancel' || step.command === 'skip') return leaveTask();
        return step.command === 'done' || step.command === 'back' ? onLeave() : undefined;
    }
  };
  const leaveTask = (): void =>
    void inTurn(async () => {
      const { task, tasks } = now.current;
      if (!task) return;
      // The one that was left goes to the end: it is not proposed again at once.
      show({ ...noPutBacks, tasks: [...tasks.filter(({ id }) => id !== task.id), { ...task, mine: false }] });
      await api.post(`/picking/put-backs/${task.id}/release`);
    });
  useScans((scan) => void inTurn(() => follow(putBackStep(now.current, scan.raw))));
  return { state, loaded, message, leaveTask };
}
