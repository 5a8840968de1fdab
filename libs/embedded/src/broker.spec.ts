import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect as tcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mqtt from 'mqtt';
import {
  type Broker,
  CredentialChecker,
  freePort,
  type Principal,
  putBrokerCredential,
  putMosquittoCredential,
  removeBrokerCredential,
  removeMosquittoCredential,
  startBroker,
} from './index.js';
import { poll } from './poll.js';

const CORE: Principal = { kind: 'core' };
const ONE: Principal = { kind: 'agent', site: 'berlin', agent: 'one' };
const TWO: Principal = { kind: 'agent', site: 'berlin', agent: 'two' };
const LIMIT_MS = 5_000;

function signIn(port: number, username: string | undefined, password: string | undefined, clientId?: string) {
  return mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    username,
    password,
    clientId,
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: LIMIT_MS,
  });
}

/** Whether what `client` publishes reaches the core, which listens to everything it may. */
async function arrives(core: mqtt.MqttClient, client: mqtt.MqttClient, topic: string): Promise<boolean> {
  let heard = false;
  const listener = (seen: string) => (heard ||= seen === topic);
  core.on('message', listener);
  const marker = `wh/v1/marker/x/${Math.random().toString(36).slice(2)}`;
  const passed = new Promise<void>((resolve) => core.on('message', (seen) => seen === marker && resolve()));
  // Refused either by an ended connection (embedded) or by silence (mosquitto).
  await Promise.race([client.publishAsync(topic, 'x', { qos: 1 }), once(client, 'close')]).catch(
    () => undefined,
  );
  await core.publishAsync(marker, '', { qos: 1 });
  await passed;
  core.off('message', listener);
  return heard;
}

function once(client: mqtt.MqttClient, event: 'close'): Promise<void> {
  return new Promise((resolve) => client.once(event, () => resolve()));
}

async function granted(client: mqtt.MqttClient, filter: string): Promise<boolean> {
  try {
    const [answer] = await client.subscribeAsync(filter, { qos: 1 });
    return answer !== undefined && answer.qos !== 128;
  } catch {
    return false;
  }
}

const PUBLISH: [string, boolean][] = [
  ['wh/v1/berlin/one/evt/scanner~1', true],
  ['wh/v1/berlin/one/state/agent', true],
  ['wh/v1/berlin/two/evt/scanner~1', false],
  ['wh/v1/berlin/onelonger/evt/x', false],
  ['wh/v1/paris/one/evt/x', false],
  ['wh/v1/berlin/core/state', false],
  ['wh/v2/berlin/one/evt/x', false],
  ['anything', false],
];
const SUBSCRIBE: [string, boolean][] = [
  ['wh/v1/berlin/one/cmd/+', true],
  ['wh/v1/berlin/one/#', true],
  ['wh/v1/berlin/core/state', true],
  ['wh/v1/berlin/two/cmd/+', false],
  ['wh/v1/berlin/+/cmd/+', false],
  ['wh/v1/paris/core/state', false],
  ['wh/v1/#', false],
  ['#', false],
  ['$SYS/#', false],
  ['$share/g/wh/v1/berlin/two/cmd/+', false],
];

describe('the embedded broker', () => {
  let dir: string;
  let file: string;
  let broker: Broker;
  let core: mqtt.MqttClient;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wavehouse-broker-'));
    file = join(dir, 'credentials.json');
    await putBrokerCredential(file, CORE, 'core-secret');
    await Promise.all([
      putBrokerCredential(file, ONE, 'one-secret'),
      putBrokerCredential(file, TWO, 'two-secret'),
    ]);
    const checker = new CredentialChecker(file);
    broker = await startBroker({
      verify: (name, password) => checker.verify(name, password),
      log: () => undefined,
    });
    core = await signIn(broker.port, 'core', 'core-secret');
    await core.subscribeAsync('wh/v1/#', { qos: 1 });
  });
  afterAll(async () => {
    await core.endAsync(true);
    await broker.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('keeps hashes only, for its owner only', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toMatch(/-secret/);
  });

  it.each([
    ['a wrong password', 'berlin/one', 'two-secret'],
    ['an unknown name', 'berlin/three', 'one-secret'],
    ['the name of an inherited property', 'constructor', ''],
    ['no name', undefined, undefined],
  ])('refuses %s', async (_, username, password) => {
    await expect(signIn(broker.port, username, password)).rejects.toThrow(/Not authorized|refused/);
  });

  it.each(PUBLISH)('lets an agent publish to %s: %s', async (topic, allowed) => {
    const agent = await signIn(broker.port, 'berlin/one', 'one-secret');
    expect(await arrives(core, agent, topic)).toBe(allowed);
    await agent.endAsync(true);
  });

  it.each(SUBSCRIBE)('lets an agent subscribe to %s: %s', async (filter, allowed) => {
    const agent = await signIn(broker.port, 'berlin/one', 'one-secret');
    expect(await granted(agent, filter)).toBe(allowed);
    await agent.endAsync(true);
  });

  it('keeps the core below wh/v1/', async () => {
    expect(await granted(core, '#')).toBe(false);
    expect(await granted(core, 'wh/v1/+/+/evt/+')).toBe(true);
  });

  it('does not publish a will outside the subtree, and does within', async () => {
    const heard: string[] = [];
    core.on('message', (topic) => heard.push(topic));
    for (const topic of ['wh/v1/berlin/two/state/agent', 'wh/v1/berlin/one/state/agent']) {
      const agent = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
        username: 'berlin/one',
        password: 'one-secret',
        protocolVersion: 4,
        reconnectPeriod: 0,
        will: { topic, payload: Buffer.from('gone'), qos: 1, retain: false },
      });
      agent.stream.destroy();
    }
    await poll(() => heard.includes('wh/v1/berlin/one/state/agent'), { limitMs: LIMIT_MS });
    expect(heard).toEqual(['wh/v1/berlin/one/state/agent']);
  });

  it('does not let one agent throw out another by taking its client id', async () => {
    const one = await signIn(broker.port, 'berlin/one', 'one-secret', 'same');
    const two = await signIn(broker.port, 'berlin/two', 'two-secret', 'same');
    expect(await arrives(core, one, 'wh/v1/berlin/one/tlm/x')).toBe(true);
    expect(await arrives(core, two, 'wh/v1/berlin/two/tlm/x')).toBe(true);
    await Promise.all([one.endAsync(true), two.endAsync(true)]);
  });

  it('ends a connection that announces an oversized packet, before it has been sent', async () => {
    const socket = tcp(broker.port, '127.0.0.1');
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await closed;
  });

  it('survives noise', async () => {
    const socket = tcp(broker.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await closed;
    const agent = await signIn(broker.port, 'berlin/one', 'one-secret');
    await agent.endAsync(true);
  });

  it('answers a request in a few milliseconds, not after a delayed acknowledgement', async () => {
    const agent = await signIn(broker.port, 'berlin/one', 'one-secret');
    await agent.subscribeAsync('wh/v1/berlin/one/res/+');
    core.on(
      'message',
      (topic) => topic.endsWith('/req/x') && core.publish('wh/v1/berlin/one/res/x', '', { qos: 1 }),
    );
    const rounds: number[] = [];
    for (let round = 0; round < 20; round++) {
      const start = performance.now();
      const answered = new Promise<void>((resolve) => agent.once('message', () => resolve()));
      agent.publish('wh/v1/berlin/one/req/x', '', { qos: 1 });
      await answered;
      rounds.push(performance.now() - start);
    }
    // A delayed acknowledgement costs 40 ms in every round; the fastest round shows it on a loaded machine too.
    expect(Math.min(...rounds)).toBeLessThan(40);
    await agent.endAsync(true);
  });
});

describe('the broker process', () => {
  it('knows an agent as soon as it is enrolled and drops it when its credential is removed', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'wavehouse-broker-'));
    const file = join(dir, 'credentials.json');
    await putBrokerCredential(file, CORE, 'core-secret');
    const child = spawn(
      process.execPath,
      [
        '--import',
        '@swc-node/register/esm-register',
        '--conditions=source',
        'libs/embedded/src/broker.main.ts',
      ],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: { ...process.env, BROKER_CREDENTIALS_FILE: file },
      },
    );
    try {
      const { port } = await ready(child);
      await expect(signIn(port, 'berlin/one', 'one-secret')).rejects.toThrow();
      await putBrokerCredential(file, ONE, 'one-secret');
      const agent = await signIn(port, 'berlin/one', 'one-secret');
      const closed = once(agent, 'close');
      await removeBrokerCredential(file, ONE);
      await closed;
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('mosquitto with the files we write', () => {
  let dir: string;
  let mosquitto: ChildProcess;
  let core: mqtt.MqttClient;
  let port: number;
  let files: { passwordFile: string; aclFile: string };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wavehouse-mosquitto-'));
    await chmod(dir, 0o755);
    files = { passwordFile: join(dir, 'passwords'), aclFile: join(dir, 'acl') };
    await putMosquittoCredential(files, CORE, 'core-secret');
    await putMosquittoCredential(files, ONE, 'old-secret');
    await putMosquittoCredential(files, ONE, 'one-secret');
    await putMosquittoCredential(files, TWO, 'two-secret');
    await removeMosquittoCredential(files, TWO);
    port = await freePort();
    const user = process.getuid?.() === 0 ? 'user root\n' : '';
    // The file that production gets, at another place and port.
    const shipped = await readFile('deploy/mosquitto/mosquitto.conf', 'utf8');
    const here = shipped.replace('listener 1883', `listener ${port} 127.0.0.1`);
    await writeFile(join(dir, 'mosquitto.conf'), here.replaceAll('/mosquitto/credentials', dir) + user);
    mosquitto = spawn('mosquitto', ['-c', join(dir, 'mosquitto.conf')], { stdio: 'ignore' });
    const up = await poll(() => signIn(port, 'core', 'core-secret').catch(() => undefined), {
      limitMs: LIMIT_MS,
    });
    if (!up) throw new Error('mosquitto did not start');
    core = up;
    await core.subscribeAsync('wh/v1/#', { qos: 1 });
  });
  afterAll(async () => {
    await core?.endAsync(true);
    const ended = new Promise((resolve) => mosquitto.once('exit', resolve));
    mosquitto.kill('SIGTERM');
    await ended;
    await rm(dir, { recursive: true, force: true });
  });

  it('refuses replaced and removed credentials', async () => {
    await expect(signIn(port, 'berlin/one', 'old-secret')).rejects.toThrow();
    await expect(signIn(port, 'berlin/two', 'two-secret')).rejects.toThrow();
  });

  it.each(PUBLISH)('lets an agent publish to %s: %s', async (topic, allowed) => {
    const agent = await signIn(port, 'berlin/one', 'one-secret');
    expect(await arrives(core, agent, topic)).toBe(allowed);
    await agent.endAsync(true);
  });

  it.each(SUBSCRIBE.filter(([filter]) => !filter.includes('#') && !filter.includes('+')))(
    'lets an agent subscribe to %s: %s',
    async (filter, allowed) => {
      const agent = await signIn(port, 'berlin/one', 'one-secret');
      await agent.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
      let heard = false;
      agent.on('message', () => (heard = true));
      await core.publishAsync(filter, 'x', { qos: 1 });
      await core.publishAsync('wh/v1/berlin/one/res/end', 'x', { qos: 1 });
      if (allowed) await poll(() => heard, { limitMs: LIMIT_MS });
      expect(heard).toBe(allowed);
      await agent.endAsync(true);
    },
  );
});

function ready(child: ChildProcess): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the broker ended with ${code}`)));
    child.once('message', (message) => resolve(message as { port: number }));
  });
}
