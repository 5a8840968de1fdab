import {
  ETX,
  enclosed,
  type FramerState,
  type Heard,
  labelPrinterCodec,
  type PrinterConfig,
  type PrinterWord,
  STX,
  toBytes,
} from '#lib/device-kit';
import { detailOf } from './host-query.js';
import { isEmpty, parseHostStatus, statusLineNumber, whyStopped } from './host-status.js';
import { labelForJob } from './label.js';

interface Framing {
  stream: FramerState;
  /** Lines of the present ~HS answer. */
  lines: Uint8Array[];
}

/** Long enough for a ~HQ answer; a ~HS line has some 40 bytes. */
const LINES = enclosed({ start: STX, end: ETX, maxBytes: 1_024 });

export const codec = labelPrinterCodec<PrinterConfig, Framing>({
  question: () => ({ bytes: toBytes('~HS\r\n'), name: '~HS' }),
  framing: { stream: LINES.empty, lines: [] },
  hear,
  details: [toBytes('~HQES\r\n'), toBytes('~HQOD\r\n')],
  label({ jobId, zpl }) {
    const label = labelForJob(jobId, zpl);
    return label.ok ? { ok: true, bytes: toBytes(label.zpl) } : label;
  },
});

function hear(_config: PrinterConfig, framing: Framing, chunk: Uint8Array): Heard<Framing> {
  const framed = LINES.push(framing.stream, chunk);
  const words: PrinterWord[] = [];
  let { lines } = framing;
  for (const frame of framed.frames) {
    const next = hearLine(lines, frame);
    lines = next.lines;
    if (next.word) words.push(next.word);
  }
  return { framing: { stream: framed.state, lines }, words };
}

/** Puts the three lines of a ~HS answer together; a first line always begins a new answer. */
function hearLine(lines: Uint8Array[], line: Uint8Array): { lines: Uint8Array[]; word?: PrinterWord } {
  const number = statusLineNumber(line);
  if (number === null || (number > 0 && number !== lines.length)) {
    const nonsense = { is: 'nonsense', what: 'not a line of a ~HS answer', raw: line } as const;
    return { lines: [], word: (number === null && detailOf(line)) || nonsense };
  }
  const known = number === 0 ? [line] : [...lines, line];
  if (number < 2) return { lines: known };
  const status = parseHostStatus(known);
  const { paperOut, headOpen, ribbonOut, paused } = status;
  const values = { paperOut, headOpen, ribbonOut, paused };
  return {
    lines: [],
    word: { is: 'status', status: { stopped: whyStopped(status), empty: isEmpty(status), values } },
  };
}
