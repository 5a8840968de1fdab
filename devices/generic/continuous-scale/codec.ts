import type { Reading } from '#lib/contracts';
import {
  COMMAND_LIMIT,
  type Codec,
  effect,
  type FramerState,
  fault,
  foldSteps,
  type Step,
  toHex,
} from '#lib/device-kit';
import { type Format, headersFormat, toledoFormat } from './formats.js';

export interface ScaleConfig {
  format: 'toledo' | 'headers';
  checksum: boolean;
  silenceMs: number;
}

export interface ScaleState {
  config: ScaleConfig;
  framing: FramerState;
  /** What was said last, so that each change is said once. */
  said: string;
  /** Null until the scale has sent a frame. */
  alive: boolean | null;
  weighing: boolean;
}

const TRUNCATED_MS = 500;
const PLAIN = toledoFormat(false);
const CHECKED = toledoFormat(true);

function formatOf(config: ScaleConfig): Format {
  if (config.format === 'headers') return headersFormat;
  return config.checksum ? CHECKED : PLAIN;
}

/** A scale that talks all the time: each change is said once, and `weigh` takes the next weight at rest. */
export const codec: Codec<ScaleConfig, ScaleState> = {
  open(config) {
    const framing = formatOf(config).framer.empty;
    return {
      state: { config, framing, said: '', alive: null, weighing: false },
      effects: [
        effect.discardInput(),
        effect.degraded('not heard yet'),
        effect.startTimer('silence', config.silenceMs),
      ],
    };
  },

  onData(state, chunk) {
    const format = formatOf(state.config);
    const framed = format.framer.push(state.framing, chunk);
    const step = foldSteps({ ...state, framing: framed.state }, framed.frames, (held, frame) =>
      hear(held, format.read(frame)),
    );
    const waits = framed.state.buffer.length > 0 || framed.state.skipping;
    step.effects.push(waits ? effect.startTimer('frame', TRUNCATED_MS) : effect.stopTimer('frame'));
    return step;
  },

  onTimer(state, name) {
    if (name === COMMAND_LIMIT) {
      const failed = effect.failed('the scale showed no weight at rest');
      return { state: { ...state, weighing: false }, effects: [failed] };
    }
    if (name === 'frame') {
      const readings = [fault('scale.truncated', 'half a frame', toHex(state.framing.buffer))];
      return { state: { ...state, framing: formatOf(state.config).framer.empty }, readings };
    }
    const reason = 'the scale is silent: cable, baud rate, or its continuous output is off';
    return { state: { ...state, alive: false, said: '' }, effects: [effect.degraded(reason)] };
  },

  onCommand(state, order) {
    if (order.op !== 'weigh') return { state, effects: [effect.failed(`this scale can't ${order.op}`)] };
    if (!state.alive) return { state, effects: [effect.failed('the scale is silent')] };
    return { state: { ...state, weighing: true } };
  },
};

function hear(state: ScaleState, reading: Reading): Step<ScaleState> {
  if (reading.kind === 'device.fault') return { state, readings: [reading] };
  const effects = state.alive ? [] : [effect.ready()];
  effects.push(effect.startTimer('silence', state.config.silenceMs));
  const said = JSON.stringify([reading.kind, reading.data]);
  const answers = state.weighing && reading.kind === 'weigh.stable';
  if (answers) effects.push(effect.done());
  const next = { ...state, said, alive: true, weighing: state.weighing && !answers };
  return { state: next, readings: said === state.said && !answers ? [] : [reading], effects };
}
