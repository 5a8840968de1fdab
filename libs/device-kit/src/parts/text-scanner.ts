import type { Reading } from '#lib/contracts';
import { ETX, STX, toBytes, toHex, toText, unescapeText } from '../bytes.js';
import { COMMAND_LIMIT, type Codec, type Effect, effect, fault, type Step } from '../driver.js';
import {
  delimited,
  enclosed,
  type Framed,
  type Framer,
  type FramerState,
  idleGap,
  lineEnds,
} from '../framers.js';
import { SCAN_MAX_BYTES, scannedCode } from './scan-text.js';

/** How a scanner is programmed; the fields of the drivers' config.schema.json. */
export interface TextScannerConfig {
  ending: 'cr' | 'lf' | 'crlf' | 'tab' | 'stx-etx' | 'idle';
  prefix: string;
  suffix: string;
  aim: 'auto' | 'required' | 'none';
  gsSubstitute: string;
  noReadText: string;
  gapMs: number;
  /** A frame that only says that the scanner lives. */
  heartbeatText?: string;
  /** Longest silence of a healthy scanner (it has a heartbeat); 0: silence means nothing. */
  silenceMs?: number;
  /** What makes the scanner look once, as typed (`\r`, `\x02` ...). */
  triggerText?: string;
}

export interface TextScannerState {
  config: TextScannerConfig;
  framing: FramerState;
  silent: boolean;
  triggered: boolean;
}

const GAP = 'gap';
const SILENCE = 'silence';
const idle = idleGap({ maxBytes: SCAN_MAX_BYTES });

function framerOf(config: TextScannerConfig): Framer {
  if (config.ending === 'stx-etx') return enclosed({ start: STX, end: ETX, maxBytes: SCAN_MAX_BYTES });
  if (config.ending === 'idle') return idle;
  return delimited({ ends: lineEnds(config.ending), maxBytes: SCAN_MAX_BYTES });
}

/** Scanners that send each code as a line of text, whatever the link: serial, USB-serial, TCP. */
export const textScannerCodec: Codec<TextScannerConfig, TextScannerState> = {
  open(config) {
    const state = { config, framing: framerOf(config).empty, silent: false, triggered: false };
    return { state, effects: [effect.ready(), ...watchSilence(config)] };
  },

  onData(state, chunk) {
    const framed = framerOf(state.config).push(state.framing, chunk);
    const waits = framed.state.buffer.length > 0 || framed.state.skipping;
    const effects = [waits ? effect.startTimer(GAP, state.config.gapMs) : effect.stopTimer(GAP)];
    if (state.silent) effects.push(effect.ready());
    effects.push(...watchSilence(state.config));
    return afterFrames({ ...state, silent: false }, framed, effects);
  },

  onTimer(state, name) {
    if (name === COMMAND_LIMIT) {
      const failed = effect.failed('the scanner did not answer the trigger');
      return { state: { ...state, triggered: false }, effects: [failed] };
    }
    if (name === SILENCE) return silent(state);
    if (state.config.ending === 'idle') return afterFrames(state, idle.flush(state.framing), []);
    const rest = state.framing.buffer;
    const readings =
      rest.length > 0 ? [fault('scanner.truncated', 'a scan without its end', toHex(rest))] : [];
    return { state: { ...state, framing: framerOf(state.config).empty }, readings };
  },

  onCommand(state, order) {
    if (order.op !== 'trigger') return { state, effects: [effect.failed(`a scanner can't ${order.op}`)] };
    const text = unescapeText(state.config.triggerText ?? '');
    if (text === '')
      return { state, effects: [effect.failed('no trigger text is set for this scanner: triggerText')] };
    return { state: { ...state, triggered: true }, effects: [effect.write(toBytes(text))] };
  },
};

function watchSilence({ silenceMs }: TextScannerConfig): Effect[] {
  return silenceMs ? [effect.startTimer(SILENCE, silenceMs)] : [];
}

function silent(state: TextScannerState): Step<TextScannerState> {
  const reason = `the scanner was not heard for ${state.config.silenceMs} ms: power, cable, or its heartbeat is off`;
  return { state: { ...state, silent: true }, effects: [effect.degraded(reason)] };
}

function afterFrames(state: TextScannerState, framed: Framed, effects: Effect[]): Step<TextScannerState> {
  const { config } = state;
  const readings = framed.frames
    .filter((frame) => !config.heartbeatText || toText(frame) !== config.heartbeatText)
    .map((frame) => readFrame(config, frame));
  if (framed.state.skipping && !state.framing.skipping) {
    readings.push(fault('scanner.too-long', `a scan of more than ${SCAN_MAX_BYTES} bytes was thrown away`));
  }
  const answered = state.triggered && readings.some(({ kind }) => kind !== 'device.fault');
  if (answered) effects.push(effect.done());
  const next = { ...state, framing: framed.state, triggered: state.triggered && !answered };
  return { state: next, readings, effects };
}

/** One frame to one reading: a code, a no-read or a fault that says what is wrong with it. */
function readFrame(config: TextScannerConfig, frame: Uint8Array): Reading {
  const rawHex = toHex(frame);
  const latin = config.gsSubstitute ? toText(frame).replaceAll(config.gsSubstitute, '\x1d') : toText(frame);
  if (!latin.startsWith(config.prefix) || !latin.endsWith(config.suffix)) {
    return fault(
      'scanner.affix',
      'the prefix or suffix is missing: is the scanner programmed for this station?',
      rawHex,
    );
  }
  const body = latin.slice(config.prefix.length, latin.length - config.suffix.length);
  if (config.noReadText && body === config.noReadText) return { kind: 'scan.no-read', data: {}, rawHex };
  const scanned = scannedCode(body, config.aim === 'none' ? 'none' : 'split');
  if (scanned === null) {
    return fault(
      'scanner.bad-characters',
      'a code is empty or holds characters that no code may hold',
      rawHex,
    );
  }
  if (config.aim === 'required' && !scanned.aim)
    return fault('scanner.no-aim', 'the AIM identifier is missing', rawHex);
  return { kind: 'scan.read', data: scanned, rawHex };
}
