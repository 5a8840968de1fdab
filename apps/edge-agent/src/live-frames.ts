import type { FrameBatch } from '#lib/contracts';
import type { FrameRing } from './frame-ring.js';

export interface LiveFramesOptions {
  session: string;
  ringOf: (device: string) => FrameRing | undefined;
  send: (device: string, batch: FrameBatch) => void;
}

interface Lease {
  untilMs: number;
  /** The last number that was sent. */
  sent: number;
}

const FLUSH_EVERY_MS = 100;
/** 4,000 frames a second and device; what is more is left out here and stays in the ring. */
const FLUSH_MAX = 400;
const LEASE_MAX_MS = 60_000;

/** Streams rings to the core while somebody watches: in bundles, from the ring itself, so that nobody watching costs nothing. */
export class LiveFrames {
  private readonly leases = new Map<string, Lease>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: LiveFramesOptions) {}

  /** Streams a device for so long. The same again only makes it longer: nothing is sent twice. */
  watch(device: string, forMs: number): { newest: number } {
    const newest = this.options.ringOf(device)?.newest ?? 0;
    const untilMs = performance.now() + Math.min(Math.max(0, forMs), LEASE_MAX_MS);
    this.leases.set(device, { untilMs, sent: this.leases.get(device)?.sent ?? newest });
    this.timer ??= setInterval(() => this.flush(), FLUSH_EVERY_MS).unref();
    return { newest };
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.leases.clear();
  }

  private flush(): void {
    for (const [device, lease] of this.leases) {
      this.flushOne(device, lease);
      if (performance.now() > lease.untilMs) this.leases.delete(device);
    }
    if (this.leases.size === 0) this.stop();
  }

  private flushOne(device: string, lease: Lease): void {
    const ring = this.options.ringOf(device);
    if (!ring) return;
    // A device that was taken out and attached again counts anew.
    if (ring.newest < lease.sent) lease.sent = 0;
    const skipped = Math.max(0, ring.newest - lease.sent - FLUSH_MAX);
    const frames = ring.after(lease.sent + skipped, FLUSH_MAX);
    if (frames.length === 0) return;
    lease.sent = frames.at(-1)!.n;
    this.options.send(device, { device, session: this.options.session, frames, skipped });
  }
}
