import type { Reading } from '#lib/contracts';

const WINDOW_MS = 10_000;
const FAULTS_PER_WINDOW = 10;

/**
 * A device that sends noise makes thousands of faults a second, which would fill the agent's disk. Each window passes the first
 * ten; the first of the next window says how many were left out. Other readings always pass.
 */
export class FaultLimiter {
  private windowStartMs = Number.NEGATIVE_INFINITY;
  private passed = 0;
  private leftOut = 0;

  pass(readings: readonly Reading[], nowMs: number): Reading[] {
    return readings.flatMap((reading) => {
      if (reading.kind !== 'device.fault') return [reading];
      if (nowMs - this.windowStartMs >= WINDOW_MS) {
        this.windowStartMs = nowMs;
        this.passed = 0;
      }
      if (this.passed >= FAULTS_PER_WINDOW) {
        this.leftOut++;
        return [];
      }
      this.passed++;
      return [this.withCount(reading)];
    });
  }

  private withCount(reading: Extract<Reading, { kind: 'device.fault' }>): Reading {
    if (this.leftOut === 0) return reading;
    const detail = `${reading.data.detail} (${this.leftOut} more faults were left out)`;
    this.leftOut = 0;
    return { ...reading, data: { ...reading.data, detail } };
  }
}
