import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RowResult, RunView, WaveView } from '#lib/contracts';
import { eventually } from '#lib/testkit';
import { newId } from '../src/platform/ids.js';
import { type Answer, type Ask, type BootedApp, bootApp } from './booted-app.js';
import { addItem, type FixtureItem } from './floor-fixture.js';
import { type SeededSite, seedSite, tokenOf } from './seed-site.js';

let app: BootedApp;
let site: SeededSite;
let item: FixtureItem;
let supervisor: string;
let operator: string;
let templateId: string;

beforeAll(async () => {
  app = await bootApp();
  site = await seedSite(app);
  const ask = <T>(sql: string, parameters?: unknown[]) =>
    app.sql<T & object>(sql, parameters) as Promise<T[]>;
  item = await addItem(ask, site.merchantIds.ACME, 1);
  const zone = newId();
  templateId = newId();
  await app.sql(`insert into zones (site_id, id, code, name) values (1, $1, 'A', 'Shelves')`, [zone]);
  await app.sql(
    `insert into locations (site_id, id, code, zone_id, type, aisle, bay, x_mm, y_mm, pick_sequence)
     select 1, gen_random_uuid(), 'A-01-0' || n, $1, 'pick-face', 1, n, 1000, n * 1000, n from generate_series(1, 5) n`,
    [zone],
  );
  await app.sql(`insert into carts (site_id, id, code, slots) values (1, $1, 'C-0001', 6)`, [newId()]);
  await app.sql(
    `insert into containers (site_id, id, lpn, type) select 1, gen_random_uuid(), 'T-00000' || n, 'tote' from generate_series(1, 9) n`,
  );
  await app.sql(`insert into carriers (code, name) values ('post', 'Post')`);
  await app.sql(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', 'standard', 'S', '17:00')`,
    [newId()],
  );
  await app.sql(
    `insert into wave_templates (site_id, id, name, filter, limits, steps) values (1, $1, 'All', '{}', '{}', '{}')`,
    [templateId],
  );
  supervisor = await tokenOf(app, 'supervisor');
  operator = await tokenOf(app, 'operator');
});
afterAll(() => app.close());

const consignee = { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' };
const order = (externalRef: string, quantity = 1, over: object = {}) => ({
  externalRef,
  carrier: 'post',
  service: 'standard',
  consignee,
  lines: [{ sku: item.sku, quantity }],
  ...over,
});
const post = (path: string, ask: Ask): Promise<Answer> => app.request('POST', `/api/v1${path}`, ask);
const acme = (path: string, body: unknown) => post(path, { body, token: site.keys.ACME });

async function bulk<T = RowResult>(text: string, contentType: string, path = '/orders/bulk'): Promise<T[]> {
  const answer = await fetch(`${app.url}/api/v1${path}`, {
    method: 'POST',
    body: text,
    headers: { authorization: `Bearer ${site.keys.ACME}`, 'content-type': contentType },
    signal: AbortSignal.timeout(60_000),
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
  const lines = (await answer.text()).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as T);
}

describe('POST /api/v1/orders', () => {
  it('takes an order on once and names what differs in another body', async () => {
    expect(await acme('/orders', order('A-1'))).toMatchObject({
      status: 201,
      body: { state: 'accepted', waitingFor: `stock: 1 of ${item.sku}` },
    });
    expect(await acme('/orders', order('A-1'))).toMatchObject({ status: 200, body: { externalRef: 'A-1' } });
    const conflict = await acme('/orders', order('A-1', 2));
    expect(conflict).toMatchObject({
      status: 409,
      body: { code: 'orders.reference-taken', errors: [{ field: 'lines.0.quantity' }] },
    });
  });

  it.each([
    ['an unknown item', { lines: [{ sku: 'NO-SUCH', quantity: 1 }] }, 422, 'orders.unknown-sku'],
    ['an unknown service', { service: 'moon' }, 422, 'orders.unknown-service'],
    ['an unknown carrier', { carrier: 'nobody' }, 422, 'orders.unknown-carrier'],
    ['control characters', { externalRef: 'A\u0000B' }, 400, 'request.invalid'],
    ['no lines', { lines: [] }, 400, 'request.invalid'],
    ['half an item', { lines: [{ sku: 'SKU-1', quantity: 0.5 }] }, 400, 'request.invalid'],
    ['a field that does not exist', { colour: 'red' }, 400, 'request.invalid'],
    [
      '201 lines',
      { lines: Array.from({ length: 201 }, () => ({ sku: 'SKU-1', quantity: 1 })) },
      400,
      'request.invalid',
    ],
    ["another merchant's name", { merchantCode: 'OTHER' }, 422, 'orders.unknown-merchant'],
  ])('refuses %s with a clear problem and keeps nothing', async (_name, over, status, code) => {
    const before = await app.sql('select count(*) from orders');
    expect(await acme('/orders', order('B-1', 1, over))).toMatchObject({ status, body: { code } });
    expect(await app.sql('select count(*) from orders')).toEqual(before);
  });

  it('keeps text that looks like code as text', async () => {
    const nasty = `'; drop table orders; -- <script>alert(1)</script> ^XZ`;
    const answer = await acme('/orders', order('C-1', 1, { consignee: { ...consignee, name: nasty } }));
    expect(answer).toMatchObject({ status: 201, body: { consignee: { name: nasty } } });
  });

  it("shows a merchant nothing of another's order", async () => {
    const { id } = (await acme('/orders', order('A-1'))).body;
    const token = site.keys.OTHER;
    expect(await app.request('GET', `/api/v1/orders/${id}`, { token })).toMatchObject({ status: 404 });
    expect(await post(`/orders/${id}/cancel`, { token, body: { reason: 'x' } })).toMatchObject({
      status: 404,
    });
    expect(await post(`/orders/${id}/holds`, { token, body: { code: 'x', reason: 'x' } })).toMatchObject({
      status: 404,
    });
    expect((await app.request('GET', '/api/v1/orders', { token })).body).toEqual({ items: [], next: null });
    expect(
      (await app.request('GET', `/api/v1/inventory/stock?sku=${item.sku}`, { token })).body.items,
    ).toEqual([]);
    expect((await app.request('GET', '/api/v1/waves', { token })).status).toBe(403);
    expect((await app.request('GET', `/api/v1/orders/not-an-id`, { token })).status).toBe(400);
  });
});

describe('POST /api/v1/orders/bulk', () => {
  it('answers every row of NDJSON for itself', async () => {
    const rows = [
      JSON.stringify(order('N-1')),
      '{broken',
      JSON.stringify(order('N-1')),
      JSON.stringify(order('N-2', 1, { carrier: 'x' })),
      JSON.stringify(order('A-1', 9)),
    ];
    const results = await bulk(rows.join('\n'), 'application/x-ndjson');
    expect(results.map(({ row, status }) => `${row} ${status}`)).toEqual([
      '1 created',
      '2 refused',
      '3 duplicate',
      '4 refused',
      '5 conflict',
    ]);
  });

  it('takes 2,000 orders over several batches, and the same file again without a second order', async () => {
    const text = Array.from({ length: 2_000 }, (_, n) => JSON.stringify(order(`M-${n}`))).join('\n');
    const first = await bulk(text, 'application/x-ndjson');
    expect(first.filter(({ status }) => status === 'created')).toHaveLength(2_000);
    const again = await bulk(text, 'application/x-ndjson; charset=utf-8');
    expect(again.filter(({ status }) => status === 'duplicate')).toHaveLength(2_000);
  });

  it('reads CSV, several rows to an order', async () => {
    const header = 'externalRef,carrier,service,name,street,city,postcode,country,sku,quantity';
    const csv = `${header}\nV-1,post,standard,Ann,Main 1,Lille,59000,FR,${item.sku},1\nV-1,,,,,,,,${item.sku},2\n`;
    const [result] = await bulk(csv, 'text/csv');
    expect(result).toMatchObject({ row: 1, status: 'created' });
    const answer = await app.request('GET', `/api/v1/orders/${(result as { orderId: string }).orderId}`, {
      token: site.keys.ACME,
    });
    expect(answer.body.lines.map((line: { ordered: number }) => line.ordered)).toEqual([1, 2]);
  });

  it('refuses another media type', async () => {
    expect(await acme('/orders/bulk', [order('J-1')])).toMatchObject({ status: 415 });
  });
});

describe('POST /api/v1/receiving/receipts/bulk', () => {
  it('takes receipts on from NDJSON and CSV, row by row, and the same reference once', async () => {
    const path = '/receiving/receipts/bulk';
    const receipt = (reference: string, sku: string) =>
      JSON.stringify({ reference, lines: [{ sku, quantity: 5 }] });
    const rows = [receipt('R-1', item.sku), '[]', receipt('R-2', 'NO-SUCH'), receipt('R-1', item.sku)];
    const results = await bulk<{ row: number; status: string }>(
      rows.join('\n'),
      'application/x-ndjson',
      path,
    );
    expect(results.map(({ row, status }) => `${row} ${status}`)).toEqual([
      '1 created',
      '2 refused',
      '3 refused',
      '4 duplicate',
    ]);
    const csv = `reference,sku,quantity,lot\nR-3,${item.sku},2,\nR-3,${item.sku},3,\nR-4,${item.sku},many,\n`;
    expect(await bulk(csv, 'text/csv', path)).toMatchObject([
      { row: 1, reference: 'R-3', status: 'created' },
      { row: 3, status: 'refused', code: 'request.invalid' },
    ]);
    const theirs = await app.request('GET', '/api/v1/receiving/receipts', { token: site.keys.OTHER });
    expect(theirs.body.items).toEqual([]);
  });
});

describe('the way of an order over HTTP', () => {
  it('from stock that arrives to totes at the bench, with the outbox bringing backorders to life', async () => {
    await app.sql(`update orders set state = 'cancelled' where external_ref not in ('A-1', 'C-1')`);
    await app.sql(
      `update order_lines l set state = 'cancelled' from orders o where o.id = l.order_id and o.state = 'cancelled'`,
    );
    const adjustment = {
      eventId: newId(),
      merchantCode: 'ACME',
      sku: item.sku,
      locationCode: 'A-01-03',
      quantity: 20,
      reason: 'found',
    };
    expect(await post('/inventory/adjustments', { body: adjustment, token: operator })).toMatchObject({
      status: 403,
    });
    expect(await post('/inventory/adjustments', { body: adjustment, token: supervisor })).toMatchObject({
      status: 200,
      body: { applied: true },
    });
    await eventually(
      async () => {
        const ready = await app.request('GET', '/api/v1/orders?state=ready', { token: site.keys.ACME });
        return ready.body.items.length === 2;
      },
      { limitMs: 15_000 },
    );

    const created = await post('/waves', { body: { templateId }, token: supervisor });
    expect(created.status).toBe(201);
    const wave = await eventually(
      async () => {
        const { body } = await app.request('GET', `/api/v1/waves/${created.body.id}`, { token: supervisor });
        expect((body as WaveView).state).toBe('planned');
        return body as WaveView;
      },
      { limitMs: 30_000 },
    );
    expect(wave).toMatchObject({ orderCount: 2, unitCount: 2 });
    expect(wave.summary).not.toHaveProperty('plan');
    const dryRun = await post(`/waves/templates/${templateId}/dry-run`, { token: supervisor });
    expect(dryRun).toMatchObject({ status: 200, body: { orders: 0, shorts: [], difference: null } });
    expect((await post(`/waves/${wave.id}/lock`, { token: supervisor })).body.state).toBe('locked');
    expect((await post(`/waves/${wave.id}/unlock`, { token: supervisor })).body.state).toBe('planned');
    expect(await post(`/waves/${wave.id}/undo`, { token: supervisor })).toMatchObject({
      status: 409,
      body: { code: 'waves.not-released' },
    });
    expect(await post(`/waves/${wave.id}/release`, { token: supervisor })).toMatchObject({
      status: 200,
      body: { state: 'released' },
    });

    expect((await app.request('GET', '/api/v1/picking/my-run', { token: operator })).status).toBe(204);
    const wrongCart = await post('/picking/runs/claim', { body: { cartScan: 'L-A-01-03' }, token: operator });
    expect(wrongCart).toMatchObject({
      status: 409,
      body: { code: 'picking.wrong-cart', facts: { needed: 'C-' } },
    });
    const run: RunView = (
      await post('/picking/runs/claim', { body: { cartScan: 'C-0001' }, token: operator })
    ).body;
    expect(run.tasks).toHaveLength(2);
    for (const [at, task] of run.tasks.entries()) {
      const confirm = {
        eventId: newId(),
        locationScan: `L-${task.location.code}`,
        itemScans: [item.barcode],
        containerScan: `T-00000${at + 1}`,
        at: new Date().toISOString(),
      };
      const path = `/picking/tasks/${task.id}/confirm`;
      const huge = await post(path, {
        body: { ...confirm, locationScan: 'x'.repeat(10_240) },
        token: operator,
      });
      expect(huge.status).toBe(400);
      const wrong = await post(path, { body: { ...confirm, locationScan: 'L-A-01-01' }, token: operator });
      expect(wrong).toMatchObject({
        status: 409,
        body: { code: 'picking.wrong-location', facts: { needed: 'A-01-03', got: 'A-01-01' } },
      });
      const first = await post(path, { body: confirm, token: operator });
      expect(first).toMatchObject({ status: 200, body: { outcome: 'picked', quantity: 1 } });
      expect((await post(path, { body: confirm, token: operator })).body).toEqual(first.body);
    }
    const drop = await post(`/picking/runs/${run.id}/drop`, {
      body: { eventId: newId(), stationScan: 'S-PACK-01' },
      token: operator,
    });
    expect(drop).toMatchObject({ status: 200, body: { containers: ['T-000001', 'T-000002'], orders: 2 } });
    const story = await app.sql(
      `select distinct type from events where order_id is not null and type like 'picking.%'`,
    );
    expect(story).toEqual([{ type: 'picking.task-confirmed' }]);
  });
});
