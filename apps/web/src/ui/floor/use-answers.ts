import { useEffect, useRef } from 'react';
import { reasonOf } from '../../api/client.js';
import type { ConfirmQueue, QueuedConfirm, Settled } from '../../lib/confirm-queue.js';
import { useTranslation } from '../../lib/i18n.js';
import type { Say } from './use-turns.js';

/** Hears what became of confirms of this work: a refusal is said as a warning, a supervisor has it; whoever walked on is not stopped. */
export function useAnswers(
  queue: ConfirmQueue,
  path: RegExp,
  say: Say,
  onAnswer: (answer: unknown, confirm: QueuedConfirm) => void,
): void {
  const { t } = useTranslation();
  const newest = useRef((_confirm: QueuedConfirm, _outcome: Settled): void => {});
  newest.current = (confirm, outcome) => {
    if (!path.test(confirm.path)) return;
    if (outcome.ok) return onAnswer(outcome.answer, confirm);
    const { title } = confirm;
    say('warn', t('{{title}} was not booked: {{reason}}', { title, reason: reasonOf(outcome.error) }));
    onAnswer(null, confirm);
  };
  useEffect(() => queue.onSettled((confirm, outcome) => newest.current(confirm, outcome)), [queue]);
}
