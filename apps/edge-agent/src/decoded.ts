import type { Reading } from '#lib/contracts';

/** A reading in one line, for the column beside its bytes. */
export function decodedText(reading: Reading): string {
  switch (reading.kind) {
    case 'scan.read':
      return `${reading.kind} ${reading.data.aim ?? ''}${JSON.stringify(reading.data.code)}`;
    case 'weigh.stable': {
      const { value, decimals, unit, kind } = reading.data.weight;
      const digits = String(Math.abs(value)).padStart(decimals + 1, '0');
      const point = decimals > 0 ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
      return `${reading.kind} ${value < 0 ? '-' : ''}${point} ${unit}${kind === 'unknown' ? '' : ` ${kind}`}`;
    }
    case 'device.fault':
      return `${reading.kind} ${reading.data.code}: ${reading.data.detail}`;
    default:
      return `${reading.kind} ${JSON.stringify(reading.data)}`;
  }
}
