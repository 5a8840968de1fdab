import type { FloorLive } from '#lib/contracts';
import { type HeardScan, isEcho } from '#lib/floor';
import type { Measures } from './measures.js';
import type { Tally } from './tally.js';
import { Bell } from './waiting.js';

/** The part of a simulated serial scanner that a person uses. */
export interface Trigger {
  scan(code: string): void;
}

/** A person waits this long for the screen to react before the trigger is pulled again. Longer than a late scan stays good. */
export const PATIENCE_MS = 6_500;

/**
 * How scans reach one person's screen: by the station's serial scanner (pty, agent, broker, core, socket.io), by a scanner that types,
 * or by both at once, which must count once.
 */
export class ScanSource {
  private last: HeardScan | null = null;
  private readonly heard = new Bell<HeardScan>();

  constructor(
    private readonly onScan: (scan: HeardScan) => void,
    private readonly told: { measures: Measures; tally: Tally },
    private readonly trigger: Trigger | null,
  ) {}

  /** The live event of the serial way. */
  hearSerial(scan: FloorLive['floor.scan']): void {
    this.told.tally.readings.add(scan.readingId);
    this.hear((scan.aim ?? '') + scan.code, 'serial');
  }

  /**
   * The person pulls the trigger until the screen has heard it. Answers how often that took.
   * @param alsoTyped the same trigger arrives by the keyboard too.
   */
  async scan(code: string, alsoTyped = false): Promise<number> {
    if (!this.trigger) {
      this.hear(code, 'wedge');
      return 1;
    }
    for (let pulls = 1; pulls <= 30; pulls += 1) {
      const startedAt = performance.now();
      const arrived = this.heard.next(
        PATIENCE_MS,
        (scan) => scan.channel === 'serial' && scan.raw.endsWith(code),
      );
      this.trigger.scan(code);
      if (alsoTyped) this.hear(code, 'wedge');
      if (await arrived) {
        this.told.measures.add('scan-to-screen', performance.now() - startedAt);
        return pulls;
      }
      if (alsoTyped) return pulls;
    }
    throw new Error(`the screen never heard the scan of ${code}`);
  }

  private hear(raw: string, channel: HeardScan['channel']): void {
    const scan: HeardScan = { raw, channel, at: Date.now() };
    const echo = isEcho(this.last, scan);
    if (!echo) {
      this.last = scan;
      this.onScan(scan);
    }
    this.heard.ring(scan);
  }
}
