import type { CommandArgs, Reading } from '#lib/contracts';
import { toBytes, toHex } from '../bytes.js';
import { COMMAND_LIMIT, type Codec, type Effect, effect, fault, foldSteps, type Step } from '../driver.js';

/**
 * Label printers of any language. A write that succeeds is not a print: a job is to ask for the status, send one label, ask until the
 * printer has nothing left, and only then say `printed`. Printers that are out of labels or open may answer nothing at all,
 * so silence is a state, not an error.
 */
export interface PrinterConfig {
  statusMs: number;
  pollMs: number;
  idlePollMs: number;
}

/** What a printer says of itself, in any language. */
export interface PrinterStatus {
  /** Why it can't print now, in plain words; null when it can. */
  stopped: string | null;
  /** Nothing received that is not printed and taken. */
  empty: boolean;
  values: Record<string, boolean>;
}

/** One thing a printer said. */
export type PrinterWord =
  | { is: 'status'; status: PrinterStatus }
  /** The answer to one of the `details`. */
  | { is: 'detail'; code: string; detail: string; values: Record<string, string | number | boolean> }
  | { is: 'nonsense'; what: string; raw: Uint8Array };

export interface Heard<F> {
  framing: F;
  words: PrinterWord[];
  /** Bytes wait for what follows them, or for a pause. */
  waits?: boolean;
}

/** What differs from language to language. Pure. */
export interface PrinterLanguage<C extends PrinterConfig, F> {
  /** How the status is asked for, and its name in sentences ("~HS"). */
  question(config: C): { bytes: Uint8Array; name: string };
  framing: F;
  hear(config: C, framing: F, chunk: Uint8Array): Heard<F>;
  /** The line has been idle for `gapMs` after bytes that wait. */
  pause?: { gapMs: number; hear(config: C, framing: F): Heard<F> };
  /** Asked one after another when a person asks for the status; the first also when the printer falls silent. */
  details: readonly Uint8Array[];
  /** The bytes of one label with its job id in a comment, or why it must not be sent. */
  label(job: CommandArgs['print']): { ok: true; bytes: Uint8Array } | { ok: false; reason: string };
}

interface Job {
  id: string;
  bytes: Uint8Array;
  sent: boolean;
  /** Answers in a row, all after the label, that said "nothing left". */
  emptyAnswers: number;
}

export interface PrinterState<C, F> {
  config: C;
  framing: F;
  /**
   * Questions without an answer. A silent printer may answer all at once when it comes back, and an answer to a question from
   * before the label would look like "printed": so an answer counts only when no other is outstanding.
   */
  asked: number;
  job: Job | null;
  statusWanted: boolean;
  /** Which of the details was asked for last; -1: none is open. */
  detail: number;
  said: string;
}

/** Late answers arrive within this time; after it the unanswered questions are forgotten. */
const QUIET_MS = 400;
/** A label in the printer's hands may be in no counter for a moment. */
const EMPTY_ANSWERS = 2;

/** The codec of a label printer that speaks this language. */
export function labelPrinterCodec<C extends PrinterConfig, F>(
  language: PrinterLanguage<C, F>,
): Codec<C, PrinterState<C, F>> {
  return new PrinterCodec(language).codec();
}

/** Holds nothing but the language: every method is a pure function of its arguments. */
class PrinterCodec<C extends PrinterConfig, F> {
  constructor(private readonly language: PrinterLanguage<C, F>) {}

  codec(): Codec<C, PrinterState<C, F>> {
    type S = PrinterState<C, F>;
    const { language } = this;
    const begin: Omit<S, 'config'> = {
      framing: language.framing,
      asked: 0,
      job: null,
      statusWanted: false,
      detail: -1,
      said: '',
    };
    return {
      open: (config) => this.ask({ ...begin, config }, [effect.discardInput()]),
      onData: (state, chunk) => this.take(state, language.hear(state.config, state.framing, chunk)),
      onTimer: (state, name) => this.timer(state, name),
      onCommand: (state, order) => {
        if (order.op === 'status') return this.ask({ ...state, statusWanted: true });
        if (order.op === 'print') return this.print(state, order.args);
        return { state, effects: [effect.failed(`a printer can't ${order.op}`)] };
      },
      onLost: (state) =>
        state.job ? giveUp(state, 'the connection to the printer was lost') : { state, effects: [] },
    };
  }

  private ask(state: PrinterState<C, F>, before: Effect[] = []): Step<PrinterState<C, F>> {
    return {
      state: { ...state, asked: state.asked + 1 },
      effects: [
        ...before,
        effect.stopTimer('poll'),
        effect.write(this.language.question(state.config).bytes),
        effect.startTimer('silence', state.config.statusMs),
      ],
    };
  }

  private timer(state: PrinterState<C, F>, name: string): Step<PrinterState<C, F>> {
    if (name === COMMAND_LIMIT) return giveUp(state, 'the printer did not finish in time');
    if (name === 'silence') return this.silent(state);
    if (name === 'detail') return this.nextDetail(state);
    if (name === 'pause') {
      const heard = this.language.pause?.hear(state.config, state.framing);
      return heard ? this.take(state, heard) : { state };
    }
    return this.ask(name === 'quiet' ? { ...state, asked: 0 } : state);
  }

  private print(state: PrinterState<C, F>, args: CommandArgs['print']): Step<PrinterState<C, F>> {
    const label = this.language.label(args);
    if (!label.ok) return failJob(state, args.jobId, label.reason);
    const job: Job = { id: args.jobId, bytes: label.bytes, sent: false, emptyAnswers: 0 };
    // While a question is open, its answer is the check; a second question would only muddle the count. A printer known to be
    // silent is asked at once, so that the job's fate is known soon.
    return state.asked > 0 && state.said !== 'silent'
      ? { state: { ...state, job } }
      : this.ask({ ...state, job });
  }

  private take(state: PrinterState<C, F>, heard: Heard<F>): Step<PrinterState<C, F>> {
    const step = foldSteps({ ...state, framing: heard.framing }, heard.words, (now, word) =>
      this.word(now, word),
    );
    const gapMs = this.language.pause?.gapMs;
    if (gapMs !== undefined)
      step.effects.push(heard.waits ? effect.startTimer('pause', gapMs) : effect.stopTimer('pause'));
    return step;
  }

  private word(state: PrinterState<C, F>, word: PrinterWord): Step<PrinterState<C, F>> {
    if (word.is === 'nonsense') {
      return { state, readings: [fault('printer.not-understood', word.what, toHex(word.raw))] };
    }
    if (word.is === 'detail') {
      const { code, detail, values } = word;
      const reading: Reading = { kind: 'device.status', data: { code, detail, values } };
      if (state.detail < 0) return { state, readings: [reading] };
      const next = this.nextDetail(state);
      return { ...next, readings: [reading, ...(next.readings ?? [])] };
    }
    if (state.asked === 0) {
      const { name } = this.language.question(state.config);
      const readings = [fault('printer.unasked', `a ${name} answer that nobody asked for was ignored`)];
      return { state, readings };
    }
    return this.status({ ...state, asked: state.asked - 1 }, word.status);
  }

  private status(state: PrinterState<C, F>, status: PrinterStatus): Step<PrinterState<C, F>> {
    if (state.asked > 0)
      return { state, effects: [effect.stopTimer('silence'), effect.startTimer('quiet', QUIET_MS)] };
    const told = sayStatus(state, status);
    const asked = state.statusWanted ? this.nextDetail({ ...told.state, detail: -1 }) : { state: told.state };
    const next = asked.state.job ? forward(asked.state, asked.state.job, status) : { state: asked.state };
    return {
      state: next.state,
      readings: [...told.readings, ...(next.readings ?? [])],
      effects: [
        effect.stopTimer('silence'),
        effect.stopTimer('quiet'),
        status.stopped ? effect.degraded(status.stopped) : effect.ready(),
        ...(asked.effects ?? []),
        ...(next.effects ?? []),
        pollAgain(next.state),
      ],
    };
  }

  /** Asks for the next detail; after the last one the command `status`, if it was one, is done. */
  private nextDetail(state: PrinterState<C, F>): Step<PrinterState<C, F>> {
    const detail = state.detail + 1;
    const question = this.language.details[detail];
    // A silent printer is asked for its errors alone.
    if (question && (state.said !== 'silent' || detail === 0)) {
      const effects = [effect.write(question), effect.startTimer('detail', state.config.statusMs)];
      return { state: { ...state, detail }, effects };
    }
    const effects = [effect.stopTimer('detail')];
    if (state.statusWanted)
      effects.push(state.said === 'silent' ? effect.failed(SILENT_REASON) : effect.done());
    return { state: { ...state, detail: -1, statusWanted: false }, effects };
  }

  /** No answer: out of labels, open, off, or wrong cable. A label not yet sent is not sent. */
  private silent(state: PrinterState<C, F>): Step<PrinterState<C, F>> {
    const news = state.said !== 'silent';
    const quiet = { ...state, said: 'silent' };
    const settled =
      state.job && !state.job.sent ? failJob(quiet, state.job.id, SILENT_REASON) : { state: quiet };
    const asked =
      news || state.statusWanted
        ? this.nextDetail({ ...settled.state, detail: -1 })
        : { state: settled.state };
    const told: Reading = { kind: 'device.status', data: { code: 'printer.silent', detail: SILENT_REASON } };
    return {
      state: asked.state,
      readings: [...(news ? [told] : []), ...(settled.readings ?? [])],
      effects: [
        effect.degraded(SILENT_REASON),
        ...(settled.effects ?? []),
        ...(asked.effects ?? []),
        pollAgain(asked.state),
      ],
    };
  }
}

const SILENT_REASON = 'the printer is silent: out of labels, head open, or switched off';

function pollAgain(state: PrinterState<PrinterConfig, unknown>): Effect {
  return effect.startTimer('poll', state.job ? state.config.pollMs : state.config.idlePollMs);
}

/** A device.status reading when something changed or a person asked. */
function sayStatus<S extends PrinterState<PrinterConfig, unknown>>(
  state: S,
  { stopped, values }: PrinterStatus,
): { state: S; readings: Reading[] } {
  const said = JSON.stringify(values);
  if (said === state.said && !state.statusWanted) return { state, readings: [] };
  const data = { code: 'printer.status', detail: stopped ?? 'ready', values };
  return { state: { ...state, said }, readings: [{ kind: 'device.status', data }] };
}

/** What a fresh status means for the job in hand. */
function forward<S extends PrinterState<PrinterConfig, unknown>>(
  state: S,
  job: Job,
  { stopped, empty }: PrinterStatus,
): Step<S> {
  if (!job.sent) {
    if (stopped) return failJob(state, job.id, stopped);
    // Something is left from before: its end is waited for, so that "empty" later means this label.
    if (!empty) return { state };
    return {
      state: { ...state, job: { ...job, sent: true } },
      readings: [{ kind: 'print.sent', data: { jobId: job.id } }],
      effects: [effect.write(job.bytes)],
    };
  }
  const emptyAnswers = empty && !stopped ? job.emptyAnswers + 1 : 0;
  if (emptyAnswers < EMPTY_ANSWERS) return { state: { ...state, job: { ...job, emptyAnswers } } };
  return {
    state: { ...state, job: null },
    readings: [{ kind: 'print.printed', data: { jobId: job.id } }],
    effects: [effect.done()],
  };
}

function failJob<S extends PrinterState<PrinterConfig, unknown>>(
  state: S,
  jobId: string,
  reason: string,
): Step<S> {
  return {
    state: { ...state, job: null },
    readings: [{ kind: 'print.failed', data: { jobId, reason } }],
    effects: [effect.failed(reason)],
  };
}

/** The end of a job nobody can follow any longer: certain only if no byte of the label was sent. */
function giveUp<S extends PrinterState<PrinterConfig, unknown>>(state: S, reason: string): Step<S> {
  const { job } = state;
  if (!job) return { state: { ...state, statusWanted: false }, effects: [effect.failed(reason)] };
  if (!job.sent) return failJob(state, job.id, reason);
  return {
    state: { ...state, job: null },
    readings: [{ kind: 'print.unknown', data: { jobId: job.id, reason } }],
    effects: [effect.unknown(reason)],
  };
}

const JOB_ID = /^[A-Za-z0-9-]{1,64}$/;
const LABEL_MAX_LENGTH = 512 * 1024;

/** Why a label must not go to any printer, before its own language is looked at; null when it may. */
export function labelFault(jobId: string, label: string): string | null {
  if (!JOB_ID.test(jobId)) return 'the job id may hold letters, digits and dashes only';
  return label.length > LABEL_MAX_LENGTH ? 'the label is too large' : null;
}

/** A label's text for the wire, UTF-8 (ASCII where the language escapes the rest). */
export function labelBytes(text: string): Uint8Array {
  return /^[\0-\x7f]*$/.test(text) ? toBytes(text) : new TextEncoder().encode(text);
}
