import {
  concatBytes,
  ETX,
  enclosed,
  type FramerState,
  type Heard,
  labelBytes,
  labelPrinterCodec,
  type PrinterConfig,
  type PrinterWord,
  STX,
  toBytes,
} from '#lib/device-kit';
import { labelForJob } from './label.js';
import { statusOfByte, statusOfMessage } from './printer-status.js';

export interface TsplConfig extends PrinterConfig {
  status: 'full' | 'byte';
}

interface Framing {
  stream: FramerState;
  /** `status: byte`: what has come since the last pause; more than one byte is no answer. */
  loose: Uint8Array;
}

const MESSAGES = enclosed({ start: STX, end: ETX, maxBytes: 64 });
const LOOSE_MAX = 16;
/** One byte has no end mark: it counts when nothing follows it. */
const GAP_MS = 30;

export const codec = labelPrinterCodec<TsplConfig, Framing>({
  question: ({ status }) =>
    status === 'full'
      ? { bytes: toBytes('\x1b!S'), name: '<ESC>!S' }
      : { bytes: toBytes('\x1b!?'), name: '<ESC>!?' },
  framing: { stream: MESSAGES.empty, loose: new Uint8Array(0) },
  hear,
  pause: { gapMs: GAP_MS, hear: hearPause },
  details: [],
  label({ jobId, tspl }) {
    const label = labelForJob(jobId, tspl);
    return label.ok ? { ok: true, bytes: labelBytes(label.tspl) } : label;
  },
});

function hear(config: TsplConfig, framing: Framing, chunk: Uint8Array): Heard<Framing> {
  if (config.status === 'byte') {
    const loose = concatBytes(framing.loose, chunk.subarray(0, LOOSE_MAX)).slice(0, LOOSE_MAX);
    return { framing: { ...framing, loose }, words: [], waits: loose.length > 0 };
  }
  const framed = MESSAGES.push(framing.stream, chunk);
  return {
    framing: { ...framing, stream: framed.state },
    words: framed.frames.map(wordOf),
    waits: framed.state.buffer.length > 0,
  };
}

function wordOf(message: Uint8Array): PrinterWord {
  const status = statusOfMessage(message);
  return status ? { is: 'status', status } : nonsense('not an answer to <ESC>!S', message);
}

function hearPause(config: TsplConfig, framing: Framing): Heard<Framing> {
  const fresh: Framing = { stream: MESSAGES.empty, loose: new Uint8Array(0) };
  if (config.status === 'full')
    return { framing: fresh, words: [nonsense('half an answer', framing.stream.buffer)] };
  const [byte] = framing.loose;
  const word: PrinterWord =
    framing.loose.length === 1
      ? { is: 'status', status: statusOfByte(byte!) }
      : nonsense('more than one byte is no answer to <ESC>!?', framing.loose);
  return { framing: fresh, words: [word] };
}

function nonsense(what: string, raw: Uint8Array): PrinterWord {
  return { is: 'nonsense', what, raw };
}
