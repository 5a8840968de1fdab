import type { CommandArgs, Reading } from '#lib/contracts';
import { COMMAND_LIMIT, type Codec, type Effect, effect, fault, type Step } from '#lib/device-kit';

/** A stack light on an input/output module: each lamp and the buzzer is a coil. What is lit is looked at and set again if it is not. */
export interface StackConfig {
  firstCoil: number;
  order: ('red' | 'amber' | 'green' | 'blue' | 'buzzer')[];
  blinkMs: number;
  pollMs: number;
}

type Lamp = Exclude<CommandArgs['light']['colour'], 'off'>;

export interface StackState {
  config: StackConfig;
  /** The lamp that shall be lit; null: dark. */
  lamp: Lamp | null;
  blink: boolean;
  /** Blinking: the dark half. */
  dark: boolean;
  /** Half periods of the buzzer that are left; odd ones sound. */
  beeps: number;
  alive: boolean;
  /** What the command in flight waits for. */
  waiting: 'no' | 'write' | 'status';
}

const BUZZ_MS = 150;
const SLOW_RETRY_MS = 5_000;
/** Half periods: one sound, three, two. */
const PATTERNS: Record<CommandArgs['beep']['pattern'], number> = { good: 1, wrong: 5, done: 3 };

export const codec: Codec<StackConfig, StackState> = {
  open(config) {
    const state: StackState = {
      config,
      lamp: null,
      blink: false,
      dark: false,
      beeps: 0,
      alive: false,
      waiting: 'no',
    };
    return { state, effects: [set(state), poll(config)] };
  },

  onAnswer(state, answer) {
    if (answer.refused) return refused(state, answer.tag, answer.refused);
    if (answer.tag === 'poll') return looked(state, answer.registers);
    if (answer.tag !== 'order' || state.waiting !== 'write') return { state };
    return { state: { ...state, waiting: 'no' }, effects: [effect.done()] };
  },

  onTimer(state, name) {
    if (name === COMMAND_LIMIT) {
      const unknown = effect.unknown('the module did not answer');
      return { state: { ...state, waiting: 'no' }, effects: [unknown] };
    }
    if (name === 'poll') return { state, effects: [poll(state.config)] };
    if (name === 'blink') return blinked(state);
    const next = { ...state, beeps: Math.max(0, state.beeps - 1) };
    return { state: next, effects: [set(next), ...buzzAgain(next)] };
  },

  onCommand(state, order) {
    if (order.op === 'light') return light(state, order.args);
    if (order.op === 'beep') return beep(state, PATTERNS[order.args.pattern]);
    if (order.op === 'status')
      return { state: { ...state, waiting: 'status' }, effects: [poll(state.config)] };
    return { state, effects: [effect.failed(`a stack light can't ${order.op}`)] };
  },

  onLost: (state) => ({ state, effects: [effect.unknown('the module was lost')] }),
};

/** The coils as they shall be now. */
function coilsOf({ config, lamp, dark, beeps }: StackState): number[] {
  return config.order.map((name) => {
    if (name === 'buzzer') return beeps % 2;
    return name === lamp && !dark ? 1 : 0;
  });
}

/** `order`: its answer ends the command in flight. */
function set(state: StackState, tag: 'set' | 'order' = 'set'): Effect {
  const address = state.config.firstCoil;
  return effect.modbus({ tag, fn: 'write-coils', address, values: coilsOf(state) });
}

function poll(config: StackConfig): Effect {
  return effect.modbus({
    tag: 'poll',
    fn: 'read-coils',
    address: config.firstCoil,
    count: config.order.length,
  });
}

function refused(state: StackState, tag: string, reason: string): Step<StackState> {
  const asked = tag === 'order' || (tag === 'poll' && state.waiting === 'status');
  const failed = asked ? [effect.failed(reason)] : [];
  const again = tag === 'poll' ? [effect.startTimer('poll', SLOW_RETRY_MS)] : [];
  return {
    state: { ...state, alive: false, waiting: asked ? 'no' : state.waiting },
    readings: [fault('light.refused', `the module refuses the coils: ${reason}`)],
    effects: [effect.degraded(`the module refuses the coils: ${reason}`), ...failed, ...again],
  };
}

/** The coils as they are. A module that has lost its power is dark: it is set again. */
function looked(state: StackState, coils: readonly number[]): Step<StackState> {
  const { config } = state;
  if (coils.length !== config.order.length)
    return { state, readings: [fault('light.not-understood', 'an answer of another length')] };
  const wanted = coilsOf(state);
  const right = config.order.every((name, i) => name === 'buzzer' || coils[i] === wanted[i]);
  const effects = [effect.startTimer('poll', config.pollMs)];
  if (!state.alive) effects.push(effect.ready());
  if (!right && !state.blink) effects.push(set(state));
  const asked = state.waiting === 'status';
  if (asked) effects.push(effect.done());
  const values = Object.fromEntries(config.order.map((name, i) => [name, coils[i] === 1]));
  const told: Reading = { kind: 'device.status', data: { code: 'light.coils', values } };
  const news = asked || !state.alive || (!right && !state.blink);
  const next: StackState = { ...state, alive: true, waiting: asked ? 'no' : state.waiting };
  return { state: next, readings: news ? [told] : [], effects };
}

function blinked(state: StackState): Step<StackState> {
  if (!state.blink) return { state };
  const next = { ...state, dark: !state.dark };
  return { state: next, effects: [set(next), effect.startTimer('blink', state.config.blinkMs)] };
}

function light(state: StackState, args: CommandArgs['light']): Step<StackState> {
  const lamp = args.colour === 'off' ? null : args.colour;
  if (lamp !== null && !state.config.order.includes(lamp))
    return { state, effects: [effect.failed(`this stack has no ${lamp} lamp`)] };
  const blink = lamp !== null && args.blink === true;
  const next: StackState = { ...state, lamp, blink, dark: false, waiting: 'write' };
  const blinking = blink ? effect.startTimer('blink', state.config.blinkMs) : effect.stopTimer('blink');
  return { state: next, effects: [set(next, 'order'), blinking] };
}

function beep(state: StackState, beeps: number): Step<StackState> {
  if (!state.config.order.includes('buzzer'))
    return { state, effects: [effect.failed('this stack has no buzzer')] };
  const next: StackState = { ...state, beeps, waiting: 'write' };
  return { state: next, effects: [set(next, 'order'), ...buzzAgain(next)] };
}

function buzzAgain({ beeps }: StackState): Effect[] {
  return beeps > 0 ? [effect.startTimer('buzz', BUZZ_MS)] : [];
}
