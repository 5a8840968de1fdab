import type { CommandArgs, Reading } from '#lib/contracts';
import {
  COMMAND_LIMIT,
  type Codec,
  type Effect,
  effect,
  type FramerState,
  fault,
  foldSteps,
  type Step,
  toHex,
} from '#lib/device-kit';
import {
  bodyOf,
  decodeTelegram,
  encodeTelegram,
  fieldsOf,
  nextSequence,
  type PlcEventBody,
  readEvent,
  TELEGRAMS,
  type Telegram,
} from './telegram.js';

/**
 * Fixed-length telegrams with a conveyor PLC (sync, sequence, answer, repeat, sign of life). Each side has one counted telegram in flight
 * and repeats it until it is answered; an event is answered when it is stored, so that the PLC may forget it.
 */
export interface ConveyorConfig {
  ourName: string;
  plcName: string;
  lifeMs: number;
  repeatMs: number;
  repeats: number;
}

interface Routing {
  sequence: number;
  bytes: Uint8Array;
  repeatsLeft: number;
}

export interface ConveyorState {
  config: ConveyorConfig;
  framing: FramerState;
  /** The PLC's session; null until it has answered SYNC. */
  session: string | null;
  /** The last event taken. */
  lastSequence: number;
  heardAt: number;
  alive: boolean;
  ourSequence: number;
  routing: Routing | null;
  /** The latest decisions, oldest first, so that a repeated arrival gets the same answer. */
  decisions: readonly { trackId: number; seq: number; bytes: Uint8Array }[];
}

const DEAD_AFTER = 3;
const TRUNCATED_MS = 1_000;
const DECISIONS_KEPT = 256;
/** Errors in refusals. */
const ERROR = { outOfStep: 10, notForUs: 20 } as const;
const REFUSED: Record<number, string> = {
  1: 'too late',
  2: 'the PLC does not know this lane',
  3: 'the PLC does not know this parcel',
};

export const codec: Codec<ConveyorConfig, ConveyorState> = {
  open(config, now) {
    const state: ConveyorState = {
      config,
      framing: TELEGRAMS.empty,
      session: null,
      lastSequence: 0,
      heardAt: now,
      alive: false,
      ourSequence: 0,
      routing: null,
      decisions: [],
    };
    return { state, effects: [say(config, { type: 'SYNC' }), effect.startTimer('life', config.lifeMs)] };
  },

  onData(state, chunk, now) {
    const framed = TELEGRAMS.push(state.framing, chunk);
    const step = foldSteps({ ...state, framing: framed.state }, framed.frames, (held, frame) =>
      hear(held, frame, now),
    );
    const waits = framed.state.buffer.length > 0;
    step.effects.push(waits ? effect.startTimer('telegram', TRUNCATED_MS) : effect.stopTimer('telegram'));
    return step;
  },

  onTimer(state, name, now) {
    if (name === 'telegram') {
      const readings = [
        fault('conveyor.truncated', 'half a telegram', toHex(state.framing.buffer.slice(0, 64))),
      ];
      return { state: { ...state, framing: TELEGRAMS.empty }, readings };
    }
    if (name === COMMAND_LIMIT) {
      const effects = [effect.stopTimer('repeat'), effect.unknown('the PLC did not answer the route')];
      return { state: { ...state, routing: null }, effects };
    }
    return name === 'repeat' ? repeat(state) : beat(state, now);
  },

  onCommand(state, order) {
    if (order.op !== 'route') return { state, effects: [effect.failed(`a conveyor can't ${order.op}`)] };
    return route(state, order.args);
  },
};

function say(config: ConveyorConfig, telegram: Pick<Telegram, 'type'> & Partial<Telegram>): Effect {
  return effect.write(bytesOf(config, telegram));
}

function bytesOf(config: ConveyorConfig, telegram: Pick<Telegram, 'type'> & Partial<Telegram>): Uint8Array {
  const plain = { sequence: 0, handshake: 'R' as const, error: 0, body: '' };
  return encodeTelegram({ ...plain, sender: config.ourName, receiver: config.plcName, ...telegram });
}

/** Our sign of life, and a look at the PLC's. While it is silent it is asked to synchronise. */
function beat(state: ConveyorState, now: number): Step<ConveyorState> {
  const { config } = state;
  const effects = [say(config, { type: 'LIFE' }), effect.startTimer('life', config.lifeMs)];
  const alive = state.alive && now - state.heardAt <= DEAD_AFTER * config.lifeMs;
  if (!alive) effects.push(say(config, { type: 'SYNC' }));
  if (!alive && state.alive) effects.push(effect.degraded('the PLC shows no sign of life'));
  return { state: { ...state, alive }, effects };
}

function hear(state: ConveyorState, frame: Uint8Array, now: number): Step<ConveyorState> {
  const telegram = decodeTelegram(frame);
  const rawHex = toHex(frame);
  if (telegram.type === 'nonsense')
    return { state, readings: [fault('conveyor.not-understood', telegram.what, rawHex)] };
  const { config } = state;
  if (telegram.sender !== config.plcName || telegram.receiver !== config.ourName) {
    const detail = `a telegram from ${telegram.sender} to ${telegram.receiver}: ours are from ${config.plcName} to ${config.ourName}`;
    const refusal = say(config, { ...answerTo(telegram), handshake: 'N', error: ERROR.notForUs });
    return { state, readings: [fault('conveyor.not-for-us', detail, rawHex)], effects: [refusal] };
  }
  const heard = { ...state, heardAt: now };
  if (telegram.type === 'SYNC') return synchronised(heard, telegram);
  if (state.session === null) return { state: heard };
  const back = heard.alive
    ? { state: heard }
    : { state: { ...heard, alive: true }, effects: [effect.ready()] };
  const next = hearTelegram(back.state, telegram, rawHex);
  return { ...next, effects: [...(back.effects ?? []), ...(next.effects ?? [])] };
}

const answerTo = ({ type, sequence }: Telegram) => ({ type, sequence, handshake: 'A' as const });

/** `SYNC A`: the PLC's session and the first event that is not answered. A new session means that it has started anew. */
function synchronised(state: ConveyorState, telegram: Telegram): Step<ConveyorState> {
  const [session = '', next = ''] = fieldsOf(telegram.body, [8, 6]);
  if (telegram.handshake === 'R') return { state, effects: [say(state.config, { type: 'SYNC' })] };
  if (!/^\d{1,8}$/.test(session) || !/^\d{6}$/.test(next))
    return { state, readings: [fault('conveyor.not-understood', 'a bad SYNC answer')] };
  const effects = state.alive ? [] : [effect.ready()];
  const live = { ...state, alive: true };
  if (session === state.session) return { state: live, effects };
  const begun = { ...live, session, lastSequence: before(Number(next)), routing: null, decisions: [] };
  if (state.routing) effects.push(effect.stopTimer('repeat'), effect.unknown('the PLC has started anew'));
  // Nothing before, or asked for after a step was missed: no news.
  if (!state.session) return { state: begun, effects };
  const data = { code: 'conveyor.restarted', detail: 'the PLC has started anew' };
  return { state: begun, effects, readings: [{ kind: 'device.status', data }] };
}

const before = (sequence: number) => (sequence <= 1 ? 0 : sequence - 1);

function hearTelegram(state: ConveyorState, telegram: Telegram, rawHex: string): Step<ConveyorState> {
  if (telegram.type === 'LIFE') return { state };
  if (telegram.type === 'ROUT') return routeAnswered(state, telegram);
  if (telegram.handshake !== 'R') return { state };
  return hearEvent(state, telegram, rawHex);
}

function routeAnswered(state: ConveyorState, telegram: Telegram): Step<ConveyorState> {
  // An answer to an older route, or a second answer, changes nothing.
  if (telegram.sequence !== state.routing?.sequence || telegram.handshake === 'R') return { state };
  const outcome =
    telegram.handshake === 'A'
      ? effect.done()
      : effect.failed(REFUSED[telegram.error] ?? `the PLC refused the route with error ${telegram.error}`);
  return { state: { ...state, routing: null }, effects: [effect.stopTimer('repeat'), outcome] };
}

function hearEvent(state: ConveyorState, telegram: Telegram, rawHex: string): Step<ConveyorState> {
  const { sequence } = telegram;
  const stored = effect.afterStored(say(state.config, answerTo(telegram)));
  if (sequence === state.lastSequence) return { state, effects: [...decided(state, telegram), stored] };
  if (sequence !== nextSequence(state.lastSequence)) {
    const refusal = { ...answerTo(telegram), handshake: 'N' as const, error: ERROR.outOfStep };
    const detail = `event ${sequence} after ${state.lastSequence}: the PLC is asked to synchronise`;
    return {
      // A fresh session answer moves us to where the PLC stands.
      state: { ...state, session: '' },
      readings: [fault('conveyor.out-of-step', detail, rawHex)],
      effects: [say(state.config, refusal), say(state.config, { type: 'SYNC' })],
    };
  }
  const event = readEvent(telegram);
  const readings = event
    ? [{ ...readingOf(event, sequence), rawHex }]
    : [
        fault(
          'conveyor.not-understood',
          `event ${sequence}: a bad ${telegram.type}; it was left out`,
          rawHex,
        ),
      ];
  return { state: { ...state, lastSequence: sequence }, readings, effects: [stored] };
}

/** A parcel that was decided gets the same decision again. */
function decided(state: ConveyorState, telegram: Telegram): Effect[] {
  const known = state.decisions.find((each) => each.seq === telegram.sequence);
  return telegram.type === 'ARRV' && known ? [effect.write(known.bytes)] : [];
}

function readingOf(event: PlcEventBody, seq: number): Reading {
  if (event.is === 'lane') return { kind: `lane.${event.state}`, data: { lane: event.lane } };
  const { point, trackId } = event;
  if (event.is === 'arrive') {
    const { codes, result } = event;
    const weight = event.weightGrams > 0 ? { weightGrams: event.weightGrams } : {};
    return { kind: 'point.seen', data: { point, trackId, seq, codes, result, ...weight } };
  }
  const reason = event.reason === '' ? {} : { reason: event.reason };
  if (event.is === 'lost') return { kind: 'point.lost', data: { point, trackId, ...reason } };
  const planned = event.planned === '' ? {} : { planned: event.planned };
  return { kind: 'point.confirmed', data: { point, trackId, ...planned, actual: event.actual, ...reason } };
}

function route(state: ConveyorState, args: CommandArgs['route']): Step<ConveyorState> {
  if (!state.session || !state.alive) return { state, effects: [effect.failed('the PLC is not heard')] };
  const body = routeBody(args);
  if (body === null) return { state, effects: [effect.failed('a name does not fit a telegram')] };
  const { config } = state;
  const sequence = nextSequence(state.ourSequence);
  const bytes = bytesOf(config, { type: 'ROUT', sequence, body });
  const routing = { sequence, bytes, repeatsLeft: config.repeats };
  const decisions = [...state.decisions, { trackId: args.trackId, seq: args.seq, bytes }].slice(
    -DECISIONS_KEPT,
  );
  return {
    state: { ...state, ourSequence: sequence, routing, decisions },
    effects: [effect.write(bytes), effect.startTimer('repeat', config.repeatMs)],
  };
}

function routeBody(args: CommandArgs['route']): string | null {
  const [first = '', second = '', third = ''] = args.alternatives;
  try {
    return bodyOf([
      [args.point, 8],
      [String(args.trackId).padStart(10, '0'), 10],
      [String(args.seq).padStart(6, '0'), 6],
      [args.lane, 8],
      [first, 8],
      [second, 8],
      [third, 8],
      [args.decisionId, 40],
    ]);
  } catch {
    return null;
  }
}

function repeat(state: ConveyorState): Step<ConveyorState> {
  const { routing, config } = state;
  if (!routing) return { state };
  if (routing.repeatsLeft === 0) {
    const reason = 'the PLC did not answer the route';
    return {
      state: { ...state, routing: null },
      effects: [effect.unknown(reason), effect.reopen(`${reason}, ${config.repeats + 1} times`)],
    };
  }
  return {
    state: { ...state, routing: { ...routing, repeatsLeft: routing.repeatsLeft - 1 } },
    effects: [effect.write(routing.bytes), effect.startTimer('repeat', config.repeatMs)],
  };
}
