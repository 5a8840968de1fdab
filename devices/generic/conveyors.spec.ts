import type { Reading } from '#lib/contracts';
import {
  checkConfig,
  createLink,
  type DeviceSession,
  openSession,
  type SimulatedConveyor,
  waitFor,
} from '#lib/device-kit';
import device from './modbus-conveyor/device.js';
import { simulator } from './modbus-conveyor/simulator.js';

const LIMIT_MS = 10_000;

interface Line {
  plc: SimulatedConveyor;
  session: DeviceSession;
  readings: Reading[];
}

/** A PLC over Modbus TCP whose parcels all go to L2. `onReading` may refuse to store. */
async function withLine(
  store: (reading: Reading) => Promise<void>,
  run: (line: Line) => Promise<void>,
): Promise<void> {
  const plc = await simulator.start({ at: 'tcp' });
  const check = checkConfig(device.configSchema, simulator.config);
  if (!check.ok) throw new Error(check.errors.join());
  const readings: Reading[] = [];
  const session = openSession({
    driver: device,
    config: check.config,
    link: await createLink(plc.linkConfig),
    spread: () => 0,
    onReading: async (reading) => {
      if (reading.kind === 'point.seen') void session.command(routeFor(reading));
      await store(reading);
      readings.push(reading);
    },
    onState: () => undefined,
  });
  try {
    await waitFor(
      () => session.state === 'ready',
      LIMIT_MS,
      () => `${session.state}: ${session.reason}`,
    );
    await run({ plc, session, readings });
  } finally {
    await session.stop();
    await plc.close();
  }
}

function routeFor({ data }: Extract<Reading, { kind: 'point.seen' }>) {
  const { point, trackId, seq } = data;
  const args = {
    point,
    trackId,
    seq,
    lane: 'L2',
    alternatives: [],
    decisionId: `d-${trackId}`,
    validUntil: '2099-01-01T00:00:00Z',
  };
  return { op: 'route' as const, args };
}

const stored = async () => {};
const trackOf = (reading: Reading) => (reading.data as { trackId: number }).trackId;

test('forty parcels at once are each routed in time and confirmed, in order', () =>
  withLine(stored, async ({ plc, readings }) => {
    const arrivals = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        plc.arrive({ point: 'SP1', codes: [`P${i}`], deadlineMs: LIMIT_MS }),
      ),
    );
    expect(arrivals.map(({ lane }) => lane)).toEqual(new Array(40).fill('L2'));
    await waitFor(
      () => plc.unacknowledged === 0,
      LIMIT_MS,
      () => `${plc.unacknowledged} left`,
    );
    const seen = readings.filter(({ kind }) => kind === 'point.seen').map(trackOf);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(readings.filter(({ kind }) => kind === 'point.confirmed')).toHaveLength(40);
  }));

test('what could not be stored is said again after the conversation began anew', () => {
  let failures = 1;
  const flaky = async (reading: Reading) => {
    if (reading.kind === 'point.lost' && failures-- > 0) throw new Error('disk full');
  };
  return withLine(flaky, async ({ plc, readings }) => {
    plc.lose({ point: 'SP1', trackId: 5 });
    plc.lose({ point: 'SP1', trackId: 6 });
    await waitFor(
      () => plc.unacknowledged === 0,
      LIMIT_MS,
      () => `${plc.unacknowledged} left`,
    );
    const lost = readings.filter(({ kind }) => kind === 'point.lost').map(trackOf);
    expect(new Set(lost)).toEqual(new Set([5, 6]));
  });
});

test('a PLC that starts anew is told of, and goes on', () =>
  withLine(stored, async ({ plc, session, readings }) => {
    await plc.arrive({ point: 'SP1', codes: ['A'], deadlineMs: LIMIT_MS });
    plc.restart();
    await waitFor(
      () => session.state === 'lost',
      LIMIT_MS,
      () => session.state,
    );
    await waitFor(
      () => session.state === 'ready',
      LIMIT_MS,
      () => session.state,
    );
    expect((await plc.arrive({ point: 'SP1', codes: ['B'], deadlineMs: LIMIT_MS })).lane).toBe('L2');
    await waitFor(
      () => plc.unacknowledged === 0,
      LIMIT_MS,
      () => `${plc.unacknowledged} left`,
    );
    expect(readings.filter(({ kind }) => kind === 'point.seen')).toHaveLength(2);
  }));

test('a PLC without a sign of life is degraded until it lives', () =>
  withLine(stored, async ({ plc, session }) => {
    plc.heartbeat(false);
    await waitFor(
      () => session.state === 'degraded',
      LIMIT_MS,
      () => session.state,
    );
    plc.heartbeat(true);
    await waitFor(
      () => session.state === 'ready',
      LIMIT_MS,
      () => session.state,
    );
  }));
