import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CredentialChecker } from '#lib/embedded';
import { type BootedApp, bootApp } from './booted-app.js';
import { seedSite, tokenOf } from './seed-site.js';

let booted: BootedApp;
let dir: string;
let file: string;
let token: string;
const request: BootedApp['request'] = (method, path, ask) =>
  booted.request(method, `/api/v1/devices${path}`, ask);
const claim = (claimCode: string) => request('POST', '/agents/claim', { body: { claimCode } });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wavehouse-enrol-'));
  file = join(dir, 'credentials.json');
  booted = await bootApp({ BROKER_CREDENTIALS_FILE: file });
  await seedSite(booted);
  token = await tokenOf(booted, 'integrator');
}, 120_000);
afterAll(async () => {
  await booted.close();
  await rm(dir, { recursive: true, force: true });
});

describe('an agent joins', () => {
  it('with a claim code that works once, and gets a credential that the broker knows', async () => {
    const invited = await request('POST', '/agents', { token, body: { code: 'edge-2', name: 'Dock door' } });
    expect(invited.body).toMatchObject({
      code: 'edge-2',
      claimCode: expect.stringMatching(/^[A-Z2-9]{10}$/),
      // What the console writes its command from.
      signsInWith: 'password',
      mqttUrl: null,
    });
    const typed = `${invited.body.claimCode.slice(0, 5)}-${invited.body.claimCode.slice(5)}`.toLowerCase();
    const answer = await claim(typed);
    expect(answer.body).toMatchObject({ site: 'TEST', agent: 'edge-2', username: 'TEST/edge-2' });
    const broker = new CredentialChecker(file);
    const { username, secret } = answer.body;
    expect(await broker.verify(username, secret)).toEqual({ kind: 'agent', site: 'TEST', agent: 'edge-2' });
    expect(await readFile(file, 'utf8')).not.toContain(secret);
    expect((await claim(invited.body.claimCode)).body.code).toBe('devices.claim-invalid');
  });

  it('with the newest code only, and not when it is too old', async () => {
    const invite = () => request('POST', '/agents', { token, body: { code: 'edge-3', name: 'Bench' } });
    const [first, second] = [await invite(), await invite()];
    expect((await claim(first.body.claimCode)).status).toBe(403);
    await booted.sql(
      `update agents set claim_expires_at = now() - interval '1 second' where code = 'edge-3'`,
    );
    expect((await claim(second.body.claimCode)).status).toBe(403);
  });

  it.each(['core', 'a/b', '+', '#', '../x', "'; drop table agents; --"])(
    'not under the name %p',
    async (code) => {
      expect((await request('POST', '/agents', { token, body: { code, name: 'x' } })).status).toBe(400);
    },
  );

  it('on another machine, whatever the clock of the one before said: the first that says hello is the agent', async () => {
    const invited = await request('POST', '/agents', { token, body: { code: 'edge-5', name: 'Replaced' } });
    await booted.sql(
      `update agents set session = gen_random_uuid(), session_started_at = now() + interval '9 years' where code = 'edge-5'`,
    );
    expect((await claim(invited.body.claimCode)).status).toBe(200);
    const [found] = await booted.sql(`select session_started_at from agents where code = 'edge-5'`);
    expect(found).toEqual({ session_started_at: null });
  });

  it('only once when two machines type the same code at once', async () => {
    const invited = await request('POST', '/agents', { token, body: { code: 'edge-4', name: 'Twice' } });
    const answers = await Promise.all([claim(invited.body.claimCode), claim(invited.body.claimCode)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
  });
});

describe('a device', () => {
  it('moves to another station, is switched off, and takes no command then', async () => {
    const patch = (body: object) => request('PATCH', '/PRN-1', { token, body });
    expect((await patch({ stationCode: null })).body.station).toBeNull();
    expect((await patch({ stationCode: 'S-NOWHERE' })).body.code).toBe('devices.unknown-station');
    expect((await patch({ stationCode: 'S-PACK-01' })).body).toMatchObject({ station: 'S-PACK-01' });
    expect((await patch({ disabled: true })).body).toMatchObject({
      state: 'disabled',
      advice: expect.any(String),
    });
    const test = await request('POST', '/PRN-1/commands', { token, body: { op: 'print' } });
    expect(test.body.code).toBe('devices.disabled');
    expect((await patch({ disabled: false })).body.state).toBe('init');
  });

  it('is not routed by hand and does not exist under another code', async () => {
    const route = await request('POST', '/SCAN-1/commands', { token, body: { op: 'route' } });
    expect(route.body.code).toBe('devices.not-a-test');
    expect((await request('POST', '/NONE/commands', { token, body: { op: 'beep' } })).status).toBe(404);
  });
});
