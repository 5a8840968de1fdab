import type { Reading } from '#lib/contracts';
import {
  COMMAND_LIMIT,
  type Codec,
  type Effect,
  ETX,
  effect,
  enclosed,
  type FramerState,
  fault,
  foldSteps,
  STX,
  type Step,
  toBytes,
  toHex,
  toText,
} from '#lib/device-kit';
import { readAnswer } from './measurement.js';

export interface DimensionerConfig {
  keyMeasures: boolean;
  measureMs: number;
  answerMs: number;
}

export interface DimensionerState {
  config: DimensionerConfig;
  framing: FramerState;
  alive: boolean;
  busy: 'no' | 'measuring' | 'asked';
}

const FRAMES = enclosed({ start: STX, end: ETX, maxBytes: 128 });
const TRUNCATED_MS = 500;
const RETRY_MS = 5_000;

/** A command: one letter between STX and ETX, CR LF. */
const ask = (letter: string): Effect => effect.write(toBytes(`\x02${letter}\x03\r\n`));

export const codec: Codec<DimensionerConfig, DimensionerState> = {
  open: (config) =>
    probe({ config, framing: FRAMES.empty, alive: false, busy: 'no' }, [effect.discardInput()]),

  onData(state, chunk) {
    const framed = FRAMES.push(state.framing, chunk);
    const step = foldSteps({ ...state, framing: framed.state }, framed.frames, hear);
    const waits = framed.state.buffer.length > 0;
    step.effects.push(waits ? effect.startTimer('frame', TRUNCATED_MS) : effect.stopTimer('frame'));
    return step;
  },

  onTimer(state, name) {
    if (name === 'frame') {
      const readings = [
        fault('dimensioner.truncated', 'an answer without its end', toHex(state.framing.buffer)),
      ];
      return { state: { ...state, framing: FRAMES.empty }, readings };
    }
    if (name === 'retry') return state.alive ? { state } : probe(state);
    if (name === 'measure' || name === COMMAND_LIMIT) {
      const reason = 'the device did not answer';
      const readings = [fault('dimensioner.no-answer', reason)];
      return { state: { ...state, busy: 'no' }, readings, effects: [effect.failed(reason)] };
    }
    return absent(state);
  },

  onCommand(state, order) {
    if (order.op === 'trigger') {
      const effects = [ask('M'), effect.startTimer('measure', state.config.measureMs)];
      return { state: { ...state, busy: 'measuring' }, effects };
    }
    if (order.op === 'status') return probe({ ...state, busy: 'asked' });
    return { state, effects: [effect.failed(`a dimensioner can't ${order.op}`)] };
  },

  onLost: (state) => ({ state, effects: [effect.failed('the dimensioner was unplugged')] }),
};

function probe(state: DimensionerState, before: Effect[] = []): Step<DimensionerState> {
  return { state, effects: [...before, ask('S'), effect.startTimer('answer', state.config.answerMs)] };
}

function absent(state: DimensionerState): Step<DimensionerState> {
  const reason = 'the dimensioner does not answer: cable, baud rate, or it is still starting';
  const effects = [effect.degraded(reason), effect.startTimer('retry', RETRY_MS)];
  if (state.busy === 'asked') effects.push(effect.failed(reason));
  return { state: { ...state, alive: false, busy: state.busy === 'asked' ? 'no' : state.busy }, effects };
}

function hear(state: DimensionerState, frame: Uint8Array): Step<DimensionerState> {
  const rawHex = toHex(frame);
  const answer = readAnswer(toText(frame));
  if (answer.is === 'nonsense')
    return { state, readings: [fault('dimensioner.not-understood', 'no answer of this protocol', rawHex)] };
  const effects = state.alive ? [] : [effect.ready()];
  effects.push(effect.stopTimer('answer'));
  const here = { ...state, alive: true };
  if (answer.is === 'alive') {
    if (state.busy !== 'asked') return { state: here, effects };
    const told: Reading = { kind: 'device.status', data: { code: 'dimensioner.status', detail: 'ready' } };
    return { state: { ...here, busy: 'no' }, readings: [told], effects: [...effects, effect.done()] };
  }
  if (answer.is === 'refused') {
    const readings = [fault('dimensioner.refused', answer.reason, rawHex)];
    if (state.busy === 'no') return { state: here, readings, effects };
    effects.push(effect.stopTimer('measure'), effect.failed(answer.reason));
    return { state: { ...here, busy: 'no' }, readings, effects };
  }
  const reading: Reading = { kind: 'dimension.measured', data: answer.data, rawHex };
  if (state.busy === 'measuring') {
    effects.push(effect.stopTimer('measure'), effect.done());
    return { state: { ...here, busy: 'no' }, readings: [reading], effects };
  }
  if (state.config.keyMeasures) return { state: here, readings: [reading], effects };
  const readings = [fault('dimensioner.unasked', 'a measurement that nobody asked for was ignored', rawHex)];
  return { state: here, readings, effects };
}
