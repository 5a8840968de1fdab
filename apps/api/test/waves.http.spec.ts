import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunView, UndoView, WaveView } from '#lib/contracts';
import { eventually } from '#lib/testkit';
import { newId } from '../src/platform/ids.js';
import { PlannerService } from '../src/waves/planner.service.js';
import { type Answer, type BootedApp, bootApp } from './booted-app.js';
import { addItem, type FixtureItem } from './floor-fixture.js';
import { holdThread } from './hold-thread.js';
import { type SeededSite, seedSite, tokenOf } from './seed-site.js';

let app: BootedApp;
let site: SeededSite;
let supervisor: string;
let operator: string;
let number = 0;

beforeAll(async () => {
  app = await bootApp();
  site = await seedSite(app);
  const zone = newId();
  await app.sql(`insert into zones (site_id, id, code, name) values (1, $1, 'A', 'Shelves')`, [zone]);
  await app.sql(
    `insert into locations (site_id, id, code, zone_id, type, aisle, bay, x_mm, y_mm, pick_sequence)
     select 1, gen_random_uuid(), 'A-01-0' || n, $1, 'pick-face', 1, n, 1000, n * 1000, n from generate_series(1, 9) n`,
    [zone],
  );
  await app.sql(`insert into carts (site_id, id, code, slots) values (1, $1, 'C-0001', 6)`, [newId()]);
  await app.sql(
    `insert into containers (site_id, id, lpn, type) select 1, gen_random_uuid(), 'T-00000' || n, 'tote' from generate_series(1, 9) n`,
  );
  await app.sql(`insert into carriers (code, name) values ('post', 'Post')`);
  supervisor = await tokenOf(app, 'supervisor');
  operator = await tokenOf(app, 'operator');
});
afterAll(() => app.close());

const ask = (method: string, path: string, body?: unknown, token = supervisor): Promise<Answer> =>
  app.request(method, `/api/v1${path}`, { body, token });
const get = async (path: string) => (await ask('GET', path)).body;

interface Queue {
  service: string;
  templateId: string;
  item: FixtureItem;
  location: string;
  orderIds: string[];
}

/** Orders of one unit of an item of their own, ready to be planned by a template of their own. */
async function queue(orders: number): Promise<Queue> {
  const service = `h${++number}`;
  const location = `A-01-0${number}`;
  await app.sql(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  const sql = <T>(text: string, values?: unknown[]) => app.sql<T & object>(text, values) as Promise<T[]>;
  const item = await addItem(sql, site.merchantIds.ACME, number);
  const adjustment = { eventId: newId(), merchantCode: 'ACME', sku: item.sku, locationCode: location };
  await ask('POST', '/inventory/adjustments', { ...adjustment, quantity: orders, reason: 'spec' });
  const limits = { ordersMax: 50, linesMax: 100, unitsMax: 100 };
  const template = await ask('POST', '/waves/templates', {
    name: service,
    filter: { services: [service] },
    limits,
  });
  expect(template.status).toBe(201);
  const orderIds: string[] = [];
  for (let at = 0; at < orders; at++) {
    const consignee = { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' };
    const lines = [{ sku: item.sku, quantity: 1 }];
    const order = { externalRef: `${service}-${at}`, carrier: 'post', service, consignee, lines };
    const { status, body } = await ask('POST', '/orders', order, site.keys.ACME);
    expect({ status, state: body.state }).toEqual({ status: 201, state: 'ready' });
    orderIds.push(body.id);
  }
  return { service, templateId: template.body.id, item, location, orderIds };
}

/** Plans a wave and waits until it is planned, or over without an order. */
async function planned(templateId: string, ordersMax?: number): Promise<WaveView> {
  if (ordersMax !== undefined) {
    const { version, name, filter } = await get(`/waves/templates/${templateId}`);
    const limits = { ordersMax, linesMax: 100, unitsMax: 100 };
    const changed = await ask('PUT', `/waves/templates/${templateId}`, { version, name, filter, limits });
    expect(changed.status).toBe(200);
  }
  const { status, body } = await ask('POST', '/waves', { templateId });
  expect(status).toBe(201);
  return settled(body.id);
}

const settled = (waveId: string): Promise<WaveView> =>
  eventually(
    async () => {
      const wave: WaveView = await get(`/waves/${waveId}`);
      expect(['draft', 'planning']).not.toContain(wave.state);
      return wave;
    },
    { limitMs: 30_000 },
  );

describe('waves over HTTP', () => {
  it('are merged, released, explained, undone after picking began, and dropped totes are put back', async () => {
    const { templateId, item, location, orderIds } = await queue(3);
    const [first, second] = [await planned(templateId, 2), await planned(templateId)];
    expect([first.orderCount, second.orderCount]).toEqual([2, 1]);
    const merge = () => ask('POST', '/waves/merge', { waveIds: [first.id, second.id] });
    expect(await merge()).toMatchObject({
      status: 409,
      body: { code: 'waves.cannot-merge', facts: { reasons: [{ code: 'larger-than-template' }] } },
    });
    const { version, name, filter } = await get(`/waves/templates/${templateId}`);
    const limits = { ordersMax: 3, linesMax: 100, unitsMax: 100 };
    await ask('PUT', `/waves/templates/${templateId}`, { version, name, filter, limits });
    const merged = await merge();
    expect(merged).toMatchObject({ status: 200, body: { id: first.id } });
    expect(await settled(first.id)).toMatchObject({ state: 'planned', orderCount: 3 });
    expect(await get(`/waves/${second.id}`)).toMatchObject({ state: 'cancelled' });
    expect(await ask('POST', '/waves/merge', { waveIds: [first.id, second.id] })).toMatchObject({
      status: 409,
      body: { code: 'waves.cannot-merge' },
    });
    const rehearsed = await ask('POST', `/waves/${first.id}/undo`, { dryRun: true });
    expect(rehearsed).toMatchObject({ status: 409, body: { code: 'waves.not-released' } });
    await ask('POST', `/waves/${first.id}/release`);
    const why = await get(`/waves/explain?order=${orderIds[0]}`);
    const kinds = new Set(why.choices.map(({ kind }: { kind: string }) => kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['select', 'bin', 'run']));
    expect(await ask('GET', '/waves/explain?order=nobody')).toMatchObject({ status: 400 });
    const run: RunView = (await ask('POST', '/picking/runs/claim', { cartScan: 'C-0001' }, operator)).body;
    const confirm = {
      eventId: newId(),
      locationScan: `L-${location}`,
      itemScans: [item.barcode],
      containerScan: 'T-000001',
      at: new Date().toISOString(),
    };
    await ask('POST', `/picking/tasks/${run.tasks[0]!.id}/confirm`, confirm, operator);
    const said: UndoView = (await ask('POST', `/waves/${first.id}/undo`, { dryRun: true })).body;
    expect(await get(`/waves/${first.id}`)).toMatchObject({ state: 'in-progress' });
    const done: UndoView = (await ask('POST', `/waves/${first.id}/undo`, { reason: 'spec' })).body;
    expect({ ...done, dryRun: true }).toEqual(said);
    expect(done.effects.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['2 picks are withdrawn.', '1 pick is put back.', '3 orders wait again.']),
    );
    await ask(
      'POST',
      `/picking/runs/${run.id}/drop`,
      { eventId: newId(), stationScan: 'S-PACK-01' },
      operator,
    );
    const { items } = (await ask('GET', '/picking/put-backs', undefined, operator)).body;
    expect(items).toMatchObject([{ sku: item.sku, quantity: 1, location }]);
    expect(await ask('POST', `/waves/${first.id}/undo`)).toMatchObject({ status: 409 });
  });

  it('are rehearsed, and the rehearsal says what changed since the last one', async () => {
    const { templateId, orderIds } = await queue(2);
    const dryRun = async () => (await ask('POST', `/waves/templates/${templateId}/dry-run`)).body;
    expect(await dryRun()).toMatchObject({ orders: 2, difference: null });
    await ask('POST', `/orders/${orderIds[0]}/cancel`, { reason: 'spec' }, site.keys.ACME);
    expect(await dryRun()).toMatchObject({ orders: 1, difference: { ordersAdded: 0, ordersGone: 1 } });
  });

  it('come by channel and by schedule, as these are set up', async () => {
    const { service, templateId, orderIds } = await queue(1);
    const channel = { name: service, templateId, maxInFlight: 4, batchOrders: 5 };
    expect(await ask('POST', '/waves/channels', channel)).toMatchObject({
      status: 422,
      body: { code: 'waves.batch-too-large' },
    });
    const { body: made } = await ask('POST', '/waves/channels', { ...channel, batchOrders: 1 });
    expect(made).toMatchObject({ state: 'open', templateId });
    await eventually(
      async () => expect(await get(`/orders/${orderIds[0]}`)).toMatchObject({ state: 'released' }),
      { limitMs: 30_000 },
    );
    expect(await get(`/waves/channels/${made.id}`)).toMatchObject({ inFlight: 1, releasable: 0 });
    expect((await ask('DELETE', `/waves/channels/${made.id}`)).status).toBe(204);

    const rule = { kind: 'times', times: ['25:00'], days: [1] };
    expect(await ask('POST', '/waves/schedules', { name: service, templateId, rule })).toMatchObject({
      status: 400,
    });
    const times = { ...rule, times: ['06:00', '13:30'] };
    const created = await ask('POST', '/waves/schedules', { name: service, templateId, rule: times });
    expect(created).toMatchObject({ status: 201, body: { active: true, lastRun: null } });
    const changed = await ask('PATCH', `/waves/schedules/${created.body.id}`, { active: false });
    expect(changed).toMatchObject({ status: 200, body: { active: false, nextAt: null } });
    expect(await get(`/waves/schedules/${created.body.id}/runs`)).toMatchObject({ items: [] });
    expect((await ask('DELETE', `/waves/schedules/${created.body.id}`)).status).toBe(204);
  });

  it('try a line five times, then a supervisor decides', async () => {
    const { templateId, orderIds, location, item } = await queue(1);
    const count = { merchantCode: 'ACME', sku: item.sku, locationCode: location };
    expect((await ask('POST', '/inventory/counts', count)).status).toBeLessThan(300);
    for (let attempt = 1; attempt <= 5; attempt++) {
      const wave = await planned(templateId);
      expect(wave.orderCount).toBe(0);
      expect((await get(`/waves/${wave.id}/faults`)).items).toMatchObject([{ orderId: orderIds[0] }]);
      // As if its goods could be had again: else it waits for them and spends no attempt.
      await app.sql(`update order_lines set reason = null where order_id = $1`, [orderIds[0]]);
      await app.sql(`update orders set waiting_for = null where id = $1`, [orderIds[0]]);
    }
    expect(await ask('POST', '/waves', { templateId })).toMatchObject({
      status: 409,
      body: { code: 'waves.nothing-to-plan' },
    });
    const opened = await app.sql(`select code, owner_queue from exceptions where order_id = $1`, [
      orderIds[0],
    ]);
    expect(opened).toEqual([{ code: 'waves.line-failed', owner_queue: 'supervisor' }]);
    expect(await get(`/waves/waiting/orders/${orderIds[0]}`)).toMatchObject({
      waitingFor: { facts: { attempts: 5 } },
    });
  });

  it('that are being planned when the core is stopped go on with its next start', async () => {
    const { templateId } = await queue(2);
    holdThread(app.app.get(PlannerService));
    const { status, body } = await ask('POST', '/waves', { templateId });
    expect(status).toBe(201);
    await app.app.close();
    const left = await app.sql('select state, reason from waves where id = $1', [body.id]);
    expect(left).toEqual([{ state: 'planning', reason: null }]);
    const before = app;
    app = await bootApp({}, before.database);
    expect(await settled(body.id)).toMatchObject({ state: 'planned', orderCount: 2 });
  });
});
