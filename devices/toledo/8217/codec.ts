import type { Reading, Weight } from '#lib/contracts';
import {
  COMMAND_LIMIT,
  type Codec,
  CR,
  type Effect,
  effect,
  type FramerState,
  fault,
  foldSteps,
  matched,
  STX,
  type Step,
  toBytes,
  toHex,
  toText,
  weightOf,
} from '#lib/device-kit';

/** Toledo 8217: `W` asks; `<STX>nnn.nn<CR>` is a weight at rest, `<STX>?<status><CR>` says why there is none. Sources in README.md. */
export interface ScaleConfig {
  unit: Weight['unit'];
  settleMs: number;
  againMs: number;
  answerMs: number;
}

export interface ScaleState {
  config: ScaleConfig;
  framing: FramerState;
  /**
   * `probing`: asked whether it is there. `deaf`: an answer came too late or not at all, and what still comes may be that answer:
   * nothing is believed until the line has been quiet.
   */
  phase: 'probing' | 'deaf' | 'idle' | 'weighing' | 'zeroing' | 'asked';
  /** Weighing: when the patience ends. */
  until: number;
}

const QUESTION_MARK = 0x3f;
const MAX_BYTES = 16;
/** A status may be any byte, STX and CR among them: its frame is known by its length, a weight's by its CR. */
const FRAMES = matched((data, at) => {
  if (data[at] !== STX) return 'no';
  if (data.length - at < 4) return 'more';
  if (data[at + 1] === QUESTION_MARK) return data[at + 3] === CR ? { take: 4 } : 'no';
  for (let i = at + 1; i < Math.min(data.length, at + MAX_BYTES); i++) {
    if (data[i] === CR) return { take: i + 1 - at };
    if (data[i] === STX) return 'no';
  }
  return 'more';
}, MAX_BYTES);
const TRUNCATED_MS = 300;
const QUIET_MS = 1_000;
const RETRY_MS = 5_000;

const ask = (command: 'W' | 'Z', answerMs: number): Effect[] => [
  effect.write(toBytes(command)),
  effect.startTimer('answer', answerMs),
];

export const codec: Codec<ScaleConfig, ScaleState> = {
  open: (config) => probe({ config, framing: FRAMES.empty, phase: 'probing', until: 0 }),

  onData(state, chunk, now) {
    const framed = FRAMES.push(state.framing, chunk);
    const step = foldSteps({ ...state, framing: framed.state }, framed.frames, (held, frame) =>
      hear(held, frame.subarray(1, -1), now),
    );
    const waits = framed.state.buffer.length > 0;
    step.effects.push(waits ? effect.startTimer('frame', TRUNCATED_MS) : effect.stopTimer('frame'));
    return step;
  },

  onTimer(state, name) {
    if (name === 'frame') {
      const readings = [fault('scale.truncated', 'an answer without its end', toHex(state.framing.buffer))];
      return { state: { ...state, framing: FRAMES.empty }, readings };
    }
    if (name === 'again')
      return state.phase === 'weighing' ? { state, effects: ask('W', state.config.answerMs) } : { state };
    if (name === 'quiet' || name === 'retry') return probe(state);
    return name === COMMAND_LIMIT || state.phase !== 'probing' ? noAnswer(state) : absent(state);
  },

  onCommand(state, order, now) {
    if (state.phase !== 'idle') return { state, effects: [effect.failed('the scale has not answered yet')] };
    const { answerMs, settleMs } = state.config;
    if (order.op === 'weigh')
      return { state: { ...state, phase: 'weighing', until: now + settleMs }, effects: ask('W', answerMs) };
    if (order.op === 'zero') return { state: { ...state, phase: 'zeroing' }, effects: ask('Z', answerMs) };
    if (order.op === 'status') return { state: { ...state, phase: 'asked' }, effects: ask('W', answerMs) };
    return { state, effects: [effect.failed(`this scale can't ${order.op}`)] };
  },

  onLost: (state) => ({ state, effects: [effect.failed('the scale was unplugged')] }),
};

function probe(state: ScaleState): Step<ScaleState> {
  const effects = [effect.discardInput(), ...ask('W', state.config.answerMs)];
  return { state: { ...state, framing: FRAMES.empty, phase: 'probing' }, effects };
}

function absent(state: ScaleState): Step<ScaleState> {
  const reason =
    'the scale does not answer: cable, baud rate or parity (7 data bits, even), or another protocol';
  return { state, effects: [effect.degraded(reason), effect.startTimer('retry', RETRY_MS)] };
}

function noAnswer(state: ScaleState): Step<ScaleState> {
  return {
    state: { ...state, phase: 'deaf' },
    readings: [fault('scale.no-answer', 'no answer to a command')],
    effects: [
      effect.failed('the scale did not answer'),
      effect.stopTimer('answer'),
      effect.stopTimer('again'),
      effect.startTimer('quiet', QUIET_MS),
    ],
  };
}

function hear(state: ScaleState, frame: Uint8Array, now: number): Step<ScaleState> {
  const rawHex = toHex(frame);
  if (state.phase === 'deaf') return { state, effects: [effect.startTimer('quiet', QUIET_MS)] };
  if (state.phase === 'idle') {
    return {
      state,
      readings: [fault('scale.unasked', 'an answer that nobody asked for was ignored', rawHex)],
    };
  }
  const heard = readFrame(state.config, frame, rawHex);
  if (heard === null)
    return { state, readings: [fault('scale.not-understood', 'no answer of this protocol', rawHex)] };
  const step = answered(state, heard, now);
  return { ...step, effects: [effect.stopTimer('answer'), ...(step.effects ?? [])] };
}

interface Heard {
  reading: Reading;
  /** Null with a weight. */
  status: number | null;
}

/** Bits of the status byte (parity aside). */
const STATUS = { motion: 0x01, overload: 0x02, underZero: 0x04, outsideZeroRange: 0x08, badCommand: 0x40 };

function readFrame(config: ScaleConfig, frame: Uint8Array, rawHex: string): Heard | null {
  if (frame.length === 2 && frame[0] === QUESTION_MARK) {
    const status = frame[1]! & 0x7f;
    return { reading: { kind: 'weigh.unstable', data: { reason: reasonOf(status) }, rawHex }, status };
  }
  // Seven data bits may come with their parity bit where the line is set to eight; N stands behind a net weight.
  const text = toText(frame.map((byte) => byte & 0x7f));
  const match = /^ *(\d{1,4}\.?\d{0,4})(N?)$/.exec(text);
  const weight = match && weightOf(match[1]!, config.unit, match[2] ? 'net' : 'gross');
  return weight ? { reading: { kind: 'weigh.stable', data: { weight }, rawHex }, status: null } : null;
}

function reasonOf(status: number): 'motion' | 'overload' | 'underload' | 'not-executable' {
  if (status & STATUS.overload) return 'overload';
  if (status & STATUS.underZero) return 'underload';
  return status & STATUS.motion ? 'motion' : 'not-executable';
}

function answered(state: ScaleState, { reading, status }: Heard, now: number): Step<ScaleState> {
  const idle: ScaleState = { ...state, phase: 'idle' };
  if (state.phase === 'probing') return { state: idle, effects: [effect.stopTimer('retry'), effect.ready()] };
  if (state.phase === 'zeroing') return zeroed(idle, reading, status);
  if (state.phase === 'asked') {
    const detail = status === null ? 'at rest' : reasonOf(status);
    const told: Reading = { kind: 'device.status', data: { code: 'scale.status', detail } };
    return { state: idle, readings: [told], effects: [effect.done()] };
  }
  if (status === null) return { state: idle, readings: [reading], effects: [effect.done()] };
  const reason = reasonOf(status);
  if (reason === 'motion' && now + state.config.againMs <= state.until)
    return { state, effects: [effect.startTimer('again', state.config.againMs)] };
  return { state: idle, readings: [reading], effects: [effect.failed(`no weight at rest: ${reason}`)] };
}

const NOT_ZEROED: readonly (readonly [bit: number, why: string])[] = [
  [STATUS.motion, 'it moves'],
  [STATUS.overload, 'it is over its capacity'],
  [STATUS.underZero, 'it stands below zero'],
  [STATUS.outsideZeroRange, 'outside of the zero range'],
  [STATUS.badCommand, 'it does not know the command'],
];

/** `Z` is answered with the status. An answer with a weight, as of some makes, proves it only where that weight is zero. */
function zeroed(idle: ScaleState, reading: Reading, status: number | null): Step<ScaleState> {
  const shows = reading.kind === 'weigh.stable' ? reading.data.weight.value : 0;
  const why =
    status === null
      ? shows !== 0 && 'it answered with a weight'
      : NOT_ZEROED.find(([bit]) => (status & bit) !== 0)?.[1];
  return { state: idle, effects: [why ? effect.failed(`the scale did not zero: ${why}`) : effect.done()] };
}
