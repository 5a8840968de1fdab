import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import type { Broker } from '#lib/embedded';
import { eventually } from '#lib/testkit';
import { type BootedApp, bootApp } from './booted-app.js';
import { seedSite, tokenOf } from './seed-site.js';
import { sealed, TestAgent, testBroker } from './test-agent.js';

let broker: Broker;
let booted: BootedApp;
let agent: TestAgent;

beforeAll(async () => {
  broker = await testBroker();
  booted = await bootApp({
    MQTT_URL: `mqtt://127.0.0.1:${broker.port}`,
    MQTT_USERNAME: 'core',
    MQTT_PASSWORD: 'x',
  });
  await seedSite(booted);
  await eventually(
    async () => (await booted.request('GET', '/readyz')).body.parts.broker.detail === undefined,
    {
      limitMs: 10_000,
    },
  );
  agent = await TestAgent.connect(broker, 'edge-1');
  await eventually(async () => (await agent.hello()).op === 'hello', { limitMs: 20_000 });
}, 120_000);
afterAll(async () => {
  await agent.close();
  await booted.close();
  await broker.close();
});

const scan = (stream: string, seq: number, code: string, id?: string) =>
  sealed({ stream, seq, kind: 'scan.read', device: 'SCAN-1', data: { code }, id });
const inbox = (stream: string) =>
  booted.sql<{ seq: string; outcome: string; reason: string | null }>(
    'select seq, outcome, reason from inbox where stream = $1 order by seq',
    [stream],
  );

describe('hello', () => {
  it('gives the same session its epoch again and a new one the next', async () => {
    const first = await agent.hello();
    expect(await agent.hello()).toMatchObject({ op: 'hello', epoch: (first as { epoch: number }).epoch });
  });

  it('says how far it has the streams of the incarnation, and with which record', async () => {
    await agent.hello();
    const records = [scan('s0~i1', 1, 'one'), scan('s0~i1', 2, 'two')];
    await agent.send('s0~i1', records);
    expect(await agent.acked('s0~i1', 2)).toMatchObject({ session: agent.session });
    const { streams } = (await agent.hello()) as { streams: unknown[] };
    expect(streams).toContainEqual({ stream: 's0~i1', seq: 2, recordId: records[1]!.id });
    expect(streams).not.toContainEqual(expect.objectContaining({ stream: expect.stringMatching(/~a$/) }));
  });

  it('says it also of a record that had come before: a copy of the agent may have another one there', async () => {
    await agent.hello();
    const record = scan('s1~i1', 1, 'one');
    await agent.send('s1~i1', [record]);
    await agent.acked('s1~i1', 1);
    await agent.send('s1~i1', [scan('s1~i1', 2, 'one', String(record.id))]);
    await agent.acked('s1~i1', 2);
    const { streams } = (await agent.hello()) as { streams: unknown[] };
    expect(streams).toContainEqual({ stream: 's1~i1', seq: 2, recordId: record.id });
  });

  it('refuses an agent that nobody registered', async () => {
    const stranger = await TestAgent.connect(broker, 'stranger');
    expect(await stranger.hello()).toMatchObject({
      op: 'refused',
      reason: expect.stringMatching(/stranger/),
    });
    await stranger.close();
  });

  it('refuses a request that nobody answers', async () => {
    expect(await agent.ask({ op: 'make.coffee' })).toMatchObject({ op: 'refused' });
  });
});

describe('the uplink', () => {
  it('commits the next records and acknowledges them, and duplicates again, once in the inbox', async () => {
    const batch = [scan('s1~a', 1, 'one'), scan('s1~a', 2, 'two')];
    await agent.send('s1~a', batch);
    await agent.acked('s1~a', 2);
    await agent.send('s1~a', batch);
    await eventually(() => agent.acks.filter((ack) => ack.stream === 's1~a' && ack.seq === 2).length >= 2);
    expect(await inbox('s1~a')).toMatchObject([
      { seq: '1', outcome: 'applied' },
      { seq: '2', outcome: 'applied' },
    ]);
  });

  it('takes nothing behind a gap and says where it stands', async () => {
    await agent.send('s2~a', [scan('s2~a', 2, 'two'), scan('s2~a', 3, 'three')]);
    await agent.acked('s2~a', 0);
    expect(await inbox('s2~a')).toEqual([]);
    await agent.send('s2~a', [scan('s2~a', 1, 'one'), scan('s2~a', 2, 'two'), scan('s2~a', 3, 'three')]);
    await agent.acked('s2~a', 3);
  });

  it('keeps what it must refuse, with the reason, and goes on behind it', async () => {
    const known = randomUUID();
    const torn = { ...scan('s3~a', 2, 'torn'), device: 'SCAN-2' };
    await agent.send('s3~a', [
      scan('s3~a', 1, 'good', known),
      torn,
      sealed({ stream: 's3~a', seq: 3, kind: 'scan.read', device: 'NOBODY', data: { code: 'x' } }),
      scan('s3~a', 4, 'again', known),
      sealed({ stream: 's3~a', seq: 5, kind: 'scan.invented', device: 'SCAN-1', data: {} }),
      sealed({ stream: 's3~a', seq: 6, kind: 'scan.read', device: 'SCAN-1', data: { code: 'nul \u0000' } }),
      sealed({
        stream: 's3~a',
        seq: 7,
        kind: 'command.outcome',
        device: 'SCAN-1',
        data: { commandId: randomUUID(), op: 'beep', outcome: 'done' },
      }),
      scan('s3~a', 8, "'; drop table inbox; --"),
    ]);
    await agent.acked('s3~a', 8);
    expect((await inbox('s3~a')).map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      'applied',
      expect.stringMatching(/checksum/),
      expect.stringMatching(/NOBODY is not registered/),
      expect.stringMatching(/id/),
      expect.stringMatching(/kind/),
      expect.stringMatching(/NUL/),
      expect.stringMatching(/never given/),
      'applied',
    ]);
  });

  it('ignores noise and goes on', async () => {
    const topic = 'wh/v1/TEST/edge-1/evt/s4~a';
    for (const noise of [
      '',
      '{',
      '[]',
      '"x"',
      '{"session":1}',
      `{"session":"${agent.session}","records":[null,7]}`,
    ]) {
      await agent.raw(topic, noise);
    }
    await agent.send('s4~a', [scan('s4~a', 1, 'after the noise')]);
    await agent.acked('s4~a', 1);
  });

  it('shuts out the session that was before and raises the alarm once', async () => {
    const before = agent.session;
    agent.session = randomUUID();
    await agent.hello(new Date());
    await agent.send('s5~a', [scan('s5~a', 1, 'late')], before);
    expect(await agent.acked('s5~a', 0)).toMatchObject({ fenced: true });
    await agent.send('s5~a', [scan('s5~a', 1, 'late')], before);
    await agent.send('s5~a', [scan('s5~a', 1, 'mine')]);
    await agent.acked('s5~a', 1);
    const alarms = await booted.sql(
      `select 1 from exceptions where code = 'devices.identity-twice' and resolved_at is null`,
    );
    expect(alarms).toHaveLength(1);
    const token = await tokenOf(booted, 'integrator');
    const { body } = await booted.request('GET', '/api/v1/devices/agents', { token });
    expect(body.items[0]).toMatchObject({ code: 'edge-1', fenced: true });
  });
});

describe('devices on the screens', () => {
  let socket: Socket;
  const heard: { topic: string; data: Record<string, unknown> }[] = [];
  let tokens: { operator: string; integrator: string };

  beforeAll(async () => {
    tokens = { operator: await tokenOf(booted, 'operator'), integrator: await tokenOf(booted, 'integrator') };
    socket = io(`${booted.url}/floor`, { auth: { token: tokens.operator }, transports: ['websocket'] });
    socket.on('live', (message) => heard.push(message));
    await eventually(() => socket.connected);
  });
  afterAll(() => {
    socket.close();
  });

  it('shows scans and weights at the station of the device', async () => {
    const weight = { value: 1250, decimals: 3, unit: 'kg', kind: 'gross' };
    await agent.send('s6~a', [
      scan('s6~a', 1, 'T-000001'),
      sealed({ stream: 's6~a', seq: 2, kind: 'weigh.stable', device: 'SCALE-1', data: { weight } }),
      sealed({
        stream: 's6~a',
        seq: 3,
        kind: 'weigh.unstable',
        device: 'SCALE-1',
        data: { reason: 'overload' },
      }),
    ]);
    await eventually(() => heard.length >= 3);
    expect(heard).toMatchObject([
      { topic: 'floor.scan', data: { code: 'T-000001', device: 'SCAN-1' } },
      { topic: 'floor.weight', data: { grams: 1250, device: 'SCALE-1' } },
      { topic: 'floor.weight', data: { readingId: null, reason: 'The scale is overloaded.' } },
    ]);
  });

  it('follows the state of agent and devices, not the last will of another session', async () => {
    const state = {
      online: true,
      session: agent.session,
      at: '',
      outboxDepth: 3,
      oldestUnsentAt: null,
      version: '1',
      disk: 'ok',
      routeVersion: 0,
    };
    await agent.state('agent', state);
    await agent.state('PRN-1', {
      state: 'degraded',
      since: new Date().toISOString(),
      reason: 'paper out',
      lastReadingAt: null,
    });
    const agents = () => booted.request('GET', '/api/v1/devices/agents', { token: tokens.integrator });
    await eventually(async () => {
      const [view] = (await agents()).body.items;
      expect(view).toMatchObject({ online: true, outboxDepth: 3 });
      const printer = view.devices.find((each: { code: string }) => each.code === 'PRN-1');
      expect(printer).toMatchObject({
        state: 'degraded',
        reason: 'paper out',
        advice: expect.stringMatching(/^Labels/),
      });
    });
    await agent.state('agent', { ...state, online: false, session: randomUUID() });
    await agent.state('agent', { ...state, outboxDepth: 4 });
    await eventually(async () =>
      expect((await agents()).body.items[0]).toMatchObject({ online: true, outboxDepth: 4 }),
    );
  });

  it('sends a command, again until it is answered, and tells its end', async () => {
    const sent = await booted.request('POST', '/api/v1/devices/PRN-1/commands', {
      token: tokens.integrator,
      body: { op: 'print' },
    });
    expect(sent.status).toBe(202);
    const { commandId } = sent.body;
    await eventually(() => agent.commands.filter(({ command }) => command.id === commandId).length >= 2, {
      limitMs: 15_000,
    });
    expect(agent.commands[0]).toMatchObject({ device: 'PRN-1', command: { op: 'print' } });
    await agent.send('s7~a', [
      sealed({
        stream: 's7~a',
        seq: 1,
        kind: 'command.outcome',
        device: 'PRN-1',
        data: { commandId, op: 'print', outcome: 'accepted' },
      }),
      sealed({
        stream: 's7~a',
        seq: 2,
        kind: 'command.outcome',
        device: 'PRN-1',
        data: { commandId, op: 'print', outcome: 'done' },
      }),
      sealed({
        stream: 's7~a',
        seq: 3,
        kind: 'command.outcome',
        device: 'PRN-1',
        data: { commandId, op: 'print', outcome: 'failed' },
      }),
    ]);
    await agent.acked('s7~a', 3);
    expect(await booted.sql('select state from device_commands where id = $1', [commandId])).toEqual([
      { state: 'done' },
    ]);
    const ended = await booted.sql(
      `select data->>'outcome' as outcome from events where type = 'devices.command-ended'`,
    );
    expect(ended).toEqual([{ outcome: 'done' }]);
  });
});
