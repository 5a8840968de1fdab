import { useState } from 'react';
import type { Me, Page, PutBackTask } from '#lib/contracts';
import { api } from '../../api/client.js';
import { floorQueue } from '../../lib/floor-queue.js';
import { useTranslation } from '../../lib/i18n.js';
import { useScans } from '../../lib/scans.js';
import { useAnswers } from '../../ui/floor/use-answers.js';
import { useAsked } from '../../ui/floor/use-asked.js';
import { useNewest } from '../../ui/floor/use-newest.js';
import { useTurns } from '../../ui/floor/use-turns.js';
import { wrongWords } from '../../ui/floor/wrong-words.js';
import { putBackActs } from './put-back-acts.js';
import { noPutBacks, type PutBackStep, putBackStep, takePutBacks } from './put-back-step.js';

const CONFIRMS = /^\/picking\/put-backs\/([^/]+)\/confirm$/;

/** Putting back, decided here at once, on disk before the tone, sent behind it. */
export function usePutBack(me: Me, onLeave: () => void) {
  const { t } = useTranslation();
  const { message, say, inTurn } = useTurns();
  const queue = floorQueue(me.personId);
  const { state, now, show } = useNewest(noPutBacks);
  const [loaded, setLoaded] = useState(false);
  const ask = (): void =>
    void inTurn(async () => {
      const { items } = await api.get<Page<PutBackTask>>('/picking/put-backs');
      const onTheirWay = new Set(queue.state.waiting.map(({ path }) => CONFIRMS.exec(path)?.[1]));
      const open = items.filter(({ id }) => !onTheirWay.has(id));
      show(takePutBacks(now.current, open));
      setLoaded(true);
    });
  useAsked(ask);
  useAnswers(queue, CONFIRMS, say, ask);
  const { nextWords, claim, confirm, leave } = putBackActs({ queue, now, show, say, t });
  const leaveTask = (): void => void inTurn(leave);
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
  useScans((scan) => void inTurn(() => follow(putBackStep(now.current, scan.raw))));
  return { state, loaded, message, leaveTask };
}
