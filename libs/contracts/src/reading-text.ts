import type { Reading } from './readings.js';

/** A reading in one line, for people who look at devices: beside its bytes, and as the last thing that a device said. */
export function readingText(reading: Reading): string {
  switch (reading.kind) {
    case 'scan.read':
      return `${reading.kind} ${reading.data.aim ?? ''}${JSON.stringify(reading.data.code)}`;
    case 'weigh.stable': {
      const { value, decimals, unit, kind } = reading.data.weight;
      const digits = String(Math.abs(value)).padStart(decimals + 1, '0');
      const point = decimals > 0 ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
      return `${reading.kind} ${value < 0 ? '-' : ''}${point} ${unit}${kind === 'unknown' ? '' : ` ${kind}`}`;
    }
    case 'weigh.unstable':
      return `${reading.kind} ${reading.data.reason}`;
    case 'device.fault':
      return `${reading.kind} ${reading.data.code}: ${reading.data.detail}`;
    default:
      return `${reading.kind} ${JSON.stringify(reading.data)}`;
  }
}
