import { useState } from 'react';
import type { Me, Page, ReplenishmentOutcome, ReplenishmentTask } from '#lib/contracts';
import { api } from '../../api/client.js';
import { floorQueue } from '../../lib/floor-queue.js';
import { useTranslation } from '../../lib/i18n.js';
import { useScans } from '../../lib/scans.js';
import { useAnswers } from '../../ui/floor/use-answers.js';
import { useAsked } from '../../ui/floor/use-asked.js';
import { useNewest } from '../../ui/floor/use-newest.js';
import { useTurns } from '../../ui/floor/use-turns.js';
import { wrongWords } from '../../ui/floor/wrong-words.js';
import { replenishActs } from './replenish-acts.js';
import {
  declareCount,
  noReplenishments,
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
  const { state, now, show } = useNewest(noReplenishments);
  const [loaded, setLoaded] = useState(false);
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
  const acts = replenishActs({ queue, now, show, say, t });
  const follow = async (step: ReplenishStep): Promise<void> => {
    switch (step.kind) {
      case 'good': {
        const before = replenishNeed(now.current);
        show(step.state);
        if (before.need === 'from') acts.claim(before.task);
        return say('good', acts.nextWords());
      }
      case 'already':
        return say('already', t('Already scanned. {{next}}', { next: acts.nextWords() }));
      case 'wrong':
        return say('wrong', wrongWords(step.wrong, t));
      case 'confirm':
        return acts.confirm(step);
      case 'command':
        return onCommand(step.command);
    }
  };
  useScans((scan) => void inTurn(() => follow(replenishStep(now.current, scan.raw))));
  const count = (quantity: number): void => void inTurn(() => follow(declareCount(now.current, quantity)));
  const leaveTask = (): void => void inTurn(acts.leave);
  return { state, loaded, message, count, leaveTask };
}
