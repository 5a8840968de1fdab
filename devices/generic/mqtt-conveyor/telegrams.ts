import type { PointResult } from '#lib/contracts';
import { hasControl, type PeerDown } from '#lib/device-kit';

/** The telegrams, for the driver, the simulator and the PLC programmer. JSON objects with the type in `t`. */

/** PLC to agent, on `<base>/up`. */
export type UpTelegram =
  /** Answer to sync. `next` is the first sequence that is not acknowledged (or the next to come). */
  | { t: 'hello'; session: string; next: number }
  | { t: 'life' }
  | UpEvent
  /** The route was taken, or (nak) came too late or can't be done. */
  | { t: 'ack'; decisionId: string }
  | { t: 'nak'; decisionId: string; reason?: string };

/** Events carry a sequence without gaps within the PLC's session; the PLC keeps each until it is acknowledged. */
export type UpEvent = { seq: number } & (
  | {
      t: 'arrive';
      point: string;
      trackId: number;
      codes: string[];
      result: PointResult;
      weightGrams?: number;
    }
  | { t: 'confirm'; point: string; trackId: number; planned?: string; actual: string; reason?: string }
  | { t: 'lost'; point: string; trackId: number; reason?: string }
  | { t: 'lane'; lane: string; state: 'full' | 'clear' | 'jam' }
  /** An event this version can't read: its sequence counts, its body does not. */
  | { t: 'unreadable'; what: string }
);

/** Agent to PLC, on `<base>/down`. */
export type DownTelegram =
  | PeerDown
  | {
      t: 'route';
      point: string;
      trackId: number;
      seq: number;
      lane: string;
      alternatives: string[];
      decisionId: string;
      validUntil: string;
    };

const MAX_BYTES = 16_384;
const MAX_CODES = 16;
const MAX_TEXT = 64;
const MAX_CODE = 512;
const RESULTS: unknown[] = ['read', 'no-read', 'multi', 'conflict'];
const LANE_STATES: unknown[] = ['full', 'clear', 'jam'];

type Fields = Record<string, unknown>;

/** The telegram in these bytes, or what is wrong with them. */
export function parseUp(payload: Uint8Array): UpTelegram | { t: 'nonsense'; what: string } {
  if (payload.length > MAX_BYTES) return { t: 'nonsense', what: `more than ${MAX_BYTES} bytes` };
  let fields: Fields;
  try {
    fields = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) as Fields;
  } catch {
    return { t: 'nonsense', what: 'not JSON' };
  }
  if (typeof fields !== 'object' || fields === null) return { t: 'nonsense', what: 'not an object' };
  return parseFields(fields);
}

function parseFields(fields: Fields): UpTelegram | { t: 'nonsense'; what: string } {
  const { t } = fields;
  if (t === 'life') return { t };
  if (t === 'hello' && isText(fields.session) && isCount(fields.next)) {
    return { t, session: fields.session, next: fields.next };
  }
  if (t === 'ack' && isText(fields.decisionId)) return { t, decisionId: fields.decisionId };
  if (t === 'nak' && isText(fields.decisionId))
    return { t, decisionId: fields.decisionId, ...textOf('reason', fields) };
  if (isCount(fields.seq)) {
    return {
      seq: fields.seq,
      ...(parseEvent(fields) ?? { t: 'unreadable', what: `a bad "${String(t).slice(0, 20)}"` }),
    };
  }
  return { t: 'nonsense', what: `a bad "${String(t).slice(0, 20)}" telegram` };
}

type EventBody = UpEvent extends infer E ? (E extends UpEvent ? Omit<E, 'seq'> : never) : never;

function parseEvent(fields: Fields): EventBody | null {
  const { t, point, trackId, lane, state } = fields;
  if (t === 'lane') {
    return isText(lane) && LANE_STATES.includes(state)
      ? { t, lane, state: state as 'full' | 'clear' | 'jam' }
      : null;
  }
  if (!isText(point) || !isCount(trackId)) return null;
  if (t === 'lost') return { t, point, trackId, ...textOf('reason', fields) };
  if (t === 'confirm' && isText(fields.actual)) {
    return {
      t,
      point,
      trackId,
      actual: fields.actual,
      ...textOf('planned', fields),
      ...textOf('reason', fields),
    };
  }
  return t === 'arrive' ? parseArrival(point, trackId, fields) : null;
}

/** A parcel stands at the point whatever its codes look like: bad codes are left out, the arrival is not. */
function parseArrival(point: string, trackId: number, fields: Fields): EventBody | null {
  if (!Array.isArray(fields.codes) || !RESULTS.includes(fields.result)) return null;
  const codes = fields.codes.slice(0, MAX_CODES).filter(isCode);
  const result = codes.length === 0 ? 'no-read' : (fields.result as PointResult);
  const weight =
    isCount(fields.weightGrams) && fields.weightGrams > 0 ? { weightGrams: fields.weightGrams } : {};
  return { t: 'arrive', point, trackId, codes, result, ...weight };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= MAX_TEXT && !hasControl(value);
}

/** At most 512 characters, no control characters but GS. */
function isCode(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length >= 1 &&
    value.length <= MAX_CODE &&
    !hasControl(value, { exceptGs: true })
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function textOf<K extends string>(key: K, fields: Fields): { [P in K]?: string } {
  const value = fields[key];
  return isText(value) ? ({ [key]: value } as { [P in K]: string }) : {};
}
