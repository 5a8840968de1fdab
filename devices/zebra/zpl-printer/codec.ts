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
  STX,
  type Step,
  toBytes,
  toHex,
} from '#lib/device-kit';
import { type HostStatus, isEmpty, parseHostStatus, statusLineNumber, whyStopped } from './host-status.js';
import { labelForJob } from './label.js';

/**
 * A write that succeeds is not a print. A job is: ask the status, send one label, ask until the printer has nothing left, and
 * only then say `printed`. A printer that is out of labels or open answers nothing at all, so silence is a state, not an error.
 */
export interface PrinterConfig {
  statusMs: number;
  pollMs: number;
  idlePollMs: number;
}

interface Job {
  id: string;
  zpl: string;
  sent: boolean;
  /** Answers in a row, all after the label, that said "nothing left". */
  emptyAnswers: number;
}

export interface PrinterState {
  config: PrinterConfig;
  framing: FramerState;
  /** Lines of the present answer. */
  lines: Uint8Array[];
  /**
   * Questions without an answer. A silent printer may answer all at once when it comes back, and an answer to a question from
   * before the label would look like "printed": so an answer counts only when no other is outstanding.
   */
  asked: number;
  job: Job | null;
  statusWanted: boolean;
  said: string;
}

const LINES = enclosed({ start: STX, end: ETX, maxBytes: 64 });
/** Late answers arrive within this time; after it the unanswered questions are forgotten. */
const QUIET_MS = 400;
/** A label in the printer's hands may be in no counter for a moment. */
const EMPTY_ANSWERS = 2;

export const codec: Codec<PrinterConfig, PrinterState> = {
  open(config) {
    const state: PrinterState = {
      config,
      framing: LINES.empty,
      lines: [],
      asked: 0,
      job: null,
      statusWanted: false,
      said: '',
    };
    return askStatus(state, [effect.discardInput()]);
  },

  onData(state, chunk) {
    const framed = LINES.push(state.framing, chunk);
    let step: Required<Step<PrinterState>> = {
      state: { ...state, framing: framed.state },
      readings: [],
      effects: [],
    };
    for (const frame of framed.frames) {
      const next = hearLine(step.state, frame);
      step = {
        state: next.state,
        readings: [...step.readings, ...(next.readings ?? [])],
        effects: [...step.effects, ...(next.effects ?? [])],
      };
    }
    return step;
  },

  onTimer(state, name) {
    if (name === COMMAND_LIMIT) return giveUp(state, 'the printer did not finish in time');
    if (name === 'silence') return silent(state);
    if (name === 'quiet') return askStatus({ ...state, asked: 0, lines: [] });
    return askStatus(state);
  },

  onCommand(state, order) {
    if (order.op === 'status') return askStatus({ ...state, statusWanted: true });
    if (order.op !== 'print') return { state, effects: [effect.failed(`a printer can't ${order.op}`)] };
    const label = labelForJob(order.args.jobId, order.args.zpl);
    if (!label.ok) return failJob(state, order.args.jobId, label.reason);
    const job: Job = { id: order.args.jobId, zpl: label.zpl, sent: false, emptyAnswers: 0 };
    // While a question is open, its answer is the check; a second question would only muddle the count. A printer known to be
    // silent is asked at once, so that the job's fate is known soon.
    return state.asked > 0 && state.said !== 'silent'
      ? { state: { ...state, job } }
      : askStatus({ ...state, job });
  },

  onLost(state) {
    return state.job ? giveUp(state, 'the connection to the printer was lost') : { state };
  },
};

function askStatus(state: PrinterState, before: Effect[] = []): Step<PrinterState> {
  return {
    state: { ...state, asked: state.asked + 1, lines: [] },
    effects: [
      ...before,
      effect.stopTimer('poll'),
      effect.write(toBytes('~HS\r\n')),
      effect.startTimer('silence', state.config.statusMs),
    ],
  };
}

const pollAgain = (state: PrinterState): Effect =>
  effect.startTimer('poll', state.job ? state.config.pollMs : state.config.idlePollMs);

/** Puts the three lines of an answer together; a first line always begins a new answer. */
function hearLine(state: PrinterState, line: Uint8Array): Step<PrinterState> {
  const number = statusLineNumber(line);
  if (number === null || (number > 0 && number !== state.lines.length)) {
    const readings = [fault('printer.not-understood', 'not a line of a ~HS answer', toHex(line))];
    return { state: { ...state, lines: [] }, readings };
  }
  const lines = number === 0 ? [line] : [...state.lines, line];
  if (number < 2) return { state: { ...state, lines } };
  if (state.asked === 0) {
    const readings = [fault('printer.unasked', 'a ~HS answer that nobody asked for was ignored')];
    return { state: { ...state, lines: [] }, readings };
  }
  return hearStatus({ ...state, lines: [], asked: state.asked - 1 }, parseHostStatus(lines));
}

function hearStatus(state: PrinterState, status: HostStatus): Step<PrinterState> {
  if (state.asked > 0)
    return { state, effects: [effect.stopTimer('silence'), effect.startTimer('quiet', QUIET_MS)] };
  const stopped = whyStopped(status);
  const told = sayStatus(state, status, stopped);
  const effects = [effect.stopTimer('silence'), effect.stopTimer('quiet'), report(stopped), ...told.effects];
  const next = told.state.job ? forward(told.state, told.state.job, status, stopped) : { state: told.state };
  return {
    state: next.state,
    readings: [...told.readings, ...(next.readings ?? [])],
    effects: [...effects, ...(next.effects ?? []), pollAgain(next.state)],
  };
}

function report(stopped: string | null): Effect {
  return stopped ? effect.degraded(stopped) : effect.ready();
}

/** A device.status reading when something changed or a person asked. */
function sayStatus(
  state: PrinterState,
  status: HostStatus,
  stopped: string | null,
): Required<Step<PrinterState>> {
  const values = {
    paperOut: status.paperOut,
    headOpen: status.headOpen,
    ribbonOut: status.ribbonOut,
    paused: status.paused,
  };
  const said = JSON.stringify(values);
  const readings: Reading[] = [
    { kind: 'device.status', data: { code: 'printer.status', detail: stopped ?? 'ready', values } },
  ];
  const news = said !== state.said || state.statusWanted;
  const effects = state.statusWanted ? [effect.done()] : [];
  return { state: { ...state, said, statusWanted: false }, readings: news ? readings : [], effects };
}

/** What a fresh status means for the job in hand. */
function forward(
  state: PrinterState,
  job: Job,
  status: HostStatus,
  stopped: string | null,
): Step<PrinterState> {
  if (!job.sent) {
    if (stopped) return failJob(state, job.id, stopped);
    // Something is left from before: its end is waited for, so that "empty" later means this label.
    if (!isEmpty(status)) return { state };
    return {
      state: { ...state, job: { ...job, sent: true } },
      readings: [{ kind: 'print.sent', data: { jobId: job.id } }],
      effects: [effect.write(toBytes(job.zpl))],
    };
  }
  const emptyAnswers = isEmpty(status) && !stopped ? job.emptyAnswers + 1 : 0;
  if (emptyAnswers < EMPTY_ANSWERS) return { state: { ...state, job: { ...job, emptyAnswers } } };
  return {
    state: { ...state, job: null },
    readings: [{ kind: 'print.printed', data: { jobId: job.id } }],
    effects: [effect.done()],
  };
}

function failJob(state: PrinterState, jobId: string, reason: string): Step<PrinterState> {
  return {
    state: { ...state, job: null },
    readings: [{ kind: 'print.failed', data: { jobId, reason } }],
    effects: [effect.failed(reason)],
  };
}

/** The end of a job nobody can follow any longer: certain only if no byte of the label was sent. */
function giveUp(state: PrinterState, reason: string): Step<PrinterState> {
  const { job } = state;
  if (!job) return { state: { ...state, statusWanted: false }, effects: [effect.failed(reason)] };
  if (!job.sent) return failJob(state, job.id, reason);
  return {
    state: { ...state, job: null },
    readings: [{ kind: 'print.unknown', data: { jobId: job.id, reason } }],
    effects: [effect.unknown(reason)],
  };
}

/** No answer: out of labels, open, off, or wrong cable. A label not yet sent is not sent. */
function silent(state: PrinterState): Step<PrinterState> {
  const reason = 'the printer is silent: out of labels, head open, or switched off';
  const told = state.said === 'silent' ? [] : [silence(reason)];
  const quiet: PrinterState = { ...state, said: 'silent', statusWanted: false };
  const settled = state.job && !state.job.sent ? failJob(quiet, state.job.id, reason) : { state: quiet };
  const asked = state.statusWanted ? [effect.failed(reason)] : [];
  return {
    state: settled.state,
    readings: [...told, ...(settled.readings ?? [])],
    effects: [effect.degraded(reason), ...asked, ...(settled.effects ?? []), pollAgain(settled.state)],
  };
}

function silence(detail: string): Reading {
  return { kind: 'device.status', data: { code: 'printer.silent', detail } };
}
