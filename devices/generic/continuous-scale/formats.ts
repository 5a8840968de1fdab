import type { Reading, Weight } from '#lib/contracts';
import {
  CR,
  delimited,
  type Framer,
  fault,
  lineEnds,
  matched,
  STX,
  toHex,
  toText,
  weightOf,
} from '#lib/device-kit';

/** A frame as a reading: a weight at rest, why there is none, or a fault. Never a number out of an error. */
export interface Format {
  framer: Framer;
  read(frame: Uint8Array): Reading;
}

const FRAME_BYTES = 17;

/**
 * Toledo continuous output: STX, status bytes A, B and C, weight and tare of six digits, CR, and perhaps a checksum. Every status
 * byte has bit 5 set and bit 6 clear but for B's "power not zeroed", which tells frames from noise.
 */
export function toledoFormat(checksum: boolean): Format {
  const take = FRAME_BYTES + (checksum ? 1 : 0);
  return { framer: matched((data, at) => judge(data, at, take), take + 1), read: readToledo };
}

function judge(data: Uint8Array, at: number, take: number): { take: number } | 'no' | 'more' {
  if (data[at] !== STX) return 'no';
  if (data.length - at < take) return 'more';
  const frame = data.subarray(at, at + take);
  const status = [frame[1]!, frame[2]!, frame[3]!];
  if (status.some((byte) => (byte & 0xa0) !== 0x20) || frame[FRAME_BYTES - 1] !== CR) return 'no';
  // The checksum makes the low seven bits of the sum of all bytes zero.
  const sum = frame.reduce((total, byte) => total + byte, 0);
  return take === FRAME_BYTES || (sum & 0x7f) === 0 ? { take } : 'no';
}

const A_DECIMALS = 0x07;
const B = { net: 0x01, negative: 0x02, outOfRange: 0x04, motion: 0x08, kilograms: 0x10, notZeroed: 0x40 };
const C_UNIT = 0x07;
const C_EXPANDED = 0x10;
/** Of status byte C; 0 means pounds or kilograms, by status byte B. */
const UNITS: Record<number, Weight['unit']> = { 1: 'g', 3: 'oz' };

function readToledo(frame: Uint8Array): Reading {
  const rawHex = toHex(frame);
  const [, a, b, c] = frame as unknown as [number, number, number, number];
  if (b & B.outOfRange) {
    return { kind: 'weigh.unstable', data: { reason: b & B.negative ? 'underload' : 'overload' }, rawHex };
  }
  if (b & B.motion) return { kind: 'weigh.unstable', data: { reason: 'motion' }, rawHex };
  // No zero was taken since the power came: at rest it may be, but it counts from nowhere.
  if (b & B.notZeroed) return { kind: 'weigh.unstable', data: { reason: 'not-executable' }, rawHex };
  const unit = (c & C_UNIT) === 0 ? (b & B.kilograms ? 'kg' : 'lb') : UNITS[c & C_UNIT];
  const digits = /^ *(\d{1,6})$/.exec(toText(frame.subarray(4, 10)))?.[1];
  if (!unit || digits === undefined || c & C_EXPANDED)
    return fault('scale.not-understood', 'no weight in g, kg, lb or oz', rawHex);
  // 0 and 1: the digits count hundreds and tens; 2: units; from 3 on there are decimals.
  const position = a & A_DECIMALS;
  const shown = position < 2 ? digits + '0'.repeat(2 - position) : withPoint(digits, position - 2);
  const weight = weightOf((b & B.negative ? '-' : '') + shown, unit, b & B.net ? 'net' : 'gross');
  return weight
    ? { kind: 'weigh.stable', data: { weight }, rawHex }
    : fault('scale.not-understood', 'no weight', rawHex);
}

function withPoint(digits: string, decimals: number): string {
  if (decimals === 0) return digits;
  const padded = digits.padStart(decimals + 1, '0');
  return `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}

/** `ST,GS,+00123.45kg`: stable (ST, also QT for counts), unstable (US), overload (OL); gross (GS), net (NT) or absent. */
const HEADERS = /^(ST|US|OL)(?:,(GS|NT|TR))?,([+-] *\d{1,8}(?:\.\d{1,6})?) *(kg|g|lb|oz)$/;

export const headersFormat: Format = {
  framer: delimited({ ends: lineEnds('crlf'), maxBytes: 64 }),
  read(frame) {
    const rawHex = toHex(frame);
    const text = toText(frame).trim();
    // The digits of an overload may be 9s, spaces or missing.
    if (/^OL(?:,|$)/.test(text)) {
      const reason = text.includes('-') ? 'underload' : 'overload';
      return { kind: 'weigh.unstable', data: { reason }, rawHex };
    }
    const match = HEADERS.exec(text);
    if (!match) return fault('scale.not-understood', `not a weight: ${printable(text)}`, rawHex);
    if (match[1] === 'US') return { kind: 'weigh.unstable', data: { reason: 'motion' }, rawHex };
    const kinds = { GS: 'gross', NT: 'net' } as const;
    const kind = kinds[match[2] as 'GS' | 'NT'] ?? 'unknown';
    const weight = match[2] === 'TR' ? null : weightOf(match[3]!, match[4] as Weight['unit'], kind);
    return weight
      ? { kind: 'weigh.stable', data: { weight }, rawHex }
      : fault('scale.not-understood', `not a weight: ${printable(text)}`, rawHex);
  },
};

function printable(text: string): string {
  return text.slice(0, 40).replace(/[^\x20-\x7e]/g, '?');
}
