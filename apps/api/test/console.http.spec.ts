import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import type { ConsoleAsk, DeviceFrame, DeviceSetup, InventoryDevice } from '#lib/contracts';
import type { Broker } from '#lib/embedded';
import { eventually } from '#lib/testkit';
import { type Ask, type BootedApp, bootApp } from './booted-app.js';
import { seedSite, tokenOf } from './seed-site.js';
import { TestAgent, testBroker } from './test-agent.js';

let broker: Broker;
let booted: BootedApp;
let agent: TestAgent;
let token: string;

const setup = (port: number): DeviceSetup => ({
  driver: 'acme/scale',
  link: { kind: 'tcp-client', host: 'scale', port },
  config: {},
  simulated: false,
});
const born = (device: string, changes: Partial<InventoryDevice>): Partial<InventoryDevice> => ({
  ...{ device, driver: 'acme/scale', driverVersion: '1.0.0', kind: 'scale', link: 'scale:4001' },
  ...{ capabilities: ['weigh.stable'], commands: ['weigh'], quality: 'silver' },
  ...changes,
});
const request = (method: string, path: string, body?: unknown, ask: Ask = {}) =>
  booted.request(method, `/api/v1/devices${path}`, {
    token,
    ...(body === undefined ? {} : { body }),
    ...ask,
  });
const setupOf = async (code: string) => (await request('GET', `/${code}/setup`)).body;
const eventTypes = async (device: string) =>
  (
    await booted.sql<{ type: string }>(
      `select type from events where data->>'device' = $1 and type like 'devices.%' order by seq`,
      [device],
    )
  ).map(({ type }) => type);

/** The agent's judgement: port 0 is wrong. */
function judge(_device: string, ask: ConsoleAsk): unknown {
  if (ask.op === 'setup.check') {
    const wrong = ask.args.setup.link.port === 0;
    return { errors: wrong ? [{ field: 'link.port', message: 'must be >= 1' }] : [], setup: ask.args.setup };
  }
  if (ask.op === 'drivers.list') return { drivers: [{ id: 'acme/scale', kind: 'scale' }], links: {} };
  return undefined;
}

beforeAll(async () => {
  broker = await testBroker();
  booted = await bootApp({
    MQTT_URL: `mqtt://127.0.0.1:${broker.port}`,
    MQTT_USERNAME: 'core',
    MQTT_PASSWORD: 'x',
  });
  await seedSite(booted);
  token = await tokenOf(booted, 'integrator');
  agent = await TestAgent.connect(broker, 'edge-1');
  await eventually(async () => (await agent.hello()).op === 'hello', { limitMs: 20_000 });
  agent.onConsole = judge;
}, 120_000);
afterAll(async () => {
  await agent.close();
  await booted.close();
  await broker.close();
});

describe('a device', () => {
  it('is attached when its agent finds nothing wrong with it, and wanted of the agent', async () => {
    const device = { code: 'SCALE-9', agentCode: 'edge-1', stationCode: 'S-PACK-01', setup: setup(0) };
    const refused = await request('POST', '', device);
    expect([refused.status, refused.body.code, refused.body.errors]).toEqual([
      422,
      'devices.setup-wrong',
      [{ field: 'link.port', message: 'must be >= 1' }],
    ]);
    const added = await request('POST', '', { ...device, setup: setup(4001) });
    expect([added.status, added.body]).toMatchObject([201, { revision: 1, state: 'wanted' }]);
    await eventually(() => agent.desired.length === 1);
    expect(agent.desired[0]).toEqual({ device: 'SCALE-9', revision: 1, setup: setup(4001) });
    expect((await request('POST', '', { ...device, setup: setup(4001) })).body.code).toBe(
      'devices.code-taken',
    );
  });

  it('is proven by what the agent says, and shown with it', async () => {
    const outcome = { revision: 1, result: 'healthy', at: new Date().toISOString() } as const;
    await agent.inventory([born('SCALE-9', { revision: 1, setup: setup(4001), outcome })]);
    await eventually(async () => (await setupOf('SCALE-9')).history[0].state === 'healthy');
    expect(await setupOf('SCALE-9')).toMatchObject({ desired: 1, runs: { revision: 1 }, agentOnline: true });
    const { items } = (await request('GET', '')).body;
    expect(items.find(({ code }: { code: string }) => code === 'SCALE-9')).toMatchObject({
      ...{ kind: 'scale', quality: 'silver', driverVersion: '1.0.0', commands: ['weigh'] },
      ...{ simulated: false, station: 'S-PACK-01', config: {} },
    });
  });

  it('is not set up over what somebody else has changed meanwhile', async () => {
    const change = { setup: setup(4002), desired: 1 };
    const both = await Promise.all([
      request('POST', '/SCALE-9/setup', change),
      request('POST', '/SCALE-9/setup', { ...change, setup: setup(4003) }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await setupOf('SCALE-9')).desired).toBe(2);
  });

  it('goes back with its agent, and says why', async () => {
    const reason = 'scale:4002 refuses the connection';
    const outcome = { revision: 2, result: 'rolled-back', reason, at: new Date().toISOString() } as const;
    await agent.inventory([born('SCALE-9', { revision: 1, setup: setup(4001), outcome })]);
    await eventually(async () => (await setupOf('SCALE-9')).history[0].state === 'rolled-back');
    expect(await setupOf('SCALE-9')).toMatchObject({ desired: 1, history: [{ reason }, { revision: 1 }] });
    const snapshot = await agent.ask({ op: 'desired.snapshot' });
    expect(snapshot).toMatchObject({ devices: [{ device: 'SCALE-9', revision: 1, setup: setup(4001) }] });
  });

  it('may go back to an earlier revision as a new one', async () => {
    const reverted = await request('POST', '/SCALE-9/setup/revert', { revision: 2, desired: 1 });
    expect(reverted.body).toMatchObject({ revision: 3, state: 'wanted' });
    await eventually(() => agent.desired.some(({ revision }) => revision === 3));
  });

  it('that is simulated is marked, and the switch is written down', async () => {
    const simulated = { ...setup(4001), simulated: true };
    const outcome = { revision: 3, result: 'trying', at: new Date().toISOString() } as const;
    await agent.inventory([born('SCALE-9', { revision: 3, setup: simulated, outcome })]);
    await eventually(async () => (await eventTypes('SCALE-9')).includes('devices.simulation-switched'));
    const { items } = (await request('GET', '/agents')).body;
    expect(items[0].devices.find(({ code }: { code: string }) => code === 'SCALE-9').simulated).toBe(true);
  });

  it('is switched off: its agent lets it go and stays told so; and on again, set up as it ran', async () => {
    const state = async () => {
      const { items } = (await request('GET', '/agents')).body;
      return items[0].devices.find(({ code }: { code: string }) => code === 'SCALE-9');
    };
    const off = await request('PATCH', '/SCALE-9', { disabled: true });
    expect(off.body).toMatchObject({ state: 'disabled', fault: 'switched-off' });
    await request('PATCH', '/SCALE-9', { disabled: true });
    await eventually(() =>
      agent.desired.some(
        ({ device, revision, setup: wanted }) => device === 'SCALE-9' && revision === 4 && !wanted,
      ),
    );
    const outcome = { revision: 4, result: 'healthy', at: new Date().toISOString() } as const;
    await agent.inventory([
      {
        device: 'SCALE-9',
        driver: '',
        driverVersion: '',
        kind: '',
        link: '',
        capabilities: [],
        revision: 4,
        outcome,
      },
    ]);
    await eventually(async () => (await setupOf('SCALE-9')).history[0].state === 'healthy');
    expect(await state()).toMatchObject({ state: 'disabled', driver: 'acme/scale', simulated: true });
    const { devices } = (await agent.ask({ op: 'desired.snapshot' })) as { devices: unknown[] };
    expect(devices).toContainEqual({ device: 'SCALE-9', revision: 4, setup: null });
    const on = await request('PATCH', '/SCALE-9', { disabled: false });
    expect(on.body.state).toBe('init');
    const before = { ...setup(4001), simulated: true };
    await eventually(() =>
      agent.desired.some(({ revision, setup: wanted }) => revision === 5 && wanted?.simulated === true),
    );
    expect(agent.desired.find(({ revision }) => revision === 5)).toEqual({
      device: 'SCALE-9',
      revision: 5,
      setup: before,
    });
  });

  it('is taken out, and its code may come back', async () => {
    expect((await request('DELETE', '/SCALE-9')).body).toMatchObject({ setup: null });
    await eventually(() =>
      agent.desired.some(({ device, setup: wanted }) => device === 'SCALE-9' && !wanted),
    );
    expect((await request('GET', '/SCALE-9/setup')).status).toBe(404);
    const again = { code: 'SCALE-9', agentCode: 'edge-1', stationCode: null, setup: setup(4001) };
    expect((await request('POST', '', again)).body).toMatchObject({ state: 'wanted' });
    expect(await eventTypes('SCALE-9')).toEqual(
      expect.arrayContaining(['devices.setup-wanted', 'devices.setup-judged']),
    );
  });
});

describe('what a console asks', () => {
  it('comes back whole from its pieces, or as the sentence of the agent', async () => {
    const frames = Array.from({ length: 50 }, (_, i) => ({ n: i + 1, hex: '00', direction: 'in', at: '' }));
    agent.onConsole = (device, ask) => {
      if (ask.op === 'frames.read') return { session: 's', frames, oldest: 1, newest: 50 };
      throw new Error(`not for ${device}`);
    };
    expect((await request('GET', '/SCALE-1/frames?limit=50')).body.frames).toHaveLength(50);
    const refused = await request('POST', '/SCALE-1/reopen');
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      422,
      'devices.agent-refused',
      'not for SCALE-1',
    ]);
    agent.onConsole = judge;
  });

  it('is refused to people who may not set anything up', async () => {
    const supervisor = await tokenOf(booted, 'supervisor');
    expect((await request('GET', '/SCALE-1/setup', undefined, { token: supervisor })).status).toBe(403);
  });
});

describe('live frames', () => {
  it('are asked of the agent while somebody watches, and come only to who does', async () => {
    const asked: string[] = [];
    agent.onConsole = (device, ask) => {
      if (ask.op !== 'frames.watch') return undefined;
      asked.push(device);
      return { newest: 0 };
    };
    const open = (): Socket => io(`${booted.url}/console`, { auth: { token }, transports: ['websocket'] });
    const [watching, other] = [open(), open()];
    const heard: DeviceFrame[] = [];
    let others = 0;
    watching.on('live', ({ topic, data }) => topic === 'console.frames' && heard.push(...data.frames));
    other.on('live', ({ topic }) => {
      others += Number(topic === 'console.frames');
    });
    await eventually(() => watching.connected && other.connected);
    watching.emit('watch', { device: 'SCALE-1' });
    await eventually(() => asked.includes('SCALE-1'));
    const frame = { n: 1, at: new Date().toISOString(), direction: 'in', hex: '31', decoded: 'one' } as const;
    await agent.frames({ device: 'SCALE-1', session: 's', frames: [frame], skipped: 0 });
    await eventually(() => heard.length === 1);
    expect([heard, others]).toEqual([[frame], 0]);
    watching.close();
    other.close();
    agent.onConsole = judge;
  });
});
