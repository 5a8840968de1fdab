/** A scan as a screen hears it. */
export interface HeardScan {
  /** As the scanner sent it, the AIM identifier in front where there is one. */
  raw: string;
  channel: 'serial' | 'wedge' | 'screen';
  /** Milliseconds on the screen's own clock. */
  at: number;
}

/** Two channels that deliver one trigger do so within this time; nobody scans one code twice faster by hand. */
const SAME_TRIGGER_MS = 700;

/** True when `next` is the same trigger as `last`, delivered by another channel: it must not count again. */
export function isEcho(last: HeardScan | null, next: HeardScan): boolean {
  if (!last || last.channel === next.channel) return false;
  return withoutAim(last.raw) === withoutAim(next.raw) && next.at - last.at <= SAME_TRIGGER_MS;
}

function withoutAim(raw: string): string {
  return /^\][A-Za-z][0-9A-Za-z]/.test(raw) ? raw.slice(3) : raw;
}
