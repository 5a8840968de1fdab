import type { DeviceOrder, Reading } from '#lib/contracts';
import { checkConfig } from '../config.js';
import type { Driver } from '../driver.js';
import { createLink } from '../links/create-link.js';
import type { MqttPort } from '../links/mqtt.js';
import { type DeviceSession, openSession } from '../session.js';
import type { Exercise, Place, SimulatedDevice, Simulator } from '../sim/simulator.js';

const READY_LIMIT_MS = 5_000;
const EXPECT_LIMIT_MS = 5_000;
const ACT_LIMIT_MS = 20_000;

/**
 * Runs one exercise of a simulator against its driver over a real link. Resolves when the readings have come; rejects with what
 * is missing. Everything it starts is stopped.
 */
export async function runExercise(
  driver: Driver,
  simulator: Simulator,
  exercise: Exercise<SimulatedDevice>,
  place: Place,
): Promise<void> {
  const device = await simulator.start(place);
  const readings: Reading[] = [];
  let session: DeviceSession | null = null;
  try {
    session = await attach(driver, simulator.config, { device, place }, readings);
    const command = (order: DeviceOrder) => session!.command(order);
    await within(Promise.resolve(exercise.act(device, command)), ACT_LIMIT_MS, 'the exercise did not end');
    await waitFor(
      () => missing(exercise.expect, readings) === null,
      EXPECT_LIMIT_MS,
      () =>
        `no ${missing(exercise.expect, readings)}; got ${readings.map((each) => each.kind).join(', ') || 'nothing'}`,
    );
  } finally {
    await session?.stop();
    await device.close();
  }
}

async function attach(
  driver: Driver,
  config: Record<string, unknown>,
  at: { device: SimulatedDevice; place: Place },
  readings: Reading[],
): Promise<DeviceSession> {
  const { device, place } = at;
  const check = checkConfig(driver.configSchema, config);
  if (!check.ok) throw new Error(`the simulator's config: ${check.errors.join('; ')}`);
  const mqtt: MqttPort | undefined = place.at === 'mqtt' ? place.mqtt : undefined;
  const session = openSession({
    driver,
    config: check.config,
    link: await createLink(device.linkConfig, mqtt ? { mqtt } : {}),
    onReading: (reading) => void readings.push(reading),
    onState: () => undefined,
  });
  await waitFor(
    () => session.state === 'ready',
    READY_LIMIT_MS,
    () => `the device did not get ready: ${session.state} ${session.reason ?? ''}`,
  ).catch(async (error: unknown) => {
    await session.stop();
    throw error;
  });
  return session;
}

/** The first expected kind that did not come, in order; null when all came. */
function missing(expected: Reading['kind'][], readings: Reading[]): string | null {
  let at = 0;
  for (const reading of readings) if (reading.kind === expected[at]) at++;
  return at < expected.length ? expected[at]! : null;
}

/** Resolves once `holds`; rejects with `why` after the limit. */
export function waitFor(holds: () => boolean, limitMs: number, why: () => string): Promise<void> {
  const until = performance.now() + limitMs;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (holds()) resolve();
      else if (performance.now() > until) reject(new Error(why()));
      else setTimeout(look, 2);
    };
    look();
  });
}

function within<T>(work: Promise<T>, limitMs: number, why: string): Promise<T> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error(why)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(limit));
}
