import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReasonView, ReleaseWave, WaveView } from '#lib/contracts';
import { ApiError, api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { useAct } from '../../ui/tower/use-act.js';
import { type ActName, actsOf } from './wave-acts.js';

interface Sent {
  wave: WaveView;
  act: ActName;
  override?: ReleaseWave['override'];
}

/** A release that the controller of work in progress holds back, with why. */
export interface HeldRelease {
  wave: WaveView;
  reasons: ReasonView[];
}

/** What is asked of the core at once, a cancellation after a question; dry run and undo open beside the board, and are in the address. */
export function useWaveAct(onDone?: () => void) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [held, setHeld] = useState<HeldRelease | null>(null);
  const [cancelling, setCancelling] = useState<WaveView | null>(null);
  const sent = useAct(
    async ({ wave, act, override }: Sent) => {
      try {
        await api.post(`/waves/${wave.id}/${act}`, override ? { override } : {});
        setHeld(null);
        setCancelling(null);
        onDone?.();
        return true;
      } catch (error) {
        const reasons = heldReasons(error);
        if (!reasons) throw error;
        setHeld({ wave, reasons });
        return false;
      }
    },
    {
      done: (isDone, { wave, act }) => {
        const told = actsOf(wave.state).find(({ name }) => name === act);
        return isDone && told?.done ? t(told.done, { number: wave.number }) : null;
      },
      refresh: ['waves', 'wave', 'channels', 'templates', 'dry-run', 'waiting'],
    },
  );
  const act = (wave: WaveView, name: ActName): void => {
    if (name === 'dry-run' || name === 'undo') {
      const opened = name === 'undo' ? { undo: wave.id } : { dry: wave.id };
      void navigate({ to: '.', search: ((now: object) => ({ ...now, ...opened })) as never });
      return;
    }
    if (name === 'cancel') setCancelling(wave);
    else if (!sent.isPending) sent.mutate({ wave, act: name });
  };
  const busyOf = (wave: WaveView): ActName | null =>
    sent.isPending && sent.variables.wave.id === wave.id ? sent.variables.act : null;
  return {
    act,
    busyOf,
    held,
    isOverriding: sent.isPending && sent.variables.override !== undefined,
    /** Asked whether it is meant. */
    cancelling,
    cancel: (wave: WaveView) => sent.mutate({ wave, act: 'cancel' }),
    isBusy: sent.isPending,
    letBe: () => {
      setHeld(null);
      setCancelling(null);
    },
    override: (wave: WaveView, reason: string) => sent.mutate({ wave, act: 'release', override: { reason } }),
  };
}

function heldReasons(error: unknown): ReasonView[] | null {
  if (!(error instanceof ApiError) || error.code !== 'waves.release-held') return null;
  const reasons = error.problem?.facts?.reasons;
  return Array.isArray(reasons) ? (reasons as ReasonView[]) : [];
}
