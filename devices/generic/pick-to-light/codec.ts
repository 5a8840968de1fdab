import type { CommandArgs, Reading } from '#lib/contracts';
import {
  beatPeer,
  COMMAND_LIMIT,
  type Codec,
  type Effect,
  effect,
  fault,
  helloFrom,
  openPeer,
  type Peer,
  revivePeer,
  type Step,
  takeEvent,
  toHex,
} from '#lib/device-kit';
import { isAddress, type Light, type Pressed, parseUp } from './telegrams.js';

/**
 * A rack of light modules behind a controller. For picking, a light shows how many to take; for putting, how many to put: both are a light
 * that a person presses. The driver remembers what shall be lit, and lights it again when the controller has started anew.
 */
export interface LightsConfig {
  lifeMs: number;
  maxQuantity: number;
}

export interface LightsState extends Peer {
  config: LightsConfig;
  /** What shall be lit, by address. */
  lit: Readonly<Record<string, Omit<Light, 't' | 'id'>>>;
  lastId: number;
  /** The order in flight; null: none that waits for an answer. */
  waiting: { id: number; address: string } | null;
}

const LIT_MAX = 2_000;

export const codec: Codec<LightsConfig, LightsState> = {
  open(config, now) {
    const { peer, effects } = openPeer(config.lifeMs, now);
    return { state: { ...peer, config, lit: {}, lastId: 0, waiting: null }, effects };
  },

  onMessage(state, message, now) {
    const telegram = parseUp(message.payload);
    const rawHex = toHex(message.payload.subarray(0, 256));
    if (telegram.t === 'nonsense')
      return { state, readings: [fault('lights.not-understood', telegram.what, rawHex)] };
    const heard = { ...state, heardAt: now };
    if (telegram.t === 'hello') return hello(heard, telegram);
    if (state.session === null) return { state: heard };
    const back = revivePeer(heard);
    const next =
      'seq' in telegram ? hearEvent(back.state, telegram, rawHex) : hearAnswer(back.state, telegram);
    return { ...next, effects: [...(back.effects ?? []), ...(next.effects ?? [])] };
  },

  onTimer(state, name, now) {
    if (name !== COMMAND_LIMIT) return beatPeer(state, state.config.lifeMs, now, 'the controller');
    return { state: { ...state, waiting: null }, effects: [effect.unknown('the controller did not answer')] };
  },

  onCommand(state, order) {
    if (order.op === 'light') return light(state, order.args);
    if (order.op !== 'status') return { state, effects: [effect.failed(`lights can't ${order.op}`)] };
    const values = { lit: Object.keys(state.lit).length, alive: state.alive };
    const told: Reading = { kind: 'device.status', data: { code: 'lights.status', values } };
    return { state, readings: [told], effects: [effect.done()] };
  },
};

/** A controller that has started anew is dark: it is told again what shall be lit. */
function hello(state: LightsState, telegram: { session: string; next: number }): Step<LightsState> {
  const { step, fresh, restarted } = helloFrom(state, telegram);
  if (!fresh || !restarted) return step;
  const orders = Object.values(step.state.lit).map((each, i) => ({
    t: 'light' as const,
    id: step.state.lastId + i + 1,
    ...each,
  }));
  const lastId = step.state.lastId + orders.length;
  // The order in flight stands among them: its new number is waited for.
  const own = orders.find(({ address }) => address === state.waiting?.address);
  const detail = `the controller has started anew; ${orders.length} lights were lit again`;
  return {
    state: { ...step.state, lastId, waiting: own ? { id: own.id, address: own.address } : null },
    readings: [{ kind: 'device.status', data: { code: 'lights.restarted', detail } }],
    effects: [
      ...(step.effects ?? []),
      ...orders.map(say),
      ...(state.waiting !== null && !own ? [effect.unknown('the controller has started anew')] : []),
    ],
  };
}

const say = (telegram: Light): Effect => effect.publish('down', telegram);

function hearAnswer(
  state: LightsState,
  telegram: { t: 'life' } | { t: 'ack'; id: number } | { t: 'nak'; id: number; reason?: string },
): Step<LightsState> {
  // An answer to an older order, or a second answer, changes nothing.
  if (telegram.t === 'life' || telegram.id !== state.waiting?.id) return { state };
  if (telegram.t === 'ack') return { state: { ...state, waiting: null }, effects: [effect.done()] };
  const lit = without(state.lit, state.waiting.address);
  const reason = telegram.reason ?? 'the controller refused the light';
  return { state: { ...state, waiting: null, lit }, effects: [effect.failed(reason)] };
}

function hearEvent(
  state: LightsState,
  telegram: Pressed | { t: 'unreadable'; seq: number },
  rawHex: string,
): Step<LightsState> {
  const { is, step } = takeEvent(state, telegram.seq);
  if (is !== 'new') return step;
  if (telegram.t === 'unreadable') {
    const detail = `event ${telegram.seq} was left out`;
    return { ...step, readings: [fault('lights.not-understood', detail, rawHex)] };
  }
  const { address, quantity } = telegram;
  const data = quantity === undefined ? { address } : { address, quantity };
  // The module goes dark by itself when it is pressed.
  return {
    ...step,
    state: { ...step.state, lit: without(step.state.lit, address) },
    readings: [{ kind: 'light.pressed', data, rawHex }],
  };
}

function without(lit: LightsState['lit'], address: string): LightsState['lit'] {
  const { [address]: _gone, ...rest } = lit;
  return rest;
}

function light(state: LightsState, args: CommandArgs['light']): Step<LightsState> {
  const wrong = refusal(state, args);
  if (wrong) return { state, effects: [effect.failed(wrong)] };
  const { address, colour, quantity, blink } = args;
  const order = {
    address,
    colour,
    ...(quantity === undefined ? {} : { quantity }),
    ...(blink ? { blink } : {}),
  };
  const dark = without(state.lit, address);
  const lit = colour === 'off' ? dark : { ...dark, [address]: order };
  const id = state.lastId + 1;
  const waiting = { id, address };
  return { state: { ...state, lit, lastId: id, waiting }, effects: [say({ t: 'light', id, ...order })] };
}

function refusal(state: LightsState, args: CommandArgs['light']): string | null {
  if (state.session === null || !state.alive) return 'the controller is not heard';
  if (!isAddress(args.address)) return 'an address is letters, digits, dots and dashes';
  if ((args.quantity ?? 0) < 0 || (args.quantity ?? 0) > state.config.maxQuantity)
    return `the displays show 0 to ${state.config.maxQuantity}`;
  const known = Object.hasOwn(state.lit, args.address) || args.colour === 'off';
  return known || Object.keys(state.lit).length < LIT_MAX ? null : `more than ${LIT_MAX} lights are lit`;
}
