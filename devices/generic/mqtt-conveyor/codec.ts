import type { CommandArgs, Reading } from '#lib/contracts';
import { COMMAND_LIMIT, type Codec, type Effect, effect, fault, type Step, toHex } from '#lib/device-kit';
import { type DownTelegram, parseUp, type UpEvent } from './telegrams.js';

/**
 * Telegrams with a conveyor PLC over the agent's broker. MQTT only carries: order and completeness come from the PLC's own
 * sequence, and the PLC forgets an event only when it is told that the event is stored.
 */
export interface ConveyorConfig {
  lifeMs: number;
}

export interface ConveyorState {
  config: ConveyorConfig;
  /** The PLC's session; null until its hello. */
  session: string | null;
  lastSeq: number;
  /** A gap was seen and asked for: one question is enough. */
  asked: boolean;
  heardAt: number;
  alive: boolean;
  /** Decision in flight. */
  routing: string | null;
  /** The latest decisions, oldest first, so that a repeated arrival gets the same answer. */
  decisions: readonly { trackId: number; seq: number; telegram: DownTelegram }[];
}

const DEAD_AFTER = 3;
const DECISIONS_KEPT = 256;

const say = (telegram: DownTelegram): Effect =>
  effect.publish('down', telegram, telegram.t === 'life' ? 0 : 1);

export const codec: Codec<ConveyorConfig, ConveyorState> = {
  open(config, now) {
    const state: ConveyorState = {
      config,
      session: null,
      lastSeq: 0,
      asked: true,
      heardAt: now,
      alive: false,
      routing: null,
      decisions: [],
    };
    return { state, effects: [say({ t: 'sync', after: null }), effect.startTimer('life', config.lifeMs)] };
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
    const back = revive(heard);
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
    return beat(state, now);
  },

  onCommand(state, order) {
    if (order.op !== 'route') return { state, effects: [effect.failed(`a conveyor can't ${order.op}`)] };
    return route(state, order.args);
  },
};

/** Our sign of life, and a look at the PLC's. While it is silent it is asked to say hello. */
function beat(state: ConveyorState, now: number): Step<ConveyorState> {
  const { lifeMs } = state.config;
  const effects: Effect[] = [say({ t: 'life' }), effect.startTimer('life', lifeMs)];
  const alive = state.alive && now - state.heardAt <= DEAD_AFTER * lifeMs;
  if (!alive) effects.push(say({ t: 'sync', after: state.session === null ? null : state.lastSeq }));
  if (!alive && state.alive) effects.push(effect.degraded('the PLC shows no sign of life'));
  return { state: { ...state, alive, asked: !alive }, effects };
}

function revive(state: ConveyorState): Step<ConveyorState> {
  return state.alive ? { state } : { state: { ...state, alive: true }, effects: [effect.ready()] };
}

/** A new session means that the PLC has started anew and counts from `next`. */
function hello(state: ConveyorState, telegram: { session: string; next: number }): Step<ConveyorState> {
  const live = revive({ ...state, asked: false });
  if (telegram.session === state.session) return live;
  const begun = {
    ...live.state,
    session: telegram.session,
    lastSeq: telegram.next - 1,
    routing: null,
    decisions: [],
  };
  const effects = [...(live.effects ?? [])];
  if (state.routing) effects.push(effect.unknown('the PLC has started anew'));
  if (state.session === null) return { state: begun, effects };
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
  if (event.seq <= state.lastSeq) return repeated(state, event);
  if (event.seq > state.lastSeq + 1) {
    if (state.asked) return { state };
    return { state: { ...state, asked: true }, effects: [say({ t: 'sync', after: state.lastSeq })] };
  }
  return {
    state: { ...state, lastSeq: event.seq },
    readings: [{ ...readingOf(event), rawHex }],
    effects: [effect.afterStored(say({ t: 'stored', seq: event.seq }))],
  };
}

/** Said before: acknowledged again, and a parcel that was decided gets the same decision. */
function repeated(state: ConveyorState, event: UpEvent): Step<ConveyorState> {
  const effects = [effect.afterStored(say({ t: 'stored', seq: state.lastSeq }))];
  if (event.t === 'arrive') {
    const known = state.decisions.find((each) => each.seq === event.seq && each.trackId === event.trackId);
    if (known) effects.unshift(say(known.telegram));
  }
  return { state, effects };
}

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
