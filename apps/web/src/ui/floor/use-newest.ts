import { useCallback, useRef, useState } from 'react';

/** A state that scans read at once: the next one may come before the screen is drawn again. */
export function useNewest<T>(initial: T) {
  const now = useRef(initial);
  const [state, setState] = useState(initial);
  const show = useCallback((next: T): void => {
    now.current = next;
    setState(next);
  }, []);
  return { state, now, show };
}
