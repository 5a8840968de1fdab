import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { eventually } from '#lib/testkit';
import { type BootedApp, bootApp } from './booted-app.js';
import { PASSWORD, PIN, type SeededSite, seedSite, tokenOf } from './seed-site.js';

let booted: BootedApp;
let site: SeededSite;
const request: BootedApp['request'] = (method, path, ask) => booted.request(method, `/api/v1${path}`, ask);

beforeAll(async () => {
  booted = await bootApp();
}, 120_000);
afterAll(() => booted.close());

describe('before anybody exists', () => {
  it('lives and is ready, degraded without a broker', async () => {
    expect((await booted.request('GET', '/livez')).body).toEqual({ status: 'ok' });
    const ready = await booted.request('GET', '/readyz');
    expect([ready.status, ready.body.status]).toEqual([200, 'degraded']);
    expect((await booted.request('GET', '/metrics')).body).toContain('wavehouse_live_sockets');
    const forwarded = await booted.request('GET', '/metrics', { headers: { 'x-forwarded-for': '10.0.0.1' } });
    expect(forwarded.status).toBe(403);
  });

  it('makes the first administrator and the site by a link that works once', async () => {
    const { SetupService } = await import('../src/access/setup.service.js');
    const token = await booted.app.get(SetupService).invite();
    const first = { token, name: 'First', email: 'first@test.example', password: PASSWORD };
    const siteless = await request('POST', '/access/setup', { body: first });
    expect(siteless.body).toMatchObject({ status: 400, errors: [{ field: 'siteCode' }] });
    const whole = { ...first, siteCode: 'TEST', siteName: 'Test site', timezone: 'Asia/Kuala_Lumpur' };
    expect((await request('POST', '/access/setup', { body: whole })).body).toMatchObject({
      siteCode: 'TEST',
    });
    expect((await request('POST', '/access/setup', { body: whole })).body.code).toBe('access.link-used');
    const signIn = { email: 'First@test.example', password: PASSWORD };
    expect((await request('POST', '/access/sign-in', { body: signIn })).body.me.roles).toEqual(['admin']);
    await booted.sql('delete from sessions');
    await booted.sql('delete from person_roles');
    await booted.sql('delete from people');
    await booted.sql('delete from sites');
  });
});

describe('with people', () => {
  beforeAll(async () => {
    site = await seedSite(booted);
  });

  it('signs in by badge and PIN at a station, and knows the person', async () => {
    const token = await tokenOf(booted, 'operator');
    const me = await request('GET', '/access/me', { token });
    expect(me.body).toMatchObject({
      name: 'A picker',
      face: 'floor',
      roles: ['operator'],
      station: { code: 'S-PACK-01', devices: [{ code: 'PRN-1' }, { code: 'SCALE-1' }, { code: 'SCAN-1' }] },
    });
  });

  it('works with the cookie alone, and only for our own pages when something changes', async () => {
    const body = { email: 'admin@test.example', password: PASSWORD };
    const signedIn = await request('POST', '/access/sign-in', { body });
    const set = signedIn.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^wh_session=whs_1_[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
    const cookie = set.split(';')[0]!;
    expect((await request('GET', '/access/me', { headers: { cookie } })).status).toBe(200);
    const post = (headers: Record<string, string>) =>
      request('POST', '/access/station', {
        body: { stationCode: 'S-PACK-01' },
        headers: { cookie, ...headers },
      });
    expect((await post({})).body.code).toBe('access.foreign-origin');
    expect((await post({ origin: 'https://evil.example' })).body.code).toBe('access.foreign-origin');
    expect((await post({ origin: 'null' })).body.code).toBe('access.foreign-origin');
    expect((await post({ origin: booted.url, 'sec-fetch-site': 'cross-site' })).body.code).toBe(
      'access.foreign-origin',
    );
    expect((await post({ origin: booted.url })).status).toBe(200);
  });

  it('ends a session at sign-out, on HTTP and on its sockets', async () => {
    const token = await tokenOf(booted, 'supervisor');
    const socket = io(`${booted.url}/tower`, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
    });
    let beats = 0;
    socket.on('heartbeat', () => {
      beats += 1;
    });
    await eventually(() => beats > 0);
    expect((await request('POST', '/access/sign-out', { token })).status).toBe(204);
    expect((await request('GET', '/access/me', { token })).status).toBe(401);
    await eventually(() => socket.disconnected, { limitMs: 15_000 });
  }, 30_000);

  it('lets nobody into a namespace without a session, or with the wrong role', async () => {
    const refused = (namespace: string, auth: object) =>
      new Promise<string>((resolve) => {
        const socket = io(`${booted.url}${namespace}`, {
          auth,
          transports: ['websocket'],
          forceNew: true,
          reconnection: false,
        });
        socket.on('connect_error', (error) => resolve(error.message));
        socket.on('connect', () => {
          socket.close();
          resolve('connected');
        });
      });
    expect(await refused('/tower', {})).toBe('unauthorized');
    expect(await refused('/floor', { token: 'whs_1_x' })).toBe('unauthorized');
    expect(await refused('/console', { token: await tokenOf(booted, 'operator') })).toBe('forbidden');
    expect(await refused('/tower', { token: site.keys.ACME })).toBe('unauthorized');
    expect(await refused('/tower', { token: await tokenOf(booted, 'supervisor') })).toBe('connected');
  });

  it('refuses an expired session', async () => {
    const token = await tokenOf(booted, 'integrator');
    await booted.sql(`update sessions set expires_at = now() - interval '1 second'
      where person_id = (select id from people where email = 'integrator@test.example')`);
    expect((await request('GET', '/access/me', { token })).body.code).toBe('access.not-signed-in');
  });

  it('ends the open sockets of a session that expires, and says why', async () => {
    const token = await tokenOf(booted, 'supervisor');
    const auth = { token };
    const socket = io(`${booted.url}/tower`, { auth, transports: ['websocket'], reconnection: false });
    let said = false;
    socket.on('expired', () => {
      said = true;
    });
    await eventually(() => socket.connected);
    await booted.sql(`update sessions set expires_at = now() - interval '1 second'
      where person_id = (select id from people where email = 'supervisor@test.example')`);
    await eventually(() => socket.disconnected, { limitMs: 30_000 });
    expect(said).toBe(true);
    expect((await request('GET', '/access/me', { token })).body.code).toBe('access.not-signed-in');
  }, 60_000);

  it("lets no foreign page open a socket on somebody's cookie", async () => {
    const cookie = `wh_session=${await tokenOf(booted, 'supervisor')}`;
    const opened = (extraHeaders: Record<string, string>) =>
      new Promise<boolean>((resolve) => {
        const options = { extraHeaders, transports: ['websocket'], forceNew: true, reconnection: false };
        const socket = io(`${booted.url}/tower`, options);
        socket.on('connect_error', () => resolve(false));
        socket.on('connect', () => {
          socket.close();
          resolve(true);
        });
      });
    expect(await opened({ cookie, origin: 'https://evil.example' })).toBe(false);
    expect(await opened({ cookie, origin: booted.url, 'sec-fetch-site': 'cross-site' })).toBe(false);
    expect(await opened({ cookie, origin: booted.url })).toBe(true);
  });

  it('locks a badge after wrong PINs, also when they come side by side, and tells for how long', async () => {
    await booted.sql(
      `insert into people (id, name, badge, created_at) values (gen_random_uuid(), 'Locked', 'B-13', now())`,
    );
    const guess = () => request('POST', '/access/badge-sign-in', { body: { badge: '13', pin: '0000' } });
    const answers = await Promise.all(Array.from({ length: 12 }, guess));
    const locked = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(locked).toHaveLength(7);
    expect(Number(locked[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('says the same of an unknown name and of a wrong secret', async () => {
    const signIn = async (email: string) => {
      const answer = await request('POST', '/access/sign-in', {
        body: { email, password: 'wrong password' },
      });
      const { traceId, ...problem } = answer.body;
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      return problem;
    };
    expect(await signIn('nobody@test.example')).toEqual(await signIn('admin@test.example'));
  });
});

describe('people and keys', () => {
  it('a supervisor adds floor people, who sign in at once, but no office people', async () => {
    const token = await tokenOf(booted, 'supervisor');
    const person = {
      name: 'New <b>picker</b>',
      roles: ['operator'],
      badge: '4711',
      pin: '1357',
      language: 'ms',
    };
    const made = await request('POST', '/access/people', { token, body: person });
    expect(made.body).toMatchObject({ badge: 'B-4711', name: 'New <b>picker</b>', roles: ['operator'] });
    const signIn = { badge: 'B-4711', pin: '1357' };
    expect((await request('POST', '/access/badge-sign-in', { body: signIn })).status).toBe(200);
    const boss = { name: 'Boss', roles: ['admin'], email: 'boss@test.example', password: PASSWORD };
    expect((await request('POST', '/access/people', { token, body: boss })).body.code).toBe(
      'access.not-allowed',
    );
    const twice = await request('POST', '/access/people', { token, body: person });
    expect(twice.body).toMatchObject({
      status: 409,
      code: 'request.already-exists',
      facts: { constraint: 'people_badge_uq' },
    });
    const half = await request('POST', '/access/people', {
      token,
      body: { name: 'x', roles: ['operator'], badge: 'B-1' },
    });
    expect(half.body.errors).toEqual([{ field: 'pin', message: 'badge and PIN belong together' }]);
  });

  it('a new PIN ends the sessions of the old one, and the last administrator stays', async () => {
    const admin = await tokenOf(booted, 'admin');
    const list = await request('GET', '/access/people', { token: admin });
    const byName = (name: string) => list.body.items.find((each: { name: string }) => each.name === name).id;
    const picker = await tokenOf(booted, 'operator');
    const change = { pin: '9999' };
    expect(
      (await request('PATCH', `/access/people/${byName('A picker')}`, { token: admin, body: change })).status,
    ).toBe(200);
    expect((await request('GET', '/access/me', { token: picker })).status).toBe(401);
    await request('PATCH', `/access/people/${byName('A picker')}`, { token: admin, body: { pin: PIN } });
    const self = await request('PATCH', `/access/people/${byName('The admin')}`, {
      token: admin,
      body: { active: false },
    });
    expect(self.body.code).toBe('access.last-admin');
  });

  it('shows a key once, lets it do what its scopes say, and ends it', async () => {
    const token = await tokenOf(booted, 'admin');
    const body = { merchantCode: 'ACME', name: 'shop', scopes: ['items:read'] };
    const headers = { 'idempotency-key': 'make-key-1' };
    const made = await request('POST', '/access/api-keys', { token, body, headers });
    const { key, id } = made.body;
    expect(key).toMatch(/^whk_[0-9a-f]{12}_[\w-]{43}$/);
    expect(JSON.stringify((await request('GET', '/access/api-keys', { token })).body)).not.toContain(key);
    expect(JSON.stringify(await booted.sql('select * from idempotency_keys'))).not.toContain(key);
    expect((await request('GET', '/items', { token: key })).status).toBe(200);
    expect((await request('POST', '/items', { token: key, body: {} })).body.code).toBe('access.not-allowed');
    expect((await request('DELETE', `/access/api-keys/${id}`, { token })).status).toBe(204);
    expect((await request('GET', '/items', { token: key })).status).toBe(401);
  });
});
