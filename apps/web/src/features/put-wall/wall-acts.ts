import type { RefObject } from 'react';
import { identifyScan } from '#lib/barcodes';
import type { Me, PutInstruction, PutWallView } from '#lib/contracts';
import { api } from '../../api/client.js';
import type { ConfirmQueue } from '../../lib/confirm-queue.js';
import type { Translate } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import { chooseStation } from '../../lib/session.js';
import type { Say } from '../../ui/floor/use-turns.js';
import { takeWall, toteOf, type WallState, type WallStep, withoutLast } from './wall-step.js';

export interface WallTools {
  station: string | null;
  queue: ConfirmQueue;
  now: RefObject<WallState | null>;
  show: (next: WallState | null) => void;
  say: Say;
  t: Translate;
}

/** Longer than this nobody waits for the core to hear of the last put. */
const SENT_LIMIT_MS = 4_000;

/** The core must know what was put before it is asked where the next item goes: else it would name the same slot again. */
function allSent(queue: ConfirmQueue): Promise<boolean> {
  if (queue.state.waiting.length === 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (sent: boolean): void => {
      clearTimeout(timer);
      unwatch();
      resolve(sent);
    };
    const timer = setTimeout(() => end(false), SENT_LIMIT_MS);
    const unwatch = queue.watch(() => {
      if (queue.state.waiting.length === 0) end(true);
    });
  });
}

/** What takes back, or says that something is not as the screen thinks. */
function corrections({ station, queue, now, show, say, t }: WallTools) {
  /** The last put was wrong or too early; it goes out behind the put itself. */
  const undo = async (): Promise<void> => {
    const state = now.current;
    if (!state?.last || state.hand) return;
    const eventId = newEventId();
    const { eventId: putEventId, put } = state.last;
    await queue.add({
      eventId,
      path: `/picking/put-walls/${station}/undo`,
      body: { eventId, putEventId },
      at: new Date().toISOString(),
      title: t('Undo: {{put}}', { put }),
    });
    const undone = withoutLast(state, state.last);
    show(undone);
    say('good', t('Out of the slot, back into tote {{lpn}}.', { lpn: toteOf(undone) }));
  };
  /** The tote is empty and should not be: the core looks for others of what is missing. */
  const missing = async (): Promise<void> => {
    const state = now.current;
    if (!state?.toteScan || state.hand) return;
    const eventId = newEventId();
    await queue.add({
      eventId,
      path: `/picking/put-walls/${station}/short`,
      body: { eventId, containerScan: state.toteScan },
      at: new Date().toISOString(),
      title: t('Tote {{lpn}} was empty', { lpn: toteOf(state) }),
    });
    show({ ...state, toteScan: '' });
    say('good', t('Reported. Scan the next tote.'));
  };
  /** The item goes back into its tote: nothing has moved yet. */
  const letGo = (): void => {
    if (now.current) show({ ...now.current, hand: null });
  };
  return { undo, missing, letGo };
}

/** What scans at a wall come to: the slot asked for, the put on disk before it is said. */
export function wallActs(tools: WallTools) {
  const { station, queue, now, show, say, t } = tools;
  /** One that came since the wall was last looked at, or one that has no business here. */
  const newTote = async ({ raw, lpn }: Extract<WallStep, { kind: 'tote' }>): Promise<void> => {
    if (!(await allSent(queue))) return say('wrong', t('The last put is not sent yet. Scan the tote again.'));
    const state = takeWall(now.current, await api.get<PutWallView>(`/picking/put-walls/${station}`));
    const isHere = state.wall.totes.some((tote) => tote.lpn === lpn);
    show(isHere ? { ...state, toteScan: raw } : state);
    if (isHere) say('good', t('Scan an item out of the tote'));
    else say('wrong', t('Tote {{lpn}} has nothing to sort here.', { lpn }));
  };
  const sort = async (step: Extract<WallStep, { kind: 'sort' }>): Promise<void> => {
    const { containerScan, itemScan } = step;
    if (!(await allSent(queue))) return say('wrong', t('The last put is not sent yet. Scan the item again.'));
    const path = `/picking/put-walls/${station}/sort`;
    const instruction = await api.post<PutInstruction>(path, { containerScan, itemScan });
    if (now.current) show({ ...now.current, hand: { itemScan, instruction } });
    say('good', t('Into slot {{slot}}', { slot: instruction.slot }));
  };
  const put = async (step: Extract<WallStep, { kind: 'put' }>): Promise<void> => {
    const eventId = newEventId();
    const { instruction } = step;
    const put = `${instruction.quantity} × ${instruction.sku}, ${instruction.slot}`;
    await queue.add({
      eventId,
      path: `/picking/put-walls/${station}/put`,
      body: { ...step.confirmation, eventId },
      at: new Date().toISOString(),
      title: put,
    });
    show({ ...step.state, last: { eventId, put, toteScan: step.state.toteScan, instruction } });
    if (!instruction.completes) return say('good', t('Right. Next item.'));
    say('done', t('Slot {{slot}} is complete: to packing. Next item.', { slot: instruction.slot }));
  };
  const goToWall = async (raw: string, onStation: (me: Me) => void): Promise<void> => {
    const { kind, value } = identifyScan(raw);
    if (kind !== 'station') return say('wrong', t('Scan the barcode of the put wall.'));
    const me = await chooseStation(value);
    if (me.station?.kind !== 'put-wall') say('wrong', t('{{station}} is no put wall.', { station: value }));
    else say('good', t('You work at {{station}} now.', { station: value }));
    onStation(me);
  };
  return { newTote, sort, put, goToWall, ...corrections(tools) };
}
