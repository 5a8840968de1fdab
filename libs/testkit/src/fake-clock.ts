import type { Clock } from '#lib/contracts';

/** A clock that stands still until a spec moves it. */
export class FakeClock implements Clock {
  private current: number;

  constructor(start: Date | string = '2026-01-05T08:00:00Z') {
    this.current = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.current);
  }

  /** Moves on by `milliseconds`. */
  advance(milliseconds: number): void {
    this.current += milliseconds;
  }

  set(moment: Date | string): void {
    this.current = new Date(moment).getTime();
  }
}
