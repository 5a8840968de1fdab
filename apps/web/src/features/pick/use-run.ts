import { useCallback, useEffect, useRef, useState } from 'react';
import type { FloorLive, Me, RunView } from '#lib/contracts';
import type { PickState } from '#lib/floor';
import { api, reasonOf } from '../../api/client.js';
import { useLive, useReturn } from '../../api/live.js';
import type { ConfirmQueue } from '../../lib/confirm-queue.js';
import { readKept, resumePick, takeRun, tasksOnTheirWay } from './resume-pick.js';

/**
 * The run in hand: kept on this device at each step, so that a second start of the page goes on with it, and replaced by
 * the core's view when nothing of ours is on its way there.
 */
export function useRun(me: Me, queue: ConfirmQueue) {
  const key = `wavehouse.pick.${me.personId}`;
  const now = useRef<PickState | null>(null);
  const [pick, setPick] = useState<PickState | null>(null);
  const [loaded, setLoaded] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);

  const show = useCallback(
    (next: PickState | null): void => {
      now.current = next;
      setPick(next);
      keep(key, next);
    },
    [key],
  );

  const refresh = useCallback(async (): Promise<void> => {
    if (queue.state.waiting.length > 0) return;
    const before = now.current;
    try {
      const run = await api.get<RunView | null>('/picking/my-run');
      setTrouble(null);
      // What was scanned while the answer travelled is newer than the answer.
      if (now.current !== before) return;
      show(takeRun(before, run, tasksOnTheirWay(queue.state.waiting)));
    } catch (error) {
      setTrouble(reasonOf(error));
    } finally {
      setLoaded(true);
    }
  }, [queue, show]);

  useEffect(() => {
    let left = false;
    void queue.ready.then(async () => {
      const kept = readKept(localStorage.getItem(key));
      if (left) return;
      if (kept) {
        show(resumePick(kept, tasksOnTheirWay(queue.state.waiting)));
        setLoaded(true);
      }
      await refresh();
    });
    return () => {
      left = true;
    };
  }, [key, queue, refresh, show]);
  useLive<FloorLive, 'floor.work-changed'>('floor', 'floor.work-changed', () => void refresh());
  useReturn('floor', () => void refresh());
  return { pick, now, loaded, trouble, show, refresh };
}

function keep(key: string, state: PickState | null): void {
  try {
    if (state) localStorage.setItem(key, JSON.stringify(state));
    else localStorage.removeItem(key);
  } catch {
    // No room: the confirms have their own store; only scans of an unfinished stop would be asked for again.
  }
}
