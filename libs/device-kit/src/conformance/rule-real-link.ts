import { isDeepStrictEqual } from 'node:util';
import type { Reading } from '#lib/contracts';
import { concatBytes, showBytes } from '../bytes.js';
import { checkConfig } from '../config.js';
import type { Driver } from '../driver.js';
import { createLink } from '../links/create-link.js';
import { type DeviceSession, openSession } from '../session.js';
import type { Place, Simulator } from '../sim/simulator.js';
import { ptyWire, type Wire } from '../sim/wire.js';
import { runExercise, waitFor } from './exercise.js';
import type { DriverFolder } from './folder.js';
import type { Transcript, TranscriptStep } from './transcript.js';

/** Longer waits are left to the codec rules, where time costs nothing. */
const WAIT_MAX_MS = 1_000;
const STEP_LIMIT_MS = 5_000;

/** Rule 11: over real links, the driver meets its simulator, and its own transcripts over a pty. */
export async function checkRealLink(folder: DriverFolder): Promise<string | null> {
  if (!folder.simulator) return 'there is no simulator.ts';
  const { simulator } = folder;
  const unproven = leftOut(folder.driver, simulator);
  if (unproven) return unproven;
  for (const at of simulator.places) {
    for (const exercise of simulator.exercises) {
      const wrong = await atPlace(at, (place) => runExercise(folder.driver, simulator, exercise, place));
      if (wrong) return `simulator on ${at}, "${exercise.title}": ${wrong}`;
    }
  }
  if (!folder.driver.links.includes('serial')) return null;
  for (const transcript of folder.transcripts.filter(playable)) {
    const wrong = await replayOverPty(folder.driver, transcript).then(() => null, messageOf);
    if (wrong) return `${transcript.file} over a pty: ${wrong}`;
  }
  return null;
}

/** What the exercises do not show, so that nothing passes by not being tried. */
function leftOut(driver: Driver, { places, exercises }: Simulator): string | null {
  if (places.length === 0) return 'the simulator lives nowhere: name its places';
  if (exercises.length === 0) return 'the simulator has no exercise';
  const shown = new Set<string>(exercises.flatMap(({ expect }) => expect));
  const unseen = driver.capabilities.filter((kind) => !shown.has(kind));
  return unseen.length > 0 ? `no exercise of the simulator shows: ${unseen.join(', ')}` : null;
}

async function atPlace(at: Place['at'], run: (place: Place) => Promise<void>): Promise<string | null> {
  const broker = at === 'mqtt' ? await (await import('./broker.js')).openTestBroker() : null;
  try {
    const place: Place = broker
      ? { at: 'mqtt', base: 'wh/v1/site/agent/plc/device', mqtt: await broker.connect() }
      : { at: at as Exclude<Place['at'], 'mqtt'> };
    await run(place);
    return null;
  } catch (error) {
    return messageOf(error);
  } finally {
    await broker?.close();
  }
}

function playable(transcript: Transcript): boolean {
  return (
    transcript.class === 'nominal' &&
    transcript.steps.every(
      ({ input }) => input.in !== 'unplug' && (input.in !== 'wait' || input.ms <= WAIT_MAX_MS),
    )
  );
}

/** Plays the device's side of a transcript on a pty against a running session. */
async function replayOverPty(driver: Driver, transcript: Transcript): Promise<void> {
  const check = checkConfig(driver.configSchema, transcript.config);
  if (!check.ok) throw new Error(check.errors.join('; '));
  const wire = ptyWire();
  const stage: Stage = { wire, written: new Uint8Array(0), readings: [], session: null, outcomes: [] };
  wire.onReceive((bytes) => {
    stage.written = concatBytes(stage.written, bytes);
  });
  stage.session = openSession({
    driver,
    config: check.config,
    link: await createLink(wire.linkConfig),
    onReading: (reading) => void stage.readings.push(reading),
    onState: () => undefined,
  });
  try {
    for (const step of transcript.steps) await playStep(stage, step);
  } finally {
    await stage.session.stop();
    await wire.close();
  }
}

interface Stage {
  wire: Wire;
  written: Uint8Array;
  readings: Reading[];
  session: DeviceSession | null;
  outcomes: string[];
}

async function playStep(stage: Stage, step: TranscriptStep): Promise<void> {
  const { input, expected } = step;
  if (input.in === 'bytes') stage.wire.send(input.bytes);
  if (input.in === 'command')
    void stage.session?.command(input.order).then(({ outcome }) => stage.outcomes.push(outcome));
  if (input.in === 'open') {
    const opened = () => stage.written.length > 0 || stage.session?.state === expected.state;
    await waitFor(opened, STEP_LIMIT_MS, () => 'the port did not open');
  }
  const wanted = showBytes(expected.writes);
  await waitFor(
    () => stage.readings.length >= expected.readings.length && stage.written.length >= expected.writes.length,
    STEP_LIMIT_MS,
    () =>
      `expected ${JSON.stringify(expected.readings)} and "${wanted}", got ${JSON.stringify(stage.readings)} and "${showBytes(stage.written)}"`,
  );
  if (expected.state)
    await waitFor(
      () => stage.session?.state === expected.state,
      STEP_LIMIT_MS,
      () => `the device did not get ${expected.state}: ${stage.session?.state}`,
    );
  if (expected.outcome)
    await waitFor(
      () => stage.outcomes.length > 0,
      STEP_LIMIT_MS,
      () => `no outcome ${expected.outcome}`,
    );
  const got = stage.readings.splice(0, expected.readings.length).map(({ kind, data }) => ({ kind, data }));
  const written = showBytes(stage.written.subarray(0, expected.writes.length));
  stage.written = stage.written.slice(expected.writes.length);
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(got)), JSON.parse(JSON.stringify(expected.readings)))) {
    throw new Error(`expected ${JSON.stringify(expected.readings)}, got ${JSON.stringify(got)}`);
  }
  if (written !== wanted) throw new Error(`expected "${wanted}" to be written, got "${written}"`);
  const outcome = expected.outcome ? stage.outcomes.shift() : expected.outcome;
  if (outcome !== expected.outcome)
    throw new Error(`expected the outcome ${expected.outcome}, got ${outcome}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
