import { isDeepStrictEqual } from 'node:util';
import { concatBytes, showBytes } from '../bytes.js';
import { checkConfig } from '../config.js';
import type { Driver } from '../driver.js';
import { CodecRunner } from './codec-runner.js';
import type { Expected, Transcript, TranscriptInput } from './transcript.js';

/** Readings that carry something a person or the core acts on; faults and status do not. */
export function isValue(kind: string): boolean {
  return kind !== 'device.fault' && kind !== 'device.status';
}

/** Readings that would be wrong if they came of an error: a number, a code, a proof of print, a parcel. */
export function isPositive(kind: string): boolean {
  return [
    'scan.read',
    'scan.record',
    'weigh.stable',
    'dimension.measured',
    'print.printed',
    'point.seen',
    'point.confirmed',
    'light.pressed',
  ].includes(kind);
}

export function runnerFor(driver: Driver, transcript: Transcript): CodecRunner {
  const check = checkConfig(driver.configSchema, transcript.config);
  if (!check.ok) throw new Error(`${transcript.file}: config: ${check.errors.join('; ')}`);
  return new CodecRunner(driver, check.config);
}

/** Plays a transcript; the first difference as a sentence, or null. */
export function replay(driver: Driver, transcript: Transcript): string | null {
  const runner = runnerFor(driver, transcript);
  for (const [i, step] of transcript.steps.entries()) {
    runner.feed(step.input);
    const wrong = difference(step.expected, runner.take());
    if (wrong) return `${transcript.file}, step ${i + 1} (${step.input.in}): ${wrong}`;
  }
  return null;
}

function difference(expected: Expected, got: Expected): string | null {
  for (const key of ['readings', 'published', 'requests', 'outcome', 'state'] as const) {
    const is = plain(got[key]);
    if (!isDeepStrictEqual(plain(expected[key]), is)) {
      return `${key}: expected ${JSON.stringify(expected[key])}, got ${JSON.stringify(is)}`;
    }
  }
  const [wanted, written] = [showBytes(expected.writes), showBytes(got.writes)];
  return wanted === written ? null : `writes: expected "${wanted}", got "${written}"`;
}

/** As JSON sees it: without undefined and class identities. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

/** Everything a sequence of inputs brings, joined. */
export function playAll(driver: Driver, transcript: Transcript, inputs: TranscriptInput[]): Expected {
  const runner = runnerFor(driver, transcript);
  for (const input of inputs) runner.feed(input);
  return runner.take();
}

export function inputsOf(transcript: Transcript): TranscriptInput[] {
  return transcript.steps.map((step) => step.input);
}

/** Neighbouring bytes joined into one chunk, as when the operating system delivers two frames at once. */
export function glued(inputs: TranscriptInput[]): TranscriptInput[] {
  const joined: TranscriptInput[] = [];
  for (const input of inputs) {
    const last = joined[joined.length - 1];
    if (last?.in === 'bytes' && input.in === 'bytes') {
      joined[joined.length - 1] = { in: 'bytes', bytes: concatBytes(last.bytes, input.bytes) };
    } else joined.push(input);
  }
  return joined;
}

/** The same inputs with each run of bytes replaced. */
export function withBytes(
  inputs: TranscriptInput[],
  replace: (bytes: Uint8Array, index: number) => Uint8Array[],
): TranscriptInput[] {
  return inputs.flatMap((input, index): TranscriptInput[] =>
    input.in === 'bytes' ? replace(input.bytes, index).map((bytes) => ({ in: 'bytes', bytes })) : [input],
  );
}
