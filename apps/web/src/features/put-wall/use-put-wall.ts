import { type Command, identifyScan } from '#lib/barcodes';
import type { Me, PutOutcome, PutWallView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { floorQueue } from '../../lib/floor-queue.js';
import { useTranslation } from '../../lib/i18n.js';
import { useScans } from '../../lib/scans.js';
import { useAnswers } from '../../ui/floor/use-answers.js';
import { useAsked } from '../../ui/floor/use-asked.js';
import { useNewest } from '../../ui/floor/use-newest.js';
import { useTurns } from '../../ui/floor/use-turns.js';
import { wallActs } from './wall-acts.js';
import { takeWall, type WallState, type WallStep, wallStep } from './wall-step.js';
import { wallWords } from './wall-words.js';

const PUTS = /^\/picking\/put-walls\/[^/]+\/(put|short|undo)$/;

export interface WallDesk {
  me: Me;
  onStation: (me: Me) => void;
  onLeave: () => void;
}

/** Sorting at a wall: the core says which slot, the slot's scan is checked here, on disk before the tone, sent behind it. */
export function usePutWall({ me, onStation, onLeave }: WallDesk, onShort: () => void) {
  const { t } = useTranslation();
  const { message, say, inTurn } = useTurns();
  const queue = floorQueue(me.personId);
  const { state, now, show } = useNewest<WallState | null>(null);
  const station = me.station?.kind === 'put-wall' ? me.station.code : null;
  const ask = (): void =>
    void inTurn(async () => {
      // What is on its way is not in the core's view yet: it would take the puts back on the screen.
      if (!station || queue.state.waiting.length > 0) return;
      show(takeWall(now.current, await api.get<PutWallView>(`/picking/put-walls/${station}`)));
    });
  useAsked(ask);
  useAnswers(queue, PUTS, say, (answer, { eventId }) => {
    const outcome = answer as Partial<PutOutcome> | null;
    // What was not booked can't be undone.
    if (!outcome && now.current?.last?.eventId === eventId) show({ ...now.current, last: null });
    // An undo that is on its way fills the tote again.
    if (outcome?.toteEmpty && now.current && !now.current.hand && queue.state.waiting.length === 0) {
      show({ ...now.current, toteScan: '' });
      say('note', t('The tote is empty. Scan the next one.'));
    }
    ask();
  });
  const { newTote, sort, put, undo, missing, letGo, goToWall } = wallActs({
    station,
    queue,
    now,
    show,
    say,
    t,
  });
  const press = (command: Command): void | Promise<void> => {
    if (command === 'undo') return undo();
    if (command === 'cancel' || command === 'skip') letGo();
    if (command === 'short' && now.current?.toteScan && !now.current.hand) onShort();
    if (command === 'done' || command === 'back') onLeave();
  };
  const follow = async (step: WallStep): Promise<void> => {
    switch (step.kind) {
      case 'good':
        show(step.state);
        return say('good', t('Scan an item out of the tote'));
      case 'tote':
        return newTote(step);
      case 'sort':
        return sort(step);
      case 'put':
        return put(step);
      case 'wrong':
        return say('wrong', wallWords(step.wrong, t));
      case 'command':
        return press(step.command);
    }
  };
  useScans(
    ({ raw }) =>
      void inTurn(() => {
        if (now.current) return follow(wallStep(now.current, raw));
        const scan = identifyScan(raw);
        return scan.kind === 'command' ? press(scan.value) : goToWall(raw, onStation);
      }),
  );
  return { state, station, message, letGo, missing, undo: () => void inTurn(undo) };
}
