import type { PointResult } from '#lib/contracts';
import { ETX, type Framer, hasControl, matched, STX, toBytes, toText } from '#lib/device-kit';

/** The telegrams, for the driver, the simulator and the PLC programmer (README.md has them as tables). Text, padded with spaces. */
export const TELEGRAM_BYTES = 256;
const BODY_AT = 32;

export type TelegramType = 'SYNC' | 'LIFE' | 'ARRV' | 'CONF' | 'LOST' | 'LANE' | 'ROUT';
const TYPES: readonly string[] = ['SYNC', 'LIFE', 'ARRV', 'CONF', 'LOST', 'LANE', 'ROUT'];

export interface Telegram {
  sender: string;
  receiver: string;
  type: TelegramType;
  /** 1 to 999,999, then 1 again; 0 where nothing is counted (SYNC, LIFE). */
  sequence: number;
  /** Request, answer, refusal. */
  handshake: 'R' | 'A' | 'N';
  /** Why it was refused; 0 otherwise. */
  error: number;
  body: string;
}

export const SEQUENCE_MAX = 999_999;

export function nextSequence(sequence: number): number {
  return sequence >= SEQUENCE_MAX ? 1 : sequence + 1;
}

/** Frames of 256 bytes between STX and ETX; a cut one never swallows the next. */
export const TELEGRAMS: Framer = matched((data, at) => {
  if (data[at] !== STX) return 'no';
  // No field holds STX: another one means that this telegram was cut.
  const end = Math.min(data.length, at + TELEGRAM_BYTES);
  for (let i = at + 1; i < end; i++) if (data[i] === STX) return 'no';
  if (data.length - at < TELEGRAM_BYTES) return 'more';
  return data[at + TELEGRAM_BYTES - 1] === ETX ? { take: TELEGRAM_BYTES } : 'no';
}, TELEGRAM_BYTES + 1);

export function encodeTelegram(telegram: Telegram): Uint8Array {
  const { sender, receiver, type, sequence, handshake, error, body } = telegram;
  const head = `${sender.padEnd(8)}${receiver.padEnd(8)}${type}${digits(sequence, 6)}${handshake}${digits(error, 2)}  `;
  return toBytes(`\x02${(head + body).padEnd(TELEGRAM_BYTES - 2)}\x03`);
}

/** The telegram in a frame, or what is wrong with it. */
export function decodeTelegram(frame: Uint8Array): Telegram | { type: 'nonsense'; what: string } {
  const text = toText(frame);
  const type = text.slice(17, 21);
  const sequence = text.slice(21, 27);
  const handshake = text.slice(27, 28);
  const error = text.slice(28, 30);
  if (!TYPES.includes(type)) return { type: 'nonsense', what: 'no telegram type of ours' };
  if (!/^\d{6}$/.test(sequence) || !/^[RAN]$/.test(handshake) || !/^\d{2}$/.test(error))
    return { type: 'nonsense', what: `a bad head of ${type}` };
  return {
    sender: text.slice(1, 9).trimEnd(),
    receiver: text.slice(9, 17).trimEnd(),
    type: type as TelegramType,
    sequence: Number(sequence),
    handshake: handshake as Telegram['handshake'],
    error: Number(error),
    body: text.slice(BODY_AT, TELEGRAM_BYTES - 1),
  };
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** Fields of a body, left to right, by their widths. */
export function fieldsOf(body: string, widths: readonly number[]): string[] {
  let at = 0;
  return widths.map((width) => {
    const field = body.slice(at, at + width).trimEnd();
    at += width;
    return field;
  });
}

function isAscii(text: string): boolean {
  return [...text].every((char) => char < '\x7f');
}

/** A body of fields. Throws a RangeError for a field that does not fit or that no byte can carry. */
export function bodyOf(fields: readonly [text: string, width: number][]): string {
  return fields
    .map(([text, width]) => {
      if (text.length > width || hasControl(text, { exceptGs: true }) || !isAscii(text))
        throw new RangeError(`"${text.slice(0, 40)}" does not fit a telegram (${width} characters)`);
      return text.padEnd(width);
    })
    .join('');
}

const RESULTS: Record<string, PointResult> = { RD: 'read', NR: 'no-read', MU: 'multi', CF: 'conflict' };
const LANES: Record<string, 'full' | 'clear' | 'jam'> = { FULL: 'full', CLR: 'clear', JAM: 'jam' };
const ARRIVAL = [8, 10, 2, 8, 80, 80];
const CONFIRM = [8, 10, 8, 8, 20];
const LOST = [8, 10, 20];
const LANE = [8, 4];

export type PlcEventBody =
  | {
      is: 'arrive';
      point: string;
      trackId: number;
      result: PointResult;
      weightGrams: number;
      codes: string[];
    }
  | { is: 'confirm'; point: string; trackId: number; planned: string; actual: string; reason: string }
  | { is: 'lost'; point: string; trackId: number; reason: string }
  | { is: 'lane'; lane: string; state: 'full' | 'clear' | 'jam' };

/** The event in a telegram's body; null when a field is not what it must be. */
export function readEvent({ type, body }: Telegram): PlcEventBody | null {
  if (type === 'LANE') {
    const [lane = '', state = ''] = fieldsOf(body, LANE);
    return isName(lane) && LANES[state] ? { is: 'lane', lane, state: LANES[state] } : null;
  }
  const [point = '', track = ''] = fieldsOf(body, LOST);
  if (!isName(point) || !/^\d{1,10}$/.test(track)) return null;
  const trackId = Number(track);
  if (type === 'ARRV') return readArrival(body, point, trackId);
  if (type === 'LOST') return { is: 'lost', point, trackId, reason: textOf(fieldsOf(body, LOST)[2]) };
  const [, , planned = '', actual = '', reason] = fieldsOf(body, CONFIRM);
  if (!isName(actual) || (planned !== '' && !isName(planned))) return null;
  return { is: 'confirm', point, trackId, planned, actual, reason: textOf(reason) };
}

/** A parcel stands at the point whatever its codes look like: bad codes are left out, the arrival is not. */
function readArrival(body: string, point: string, trackId: number): PlcEventBody | null {
  const [, , result = '', weight = '', ...heard] = fieldsOf(body, ARRIVAL);
  if (!RESULTS[result] || !/^\d{0,8}$/.test(weight)) return null;
  const codes = heard.filter((code) => code !== '' && !hasControl(code, { exceptGs: true }));
  return {
    is: 'arrive',
    point,
    trackId,
    codes,
    result: codes.length === 0 ? 'no-read' : RESULTS[result],
    weightGrams: Number(weight),
  };
}

/** The body of an event, for PLCs (and the simulator). */
export function writeEvent(event: PlcEventBody): { type: TelegramType; body: string } {
  const keyOf = (table: Record<string, string>, value: string) =>
    Object.keys(table).find((key) => table[key] === value) ?? '';
  if (event.is === 'lane')
    return {
      type: 'LANE',
      body: bodyOf([
        [event.lane, 8],
        [keyOf(LANES, event.state), 4],
      ]),
    };
  const start: [string, number][] = [
    [event.point, 8],
    [digits(event.trackId, 10), 10],
  ];
  if (event.is === 'lost') return { type: 'LOST', body: bodyOf([...start, [event.reason, 20]]) };
  if (event.is === 'confirm')
    return {
      type: 'CONF',
      body: bodyOf([...start, [event.planned, 8], [event.actual, 8], [event.reason, 20]]),
    };
  const [first = '', second = ''] = event.codes;
  const seen: [string, number][] = [
    [keyOf(RESULTS, event.result), 2],
    [digits(event.weightGrams, 8), 8],
  ];
  return { type: 'ARRV', body: bodyOf([...start, ...seen, [first, 80], [second, 80]]) };
}

function isName(text: string): boolean {
  return /^[\x21-\x7e]{1,8}$/.test(text);
}

function textOf(field = ''): string {
  return hasControl(field) ? '' : field;
}
