import { useCallback, useEffect, useRef, useState } from 'react';
import type { ConsoleLive, FramePage } from '#lib/contracts';
import { api, reasonOf } from '../../api/client.js';
import { liveChannel, useLive } from '../../api/live.js';
import { FrameStore } from './frame-store.js';

const FIRST_PAGE = 500;
const OLDER_PAGE = 2_000;

export interface Frames {
  store: FrameStore;
  /** Calls when there is something new to draw, at most once a frame of the screen. @returns what ends it. */
  watch: (draw: () => void) => () => void;
  /** Why the ring could not be read. */
  trouble: string | null;
  older: () => Promise<void>;
  /** Only lines with this text, at once. */
  filter: (wanted: string) => void;
}

/** The frames of a device: its ring when the page opens, then live while the page looks. */
export function useFrames(device: string): Frames {
  const store = useRef(new FrameStore()).current;
  const watchers = useRef(new Set<() => void>()).current;
  const [trouble, setTrouble] = useState<string | null>(null);
  const planned = useRef(0);
  const draw = (): void => {
    if (planned.current !== 0) return;
    planned.current = requestAnimationFrame(() => {
      planned.current = 0;
      for (const watcher of watchers) watcher();
    });
  };
  const read = async (query: string): Promise<void> => {
    try {
      store.addOlder(await api.get<FramePage>(`/devices/${encodeURIComponent(device)}/frames?${query}`));
      setTrouble(null);
    } catch (error) {
      setTrouble(reasonOf(error));
    }
    draw();
  };
  useEffect(() => {
    const { socket } = liveChannel('console');
    const watch = (): void => void socket.emit('watch', { device });
    watch();
    socket.on('connect', watch);
    void read(`limit=${FIRST_PAGE}`);
    return () => {
      socket.off('connect', watch);
      socket.emit('unwatch', { device });
      cancelAnimationFrame(planned.current);
    };
  }, [device]);
  useLive<ConsoleLive, 'console.frames'>('console', 'console.frames', (batch) => {
    if (batch.device !== device) return;
    store.add(batch);
    draw();
  });
  const watch = useCallback(
    (watcher: () => void) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    [watchers],
  );
  return {
    ...{ store, watch, trouble },
    older: () => read(`limit=${OLDER_PAGE}&before=${store.oldest}`),
    filter: (wanted) => {
      store.filter(wanted);
      draw();
    },
  };
}

/**
 * Draws the component that calls it again when lines came: with each frame of the screen, or every so often where nobody can read
 * faster. Only what shows lines pays for a device that talks fast. @returns the version drawn.
 */
export function useDrawn({ store, watch }: Frames, everyMs = 0): number {
  const [version, setVersion] = useState(store.version);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const draw = (): void => {
      timer = null;
      setVersion(store.version);
    };
    const stop = watch(() => {
      if (everyMs === 0) draw();
      else timer ??= setTimeout(draw, everyMs);
    });
    draw();
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [store, watch, everyMs]);
  return version;
}
