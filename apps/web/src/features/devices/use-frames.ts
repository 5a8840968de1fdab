import { useEffect, useRef, useState } from 'react';
import type { ConsoleLive, FramePage } from '#lib/contracts';
import { api } from '../../api/client.js';
import { liveChannel, useLive } from '../../api/live.js';
import { FrameStore } from './frame-store.js';

const FIRST_PAGE = 500;
const OLDER_PAGE = 2_000;

export interface Frames {
  store: FrameStore;
  /** Changes when there is something new to draw; at most once a frame of the screen. */
  drawn: number;
  /** Why the ring could not be read. */
  trouble: string | null;
  older: () => Promise<void>;
}

/** The frames of a device: its ring when the page opens, then live while the page looks. */
export function useFrames(device: string): Frames {
  const store = useRef(new FrameStore()).current;
  const [drawn, setDrawn] = useState(0);
  const [trouble, setTrouble] = useState<string | null>(null);
  const planned = useRef(0);
  const draw = (): void => {
    if (planned.current !== 0) return;
    planned.current = requestAnimationFrame(() => {
      planned.current = 0;
      setDrawn(store.version);
    });
  };
  const read = async (query: string): Promise<void> => {
    try {
      store.addOlder(await api.get<FramePage>(`/devices/${encodeURIComponent(device)}/frames?${query}`));
      setTrouble(null);
    } catch (error) {
      setTrouble((error as Error).message);
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
  return { store, drawn, trouble, older: () => read(`limit=${OLDER_PAGE}&before=${store.oldest}`) };
}
