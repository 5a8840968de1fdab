import { useEffect, useRef } from 'react';
import { listenToWedge } from './wedge.js';

/** Scans of a scanner that types, before anybody is signed in. */
export function useWedge(onScan: (scan: string) => void): void {
  const newest = useRef(onScan);
  newest.current = onScan;
  useEffect(() => listenToWedge((scan) => newest.current(scan)), []);
}
