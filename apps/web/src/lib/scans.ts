import { useEffect, useRef } from 'react';
import type { FloorLive } from '#lib/contracts';
import { type HeardScan, isEcho } from '#lib/floor';
import { useLive } from '../api/live.js';
import { listenToWedge } from './wedge.js';

/** All scans meant for this person: the station's serial scanner through the core, and a scanner that types. */
export function useScans(onScan: (scan: HeardScan) => void): void {
  const newest = useRef(onScan);
  newest.current = onScan;
  const last = useRef<HeardScan | null>(null);
  const hear = (raw: string, channel: HeardScan['channel']): void => {
    const scan: HeardScan = { raw, channel, at: Date.now() };
    if (isEcho(last.current, scan)) return;
    last.current = scan;
    newest.current(scan);
  };
  const heard = useRef(hear);
  heard.current = hear;
  useEffect(() => listenToWedge((raw) => heard.current(raw, 'wedge')), []);
  useLive<FloorLive, 'floor.scan'>('floor', 'floor.scan', (scan) =>
    hear((scan.aim ?? '') + scan.code, 'serial'),
  );
}
