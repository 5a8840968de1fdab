import { useEffect, useRef } from 'react';
import { useReturn } from '../../api/live.js';

/** What came while nobody looked is shown within this time. */
const ASK_AGAIN_MS = 10_000;

/** Asks at once, again and again while the page is open, and when the link is back. */
export function useAsked(ask: () => void): void {
  const newest = useRef(ask);
  newest.current = ask;
  useEffect(() => {
    newest.current();
    const timer = setInterval(() => newest.current(), ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  useReturn('floor', () => newest.current());
}
