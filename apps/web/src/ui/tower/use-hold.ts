import { useCallback, useEffect, useRef, useState } from 'react';

/** A pointer that nobody has moved for this long holds nothing any more. */
const HOLD_MS = 30_000;

/** True while somebody points at, or moves by keyboard within, the element that has the `hold` handlers. */
export function useHold() {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const letGo = useCallback(() => {
    clearTimeout(timer.current);
    setHeld(false);
  }, []);
  const take = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setHeld(false), HOLD_MS);
    setHeld(true);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  return { held, letGo, hold: { onPointerMove: take, onPointerLeave: letGo, onKeyDown: take } };
}
