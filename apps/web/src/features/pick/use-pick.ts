import { useEffect, useRef } from 'react';
import { identifyScan } from '#lib/barcodes';
import type { Me, PickOutcome, ShortReason } from '#lib/contracts';
import { declareShort, type PickState, type PickStep, pickStep } from '#lib/floor';
import { reasonOf } from '../../api/client.js';
import type { QueuedConfirm, Settled } from '../../lib/confirm-queue.js';
import { floorQueue } from '../../lib/floor-queue.js';
import { useTranslation } from '../../lib/i18n.js';
import { useScans } from '../../lib/scans.js';
import type { FlashMessage } from '../../ui/floor/kit.js';
import { useTurns } from '../../ui/floor/use-turns.js';
import { wrongWords } from '../../ui/floor/wrong-words.js';
import { isDropOf, pickActs } from './pick-acts.js';
import { needWords } from './pick-words.js';
import { useRun } from './use-run.js';

/** A picker's work: decided here at once, on disk before the tone, sent behind it. */
export function usePick(me: Me, onCommand: (command: string) => void) {
  const { t } = useTranslation();
  const queue = floorQueue(me.personId);
  const { pick, now, loaded, trouble, show, refresh } = useRun(me, queue);
  const { message, say, inTurn } = useTurns();
  const answered = useRef<(confirm: QueuedConfirm, outcome: Settled) => void>(() => {});
  answered.current = (confirm, outcome) => {
    if (!outcome.ok) {
      const { title } = confirm;
      say('warn', t('{{title}} was not booked: {{reason}}', { title, reason: reasonOf(outcome.error) }));
    } else if (isDropOf(confirm, now.current)) {
      show(null);
      say('done', t('Handed over. Scan a cart for the next run.'));
    } else if (isReallocated(outcome.answer)) {
      say('note', t('The rest is picked from another place.'));
    }
    if (queue.state.waiting.length === 0) void refresh();
  };
  useEffect(() => queue.onSettled((confirm, outcome) => answered.current(confirm, outcome)), [queue]);

  const { confirm, drop, claim } = pickActs({ queue, show, say, t });
  const follow = async (step: PickStep, before: PickState): Promise<void> => {
    switch (step.kind) {
      case 'good':
        show(step.state);
        return say('good', needWords(step.state, t));
      case 'already':
        return say('already', t('Already scanned. {{next}}', { next: needWords(before, t) }));
      case 'wrong':
        return say('wrong', wrongWords(step.wrong, t));
      case 'confirm':
        return confirm(step, before);
      case 'drop':
        return drop(step);
      case 'command':
        return onCommand(step.command);
    }
  };

  useScans(
    (scan) =>
      void inTurn(() => {
        const state = now.current;
        if (state) return follow(pickStep(state, scan.raw), state);
        const { kind, value } = identifyScan(scan.raw);
        return kind === 'command' ? onCommand(value) : claim(scan.raw);
      }),
  );
  const short = (reason: ShortReason): void =>
    void inTurn(async () => {
      const state = now.current;
      if (state) await follow(declareShort(state, reason), state);
    });
  return { pick, loaded, message: message ?? warning(trouble), short };
}

function isReallocated(answer: unknown): boolean {
  const outcome = answer as PickOutcome | null;
  return outcome?.outcome === 'short' && outcome.newTaskIds.length > 0;
}

function warning(trouble: string | null): FlashMessage | null {
  return trouble ? { kind: 'warn', text: trouble } : null;
}
