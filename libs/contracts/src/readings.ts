/**
 * What a device says and what it is asked to do. Readings are typed by capability, not by vendor, so that a scale of any make
 * says the same thing. Codes are as scanned (GS, 0x1D, kept); times are ISO 8601 in UTC.
 */

/** A weight as the scale displayed it: `value` counts the smallest displayed division, `decimals` places in `unit`. */
export interface Weight {
  /** Signed count of 10^-decimals units: "1.250 kg" is 1250 with 3 decimals. */
  value: number;
  decimals: number;
  unit: 'g' | 'kg' | 'lb' | 'oz';
  kind: 'gross' | 'net' | 'unknown';
}

/** How a scan point's record of one trigger ended. `conflict`: several codes that name different parcels. */
export type PointResult = 'read' | 'no-read' | 'multi' | 'conflict';

/** Payload of each reading kind. */
export interface ReadingData {
  /** One decoded code. `aim` is the AIM symbology identifier such as `]C1` where the scanner sends it; `code` excludes it. */
  'scan.read': { code: string; aim?: string };
  'scan.no-read': { detail?: string };
  /**
   * All that a fixed-mount reader saw at one trigger (a parcel passing its photo-eye), the most telling code first. `trigger` is the
   * reader's own count, where it sends one.
   */
  'scan.record': { trigger?: number; codes: string[]; result: PointResult };
  /** `trackId` where the conveyor's scale knows the PLC's number of the parcel. */
  'weigh.stable': { weight: Weight; trackId?: number };
  /** In motion, over or under range: never a number that could be booked. */
  'weigh.unstable': { reason: 'motion' | 'overload' | 'underload' | 'not-executable' };
  'dimension.measured': {
    lengthMm: number;
    widthMm: number;
    heightMm: number;
    weight?: Weight;
    trackId?: number;
  };
  /** The bytes left; whether paper came out is not known yet. */
  'print.sent': { jobId: string };
  'print.printed': { jobId: string };
  /** Certainly not printed (refused before the first byte). */
  'print.failed': { jobId: string; reason: string };
  /** Nobody can know: the link was cut or the printer reset after the first byte. */
  'print.unknown': { jobId: string; reason: string };
  /** A conveyor scan point saw a parcel. `trackId` and `seq` are the PLC's own. */
  'point.seen': {
    point: string;
    trackId: number;
    seq: number;
    codes: string[];
    result: PointResult;
    weightGrams?: number;
  };
  /** Where the parcel really went. `planned` is what the PLC was told, if it was told in time. */
  'point.confirmed': { point: string; trackId: number; planned?: string; actual: string; reason?: string };
  /** The PLC lost sight of a parcel it had announced. */
  'point.lost': { point: string; trackId: number; reason?: string };
  'lane.full': { lane: string };
  'lane.clear': { lane: string };
  'lane.jam': { lane: string };
  'light.pressed': { address: string; quantity?: number };
  'device.fault': { code: string; detail: string };
  'device.status': { code: string; detail?: string; values?: Record<string, string | number | boolean> };
}

export type ReadingKind = keyof ReadingData;

/** One thing a device said. */
export type Reading = { [K in ReadingKind]: { kind: K; data: ReadingData[K]; rawHex?: string } }[ReadingKind];

/** Arguments of each command a device may be given. */
export interface CommandArgs {
  /**
   * One label. `zpl` is one `^XA..^XZ` document, `tspl` the same label for printers of that language (`CLS` ... `PRINT`);
   * `jobId` comes back in the print readings.
   */
  print: { jobId: string; zpl: string; tspl?: string };
  /** Ask for one stable weight. */
  weigh: Record<string, never>;
  zero: Record<string, never>;
  /** Take what is on the pan for its container: from now on net weights. */
  tare: Record<string, never>;
  /** Tell the PLC where a tracked parcel goes. Lanes by their site code. */
  route: {
    point: string;
    trackId: number;
    seq: number;
    lane: string;
    alternatives: string[];
    decisionId: string;
    validUntil: string;
  };
  light: {
    address: string;
    colour: 'off' | 'red' | 'amber' | 'green' | 'blue';
    quantity?: number;
    blink?: boolean;
  };
  beep: { pattern: 'good' | 'wrong' | 'done' };
  trigger: Record<string, never>;
  status: Record<string, never>;
}

export type CommandOp = keyof CommandArgs;
export type DeviceOrder = { [K in CommandOp]: { op: K; args: CommandArgs[K] } }[CommandOp];

export type DeviceKind =
  | 'scanner'
  | 'scale'
  | 'printer'
  | 'dimensioner'
  | 'conveyor-plc'
  | 'light'
  | 'tunnel';
export type DeviceState = 'init' | 'ready' | 'degraded' | 'lost' | 'fault' | 'disabled';

const GRAMS_PER_UNIT = { g: 1, kg: 1000, lb: 453.59237, oz: 28.349523125 } as const;

/** Grams, rounded to the nearest whole one (half away from zero). */
export function weightInGrams(weight: Weight): number {
  const grams = (Math.abs(weight.value) * GRAMS_PER_UNIT[weight.unit]) / 10 ** weight.decimals;
  return Math.sign(weight.value) * Math.round(grams);
}
