import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reading } from '#lib/contracts';
import { driverIndex } from '../../../../devices/index.generated.js';
import { checkConfig } from '../config.js';
import { waitFor } from '../conformance/exercise.js';
import { openPty, type Pty } from '../pty.js';
import { loadDriver } from '../registry.js';
import { type DeviceSession, openSession } from '../session.js';
import type { SimulatedConveyor } from '../sim/conveyor.js';
import { serveModbusTcp } from '../sim/modbus-server.js';
import type { Simulator } from '../sim/simulator.js';
import { createLink, type LinkConfig } from './create-link.js';

const LIMIT_MS = 10_000;
let dir: string;
let plc: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'libmodbus-plc-'));
  plc = join(dir, 'plc');
  const source = join(import.meta.dirname, '../../test/libmodbus-plc.c');
  const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'libmodbus'], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  execFileSync('cc', ['-O1', '-Wall', '-o', plc, source, ...flags]);
}, 60_000);

afterAll(() => rm(dir, { recursive: true }));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function start(args: string[]): Promise<ChildProcess> {
  const child = spawn(plc, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let ready = false;
  child.stdout!.once('data', () => {
    ready = true;
  });
  await waitFor(
    () => ready,
    LIMIT_MS,
    () => 'the libmodbus server did not start',
  );
  return child;
}

async function converse(link: LinkConfig): Promise<{ session: DeviceSession; readings: Reading[] }> {
  const loaded = await loadDriver(driverIndex, 'generic/modbus-conveyor');
  if (!loaded.ok) throw new Error(loaded.reason);
  const check = checkConfig(loaded.driver.configSchema, { lanes: { L1: 1, L2: 2 }, points: { SP1: 1 } });
  if (!check.ok) throw new Error(check.errors.join());
  const readings: Reading[] = [];
  const session = openSession({
    driver: loaded.driver,
    config: check.config,
    link: await createLink(link),
    onReading: (reading) => void readings.push(reading),
    onState: () => undefined,
  });
  return { session, readings };
}

/** The parcel of libmodbus-plc.c arrives, is routed, and its confirm comes. */
async function routeOneParcel({
  session,
  readings,
}: {
  session: DeviceSession;
  readings: Reading[];
}): Promise<void> {
  const got = (kind: Reading['kind']) => readings.find((reading) => reading.kind === kind);
  const tell = () =>
    `${session.state} ${session.reason ?? ''} ${readings.map((reading) => reading.kind).join()}`;
  await waitFor(() => got('point.seen') !== undefined, LIMIT_MS, tell);
  expect(got('point.seen')!.data).toEqual({
    point: 'SP1',
    trackId: 70_000,
    seq: 1,
    codes: ['ABC'],
    result: 'read',
  });
  const { outcome } = await session.command({
    op: 'route',
    args: {
      point: 'SP1',
      trackId: 70_000,
      seq: 1,
      lane: 'L2',
      alternatives: [],
      decisionId: 'd',
      validUntil: '2099-01-01T00:00:00Z',
    },
  });
  expect(outcome).toBe('done');
  await waitFor(() => got('point.confirmed') !== undefined, LIMIT_MS, tell);
  expect(got('point.confirmed')!.data).toEqual({
    point: 'SP1',
    trackId: 70_000,
    planned: 'L2',
    actual: 'L2',
  });
}

test("the conveyor driver meets libmodbus' server over TCP, and gets over its death", async () => {
  const port = await freePort();
  const first = await start(['tcp', String(port)]);
  const conversation = await converse({ kind: 'modbus-tcp', host: '127.0.0.1', port });
  try {
    await routeOneParcel(conversation);
    first.kill('SIGKILL');
    await waitFor(
      () => conversation.session.state === 'lost',
      LIMIT_MS,
      () => 'the death went unnoticed',
    );
    conversation.readings.length = 0;
    const second = await start(['tcp', String(port)]);
    await routeOneParcel(conversation).finally(() => second.kill('SIGKILL'));
  } finally {
    first.kill('SIGKILL');
    await conversation.session.stop();
  }
}, 40_000);

test("the conveyor driver meets libmodbus' server over RTU", async () => {
  const [near, far] = nullModem();
  const child = await start(['rtu', far.path, '115200']);
  const conversation = await converse({ kind: 'modbus-rtu', path: near.path, baudRate: 115_200 });
  try {
    await routeOneParcel(conversation);
  } finally {
    child.kill('SIGKILL');
    await conversation.session.stop();
    near.close();
    far.close();
  }
}, 40_000);

test('an RTU line that is unplugged is lost, and its port is let go of', async () => {
  const entry = driverIndex.find(({ id }) => id === 'generic/modbus-conveyor')!;
  const simulator = (await entry.loadSimulator()).simulator as Simulator<SimulatedConveyor>;
  const plc = await simulator.start({ at: 'pty' });
  const { session } = await converse(plc.linkConfig as LinkConfig);
  await waitFor(
    () => session.state === 'ready',
    LIMIT_MS,
    () => session.state,
  );
  await plc.close();
  await waitFor(
    () => session.state === 'lost',
    LIMIT_MS,
    () => session.state,
  );
  await session.stop();
  const held = await readdir('/proc/self/fd').then((fds) =>
    Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))),
  );
  const { path } = plc.linkConfig as { path: string };
  expect(held.filter((target) => target.startsWith(path))).toEqual([]);
});

/** Two ptys, each one's near end wired to the other's. */
function nullModem(): [Pty, Pty] {
  const [one, other] = [openPty(), openPty()];
  one.onData((bytes) => void other.write(bytes));
  other.onData((bytes) => void one.write(bytes));
  return [one, other];
}

test('a server that refuses the registers is a reason, not a lost link', async () => {
  const server = await serveModbusTcp({ read: () => null, write: () => true });
  const { session } = await converse(server.linkConfig);
  await waitFor(
    () => session.state === 'degraded',
    LIMIT_MS,
    () => session.state,
  );
  expect(session.reason).toContain('refuses the registers');
  await session.stop();
  await server.close();
});

test('a server that does not answer is dropped after the reply limit', async () => {
  const server = createServer((socket) => socket.resume().on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const { session } = await converse({ kind: 'modbus-tcp', host: '127.0.0.1', port, replyTimeoutMs: 50 });
  await waitFor(
    () => session.state === 'lost',
    LIMIT_MS,
    () => session.state,
  );
  expect(session.reason).toContain('Timed out');
  await session.stop();
  await new Promise((resolve) => server.close(resolve));
});
