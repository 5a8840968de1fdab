import type { Reading, Weight } from '#lib/contracts';
import {
  COMMAND_LIMIT,
  type Codec,
  CR,
  delimited,
  type Effect,
  effect,
  type FramerState,
  fault,
  foldSteps,
  LF,
  type Step,
  toBytes,
  toHex,
  toText,
  weightOf,
} from '#lib/device-kit';

/**
 * MT-SICS, the Mettler-Toledo Standard Interface Command Set (reference manual, levels 0 and 1): commands and answers are
 * lines of ASCII that end with CR LF; an answer starts with the command's name. Sources in README.md.
 */
export interface ScaleConfig {
  mode: 'on-demand' | 'continuous';
  transferKey: boolean;
  answerMs: number;
}

export interface ScaleState {
  config: ScaleConfig;
  framing: FramerState;
  /** Until the scale has answered `@`, everything it says may belong to an earlier question. */
  phase: 'identifying' | 'idle' | 'weighing' | 'zeroing' | 'taring' | 'asked';
  /** Continuous mode: what was said last, so that each change is said once. */
  said: string;
}

const LINES = delimited({ ends: [CR, LF], maxBytes: 128 });
const TRUNCATED_MS = 500;
const RETRY_MS = 5_000;
const WEIGHT = /^S ([SD]) +(-?\d{1,9}(?:\.\d{1,6})?) *(g|kg|lb|oz) *$/;

const ask = (command: string): Effect => effect.write(toBytes(`${command}\r\n`));

export const codec: Codec<ScaleConfig, ScaleState> = {
  open(config) {
    return identify({ config, framing: LINES.empty, phase: 'identifying', said: '' });
  },

  onData(state, chunk) {
    const framed = LINES.push(state.framing, chunk);
    const step = foldSteps({ ...state, framing: framed.state }, framed.frames, hear);
    const waits = framed.state.buffer.length > 0 || framed.state.skipping;
    step.effects.push(waits ? effect.startTimer('line', TRUNCATED_MS) : effect.stopTimer('line'));
    return step;
  },

  onTimer(state, name) {
    if (name === 'line') {
      const readings = [fault('scale.truncated', 'a line without its end', toHex(state.framing.buffer))];
      return { state: { ...state, framing: LINES.empty }, readings };
    }
    if (name === COMMAND_LIMIT) {
      const again = identify(state);
      const effects = [effect.failed('the scale did not answer'), ...(again.effects ?? [])];
      return { ...again, readings: [fault('scale.no-answer', 'no answer to a command')], effects };
    }
    if (name === 'retry') return identify(state);
    const effects = [
      effect.degraded('the scale does not answer: cable, baud rate, or not set to MT-SICS'),
      retry(),
    ];
    return { state, effects };
  },

  onCommand(state, order) {
    if (state.phase === 'identifying')
      return { state, effects: [effect.failed('the scale has not answered yet')] };
    if (order.op === 'weigh') return { state: { ...state, phase: 'weighing' }, effects: [ask('S')] };
    if (order.op === 'zero') return { state: { ...state, phase: 'zeroing' }, effects: [ask('Z')] };
    if (order.op === 'tare') return { state: { ...state, phase: 'taring' }, effects: [ask('T')] };
    return { state: { ...state, phase: 'asked' }, effects: [ask('I4')] };
  },

  onLost(state) {
    const inFlight = state.phase !== 'idle' && state.phase !== 'identifying';
    return { state, effects: inFlight ? [effect.failed('the scale was unplugged')] : [] };
  },
};

/** `@` ends whatever the scale was doing; its answer divides old answers from new ones. */
function identify(state: ScaleState): Step<ScaleState> {
  return {
    state: { ...state, framing: LINES.empty, phase: 'identifying', said: '' },
    effects: [effect.discardInput(), ask('@'), effect.startTimer('identify', state.config.answerMs)],
  };
}

const retry = (): Effect => effect.startTimer('retry', RETRY_MS);

function hear(state: ScaleState, frame: Uint8Array): Step<ScaleState> {
  // Line noise before an answer: what follows the last unprintable byte is the answer.
  const line = toText(frame).replace(/^.*[^\x20-\x7e]/s, '');
  const rawHex = toHex(frame);
  if (line.startsWith('I4 A')) return identified(state, line, rawHex);
  if (state.phase === 'identifying') return { state };
  if (line.startsWith('S ')) return weighed(state, line, rawHex);
  if (line.startsWith('Z ')) return zeroed(state, line, rawHex);
  if (line.startsWith('T ')) return tared(state, line, rawHex);
  if (line === 'ES' || line === 'ET' || line === 'EL') return rejected(state, line, rawHex);
  return {
    state,
    readings: [fault('scale.not-understood', `not an MT-SICS answer: ${line.slice(0, 40)}`, rawHex)],
  };
}

function identified(state: ScaleState, line: string, rawHex: string): Step<ScaleState> {
  const serial = /^I4 A "([\x20-\x7e]{0,40})"/.exec(line)?.[1] ?? '';
  const readings: Reading[] = [
    { kind: 'device.status', data: { code: 'identified', values: { serial } }, rawHex },
  ];
  const next: ScaleState = { ...state, phase: 'idle' };
  if (state.phase === 'asked') return { state: next, readings, effects: [effect.done()] };
  if (state.phase !== 'identifying') return { state, readings };
  const effects = [effect.stopTimer('identify'), effect.stopTimer('retry'), effect.ready()];
  if (state.config.mode === 'continuous') effects.push(ask('SIR'));
  return { state: next, readings, effects };
}

/** `S S` stable, `S D` moving, `S I` not executable, `S +` overload, `S -` underload. Only `S S` carries a weight on. */
function weighed(state: ScaleState, line: string, rawHex: string): Step<ScaleState> {
  const reading = weighReading(line, rawHex);
  if (reading.kind === 'device.fault') return { state, readings: [reading] };
  if (state.phase === 'weighing') return settleWeighing({ ...state, said: line }, reading);
  if (state.config.mode === 'continuous') {
    if (line === state.said) return { state };
    const sameMotion = reading.kind === 'weigh.unstable' && state.said.startsWith(line.slice(0, 3));
    return { state: { ...state, said: line }, readings: sameMotion ? [] : [reading] };
  }
  if (state.config.transferKey) return { state, readings: [reading] };
  return { state, readings: [fault('scale.unasked', 'a weight that nobody asked for was ignored', rawHex)] };
}

function settleWeighing(state: ScaleState, reading: Reading): Step<ScaleState> {
  const idle: ScaleState = { ...state, phase: 'idle' };
  // `S` has ended the repetition.
  const again = state.config.mode === 'continuous' ? [ask('SIR')] : [];
  if (reading.kind === 'weigh.stable')
    return { state: idle, readings: [reading], effects: [...again, effect.done()] };
  const reason = reading.kind === 'weigh.unstable' ? reading.data.reason : 'not understood';
  // In continuous mode a moving weight may come between the question and its answer.
  if (reason === 'motion') return { state, readings: [reading] };
  return {
    state: idle,
    readings: [reading],
    effects: [...again, effect.failed(`no stable weight: ${reason}`)],
  };
}

function weighReading(line: string, rawHex: string): Reading {
  const status = { I: 'not-executable', '+': 'overload', '-': 'underload' } as const;
  const bare = /^S ([I+-]) *$/.exec(line)?.[1] as keyof typeof status | undefined;
  if (bare) return { kind: 'weigh.unstable', data: { reason: status[bare] }, rawHex };
  const match = WEIGHT.exec(line);
  if (!match)
    return fault('scale.not-understood', `not a weight in g, kg, lb or oz: ${line.slice(0, 40)}`, rawHex);
  if (match[1] === 'D') return { kind: 'weigh.unstable', data: { reason: 'motion' }, rawHex };
  // MT-SICS weights are net: the tare is already taken off.
  const weight = weightOf(match[2]!, match[3] as Weight['unit'], 'net');
  if (!weight) return fault('scale.not-understood', `too many digits: ${line.slice(0, 40)}`, rawHex);
  return { kind: 'weigh.stable', data: { weight }, rawHex };
}

function zeroed(state: ScaleState, line: string, rawHex: string): Step<ScaleState> {
  if (state.phase !== 'zeroing')
    return { state, readings: [fault('scale.unasked', 'an answer nobody asked for', rawHex)] };
  const idle: ScaleState = { ...state, phase: 'idle' };
  if (/^Z A *$/.test(line)) return { state: idle, effects: [effect.done()] };
  const why =
    line.startsWith('Z +') || line.startsWith('Z -') ? 'outside the zero range' : 'not executable now';
  return { state: idle, effects: [effect.failed(`the scale did not zero: ${why}`)] };
}

/** `T S <weight>`: the tare is stored; `T I`, `T +`, `T -`: not executable, outside of the range. */
function tared(state: ScaleState, line: string, rawHex: string): Step<ScaleState> {
  if (state.phase !== 'taring')
    return { state, readings: [fault('scale.unasked', 'an answer nobody asked for', rawHex)] };
  const idle: ScaleState = { ...state, phase: 'idle' };
  if (line.startsWith('T S ')) return { state: idle, effects: [effect.done()] };
  const why = /^T [+-]/.test(line) ? 'outside the tare range' : 'not executable now';
  return { state: idle, effects: [effect.failed(`the scale did not take the tare: ${why}`)] };
}

function rejected(state: ScaleState, line: string, rawHex: string): Step<ScaleState> {
  const meaning = { ES: 'syntax error', ET: 'transmission error', EL: 'logical error' }[
    line as 'ES' | 'ET' | 'EL'
  ];
  const readings = [fault('scale.rejected', `the scale answered ${line} (${meaning})`, rawHex)];
  if (state.phase === 'idle') return { state, readings };
  return { state: { ...state, phase: 'idle' }, readings, effects: [effect.failed(`${line}: ${meaning}`)] };
}
