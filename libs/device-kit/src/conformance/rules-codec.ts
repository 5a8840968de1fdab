import { isDeepStrictEqual } from 'node:util';
import { concatBytes } from '../bytes.js';
import type { Driver } from '../driver.js';
import type { DriverFolder } from './folder.js';
import { glued, inputsOf, isPositive, isValue, playAll, replay, runnerFor, withBytes } from './replay.js';
import type { Expected, Transcript, TranscriptInput } from './transcript.js';

/** A small seeded generator (mulberry32): the same noise every time. */
export function seededBytes(seed: number): (length: number) => Uint8Array {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) & 0xff;
  };
  return (length) => Uint8Array.from({ length }, next);
}

/** Rule 2. */
export function checkReplay(folder: DriverFolder): string | null {
  return firstOf(folder.transcripts, (transcript) => replay(folder.driver, transcript));
}

/** Rule 3: chopping never matters. */
export function checkSplits(folder: DriverFolder): string | null {
  return firstOf(folder.transcripts, (transcript) => {
    const inputs = inputsOf(transcript);
    const whole = playAll(folder.driver, transcript, inputs);
    const same = (variant: TranscriptInput[], what: string) => {
      const got = playAll(folder.driver, transcript, variant);
      return isDeepStrictEqual(heard(got), heard(whole))
        ? null
        : `${transcript.file}: another result ${what}`;
    };
    const single = withBytes(inputs, (bytes) => Array.from(bytes, (byte) => Uint8Array.of(byte)));
    return (
      same(single, 'byte by byte') ?? same(glued(inputs), 'with frames glued') ?? everySplit(inputs, same)
    );
  });
}

function everySplit(
  inputs: TranscriptInput[],
  same: (variant: TranscriptInput[], what: string) => string | null,
): string | null {
  for (const [index, input] of inputs.entries()) {
    if (input.in !== 'bytes') continue;
    for (let at = 1; at < input.bytes.length; at++) {
      const halves = [input.bytes.subarray(0, at), input.bytes.subarray(at)];
      const wrong = same(
        withBytes(inputs, (bytes, i) => (i === index ? halves : [bytes])),
        `split at byte ${at} of step ${index + 1}`,
      );
      if (wrong) return wrong;
    }
  }
  return null;
}

/** What counts when the same bytes come in other portions: all but the timers. */
function heard(out: Expected): unknown {
  return { ...out, readings: out.readings.filter((reading) => reading.kind !== 'device.fault') };
}

const GARBAGE_BYTES = 24;
/** A framer that waits for the rest of what was no frame gives up within this. */
const CALM_MS = 1_000;

/** Rule 4: garbage that ends like a frame costs nothing; garbage glued to a frame costs at most that frame and invents none. */
export function checkGarbage(folder: DriverFolder): string | null {
  const random = seededBytes(4);
  const highNoise = () => random(GARBAGE_BYTES).map((byte) => byte | 0x80);
  return firstOf(nominal(folder), (transcript) => {
    const inputs = inputsOf(transcript);
    const values = (all: TranscriptInput[]) =>
      playAll(folder.driver, transcript, all).readings.filter((r) => isValue(r.kind));
    const clean = values(inputs);
    const ended = values(
      spoiled(transcript, () => concatBytes(highNoise(), Uint8Array.of(0x03, 0x09, 0x0d, 0x0a))),
    );
    if (!isDeepStrictEqual(ended, clean))
      return `${transcript.file}: garbage before a frame lost or changed a reading`;
    const joined = values(spoiled(transcript, highNoise));
    const invented = joined.find((reading) => !clean.some((other) => isDeepStrictEqual(other, reading)));
    if (invented && isPositive(invented.kind)) return `${transcript.file}: garbage became ${invented.kind}`;
    return checkOwnHalf(folder.driver, transcript);
  });
}

/** Nothing looks more like a frame than the half of one: it may cost the frame that is glued to it, not the one after that. */
function checkOwnHalf(driver: Driver, transcript: Transcript): string | null {
  const unasked = transcript.steps.flatMap(({ input, expected }, at) => {
    const value = expected.readings.find(({ kind }) => isValue(kind));
    return input.in === 'bytes' && expected.outcome === null && value ? [{ at, input, value }] : [];
  });
  const [first, second = first] = unasked;
  if (!first || !second) return null;
  const runner = runnerFor(driver, transcript);
  for (const step of transcript.steps.slice(0, first.at)) runner.feed(step.input);
  runner.take();
  for (const each of glued([halved(first.input), first.input, second.input])) runner.feed(each);
  runner.feed({ in: 'wait', ms: CALM_MS });
  const come = runner
    .take()
    .readings.some(({ kind, data }) => isDeepStrictEqual(told({ kind, data }), told(second.value)));
  return come
    ? null
    : `${transcript.file}: half of step ${first.at + 1} in front of two whole frames cost both`;
}

/** As JSON sees it. */
function told({ kind, data }: { kind: string; data: unknown }): unknown {
  return JSON.parse(JSON.stringify({ kind, data }));
}

/** Garbage before every input of the device, whatever its form. */
function spoiled(transcript: Transcript, garbage: () => Uint8Array): TranscriptInput[] {
  const pause: TranscriptInput[] = transcript.pauseMs ? [{ in: 'wait', ms: transcript.pauseMs }] : [];
  return inputsOf(transcript).flatMap((input): TranscriptInput[] => {
    if (input.in === 'bytes') return [{ in: 'bytes', bytes: garbage() }, ...pause, input];
    if (input.in === 'message') return [{ in: 'message', payload: garbage() }, input];
    if (input.in !== 'answer') return [input];
    return [{ in: 'answer', answer: { tag: 'garbage', registers: Array.from(garbage()) } }, input];
  });
}

const LONG_MS = 300_000;

/** Rule 5: half a frame and then nothing is said to be wrong, and no reading. */
export function checkTruncated(folder: DriverFolder): string | null {
  return firstOf(nominal(folder), (transcript) => {
    const at = transcript.steps.findIndex(
      (step) =>
        hasBody(step.input) && step.expected.readings.filter((reading) => isValue(reading.kind)).length === 1,
    );
    if (at < 0) return null;
    const silence: TranscriptInput = { in: 'wait', ms: Math.max(LONG_MS, folder.driver.commandLimitMs) };
    const after = (inputs: TranscriptInput[]) => {
      const runner = runnerFor(folder.driver, transcript);
      for (const step of transcript.steps.slice(0, at)) runner.feed(step.input);
      runner.take();
      for (const input of inputs) runner.feed(input);
      return runner.take();
    };
    const out = after([halved(transcript.steps[at]!.input), silence]);
    const value = out.readings.find((reading) => isPositive(reading.kind));
    if (value) return `${transcript.file}: half of step ${at + 1} became ${value.kind}`;
    // Silence alone makes many drivers complain: that says nothing about the half frame.
    const told =
      !isDeepStrictEqual(out, after([silence])) || out.outcome === 'failed' || out.outcome === 'unknown';
    return told ? null : `${transcript.file}: half of step ${at + 1} was lost without a word`;
  });
}

function hasBody(input: TranscriptInput): boolean {
  return input.in === 'bytes' || input.in === 'message' || input.in === 'answer';
}

function halved(input: TranscriptInput): TranscriptInput {
  if (input.in === 'bytes') return { in: 'bytes', bytes: input.bytes.subarray(0, input.bytes.length >> 1) };
  if (input.in === 'message')
    return { in: 'message', payload: input.payload.subarray(0, input.payload.length >> 1) };
  if (input.in !== 'answer') return input;
  const { tag, registers } = input.answer;
  return { in: 'answer', answer: { tag, registers: registers.slice(0, registers.length >> 1) } };
}

const NOISE_BYTES = 10 * 1024 * 1024;
const NOISE_CHUNK = 64 * 1024;
const STATE_MAX = 256 * 1024;

/** Rule 6: ten megabytes of noise neither throw nor pile up. */
export function checkNoise(folder: DriverFolder): string | null {
  const transcript = nominal(folder)[0]!;
  const runner = runnerFor(folder.driver, transcript);
  const random = seededBytes(6);
  runner.feed({ in: 'open' });
  const form = transcript.steps.find((step) => hasBody(step.input))?.input.in ?? 'bytes';
  const noise = Buffer.concat(Array.from({ length: 16 }, () => random(NOISE_CHUNK)));
  for (let sent = 0; sent < NOISE_BYTES; sent += NOISE_CHUNK) {
    const from = sent % (noise.length - NOISE_CHUNK);
    for (const input of noiseInputs(form, noise.subarray(from, from + NOISE_CHUNK))) runner.feed(input);
    runner.take();
    const size = sizeOf(runner.state);
    if (size > STATE_MAX) return `the state holds ${size} bytes after ${sent} bytes of noise`;
  }
  return null;
}

function noiseInputs(form: string, bytes: Uint8Array): TranscriptInput[] {
  if (form === 'message')
    return [
      { in: 'message', payload: bytes.subarray(0, 8_192) },
      { in: 'message', payload: bytes },
    ];
  if (form !== 'answer') return [{ in: 'bytes', bytes }];
  const registers = Array.from({ length: 125 }, (_, i) => bytes[2 * i]! * 256 + bytes[2 * i + 1]!);
  return [
    { in: 'answer', answer: { tag: 'poll', registers } },
    { in: 'answer', answer: { tag: 'poll', registers: [] } },
  ];
}

function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + sizeOf(each), 0);
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((sum, each) => sum + sizeOf(each), 0);
}

/** Rule 7: an answer that is missing, late or said twice. */
export function checkAnswers(folder: DriverFolder): string | null {
  return firstOf(
    nominal(folder),
    (transcript) => missingAndLate(folder.driver, transcript) ?? doubled(folder.driver, transcript),
  );
}

function missingAndLate(driver: Driver, transcript: Transcript): string | null {
  const at = transcript.steps.findIndex((step) => step.input.in === 'command');
  if (at < 0) return null;
  const runner = runnerFor(driver, transcript);
  for (const step of transcript.steps.slice(0, at + 1)) runner.feed(step.input);
  runner.take();
  if (!runner.commandInFlight) return null;
  runner.feed({ in: 'wait', ms: driver.commandLimitMs + 1 });
  const missing = runner.take();
  if (runner.commandInFlight) return `${transcript.file}: a command without an answer stays open`;
  if (missing.outcome === 'done') return `${transcript.file}: a command without an answer was called done`;
  const late = transcript.steps[at + 1]?.input;
  if (!late || !hasBody(late)) return null;
  runner.feed(late);
  const value = runner
    .take()
    .readings.find((reading) => reading.kind === 'weigh.stable' || reading.kind === 'print.printed');
  return value ? `${transcript.file}: an answer after its time became ${value.kind}` : null;
}

/** Unasked bytes (a scan, continuous weights) may rightly come twice; what answers a command or carries a sequence may not. */
function doubled(driver: Driver, transcript: Transcript): string | null {
  const values = (all: TranscriptInput[]) =>
    playAll(driver, transcript, all).readings.filter((reading) => isPositive(reading.kind));
  const twice = transcript.steps.flatMap(({ input, expected }) => {
    const once = input.in === 'bytes' ? expected.outcome === null : !hasBody(input);
    return once ? [input] : [input, input];
  });
  const same = isDeepStrictEqual(values(inputsOf(transcript)), values(twice));
  return same ? null : `${transcript.file}: answers said twice changed the readings`;
}

/** Rule 8: after an unplug in mid-frame the conversation starts as new. */
export function checkUnplug(folder: DriverFolder): string | null {
  return firstOf(nominal(folder), (transcript) => {
    const at = transcript.steps.findIndex((step) => hasBody(step.input));
    if (at < 0) return null;
    const fresh = playAll(folder.driver, transcript, inputsOf(transcript));
    const runner = runnerFor(folder.driver, transcript);
    for (const step of transcript.steps.slice(0, at)) runner.feed(step.input);
    runner.feed(halved(transcript.steps[at]!.input));
    runner.feed({ in: 'unplug' });
    runner.take();
    for (const input of inputsOf(transcript)) runner.feed(input);
    return isDeepStrictEqual(runner.take(), fresh)
      ? null
      : `${transcript.file}: another result after an unplug in step ${at + 1}`;
  });
}

const THROUGHPUT_MS = 100;

/** Rule 10: ten times the declared rate, on this machine, by playing nominal transcripts over and over. */
export function checkThroughput(folder: DriverFolder): string | null {
  const transcripts = nominal(folder);
  const startedAt = performance.now();
  let readings = 0;
  while (performance.now() - startedAt < THROUGHPUT_MS) {
    for (const transcript of transcripts)
      readings += playAll(folder.driver, transcript, inputsOf(transcript)).readings.length;
    if (readings === 0) return 'the nominal transcripts hold no reading';
  }
  const perSecond = Math.round((readings * 1000) / (performance.now() - startedAt));
  const needed = folder.driver.ratePerSecond * 10;
  return perSecond >= needed ? null : `${perSecond} readings a second, ${needed} are needed`;
}

function nominal(folder: DriverFolder): Transcript[] {
  return folder.transcripts.filter((transcript) => transcript.class === 'nominal');
}

function firstOf<T>(all: T[], check: (each: T) => string | null): string | null {
  for (const each of all) {
    const wrong = check(each);
    if (wrong) return wrong;
  }
  return null;
}
