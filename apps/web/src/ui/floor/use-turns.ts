import { useCallback, useRef, useState } from 'react';
import { reasonOf } from '../../api/client.js';
import { giveFeedback } from '../../lib/feedback.js';
import type { FlashMessage } from './kit.js';

export type Say = (kind: FlashMessage['kind'], text: string) => void;

/**
 * One act after the other, in the order of the scans: the next may come while the one before is still on its way. What
 * fails says why and changes nothing. Notes and warnings are silent, everything else has its tone.
 */
export function useTurns() {
  const [message, setMessage] = useState<FlashMessage | null>(null);
  const line = useRef<Promise<void>>(Promise.resolve());
  const say = useCallback<Say>((kind, text) => {
    setMessage({ kind, text });
    if (kind !== 'note' && kind !== 'warn') giveFeedback(kind);
  }, []);
  const inTurn = useCallback(
    (act: () => Promise<void> | void): Promise<void> => {
      line.current = line.current.then(act).catch((error) => say('wrong', reasonOf(error)));
      return line.current;
    },
    [say],
  );
  const hush = useCallback(() => setMessage(null), []);
  return { message, say, inTurn, hush };
}
