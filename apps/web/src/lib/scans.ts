import { useEffect, useRef } from 'react';
import type { FloorLive } from '#lib/contracts';
import { useLive } from '../api/live.js';
import { listenToWedge } from './wedge.js';

export type ScanChannel = 'serial' | 'wedge' | 'screen';

export interface Scan {
  /** As the scanner sent it, the AIM identifier in front where there is one. */
  raw: string;
  channel: ScanChannel;
  at: number;
}

/** Two channels that deliver one trigger do so within this time; a person can't scan the same code twice faster by hand. */
const SAME_TRIGGER_MS = 700;

/** True when `next` is the same trigger as `last`, heard by another channel. */
export function isEcho(last: Scan | null, next: Scan): boolean {
  if (!last || last.channel === next.channel) return false;
  return stripAim(last.raw) === stripAim(next.raw) && next.at - last.at <= SAME_TRIGGER_MS;
}

function stripAim(raw: string): string {
  return /^\][A-Za-z][0-9A-Za-z]/.test(raw) ? raw.slice(3) : raw;
}

/** All scans meant for this person: the station's serial scanner through the core, and a scanner that types. */
export function useScans(onScan: (scan: Scan) => void): void {
  const newest = useRef(onScan);
  newest.current = onScan;
  const last = useRef<Scan | null>(null);
  const hear = (raw: string, channel: ScanChannel): void => {
    const scan: Scan = { raw, channel, at: Date.now() };
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
