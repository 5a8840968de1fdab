import { isDeepStrictEqual } from 'node:util';
import type { Reading } from '#lib/contracts';
import { concatBytes, showBytes } from '../bytes.js';
import { checkConfig } from '../config.js';
import type { Driver } from '../driver.js';
import { createLink } from '../links/create-link.js';
import { type DeviceSession, openSession } from '../session.js';
import { ptyWire, tcpWire, type Wire } from '../sim/wire.js';
import { expectations } from './recorded.js';
import { runnerFor } from './replay.js';
import type { Expected, Transcript, TranscriptInput, TranscriptStep } from './transcript.js';

/** What a driver made of one step, and the first difference to what the transcript expects. */
export interface PlayedStep {
  input: string;
  got: Expected;
  wrong: string | null;
}

/** Plays a transcript to the driver alone, in no time. Throws a sentence where its settings are wrong. */
export function playToCodec(driver: Driver, transcript: Transcript): PlayedStep[] {
  const runner = runnerFor(driver, transcript);
  return transcript.steps.map((step) => {
    runner.feed(step.input);
    return played(step, runner.take());
  });
}

/** A step that brings nothing expected is left behind after this time. */
const STEP_LIMIT_MS = 2_000;
/** Longer pauses of a transcript are cut. */
const WAIT_MAX_MS = 1_000;
/** After what was expected has come, what was not gets this long to come too. */
const QUIET_MS = 30;

/**
 * Plays the device's side of a transcript over a real link (a pty, or TCP) to a session of its own. What it reads goes nowhere but into
 * the answer. Rejects with a sentence for drivers whose links carry no bytes.
 */
export async function playOverLink(driver: Driver, transcript: Transcript): Promise<PlayedStep[]> {
  const check = checkConfig(driver.configSchema, transcript.config);
  if (!check.ok) throw new Error(`config: ${check.errors.join('; ')}`);
  const stage: Stage = { out: nothing(), session: null, wire: await wireFor(driver) };
  stage.wire.onReceive((bytes) => {
    stage.out.writes = concatBytes(stage.out.writes, bytes);
  });
  stage.session = openSession({
    driver,
    config: check.config,
    link: await createLink(stage.wire.linkConfig),
    onReading: ({ kind, data }) => void stage.out.readings.push({ kind, data } as Omit<Reading, 'rawHex'>),
    onState: (state) => {
      if (state === 'ready' || state === 'degraded') stage.out.state = state;
    },
  });
  try {
    const steps: PlayedStep[] = [];
    for (const step of transcript.steps) steps.push(await playStep(stage, step));
    return steps;
  } finally {
    await stage.session.stop();
    await stage.wire.close();
  }
}

interface Stage {
  wire: Wire;
  session: DeviceSession | null;
  out: Expected;
}

function wireFor(driver: Driver): Promise<Wire> | Wire {
  if (driver.links.includes('serial')) return ptyWire();
  if (driver.links.includes('tcp-client')) return tcpWire();
  throw new Error(`${driver.id} speaks over ${driver.links.join(', ')}: only bytes are played over a link`);
}

async function playStep(stage: Stage, step: TranscriptStep): Promise<PlayedStep> {
  const { input, expected } = step;
  if (input.in === 'bytes') stage.wire.send(input.bytes);
  if (input.in === 'command')
    void stage.session?.command(input.order).then(({ outcome }) => {
      stage.out.outcome = outcome;
    });
  if (input.in === 'wait') await pause(Math.min(input.ms, WAIT_MAX_MS));
  if (input.in === 'unplug') stage.wire.cut();
  const until = performance.now() + STEP_LIMIT_MS;
  const came = () =>
    stage.out.readings.length >= expected.readings.length &&
    stage.out.writes.length >= expected.writes.length &&
    (expected.outcome === null || stage.out.outcome !== null) &&
    (expected.state === null || stage.out.state === expected.state);
  while (!came() && performance.now() < until) await pause(2);
  await pause(QUIET_MS);
  const got = stage.out;
  stage.out = nothing();
  return played(step, got);
}

function played({ input, expected }: TranscriptStep, got: Expected): PlayedStep {
  const keys = ['readings', 'writes', 'published', 'requests', 'outcome', 'state'] as const;
  const [wanted, is] = [expectations(expected), expectations(got)];
  const different = keys.find((key) => !isDeepStrictEqual(wanted[key], is[key]));
  const wrong = different
    ? `${different}: expected ${JSON.stringify(wanted[different] ?? null)}, got ${JSON.stringify(is[different] ?? null)}`
    : null;
  return { input: inWords(input), got, wrong };
}

function inWords(input: TranscriptInput): string {
  switch (input.in) {
    case 'bytes':
      return `device: ${showBytes(input.bytes)}`;
    case 'message':
      return `message: ${new TextDecoder().decode(input.payload)}`;
    case 'command':
      return `command: ${input.order.op} ${JSON.stringify(input.order.args)}`;
    case 'wait':
      return `wait: ${input.ms} ms`;
    case 'answer':
      return `answer: ${input.answer.tag}`;
    default:
      return input.in;
  }
}

function nothing(): Expected {
  return { readings: [], writes: new Uint8Array(0), published: [], requests: [], outcome: null, state: null };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
