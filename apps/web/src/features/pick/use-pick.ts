import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { identifyScan } from '#lib/barcodes';
import type { FloorLive, Me, PickOutcome, RunView, ShortReason } from '#lib/contracts';
import {
  currentTask,
  declareShort,
  type PickState,
  type PickStep,
  pickNeed,
  pickStep,
  refreshPick,
  startPick,
} from '#lib/floor';
import { api, reasonOf } from '../../api/client.js';
import { useLive } from '../../api/live.js';
import { ConfirmQueue, type QueuedConfirm, type Settled } from '../../lib/confirm-queue.js';
import { giveFeedback } from '../../lib/feedback.js';
import { newEventId } from '../../lib/ids.js';
import { useScans } from '../../lib/scans.js';
import type { FlashMessage } from '../../ui/floor/kit.js';
import { wrongWords } from './wrong-words.js';

/** A picker's work: decided here at once, on disk before the tone, sent behind it. */
export function usePick(me: Me, onCommand: (command: string) => void) {
  const { t } = useTranslation();
  const [pick, setPick] = useState<PickState | null>(null);
  const [loaded, setLoaded] = useState(false);
  const [message, setMessage] = useState<FlashMessage | null>(null);
  const now = useRef<PickState | null>(null);
  const settle = useRef<(confirm: QueuedConfirm, outcome: Settled) => void>(() => {});
  const queue = useMemo(
    () => new ConfirmQueue(me.personId, (confirm, outcome) => settle.current(confirm, outcome)),
    [me.personId],
  );

  const show = useCallback((next: PickState | null): void => {
    now.current = next;
    setPick(next);
  }, []);
  const say = useCallback((kind: FlashMessage['kind'], text: string): void => {
    setMessage({ kind, text });
    if (kind !== 'note' && kind !== 'warn') giveFeedback(kind);
  }, []);

  /** Takes the core's view, unless something of ours is still on its way there. */
  const refresh = useCallback(async (): Promise<void> => {
    if (queue.state.waiting.length > 0) return;
    try {
      const run = await api.get<RunView | null>('/picking/my-run');
      if (queue.state.waiting.length > 0) return;
      show(run ? (now.current?.run.id === run.id ? refreshPick(now.current, run) : startPick(run)) : null);
    } catch (error) {
      if (!now.current) say('warn', reasonOf(error));
    } finally {
      setLoaded(true);
    }
  }, [queue, say, show]);
  useEffect(() => void refresh(), [refresh]);
  useLive<FloorLive, 'floor.work-changed'>('floor', 'floor.work-changed', () => void refresh());

  settle.current = (confirm, outcome) => {
    if (!outcome.ok) {
      say(
        'warn',
        t('{{title}} was not booked: {{reason}} A supervisor has been told.', {
          title: confirm.title,
          reason: outcome.error.message,
        }),
      );
    } else if (isShort(outcome.answer) && outcome.answer.newTaskIds.length > 0) {
      setMessage({ kind: 'note', text: t('The rest is picked from another place.') });
    }
    if (queue.state.waiting.length === 0) void refresh();
  };

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
    const left = step.state.taskId !== null;
    say('done', left ? t('Right. Next place.') : t('All picked. To the station.'));
  };

  const drop = async (step: Extract<PickStep, { kind: 'drop' }>): Promise<void> => {
    const eventId = newEventId();
    const { outcome } = await queue.add({
      eventId,
      path: `/picking/runs/${step.runId}/drop`,
      body: { eventId, stationScan: step.stationScan },
      at: new Date().toISOString(),
      title: t('Totes handed over'),
    });
    const settled = await outcome;
    if (!settled.ok) return;
    show(null);
    say('done', t('Handed over. Scan a cart for the next run.'));
  };

  const follow = (step: PickStep, before: PickState): void => {
    switch (step.kind) {
      case 'good':
        show(step.state);
        return say('good', needWords(step.state, t));
      case 'already':
        return say('already', t('Already scanned. {{next}}', { next: needWords(before, t) }));
      case 'wrong':
        return say('wrong', wrongWords(step.wrong, t));
      case 'confirm':
        return void confirm(step, before);
      case 'drop':
        return void drop(step);
      case 'command':
        return onCommand(step.command);
    }
  };

  const claim = async (cartScan: string): Promise<void> => {
    if (identifyScan(cartScan).kind !== 'cart') return say('wrong', t('Scan the barcode of a cart.'));
    try {
      const run = await api.post<RunView | null>('/picking/runs/claim', { cartScan });
      if (!run) return say('note', t('No run is waiting. It comes as soon as one is released.'));
      show(startPick(run));
      say('done', t('Run {{number}}: {{count}} stops.', { number: run.number, count: run.tasks.length }));
    } catch (error) {
      say('wrong', reasonOf(error));
    }
  };

  useScans((scan) => {
    const state = now.current;
    if (!state) return void claim(scan.raw);
    follow(pickStep(state, scan.raw), state);
  });

  const short = (reason: ShortReason): void => {
    const state = now.current;
    if (state) follow(declareShort(state, reason), state);
  };
  return { pick, loaded, message, queue, short, refresh };
}

function isShort(answer: unknown): answer is Extract<PickOutcome, { outcome: 'short' }> {
  return (answer as PickOutcome | null)?.outcome === 'short';
}

function needWords(state: PickState, t: (key: string, values?: Record<string, unknown>) => string): string {
  const need = pickNeed(state);
  switch (need.need) {
    case 'location':
      return t('Go to {{code}}', { code: need.code });
    case 'item':
      return t('Scan the item, {{count}} to go', { count: need.remaining });
    case 'tote':
      return need.lpn
        ? t('Into tote {{lpn}}', { lpn: need.lpn })
        : t('Put an empty tote into slot {{slot}} and scan it', { slot: need.slot });
    case 'station':
      return t('To station {{code}}', { code: need.code ?? '' });
  }
}
