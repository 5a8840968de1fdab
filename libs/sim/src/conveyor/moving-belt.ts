import type { Time } from './time.js';

interface Mark {
  mm: number;
  order: number;
  act: () => void;
}

/**
 * A belt as its odometer: whatever lies on it moves with it, and stands when it stands. Places on the belt are readings of the
 * odometer, so that a stop delays everything on it alike.
 */
export class MovingBelt {
  private readonly marks: Mark[] = [];
  private order = 0;
  /** Odometer when the belt was last started or stopped, and when that was. */
  private mm = 0;
  private sinceMs: number;
  private running = true;
  private cancel: (() => void) | null = null;

  constructor(
    private readonly time: Time,
    readonly speedMmPerS: number,
  ) {
    if (!(speedMmPerS > 0)) throw new RangeError(`a belt moves: ${speedMmPerS} mm/s`);
    this.sinceMs = time.nowMs();
  }

  /** Millimetres that the belt has moved since it was built. */
  get travelledMm(): number {
    if (!this.running) return this.mm;
    return this.mm + ((this.time.nowMs() - this.sinceMs) * this.speedMmPerS) / 1_000;
  }

  /** Runs `act` when the odometer shows `mm`. */
  whenAt(mm: number, act: () => void): void {
    const mark = { mm, order: this.order++, act };
    const at = this.marks.findIndex((each) => each.mm > mm);
    if (at < 0) this.marks.push(mark);
    else this.marks.splice(at, 0, mark);
    this.plan();
  }

  stop(): void {
    if (!this.running) return;
    this.settle();
    this.running = false;
    this.cancel?.();
    this.cancel = null;
  }

  start(): void {
    if (this.running) return;
    this.sinceMs = this.time.nowMs();
    this.running = true;
    this.plan();
  }

  /** Stops for good: nothing on it happens any more. */
  end(): void {
    this.stop();
    this.marks.length = 0;
  }

  private settle(): void {
    this.mm = this.travelledMm;
    this.sinceMs = this.time.nowMs();
  }

  private plan(): void {
    this.cancel?.();
    this.cancel = null;
    const [first] = this.marks;
    if (!first || !this.running) return;
    const dueMs = this.sinceMs + ((first.mm - this.mm) * 1_000) / this.speedMmPerS;
    this.cancel = this.time.at(dueMs, () => this.reach());
  }

  /** A late timer finds several marks behind it; each happens, in the order of the belt. */
  private reach(): void {
    this.cancel = null;
    // A hair before the mark counts as there: the odometer is a sum of fractions.
    while (this.running && this.marks[0] && this.marks[0].mm <= this.travelledMm + 1e-6) {
      this.marks.shift()!.act();
    }
    this.plan();
  }
}
