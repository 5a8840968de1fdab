import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type { DeviceOrder } from '#lib/contracts';
import { concatBytes, toText } from '../bytes.js';
import type { Driver } from '../driver.js';
import { CodecRunner } from './codec-runner.js';
import type { DriverFolder } from './folder.js';
import { checkGarbage, checkReplay, checkSplits, checkTruncated } from './rules-codec.js';
import { checkErrorsHaveNoValue } from './rules-static.js';
import { type Expected, parseTranscript, type Transcript, type TranscriptInput } from './transcript.js';

/** One line of a recording: what came in, what went out, what was ordered, or what happened to the link. */
export type RecordedLine = { atMs: number } & (
  | { kind: 'in' | 'out'; bytes: Uint8Array }
  | { kind: 'command'; order: DeviceOrder }
  | { kind: 'opened' | 'closed' }
);

export interface RecordingHead {
  title: string;
  /** Where it comes from, for whoever reads the file. */
  source: string;
  /** The driver's settings at that time, with their defaults. */
  config: Record<string, unknown>;
  /** MQTT devices send messages, the others bytes. */
  input: 'bytes' | 'message';
}

export interface Recording {
  yaml: string;
  steps: number;
  remarks: string[];
}

/** Bytes with a pause of at least this between them become steps of their own. */
const STEP_GAP_MS = 80;

/**
 * Makes a transcript of a recording: the device's side as it was, the driver's side as this driver answers it. What it says is
 * therefore what the driver does; whether that is right is for a person to judge.
 */
export function recordedTranscript(
  driver: Driver,
  lines: readonly RecordedLine[],
  head: RecordingHead,
): Recording {
  const timed = run(driver, inputsOf(lines, head), head.config);
  // Pauses in which nothing happened are left out where that changes nothing: the transcript then plays in no time.
  const brief = run(
    driver,
    timed.inputs.filter((input, i) => input.in !== 'wait' || !isSilent(timed.outs[i]!)),
    head.config,
  );
  const told = (all: Expected[]) => all.filter((out) => !isSilent(out));
  const chosen = isDeepStrictEqual(plain(told(brief.outs)), plain(told(timed.outs))) ? brief : timed;
  const steps = chosen.inputs.map((input, i) => ({ ...written(input), ...expectations(chosen.outs[i]!) }));
  const text = (kind: Transcript['class']) => {
    const { title, source, config } = head;
    return stringify({ title, class: kind, source, config, steps }, { lineWidth: 0 });
  };
  const kinds: Transcript['class'][] = ['nominal', 'error', 'noise'];
  const kind = kinds.find((each) => passes(driver, text(each))) ?? 'noise';
  return { yaml: text(kind), steps: steps.length, remarks: remarksOf(lines, chosen.outs) };
}

function inputsOf(lines: readonly RecordedLine[], head: RecordingHead): TranscriptInput[] {
  const inputs: TranscriptInput[] = [{ in: 'open' }];
  let open = true;
  let last: RecordedLine | undefined;
  for (const line of lines) {
    const first = inputs.length === 1;
    const pauseMs = last ? Math.round(line.atMs - last.atMs) : 0;
    if (line.kind === 'closed' || (line.kind === 'opened' && open && !first)) {
      if (open) inputs.push({ in: 'unplug' });
      open = false;
    }
    if (line.kind === 'opened' && !open) {
      inputs.push({ in: 'open' });
      open = true;
    }
    if (open && !first && pauseMs >= STEP_GAP_MS) inputs.push({ in: 'wait', ms: pauseMs });
    if (open && line.kind === 'command') inputs.push({ in: 'command', order: line.order });
    if (open && line.kind === 'in') {
      if (head.input === 'message') inputs.push({ in: 'message', payload: line.bytes });
      else inputs.push({ in: 'bytes', bytes: line.bytes });
    }
    last = line;
  }
  return inputs;
}

/** Runs the inputs; chunks that only together made the driver speak become one step. */
function run(
  driver: Driver,
  inputs: readonly TranscriptInput[],
  config: unknown,
): { inputs: TranscriptInput[]; outs: Expected[] } {
  const runner = new CodecRunner(driver, config);
  const done: TranscriptInput[] = [];
  const outs: Expected[] = [];
  for (const input of inputs) {
    runner.feed(input);
    const out = runner.take();
    const before = done.at(-1);
    if (input.in === 'bytes' && before?.in === 'bytes' && isSilent(outs.at(-1)!)) {
      done[done.length - 1] = { in: 'bytes', bytes: concatBytes(before.bytes, input.bytes) };
      outs[outs.length - 1] = out;
    } else {
      done.push(input);
      outs.push(out);
    }
  }
  return { inputs: done, outs };
}

function isSilent(out: Expected): boolean {
  const { readings, writes, published, requests, outcome, state } = out;
  return (
    readings.length + writes.length + published.length + requests.length === 0 &&
    outcome === null &&
    state === null
  );
}

function written(input: TranscriptInput): Record<string, unknown> {
  switch (input.in) {
    case 'open':
      return { open: true };
    case 'unplug':
      return { unplug: true };
    case 'wait':
      return { wait: input.ms };
    case 'command':
      return { command: input.order };
    case 'bytes':
      return { device: toText(input.bytes) };
    case 'message':
      return { message: messageOf(input.payload) };
    case 'answer':
      throw new TypeError('a ring does not hold the answers of a Modbus device');
  }
}

function messageOf(payload: Uint8Array): unknown {
  const text = new TextDecoder().decode(payload);
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'string' ? text : parsed;
  } catch {
    return text;
  }
}

/** What came of a step, as a transcript says it; what did not happen is left out. */
export function expectations(out: Expected): Record<string, unknown> {
  const { readings, writes, published, requests, outcome, state } = out;
  return {
    ...(readings.length > 0 ? { readings: plain(readings) } : {}),
    ...(writes.length > 0 ? { writes: toText(writes) } : {}),
    ...(published.length > 0 ? { published: plain(published) } : {}),
    ...(requests.length > 0 ? { requests: plain(requests) } : {}),
    ...(outcome === null ? {} : { outcome }),
    ...(state === null ? {} : { state }),
  };
}

/** The rules that look at a single transcript. */
function passes(driver: Driver, yaml: string): boolean {
  const transcripts = [parseTranscript('recorded.yaml', yaml)];
  const folder = { driver, transcripts } as unknown as DriverFolder;
  return [checkReplay, checkSplits, checkGarbage, checkTruncated, checkErrorsHaveNoValue].every(
    (check) => check(folder) === null,
  );
}

function remarksOf(lines: readonly RecordedLine[], outs: readonly Expected[]): string[] {
  const remarks: string[] = [];
  const then = toText(concatBytes(...lines.flatMap((line) => (line.kind === 'out' ? [line.bytes] : []))));
  const now = toText(concatBytes(...outs.map(({ writes }) => writes)));
  if (lines[0]?.kind !== 'opened') remarks.push('It begins in mid-conversation: the link was open already.');
  if (outs.every(({ published }) => published.length === 0) && then !== now) {
    remarks.push('The driver would write something else than was written then: look at the lines "writes".');
  }
  if (outs.some(({ readings }) => readings.some(({ kind }) => kind === 'device.fault'))) {
    remarks.push('Some of it was not understood.');
  }
  return remarks;
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
