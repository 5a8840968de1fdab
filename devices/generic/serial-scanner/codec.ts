import type { Reading } from '#lib/contracts';
import {
  type Codec,
  delimited,
  type Effect,
  ETX,
  effect,
  enclosed,
  type Framed,
  type Framer,
  type FramerState,
  fault,
  GS,
  hasControl,
  idleGap,
  lineEnds,
  STX,
  type Step,
  toBytes,
  toHex,
  toText,
} from '#lib/device-kit';

/** A scan is at most this long; the input is hostile. */
const MAX_BYTES = 512;

export interface ScannerConfig {
  ending: 'cr' | 'lf' | 'crlf' | 'tab' | 'stx-etx' | 'idle';
  prefix: string;
  suffix: string;
  aim: 'auto' | 'required' | 'none';
  gsSubstitute: string;
  noReadText: string;
  gapMs: number;
}

export interface ScannerState {
  config: ScannerConfig;
  framing: FramerState;
}

const GAP = 'gap';
const idle = idleGap({ maxBytes: MAX_BYTES });

function framerOf(config: ScannerConfig): Framer {
  if (config.ending === 'stx-etx') return enclosed({ start: STX, end: ETX, maxBytes: MAX_BYTES });
  if (config.ending === 'idle') return idle;
  return delimited({ ends: lineEnds(config.ending), maxBytes: MAX_BYTES });
}

export const codec: Codec<ScannerConfig, ScannerState> = {
  open(config) {
    return { state: { config, framing: framerOf(config).empty }, effects: [effect.ready()] };
  },

  onData(state, chunk) {
    const framed = framerOf(state.config).push(state.framing, chunk);
    const waits = framed.state.buffer.length > 0 || framed.state.skipping;
    const timer = waits ? effect.startTimer(GAP, state.config.gapMs) : effect.stopTimer(GAP);
    return afterFrames(state, framed, [timer]);
  },

  onTimer(state) {
    if (state.config.ending === 'idle') return afterFrames(state, idle.flush(state.framing), []);
    const rest = state.framing.buffer;
    const readings =
      rest.length > 0 ? [fault('scanner.truncated', 'a scan without its end', toHex(rest))] : [];
    return { state: { ...state, framing: framerOf(state.config).empty }, readings };
  },
};

function afterFrames(state: ScannerState, framed: Framed, effects: Effect[]): Step<ScannerState> {
  const readings = framed.frames.map((frame) => readFrame(state.config, frame));
  if (framed.state.skipping && !state.framing.skipping) {
    readings.push(fault('scanner.too-long', `a scan of more than ${MAX_BYTES} bytes was thrown away`));
  }
  return { state: { ...state, framing: framed.state }, readings, effects };
}

/** One frame to one reading: a code, a no-read or a fault that says what is wrong with it. */
function readFrame(config: ScannerConfig, frame: Uint8Array): Reading {
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
  const { aim, rest } = splitAim(config, body);
  if (config.aim === 'required' && !aim)
    return fault('scanner.no-aim', 'the AIM identifier is missing', rawHex);
  const code = decode(rest);
  if (code === null || code === '') {
    return fault(
      'scanner.bad-characters',
      'a code is empty or holds characters that no code may hold',
      rawHex,
    );
  }
  return { kind: 'scan.read', data: aim ? { code, aim } : { code }, rawHex };
}

/** ISO/IEC 15424: `]`, a letter for the symbology, a modifier. */
function splitAim(config: ScannerConfig, body: string): { aim?: string; rest: string } {
  if (config.aim === 'none' || !/^\][A-Za-z][0-9A-Za-z]/.test(body)) return { rest: body };
  return { aim: body.slice(0, 3), rest: body.slice(3) };
}

/** UTF-8 text without control characters other than GS; null for anything else. */
function decode(latin: string): string | null {
  // C0 controls first: noise is mostly that, and a failed decoding is slow.
  if (hasC0(latin)) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(toBytes(latin));
    return hasControl(text, { exceptGs: true }) ? null : text;
  } catch {
    return null;
  }
}

function hasC0(latin: string): boolean {
  for (let i = 0; i < latin.length; i++) {
    const byte = latin.charCodeAt(i);
    if (byte < 0x20 && byte !== GS) return true;
  }
  return false;
}
