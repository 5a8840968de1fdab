import { useRef, useState } from 'react';
import { identifyScan } from '#lib/barcodes';
import type { Me, PutInstruction, PutOutcome, PutWallView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { floorQueue } from '../../lib/floor-queue.js';
import { useTranslation } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import { useScans } from '../../lib/scans.js';
import { chooseStation } from '../../lib/session.js';
import { useAnswers } from '../../ui/floor/use-answers.js';
import { useAsked } from '../../ui/floor/use-asked.js';
import { useTurns } from '../../ui/floor/use-turns.js';
import { wrongWords } from '../../ui/floor/wrong-words.js';
import { takeWall, type WallState, type WallStep, wallStep } from './wall-step.js';

const PUTS = /^\/picking\/put-walls\/[^/]+\/put$/;

export interface WallDesk {
  me: Me;
  onStation: (me: Me) => void;
  onLeave: () => void;
}

/** Sorting at a wall: the core says which slot, the slot's scan is checked here, on disk before the tone, sent behind it. */
export function usePutWall({ me, onStation, onLeave }: WallDesk) {
  const { t } = useTranslation();
  const { message, say, inTurn } = useTurns();
  const queue = floorQueue(me.personId);
  const now = useRef<WallState | null>(null);
  const [state, setState] = useState<WallState | null>(null);
  const station = me.station?.kind === 'put-wall' ? me.station.code : null;
  const show = (next: WallState | null): void => {
    now.current = next;
    setState(next);
  };
  const ask = (): void =>
    void inTurn(async () => {
      // What is on its way is not in the core's view yet: it would take the puts back on the screen.
      if (!station || queue.state.waiting.length > 0) return;
      const wall = await api.get<PutWallView>(`/picking/put-walls/${station}`);
      show(takeWall(now.current, wall));
    });
  useAsked(ask);
  useAnswers(queue, PUTS, say, (answer) => {
    const outcome = answer as PutOutcome | null;
    if (outcome?.toteEmpty && now.current && !now.current.hand) {
      show({ ...now.current, toteScan: '' });
      say('note', t('The tote is empty. Scan the next one.'));
    }
    ask();
  });
  const sort = async (state: WallState, step: Extract<WallStep, { kind: 'sort' }>): Promise<void> => {
    const { containerScan, itemScan } = step;
    const instruction = await api.post<PutInstruction>(`/picking/put-walls/${station}/sort`, {
      containerScan,
      itemScan,
    });
    show({ ...state, hand: { itemScan, instruction } });
    say('good', t('Into slot {{slot}}', { slot: instruction.slot }));
  };
  const put = async (step: Extract<WallStep, { kind: 'put' }>): Promise<void> => {
    const eventId = newEventId();
    const { instruction } = step;
    await queue.add({
      eventId,
      path: `/picking/put-walls/${station}/put`,
      body: { ...step.confirmation, eventId },
      at: new Date().toISOString(),
      title: `${instruction.quantity} × ${instruction.sku}, ${instruction.slot}`,
    });
    show(step.state);
    if (!instruction.completes) return say('good', t('Right. Next item.'));
    say('done', t('Slot {{slot}} is complete. Next item.', { slot: instruction.slot }));
  };
  const follow = async (before: WallState, step: WallStep): Promise<void> => {
    switch (step.kind) {
      case 'good':
        show(step.state);
        return say('good', t('Scan an item out of the tote'));
      case 'sort':
        return sort(before, step);
      case 'put':
        return put(step);
      case 'wrong':
        return say('wrong', wrongWords(step.wrong, t));
      case 'command':
        if (step.command === 'cancel' || step.command === 'skip') return letGo();
        return step.command === 'done' || step.command === 'back' ? onLeave() : undefined;
    }
  };
  /** The item goes back into its tote: nothing has moved yet. */
  const letGo = (): void => {
    if (now.current) show({ ...now.current, hand: null });
  };
  const atNoWall = async (raw: string): Promise<void> => {
    const { kind, value } = identifyScan(raw);
    if (kind === 'command') return value === 'done' || value === 'back' ? onLeave() : undefined;
    if (kind !== 'station') return say('wrong', t('Scan the barcode of the put wall.'));
    const next = await chooseStation(value);
    if (next.station?.kind !== 'put-wall') say('wrong', t('{{station}} is no put wall.', { station: value }));
    else say('good', t('You work at {{station}} now.', { station: value }));
    onStation(next);
  };
  useScans(
    (scan) =>
      void inTurn(() => {
        const state = now.current;
        return state ? follow(state, wallStep(state, scan.raw)) : atNoWall(scan.raw);
      }),
  );
  return { state, station, message, letGo };
}
