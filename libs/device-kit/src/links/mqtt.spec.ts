import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import type { Reading } from '#lib/contracts';
import { driverIndex } from '../../../../devices/index.generated.js';
import { checkConfig } from '../config.js';
import { waitFor } from '../conformance/exercise.js';
import { loadDriver } from '../registry.js';
import { openSession } from '../session.js';
import type { SimulatedConveyor } from '../sim/conveyor.js';
import type { Simulator } from '../sim/simulator.js';
import { mqttLink, mqttPort } from './mqtt.js';

const LIMIT_MS = 20_000;
const BASE = 'wh/v1/site/agent/plc/sorter';

let dir: string;
let port: number;
let broker: ChildProcess;
const clients: mqtt.MqttClient[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mosquitto-'));
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  port = (probe.address() as { port: number }).port;
  await new Promise((resolve) => probe.close(resolve));
  await writeFile(
    join(dir, 'conf'),
    `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\n`,
  );
  startBroker();
});

afterAll(async () => {
  for (const client of clients) await client.endAsync(true);
  broker.kill('SIGKILL');
  await rm(dir, { recursive: true });
});

function startBroker(): void {
  broker = spawn('mosquitto', ['-c', join(dir, 'conf')], { stdio: 'ignore' });
}

async function connect() {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 50,
    queueQoSZero: false,
  });
  client.on('error', () => undefined);
  clients.push(client);
  await waitFor(
    () => client.connected,
    LIMIT_MS,
    () => 'mosquitto does not answer',
  );
  return mqttPort(client);
}

test('a conveyor over mosquitto: routed, and nothing lost or doubled when the broker is killed', async () => {
  const loaded = await loadDriver(driverIndex, 'generic/mqtt-conveyor');
  if (!loaded.ok) throw new Error(loaded.reason);
  const entry = driverIndex.find(({ id }) => id === 'generic/mqtt-conveyor')!;
  const simulator = (await entry.loadSimulator()).simulator as Simulator<SimulatedConveyor>;
  const plc = await simulator.start({ at: 'mqtt', base: BASE, mqtt: await connect() });
  const check = checkConfig(loaded.driver.configSchema, { lifeMs: 100 });
  if (!check.ok) throw new Error(check.errors.join());
  const seen: number[] = [];
  const confirmed: Reading[] = [];
  const session = openSession({
    driver: loaded.driver,
    config: check.config,
    link: mqttLink({ base: BASE, mqtt: await connect() }),
    onReading(reading) {
      if (reading.kind === 'point.confirmed') confirmed.push(reading);
      if (reading.kind !== 'point.seen') return;
      const { trackId, seq } = reading.data;
      seen.push(trackId);
      const args = {
        point: 'SP1',
        trackId,
        seq,
        lane: 'L1',
        alternatives: [],
        decisionId: `d${trackId}`,
        validUntil: '2099-01-01T00:00:00Z',
      };
      void session.command({ op: 'route', args });
    },
    onState: () => undefined,
  });
  const arrive = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        plc.arrive({ point: 'SP1', codes: [`P${i}`], deadlineMs: 3_000 }),
      ),
    );
  try {
    await waitFor(
      () => session.state === 'ready',
      LIMIT_MS,
      () => `${session.state} ${session.reason ?? ''}`,
    );
    expect((await arrive(50)).map(({ lane }) => lane)).toEqual(new Array(50).fill('L1'));
    const cut = arrive(50);
    broker.kill('SIGKILL');
    await waitFor(
      () => session.state === 'lost',
      LIMIT_MS,
      () => session.state,
    );
    startBroker();
    await cut;
    const tracks = () => new Set(confirmed.map(({ data }) => (data as { trackId: number }).trackId));
    await waitFor(
      () => tracks().size === 100,
      LIMIT_MS,
      () => `${tracks().size} confirms came`,
    );
    expect([...new Set(seen)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    await waitFor(
      () => plc.unacknowledged === 0,
      LIMIT_MS,
      () => `${plc.unacknowledged} events were not acknowledged`,
    );
  } finally {
    await session.stop();
    await plc.close();
  }
}, 60_000);
