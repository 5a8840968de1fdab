import type { Reading } from '#lib/contracts';
import { toBytes, toHex, toText } from '../bytes.js';
import { COMMAND_LIMIT, type Codec, type Effect, effect, fault, foldSteps, type Step } from '../driver.js';
import type { Framer, FramerState } from '../framers.js';
import { scanRecord } from './scan-record.js';
import { scannedCode } from './scan-text.js';

/**
 * Fixed-mount readers (one camera or a tunnel): a photo-eye triggers them, and each trigger brings one record, be it empty. A
 * trigger without a record is a fault of the reader: the parcel passed, and nobody looked.
 */
export interface FixedReaderConfig {
  ownPrefixes: string[];
  recordMs: number;
  answerMs: number;
  statusMs: number;
}

/** What a line of the reader means. */
export type ReaderWord =
  /** `trigger`: the reader's own number, where it sends one. No codes: a no-read. */
  | { is: 'record'; trigger?: number; codes: string[] }
  | { is: 'identity'; values: Record<string, string> }
  /** Something was done as told; nothing to say. */
  | { is: 'done' }
  | { is: 'refused'; reason: string }
  | { is: 'nonsense'; what: string };

/** What differs from make to make. Pure. */
export interface ReaderLanguage<C extends FixedReaderConfig> {
  framer: Framer;
  identify: string;
  trigger: string;
  /** Ends a trigger that the reader holds until told: it then says what it saw. */
  release?: string;
  read(config: C, line: string): ReaderWord;
}

export interface FixedReaderState<C> {
  config: C;
  framing: FramerState;
  /** Null until the reader has said something. */
  alive: boolean | null;
  asked: boolean;
  /** Its identity was told. */
  known: boolean;
  /** The reader's number of the last record; 0 before the first, and for readers that send none. */
  last: number;
  /** A trigger command is open; `releasing`: it was ended and its record is due. */
  open: 'no' | 'triggered' | 'releasing';
  statusWanted: boolean;
}

const TRUNCATED_MS = 500;

/** The codec of a reader that speaks this language. */
export function fixedReaderCodec<C extends FixedReaderConfig>(
  language: ReaderLanguage<C>,
): Codec<C, FixedReaderState<C>> {
  type S = FixedReaderState<C>;
  const say = (text: string) => effect.write(toBytes(text));

  function identify(state: S, before: Effect[] = []): Step<S> {
    const effects = [
      ...before,
      say(language.identify),
      effect.startTimer('silence', state.config.answerMs),
      effect.startTimer('status', state.config.statusMs),
    ];
    return { state: { ...state, asked: true }, effects };
  }

  return {
    open(config) {
      const state: S = {
        config,
        framing: language.framer.empty,
        alive: null,
        asked: false,
        known: false,
        last: 0,
        open: 'no',
        statusWanted: false,
      };
      return identify(state, [effect.discardInput()]);
    },

    onData(state, chunk) {
      const framed = language.framer.push(state.framing, chunk);
      const step = foldSteps({ ...state, framing: framed.state }, framed.frames, (now, frame) =>
        hear(now, language.read(now.config, toText(frame)), toHex(frame)),
      );
      const waits = framed.state.buffer.length > 0 || framed.state.skipping;
      step.effects.push(waits ? effect.startTimer('line', TRUNCATED_MS) : effect.stopTimer('line'));
      return step;
    },

    onTimer(state, name) {
      switch (name) {
        case 'line': {
          const readings = [fault('reader.truncated', 'a line without its end', toHex(state.framing.buffer))];
          return { state: { ...state, framing: language.framer.empty }, readings };
        }
        case 'status':
          return identify(state);
        case 'silence':
          return silent(state);
        case COMMAND_LIMIT:
          return { state: closed(state), effects: [effect.failed('the reader did not answer')] };
        default:
          return recordDue(state, language.release === undefined ? null : say(language.release));
      }
    },

    onCommand(state, order) {
      if (order.op === 'status') return identify({ ...state, statusWanted: true });
      if (order.op !== 'trigger') return { state, effects: [effect.failed(`a reader can't ${order.op}`)] };
      const effects = [say(language.trigger), effect.startTimer('record', state.config.recordMs)];
      return { state: { ...state, open: 'triggered' }, effects };
    },
  };
}

function closed<S extends FixedReaderState<unknown>>(state: S): S {
  return { ...state, open: 'no', statusWanted: false };
}

function silent<S extends FixedReaderState<unknown>>(state: S): Step<S> {
  const reason = 'the reader does not answer: power, cable, or its command port is off';
  const failed = state.statusWanted ? [effect.failed(reason)] : [];
  const next = { ...state, alive: false, asked: false, statusWanted: false };
  return { state: next, effects: [effect.degraded(reason), ...failed] };
}

/** The time for the record of a trigger is over: it is ended where that must be done, otherwise the reader has failed. */
function recordDue<S extends FixedReaderState<FixedReaderConfig>>(state: S, release: Effect | null): Step<S> {
  if (state.open === 'triggered' && release) {
    const effects = [release, effect.startTimer('record', state.config.answerMs)];
    return { state: { ...state, open: 'releasing' }, effects };
  }
  if (state.open === 'no') return { state };
  const reason = 'the reader was triggered and sent no record';
  return {
    state: closed(state),
    readings: [fault('reader.no-record', reason)],
    effects: [effect.failed(reason)],
  };
}

function hear<S extends FixedReaderState<FixedReaderConfig>>(
  state: S,
  word: ReaderWord,
  rawHex: string,
): Step<S> {
  if (word.is === 'nonsense') return { state, readings: [fault('reader.not-understood', word.what, rawHex)] };
  const awake = state.alive === true ? [] : [effect.ready()];
  const here = { ...state, alive: true, asked: false };
  const next = hearWord(here, word, rawHex);
  return { ...next, effects: [effect.stopTimer('silence'), ...awake, ...(next.effects ?? [])] };
}

function hearWord<S extends FixedReaderState<FixedReaderConfig>>(
  state: S,
  word: Exclude<ReaderWord, { is: 'nonsense' }>,
  rawHex: string,
): Step<S> {
  if (word.is === 'record') return hearRecord(state, word, rawHex);
  if (word.is === 'done') return { state };
  if (word.is === 'refused') {
    const readings = [fault('reader.refused', word.reason, rawHex)];
    if (state.open === 'no') return { state, readings };
    return {
      state: closed(state),
      readings,
      effects: [effect.stopTimer('record'), effect.failed(word.reason)],
    };
  }
  // Asked every few seconds, said when it is news or when a person asked.
  if (state.known && !state.statusWanted) return { state };
  const readings: Reading[] = [
    { kind: 'device.status', data: { code: 'identified', values: word.values }, rawHex },
  ];
  const effects = state.statusWanted ? [effect.done()] : [];
  return { state: { ...state, known: true, statusWanted: false }, readings, effects };
}

function hearRecord<S extends FixedReaderState<FixedReaderConfig>>(
  state: S,
  word: Extract<ReaderWord, { is: 'record' }>,
  rawHex: string,
): Step<S> {
  const { trigger } = word;
  if (trigger !== undefined && trigger === state.last) return { state };
  const good = word.codes.filter((code) => scannedCode(code) !== null);
  const readings: Reading[] = [];
  if (good.length < word.codes.length) {
    const detail = 'a code is empty or holds characters that no code may hold';
    readings.push(fault('scanner.bad-characters', detail, rawHex));
  }
  // Without a number in front, a line that is not good as a whole may be noise and half of something else.
  const trusted = trigger !== undefined ? good.length > 0 || word.codes.length === 0 : readings.length === 0;
  if (!trusted) return { state, readings };
  if (trigger !== undefined) readings.push(...countFaults(state.last, trigger));
  const { codes, result } = scanRecord(good.map(asRead), state.config.ownPrefixes);
  const numbered = trigger === undefined ? {} : { trigger };
  readings.push({ kind: 'scan.record', data: { ...numbered, codes, result }, rawHex });
  const effects = [effect.stopTimer('record')];
  if (state.open !== 'no') effects.push(effect.done());
  const next = { ...closed(state), statusWanted: state.statusWanted, last: trigger ?? 0 };
  return { state: next, readings, effects };
}

/** The code as the reader sent it, decoded as UTF-8, its AIM identifier in front. */
function asRead(latin: string): string {
  const scanned = scannedCode(latin);
  return (scanned?.aim ?? '') + (scanned?.code ?? '');
}

/** What the reader's own count tells: photo-eye pulses that brought no record, or a count that began anew. */
function countFaults(last: number, trigger: number): Reading[] {
  if (last === 0 || trigger === last + 1) return [];
  if (trigger < last) {
    const detail = `the reader counts from ${trigger} again`;
    return [{ kind: 'device.status', data: { code: 'reader.restarted', detail } }];
  }
  const missed = trigger - last === 2 ? `pulse ${last + 1}` : `pulses ${last + 1} to ${trigger - 1}`;
  return [fault('reader.no-record', `${missed} of the photo-eye brought no record`)];
}
