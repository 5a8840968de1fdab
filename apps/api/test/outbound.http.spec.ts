import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../src/platform/ids.js';
import { type BootedApp, bootApp } from './booted-app.js';
import { type SeededSite, seedSite, tokenOf } from './seed-site.js';

let booted: BootedApp;
let site: SeededSite;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  booted = await bootApp();
  site = await seedSite(booted);
  for (const role of ['supervisor', 'operator', 'integrator'] as const)
    tokens[role] = await tokenOf(booted, role);
  await booted.sql(
    `insert into lanes (site_id, id, code, name, kind) values (1, $1, 'L1', 'Lane 1', 'ship')`,
    [newId()],
  );
  await booted.sql(`insert into carriers (code, name) values ('post', 'Post')`);
});
afterAll(() => booted.close());

const call = (method: string, path: string, body?: unknown, role = 'operator') =>
  booted.request(method, `/api/v1${path}`, { body, token: tokens[role] });

const ID = newId();
const EVENT = newId();
const ROUTES: [method: string, path: string, body: object | undefined][] = [
  ['POST', '/packing/open', { containerScan: 'T-000001', stationCode: 'S-PACK-01' }],
  ['GET', `/packing/parcels/${ID}`, undefined],
  ['POST', `/packing/parcels/${ID}/items`, { eventId: EVENT, itemScan: 'I-X' }],
  ['POST', `/packing/parcels/${ID}/carton`, { cartonCode: 'M' }],
  ['POST', `/packing/parcels/${ID}/close`, { eventId: EVENT, readingId: ID }],
  ['POST', `/packing/parcels/${ID}/reopen`, { eventId: EVENT, reason: 'wrong' }],
  ['POST', `/packing/parcels/${ID}/reprint`, { eventId: EVENT, reason: 'media' }],
  ['POST', `/packing/parcels/${ID}/confirm-label`, { eventId: EVENT, labelScan: 'RR473124829GB' }],
  ['POST', `/packing/parcels/${ID}/return`, { eventId: EVENT, locationScan: 'L-A' }],
  ['GET', '/packing/stations/NONE', undefined],
  ['POST', '/shipping/stage', { eventId: EVENT, parcelScan: 'RR473124829GB', locationScan: 'L-A' }],
  ['POST', '/shipping/loads', { carrier: 'none' }],
  ['GET', `/shipping/loads/${ID}`, undefined],
  ['POST', `/shipping/loads/${ID}/parcels`, { eventId: EVENT, parcelScan: 'RR473124829GB' }],
  [
    'POST',
    `/shipping/loads/${ID}/unload`,
    { eventId: EVENT, parcelScan: 'RR473124829GB', locationScan: 'L-A' },
  ],
  ['POST', `/shipping/loads/${ID}/depart`, { eventId: EVENT }],
  ['POST', `/flow/parcels/${ID}/reinduct`, { eventId: EVENT, parcelScan: 'RR473124829GB' }],
  ['POST', '/flow/reinduct', { eventId: EVENT, parcelScan: 'RR473124829GB' }],
  ['GET', `/tower/story?order=${ID}`, undefined],
];

describe('every route of packing, shipping, conveyor and tower', () => {
  it.each(ROUTES)('%s %s is closed to strangers and to merchants', async (method, path, body) => {
    const stranger = await booted.request(method, `/api/v1${path}`, { body });
    expect(stranger.status).toBe(401);
    const merchant = await booted.request(method, `/api/v1${path}`, { body, token: site.keys.ACME });
    expect(merchant.status).toBe(403);
  });

  it.each(ROUTES)('%s %s answers what does not exist with a problem', async (method, path, body) => {
    const answer = await call(method, path, body);
    expect([404, 422]).toContain(answer.status);
    expect(answer.body).toMatchObject({
      code: expect.stringMatching(/^[a-z]+\.[a-z-]+$/),
      detail: expect.any(String),
    });
  });

  it.each(ROUTES.filter(([, , body]) => body && !('eventId' in body && Object.keys(body).length === 1)))(
    '%s %s refuses fields that are missing, too many or too long',
    async (method, path, body) => {
      expect((await call(method, path, {})).status).toBe(400);
      expect((await call(method, path, { ...body, extra: 1 })).status).toBe(400);
      const long = Object.fromEntries(Object.keys(body!).map((key) => [key, 'x'.repeat(10_000)]));
      expect((await call(method, path, long)).status).toBe(400);
    },
  );

  it.each(ROUTES)('%s %s takes control characters, SQL and HTML as text', async (method, path, body) => {
    for (const poison of ['\u0000', `'; drop table parcels --`, '<script>alert(1)</script>', '^XA^XZ']) {
      const text = Object.fromEntries(
        Object.entries(body ?? {}).map(([key, value]) => [key, /Id$|^reason$/.test(key) ? value : poison]),
      );
      const answer = await call(method, path, body && text);
      expect([200, 400, 404, 409, 422]).toContain(answer.status);
    }
  });
});

describe('lanes', () => {
  it('are closed and opened by supervisors alone', async () => {
    expect((await call('POST', '/flow/lanes/L1/close', {})).status).toBe(403);
    expect(await call('POST', '/flow/lanes/L1/close', { reason: 'cleaning' }, 'supervisor')).toMatchObject({
      status: 200,
      body: { code: 'L1', closed: true },
    });
    expect(await call('POST', '/flow/lanes/L1/open', undefined, 'supervisor')).toMatchObject({
      status: 200,
      body: { closed: false },
    });
    expect((await call('GET', '/flow/lanes')).body).toMatchObject([{ code: 'L1', closed: false }]);
    expect((await call('POST', '/flow/lanes/%00/open', undefined, 'supervisor')).status).not.toBe(500);
  });
});

describe('the tower', () => {
  it('answers the board, exceptions and any barcode', async () => {
    const board = await call('GET', '/tower/board', undefined, 'supervisor');
    expect(board.status).toBe(200);
    expect(board.body.stages.map(({ stage }: { stage: string }) => stage)).toContain('packing');
    expect((await call('GET', '/tower/board')).status).toBe(403);
    expect((await call('GET', '/tower/exceptions')).body).toEqual({ items: [], next: null });
    expect((await call('GET', '/floor/what-is?scan=S-PACK-01')).body).toMatchObject({
      kind: 'station',
      title: 'Bench 1',
    });
    for (const scan of ['%00', '%27%3B--', 'x'.repeat(500)]) {
      expect((await call('GET', `/floor/what-is?scan=${scan}`)).body).toMatchObject({ kind: 'unknown' });
    }
    expect((await call('GET', '/tower/story?code=%00')).status).toBe(400);
    expect((await call('GET', '/tower/story?code=%01')).status).toBe(404);
    expect((await call('GET', `/floor/what-is?scan=${'x'.repeat(10_000)}`)).status).toBeGreaterThanOrEqual(
      400,
    );
  });

  it('lists loads and manifests in pages', async () => {
    const empty = { status: 200, body: { items: [], next: null } };
    expect(await call('GET', '/shipping/loads?state=open')).toMatchObject(empty);
    expect(await call('GET', '/shipping/manifests')).toMatchObject(empty);
    expect((await call('GET', '/shipping/loads?state=sunk')).status).toBe(400);
    expect(await call('POST', '/shipping/loads', { carrier: 'post' })).toMatchObject({
      status: 200,
      body: { state: 'planned' },
    });
  });
});
