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
import { type DownTelegram, parseUp, type UpEvent } from './telegrams.js';

/**
 * Telegrams with a conveyor PLC over the agent's broker. MQTT only carries: order and completeness come from the PLC's own
 * sequence, and the PLC forgets an event only when it is told that the event is stored.
 */
export interface ConveyorConfig {
  lifeMs: number;
}

export interface ConveyorState extends Peer {
  config: ConveyorConfig;
  /** Decision in flight. */
  routing: string | null;
  /** The latest decisions, oldest first, so that a repeated arrival gets the same answer. */
  decisions: readonly { trackId: number; seq: number; telegram: DownTelegram }[];
}

const DECISIONS_KEPT = 256;

export const codec: Codec<ConveyorConfig, ConveyorState> = {
  open(config, now) {
    const { peer, effects } = openPeer(config.lifeMs, now);
    return { state: { ...peer, config, routing: null, decisions: [] }, effects };
  },

  onMessage(state, message, now) {
    const telegram = parseUp(message.payload);
    if (telegram.t === 'nonsense') {
      const rawHex = toHex(message.payload.subarray(0, 256));
      return { state, readings: [fault('conveyor.not-understood', telegram.what, rawHex)] };
    }
    const heard = { ...state, heardAt: now };
    if (telegram.t === 'hello') return hello(heard, telegram);
    if (state.session === null) return { state: heard };
    const back = revivePeer(heard);
    const next =
      'seq' in telegram
        ? hearEvent(back.state, telegram, toHex(message.payload))
        : hearOther(back.state, telegram);
    return { ...next, effects: [...(back.effects ?? []), ...(next.effects ?? [])] };
  },

  onTimer(state, name, now) {
    if (name === COMMAND_LIMIT) {
      return {
        state: { ...state, routing: null },
        effects: [effect.unknown('the PLC did not answer the route')],
      };
    }
    return beatPeer(state, state.config.lifeMs, now, 'the PLC');
  },

  onCommand(state, order) {
    if (order.op !== 'route') return { state, effects: [effect.failed(`a conveyor can't ${order.op}`)] };
    return route(state, order.args);
  },
};

/** A new session means that the PLC has started anew and counts from `next`. */
function hello(state: ConveyorState, telegram: { session: string; next: number }): Step<ConveyorState> {
  const { step, fresh, restarted } = helloFrom(state, telegram);
  if (!fresh) return step;
  const begun = { ...step.state, routing: null, decisions: [] };
  const effects = [...(step.effects ?? [])];
  if (state.routing) effects.push(effect.unknown('the PLC has started anew'));
  if (!restarted) return { state: begun, effects };
  const detail = 'the PLC has started anew';
  return {
    state: begun,
    effects,
    readings: [{ kind: 'device.status', data: { code: 'conveyor.restarted', detail } }],
  };
}

function hearOther(
  state: ConveyorState,
  telegram:
    | { t: 'life' }
    | { t: 'ack'; decisionId: string }
    | { t: 'nak'; decisionId: string; reason?: string },
): Step<ConveyorState> {
  // An answer to an older decision, or a second answer, changes nothing.
  if (telegram.t === 'life' || telegram.decisionId !== state.routing) return { state };
  const outcome =
    telegram.t === 'ack' ? effect.done() : effect.failed(telegram.reason ?? 'the PLC refused the route');
  return { state: { ...state, routing: null }, effects: [outcome] };
}

function hearEvent(state: ConveyorState, event: UpEvent, rawHex: string): Step<ConveyorState> {
  const { is, step } = takeEvent(state, event.seq);
  if (is === 'new') return { ...step, readings: [{ ...readingOf(event), rawHex }] };
  if (is === 'gap' || event.t !== 'arrive') return step;
  // Said before: a parcel that was decided gets the same decision.
  const known = state.decisions.find((each) => each.seq === event.seq && each.trackId === event.trackId);
  return known ? { ...step, effects: [say(known.telegram), ...(step.effects ?? [])] } : step;
}

const say = (telegram: DownTelegram): Effect => effect.publish('down', telegram);

function readingOf(event: UpEvent): Reading {
  const { t, seq, ...data } = event;
  if (event.t === 'arrive') {
    const { point, trackId, codes, result, weightGrams } = event;
    const weight = weightGrams === undefined ? {} : { weightGrams };
    return { kind: 'point.seen', data: { point, trackId, seq, codes, result, ...weight } };
  }
  if (event.t === 'lane') return { kind: `lane.${event.state}`, data: { lane: event.lane } };
  if (event.t === 'unreadable') return fault('conveyor.not-understood', `event ${seq}: ${event.what}`);
  const kind = t === 'confirm' ? 'point.confirmed' : 'point.lost';
  return { kind, data } as Reading;
}

function route(state: ConveyorState, args: CommandArgs['route']): Step<ConveyorState> {
  if (state.session === null || !state.alive)
    return { state, effects: [effect.failed('the PLC is not heard')] };
  const { point, trackId, seq, lane, alternatives, decisionId, validUntil } = args;
  const telegram: DownTelegram = {
    t: 'route',
    point,
    trackId,
    seq,
    lane,
    alternatives,
    decisionId,
    validUntil,
  };
  const decisions = [...state.decisions, { trackId, seq, telegram }].slice(-DECISIONS_KEPT);
  return { state: { ...state, routing: decisionId, decisions }, effects: [say(telegram)] };
}
