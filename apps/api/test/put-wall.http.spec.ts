import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../src/platform/ids.js';
import { type BootedApp, bootApp } from './booted-app.js';
import { seedSite, tokenOf } from './seed-site.js';

let app: BootedApp;
let admin: string;
let operator: string;

const WALLS = '/api/v1/picking/put-walls';
const slot = (at: number, over: object = {}) => ({
  code: `T-90000${at}`,
  row: 1,
  column: at,
  volumeMl: 20_000,
  ...over,
});

beforeAll(async () => {
  app = await bootApp();
  await seedSite(app);
  await app.sql(`insert into containers (site_id, id, lpn, type) values (1, $1, 'T-000001', 'tote')`, [
    newId(),
  ]);
  [admin, operator] = [await tokenOf(app, 'admin'), await tokenOf(app, 'operator')];
});
afterAll(() => app.close());

const configure = (body: unknown, token = admin, station = 'S-WALL-01') =>
  app.request('PUT', `${WALLS}/${station}`, { body, token });

describe('put walls over HTTP', () => {
  it('are made and changed by an administrator, and shown to everybody on the floor', async () => {
    expect((await configure({ slots: [slot(1)] }, operator)).status).toBe(403);
    const made = await configure({ name: 'Wall', xMm: 100, yMm: 200, slots: [slot(1), slot(2)] });
    expect(made.status).toBe(200);
    const { body } = await app.request('GET', WALLS, { token: operator });
    expect(body).toMatchObject({
      items: [
        {
          station: { code: 'S-WALL-01', name: 'Wall' },
          freeSlots: 2,
          totes: [],
          slots: [{ state: 'free' }, { row: 1 }],
        },
      ],
    });
    const stations = await app.request('GET', '/api/v1/sites/stations', { token: operator });
    expect(stations.body.items).toContainEqual(
      expect.objectContaining({ code: 'S-WALL-01', kind: 'put-wall', xMm: 100 }),
    );
    // Two slots change places; a third comes, with a light.
    const changed = await configure({
      slots: [
        slot(1, { column: 2 }),
        slot(2, { column: 1 }),
        slot(3, { light: { device: 'SCAN-1', address: '1-3' } }),
      ],
    });
    expect(changed.body.slots.map((each: { code: string }) => each.code)).toEqual([
      'T-900002',
      'T-900001',
      'T-900003',
    ]);
    expect(changed.body.slots[2].light).toEqual({ device: 'SCAN-1', address: '1-3' });
  });

  it('refuse slots that can not be, all faults at once, and change nothing', async () => {
    const bad = await configure({
      slots: [
        slot(1),
        slot(1),
        slot(4, { code: 'T-000001' }),
        slot(5, { light: { device: 'NONE', address: '1' } }),
      ],
    });
    expect(bad.status).toBe(422);
    expect(bad.body.code).toBe('picking.bad-put-wall');
    expect(bad.body.errors.map(({ field }: { field: string }) => field)).toEqual([
      'slots.1.code',
      'slots.1.row',
      'slots.2.code',
      'slots.3.light',
    ]);
    expect((await configure({ slots: [slot(6, { row: 0 })] })).status).toBe(400);
    expect((await configure({ slots: [slot(6)] }, admin, 'S-PACK-01')).body.code).toBe('picking.not-a-wall');
    expect((await configure({ slots: [slot(1)] }, admin, 'S-WALL-02')).body.code).toBe(
      'picking.bad-put-wall',
    );
    const { body } = await app.request('GET', `${WALLS}/S-WALL-01`, { token: operator });
    expect(body.slots).toHaveLength(3);
    expect((await app.request('GET', `${WALLS}/S-WALL-02`, { token: operator })).status).toBe(404);
  });

  it('refuse what is no tote of theirs with what is needed', async () => {
    const sort = (containerScan: string) =>
      app.request('POST', `${WALLS}/S-WALL-01/sort`, {
        token: operator,
        body: { containerScan, itemScan: '1' },
      });
    expect((await sort('T-999999')).body).toMatchObject({ code: 'picking.unknown-tote' });
    expect((await sort('T-900001')).body).toMatchObject({ code: 'picking.wrong-tote' });
    expect((await sort('T-000001')).body).toMatchObject({ code: 'picking.tote-empty' });
    const put = { containerScan: 'T-000001', itemScan: '1', slotScan: 'T-900001' };
    const without = await app.request('POST', `${WALLS}/S-WALL-01/put`, { token: operator, body: put });
    expect(without.status).toBe(400);
    const undo = (body: unknown) => app.request('POST', `${WALLS}/S-WALL-01/undo`, { token: operator, body });
    expect((await undo({ eventId: newId(), putEventId: newId() })).body).toMatchObject({
      code: 'picking.unknown-put',
    });
    expect((await undo({ eventId: newId() })).status).toBe(400);
    const short = { eventId: newId(), containerScan: 'T-000001' };
    expect(
      (await app.request('POST', `${WALLS}/S-WALL-01/short`, { token: operator, body: short })).status,
    ).toBe(409);
  });
});
