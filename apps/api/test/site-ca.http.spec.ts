import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mqtt from 'mqtt';
import { freePort } from '#lib/embedded';
import { newCertificateRequest, readCertificate } from '#lib/site-ca';
import { eventually } from '#lib/testkit';
import { SiteCertificatesService } from '../src/cli/site-certificates.service.js';
import { SiteAuthorityService } from '../src/devices/site-authority.service.js';
import { asSystem } from '../src/platform/context.js';
import { Database } from '../src/platform/database.service.js';
import { EdgeRequests } from '../src/platform/edge-requests.js';
import { type BootedApp, bootApp } from './booted-app.js';
import { seedSite, tokenOf } from './seed-site.js';

/** A client of the broker: its key, its certificate, and the authority it trusts. */
interface Identity {
  key: string;
  cert: string;
  ca: string;
}

let booted: BootedApp;
let dir: string;
let token: string;
let port: number;
let mosquitto: ChildProcess | undefined;
let certificates: SiteCertificatesService;
let core: mqtt.MqttClient;
const agents = new Map<string, Identity>();

async function enrol(code: string): Promise<Identity> {
  const body = { code, name: code };
  const invited = await booted.request('POST', '/api/v1/devices/agents', { token, body });
  const { privateKeyPem, requestPem } = await newCertificateRequest('core');
  const claim = { claimCode: invited.body.claimCode, certificateRequest: requestPem };
  const answer = await booted.request('POST', '/api/v1/devices/agents/claim', { body: claim });
  expect(answer.body).toMatchObject({
    username: `TEST/${code}`,
    secret: null,
    mqttUrl: 'mqtts://broker:8883',
  });
  const { certificatePem, authorityPem } = answer.body.certificate;
  return { key: privateKeyPem, cert: certificatePem, ca: authorityPem };
}

function signIn(identity: Partial<Identity>): Promise<mqtt.MqttClient> {
  return mqtt.connectAsync(`mqtts://localhost:${port}`, {
    ...identity,
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: 5_000,
  });
}

/** The shipped configuration for TLS, on a free port and with the files of this test. */
async function startMosquitto(): Promise<void> {
  const shipped = await readFile('deploy/mosquitto/mosquitto-tls.conf', 'utf8');
  const here = shipped
    .replace('listener 8883', `listener ${port} 127.0.0.1`)
    .replaceAll('/mosquitto/tls', dir);
  const user = process.getuid?.() === 0 ? '\nuser root\n' : '';
  await writeFile(join(dir, 'mosquitto.conf'), here + user);
  await writeFile(join(dir, 'crl.pem'), await certificates.revocations(null));
  await writeFile(join(dir, 'acl'), await readFile('deploy/mosquitto/acl-tls', 'utf8'));
  await chmod(join(dir, 'acl'), 0o600);
  mosquitto = spawn('mosquitto', ['-c', join(dir, 'mosquitto.conf')], { stdio: 'ignore' });
}

async function stopMosquitto(): Promise<void> {
  const running = mosquitto;
  if (!running || running.exitCode !== null) return;
  const ended = new Promise((resolve) => running.once('exit', resolve));
  running.kill('SIGTERM');
  await ended;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wavehouse-tls-'));
  booted = await bootApp({
    SITE_CA_SECRET: 'a passphrase that is long enough',
    AGENTS_MQTT_URL: 'mqtts://broker:8883',
  });
  await seedSite(booted);
  token = await tokenOf(booted, 'integrator');
  certificates = new SiteCertificatesService(booted.app.get(Database), booted.app.get(SiteAuthorityService));
  port = await freePort();
  await certificates.issue(null, ['localhost', '127.0.0.1'], dir);
  await startMosquitto();
  await certificates.issue(null, [], dir);
  const [key, cert, ca] = await Promise.all(
    ['core.key', 'core.crt', 'ca.crt'].map((file) => readFile(join(dir, file), 'utf8')),
  );
  core = await eventually(() => signIn({ key: key!, cert: cert!, ca: ca! }));
  await core.subscribeAsync('wh/v1/#', { qos: 1 });
  for (const code of ['one', 'two', 'onelonger']) agents.set(code, await enrol(code));
}, 120_000);
afterAll(async () => {
  await core?.endAsync(true);
  await stopMosquitto();
  await booted?.close();
  await rm(dir, { recursive: true, force: true });
});

it('keeps a certificate that holds long enough, and puts a new list in the place of the old one in one go', async () => {
  const until = await certificates.goodUntil('broker', dir);
  expect(until!.getTime() - Date.now()).toBeGreaterThan(390 * 86_400_000);
  expect(await certificates.goodUntil('broker', join(dir, 'nothing-there'))).toBeNull();
  const file = join(dir, 'again.pem');
  await certificates.writeRevocations(null, file);
  await certificates.writeRevocations(null, file);
  expect(await readFile(file, 'utf8')).toContain('BEGIN X509 CRL');
  expect((await readdir(dir)).filter((name) => name.endsWith('.new'))).toEqual([]);
});

/** Whether what `publisher` publishes reaches the core. A refusal is silence or an ended connection, whatever the version of mosquitto. */
async function arrives(publisher: mqtt.MqttClient, topic: string): Promise<boolean> {
  const heard = new Set<string>();
  const marker = `wh/v1/TEST/marker/${Math.random().toString(36).slice(2)}`;
  const passed = new Promise<void>((resolve) => {
    core.on('message', (seen) => {
      heard.add(seen);
      if (seen === marker) resolve();
    });
  });
  const ended = new Promise<void>((resolve) => publisher.once('close', () => resolve()));
  await Promise.race([publisher.publishAsync(topic, 'x', { qos: 1 }).catch(() => undefined), ended]);
  await core.publishAsync(marker, '', { qos: 1 });
  await passed;
  core.removeAllListeners('message');
  return heard.has(topic);
}

describe('mosquitto with certificates of the site', () => {
  it('lets nobody in without one, nor with one of another authority', async () => {
    const { ca } = agents.get('one')!;
    await expect(signIn({ ca })).rejects.toThrow();
    const { createAuthority, issueCertificate } = await import('#lib/site-ca');
    const other = await createAuthority('Wavehouse TEST', '01', new Date());
    const { privateKeyPem: key, requestPem } = await newCertificateRequest('core');
    const order = {
      requestPem,
      commonName: 'core',
      use: 'client' as const,
      serial: '02',
      from: new Date(),
      days: 1,
    };
    await expect(signIn({ key, cert: await issueCertificate(other, order), ca })).rejects.toThrow();
  });

  it('is itself refused by an agent when another authority made its certificate', async () => {
    const { createAuthority } = await import('#lib/site-ca');
    const other = await createAuthority('Wavehouse TEST', '01', new Date());
    await expect(signIn({ ...agents.get('one')!, ca: other.certificatePem })).rejects.toThrow();
  });

  const everybody = ['one', 'two', 'onelonger', 'core'];
  const matrix = everybody.flatMap((publisher) => everybody.map((owner) => ({ publisher, owner })));
  it.each(matrix)(
    '$publisher writes into the subtree of $owner only where it may',
    async ({ publisher, owner }) => {
      for (const branch of ['evt/scan-1', 'state/agent', 'req/agent', 'cmd/scan-1']) {
        const client = publisher === 'core' ? core : await signIn(agents.get(publisher)!);
        const may = publisher === 'core' || publisher === owner;
        expect([branch, await arrives(client, `wh/v1/TEST/${owner}/${branch}`)]).toEqual([branch, may]);
        if (client !== core) await client.endAsync(true);
      }
    },
  );

  it.each(['one', 'two', 'onelonger'])(
    '%s hears its own subtree and the state of the core, whatever it asks for',
    async (code) => {
      const client = await signIn(agents.get(code)!);
      await client.subscribeAsync(['wh/v1/#', '#'], { qos: 1 }).catch(() => undefined);
      await client.subscribeAsync([`wh/v1/TEST/${code}/#`, 'wh/v1/TEST/core/state'], { qos: 1 });
      const own = [`wh/v1/TEST/${code}/cmd/scan-1`, `wh/v1/TEST/${code}/ack/scan-1`];
      const foreign = ['one', 'two', 'onelonger']
        .filter((other) => other !== code)
        .map((other) => `wh/v1/TEST/${other}/cmd/scan-1`);
      const last = 'wh/v1/TEST/core/state';
      const heard = new Set<string>();
      const done = new Promise<void>((resolve) => {
        client.on('message', (topic) => {
          heard.add(topic);
          if (topic === last) resolve();
        });
      });
      for (const topic of [...foreign, 'wh/v1/OTHER/x/evt/1', ...own, last])
        await core.publishAsync(topic, 'x', { qos: 1 });
      await done;
      expect([...heard].sort()).toEqual([...own, last].sort());
      await client.endAsync(true);
    },
  );
});

describe('a certificate', () => {
  it('names the agent as the core knows it, not as the request wishes', () => {
    for (const [code, { cert }] of agents) expect(readCertificate(cert).commonName).toBe(`TEST/${code}`);
  });

  it('is renewed over the connection that the old one opened', async () => {
    const [site] = await booted.sql<{ id: number }>(`select id from sites where code = 'TEST'`);
    const [agent] = await booted.sql<{ id: string }>(`select id from agents where code = 'two'`);
    const { privateKeyPem: key, requestPem } = await newCertificateRequest('TEST/one');
    const source = { siteId: site!.id, siteCode: 'TEST', agentId: agent!.id, agentCode: 'two' };
    const handler = booted.app.get(EdgeRequests).find('certificate.renew')!;
    const answer = await asSystem('spec', site!.id, () =>
      handler.answer(source, { correlationId: 'c', op: 'certificate.renew', requestPem } as never),
    );
    const { certificatePem: cert, authorityPem: ca } = answer as {
      certificatePem: string;
      authorityPem: string;
    };
    expect(readCertificate(cert).commonName).toBe('TEST/two');
    await (await signIn({ key, cert, ca })).endAsync(true);
  });

  it('no longer counts once its agent has enrolled on another machine and the broker has the list', async () => {
    const stolen = agents.get('onelonger')!;
    const fresh = await enrol('onelonger');
    await writeFile(join(dir, 'crl.pem'), await certificates.revocations(null));
    await stopMosquitto();
    mosquitto = spawn('mosquitto', ['-c', join(dir, 'mosquitto.conf')], { stdio: 'ignore' });
    const client = await eventually(() => signIn(fresh));
    await client.endAsync(true);
    await expect(signIn(stolen)).rejects.toThrow();
  });

  it.each([
    ['nonsense', 'x'.repeat(200)],
    ['a certificate', 'cert'],
  ])('is not made for %s', async (_, wanted) => {
    const body = { code: 'bad', name: 'bad' };
    const invited = await booted.request('POST', '/api/v1/devices/agents', { token, body });
    const certificateRequest = wanted === 'cert' ? agents.get('one')!.cert : wanted;
    const claim = { claimCode: invited.body.claimCode, certificateRequest };
    const refused = await booted.request('POST', '/api/v1/devices/agents/claim', { body: claim });
    expect([refused.status, refused.body.code]).toEqual([400, 'devices.certificate-request']);
    // The code is still good: nothing was changed.
    const { requestPem } = await newCertificateRequest('bad');
    const again = { claimCode: invited.body.claimCode, certificateRequest: requestPem };
    expect((await booted.request('POST', '/api/v1/devices/agents/claim', { body: again })).status).toBe(200);
  });
});
