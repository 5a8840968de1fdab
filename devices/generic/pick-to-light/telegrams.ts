import type { CommandArgs } from '#lib/contracts';
import { hasControl, type PeerDown } from '#lib/device-kit';

/** The telegrams, for the driver, the simulator and the programmer of the rack's controller. JSON objects with the type in `t`. */

export type Colour = CommandArgs['light']['colour'];

/** Controller to agent, on `<base>/up`. */
export type UpTelegram =
  | { t: 'hello'; session: string; next: number }
  | { t: 'life' }
  | Pressed
  | { t: 'ack'; id: number }
  | { t: 'nak'; id: number; reason?: string };

/** A person pressed the button of a module: `quantity` is what the display showed, after plus and minus. */
export type Pressed = { t: 'pressed'; seq: number; address: string; quantity?: number };

/** Agent to controller, on `<base>/down`. */
export type DownTelegram = PeerDown | Light;

export interface Light {
  t: 'light';
  id: number;
  address: string;
  colour: Colour;
  quantity?: number;
  blink?: boolean;
}

const MAX_BYTES = 4_096;

type Fields = Record<string, unknown>;

/** The telegram in these bytes, or what is wrong with them. An event with a bad body keeps its sequence. */
export function parseUp(
  payload: Uint8Array,
): UpTelegram | { t: 'unreadable'; seq: number } | { t: 'nonsense'; what: string } {
  if (payload.length > MAX_BYTES) return { t: 'nonsense', what: `more than ${MAX_BYTES} bytes` };
  let fields: Fields;
  try {
    fields = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) as Fields;
  } catch {
    return { t: 'nonsense', what: 'not JSON' };
  }
  if (typeof fields !== 'object' || fields === null) return { t: 'nonsense', what: 'not an object' };
  return parseFields(fields) ?? { t: 'nonsense', what: `a bad "${String(fields.t).slice(0, 20)}" telegram` };
}

function parseFields(fields: Fields): UpTelegram | { t: 'unreadable'; seq: number } | null {
  const { t, session, next, id, reason, seq } = fields;
  if (t === 'life') return { t };
  if (t === 'hello') return isText(session) && isCount(next) ? { t, session, next } : null;
  if (t === 'ack') return isCount(id) ? { t, id } : null;
  if (t === 'nak') return isCount(id) ? { t, id, ...(isText(reason) ? { reason } : {}) } : null;
  if (!isCount(seq)) return null;
  const { address, quantity } = fields;
  if (t !== 'pressed' || !isAddress(address)) return { t: 'unreadable', seq };
  if (quantity === undefined) return { t, seq, address };
  return isCount(quantity) ? { t, seq, address, quantity } : { t: 'unreadable', seq };
}

/** Addresses are printed on the modules: letters, digits, dots and dashes. */
export function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9.-]{1,32}$/.test(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= 64 && !hasControl(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
