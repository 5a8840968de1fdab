import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BootedApp, bootApp } from './booted-app.js';
import { routesOf } from './routes-of.js';
import { type SeededSite, seedSite, tokenOf } from './seed-site.js';

let booted: BootedApp;
let site: SeededSite;
let supervisor: string;
const request: BootedApp['request'] = (method, path, ask) => booted.request(method, `/api/v1${path}`, ask);

beforeAll(async () => {
  booted = await bootApp();
  site = await seedSite(booted);
  supervisor = await tokenOf(booted, 'supervisor');
}, 120_000);
afterAll(() => booted.close());

const item = (sku: string, over: object = {}) => ({
  sku,
  name: `Item ${sku}`,
  lengthMm: 100,
  widthMm: 80,
  heightMm: 40,
  weightGrams: 250,
  barcodes: [],
  ...over,
});

describe('a request that is no request', () => {
  it.each([
    {
      name: 'malformed JSON',
      body: '{"sku":',
      type: 'application/json',
      status: 400,
      code: 'request.malformed',
    },
    {
      name: 'JSON that is no object',
      body: '"text"',
      type: 'application/json',
      status: 400,
      code: 'request.invalid',
    },
    {
      name: 'another content type',
      body: '<x/>',
      type: 'application/xml',
      status: 415,
      code: 'request.media-type',
    },
    {
      name: 'a body of 2 MB',
      body: JSON.stringify(item('X', { name: 'x'.repeat(2_000_000) })),
      type: 'application/json',
      status: 413,
      code: 'request.too-large',
    },
  ])('$name is a problem with a code and a trace', async ({ body, type, status, code }) => {
    const headers = { 'content-type': type };
    const answer = await request('POST', '/items', { token: supervisor, body, headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status, code, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.js:|at /);
  });

  it('names every wrong field', async () => {
    const body = { merchantCode: 'ACME', ...item('X', { weightGrams: -1, colour: 'red' }), name: undefined };
    const answer = await request('POST', '/items', { token: supervisor, body });
    const fields = answer.body.errors.map((error: { field: string }) => error.field).sort();
    expect(fields).toEqual(['colour', 'name', 'weightGrams']);
  });

  it('an unknown address is a problem too, and the trace of the caller is kept', async () => {
    const trace = '0123456789abcdef0123456789abcdef';
    const headers = { traceparent: `00-${trace}-0123456789abcdef-01` };
    const answer = await request('GET', '/nowhere', { headers });
    expect(answer.body).toMatchObject({ status: 404, code: 'request.no-route', traceId: trace });
    expect(answer.headers.get('x-trace-id')).toBe(trace);
  });

  it.each(['not-a-uuid', '%00', "' or 1=1 --", '../../etc/passwd'])(
    'the id %s changes nothing',
    async (id) => {
      const answer = await request('GET', `/items/${encodeURIComponent(id)}`, { token: supervisor });
      expect([400, 404]).toContain(answer.status);
    },
  );
});

describe('an Idempotency-Key', () => {
  const keyed = (key: string, body: unknown, token = supervisor) =>
    request('POST', '/items', { token, body, headers: { 'idempotency-key': key } });

  it('answers the first status and body again, and refuses another body', async () => {
    const key = randomUUID();
    const first = await keyed(key, item('KEY-1', { merchantCode: 'ACME' }));
    const again = await keyed(key, item('KEY-1', { merchantCode: 'ACME' }));
    expect(first.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await keyed(key, item('KEY-2', { merchantCode: 'ACME' }))).body.code).toBe('request.key-reused');
  });

  it('keeps a refusal like any answer', async () => {
    const key = randomUUID();
    const first = await keyed(key, item('KEY-3', { merchantCode: 'NOBODY' }));
    const again = await keyed(key, item('KEY-3', { merchantCode: 'NOBODY' }));
    expect(first.status).toBe(400);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('content-type')).toMatch(/problem\+json/);
  });

  it('carries the work out once when it comes many times at once', async () => {
    const key = randomUUID();
    const body = { name: 'Once', roles: ['operator'], badge: `B-${Date.now()}`, pin: '1234' };
    const post = () =>
      request('POST', '/access/people', { token: supervisor, body, headers: { 'idempotency-key': key } });
    const answers = await Promise.all(Array.from({ length: 8 }, post));
    expect(answers.every(({ status }) => status === 201 || status === 503)).toBe(true);
    expect(
      answers
        .filter(({ status }) => status === 503)
        .every(({ headers }) => headers.get('retry-after') === '1'),
    ).toBe(true);
    expect((await post()).status).toBe(201);
  });

  it('belongs to whoever sent it', async () => {
    const key = randomUUID();
    const mine = await keyed(key, item('SHARED'), site.keys.ACME);
    const theirs = await keyed(key, item('SHARED'), site.keys.OTHER);
    expect(theirs.status).toBe(200);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  it('is refused when it is no key', async () => {
    expect((await keyed('with spaces', item('X'))).body.code).toBe('request.key-invalid');
    expect((await keyed('x'.repeat(200), item('X'))).body.code).toBe('request.key-invalid');
  });
});

describe('merchants among themselves', () => {
  it('see only their own items, whoever they say they are', async () => {
    const mine = await request('POST', '/items', {
      token: site.keys.ACME,
      body: item('SECRET', { barcodes: [{ code: 'ACME-SECRET' }] }),
    });
    expect((await request('GET', `/items/${mine.body.id}`, { token: site.keys.OTHER })).status).toBe(404);
    expect((await request('GET', '/items?merchant=ACME', { token: site.keys.OTHER })).body.items).toEqual([]);
    expect(
      (await request('GET', '/items?search=ACME-SECRET', { token: site.keys.OTHER })).body.items,
    ).toEqual([]);
    const foreign = await request('POST', '/items', {
      token: site.keys.OTHER,
      body: item('STOLEN', { merchantCode: 'ACME' }),
    });
    expect(foreign.body).toMatchObject({ status: 400, errors: [{ field: 'merchantCode' }] });
    expect((await request('GET', '/merchants', { token: site.keys.OTHER })).body.items).toMatchObject([
      { code: 'OTHER' },
    ]);
  });
});

describe('items in bulk', () => {
  const bulk = async (body: string, type: string, token = site.keys.ACME) => {
    const answer = await request('POST', '/items/bulk', { token, body, headers: { 'content-type': type } });
    return {
      status: answer.status,
      rows: String(answer.body)
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    };
  };

  it('answers per row of NDJSON, keeps the good and says what is wrong with the others', async () => {
    const lines = [
      JSON.stringify(item('B-1', { barcodes: [{ code: '9520001000072' }] })),
      '{"sku": broken',
      JSON.stringify(item('B-2', { barcodes: [{ code: '9520001000073' }] })),
      JSON.stringify(item('B-3', { barcodes: [{ code: '9520001000072' }] })),
      JSON.stringify(item('<script>alert(1)</script>', { name: "Robert'); DROP TABLE items;--" })),
      JSON.stringify(item('B-5', { name: 'x'.repeat(40_000) })),
      JSON.stringify(item('B-1', { name: 'Renamed', barcodes: [{ code: '9520001000072' }] })),
    ];
    const { status, rows } = await bulk(lines.join('\n'), 'application/x-ndjson');
    expect(status).toBe(200);
    expect(rows.map((row) => row.status)).toEqual([
      'created',
      'refused',
      'refused',
      'refused',
      'created',
      'refused',
      'updated',
    ]);
    expect(rows[2].errors[0].message).toMatch(/check digit/);
    expect(rows[3]).toMatchObject({ code: 'catalog.barcode-taken', sku: 'B-3' });
    const found = await request('GET', '/items?search=9520001000072', { token: site.keys.ACME });
    expect(found.body.items).toMatchObject([{ sku: 'B-1', name: 'Renamed' }]);
  });

  it('reads CSV with packs, again as updates', async () => {
    const csv =
      'sku,name,lengthMm,widthMm,heightMm,weightGrams,barcodes\nC-1,"Tea, green",100,50,50,80,CASE-0001*24 UNIT-0001\nC-2,Bad,abc,50,50,80,\n';
    expect((await bulk(csv, 'text/csv')).rows.map((row) => row.status)).toEqual(['created', 'refused']);
    expect((await bulk(csv, 'text/csv')).rows.map((row) => row.status)).toEqual(['updated', 'refused']);
    const found = await request('GET', '/items?search=C-1', { token: site.keys.ACME });
    expect(found.body.items[0]).toMatchObject({
      name: 'Tea, green',
      barcodes: [
        { code: 'UNIT-0001', quantity: 1 },
        { code: 'CASE-0001', quantity: 24 },
      ],
    });
  });
});

describe('every route', () => {
  it('is closed to whoever has no credential, except the few that are public', async () => {
    const open: string[] = [];
    for (const { method, path } of routesOf(booted)) {
      const address = path.replaceAll(/:[a-zA-Z]+/g, randomUUID());
      const answer = await booted.request(method, address, method === 'GET' ? {} : { body: {} });
      if (answer.status !== 401) open.push(`${method} ${path}`);
    }
    expect(open.sort()).toEqual([
      'GET /livez',
      'GET /metrics',
      'GET /readyz',
      'POST /api/v1/access/badge-sign-in',
      'POST /api/v1/access/setup',
      'POST /api/v1/access/sign-in',
      'POST /api/v1/devices/agents/claim',
    ]);
  });

  it("is closed to a merchant unless a scope opens it, and never shows what is not the merchant's own", async () => {
    const scopeless = await booted.sql<{ prefix: string }>('select prefix from api_keys limit 1');
    expect(scopeless).toHaveLength(1);
    const reached: string[] = [];
    for (const { method, path } of routesOf(booted)) {
      const address = path.replaceAll(/:[a-zA-Z]+/g, randomUUID());
      const answer = await booted.request(method, address, {
        token: site.keys.OTHER,
        ...(method === 'GET' ? {} : { body: {} }),
      });
      expect(answer.status).not.toBe(500);
      if (path.startsWith('/api/') && ![401, 403].includes(answer.status)) reached.push(`${method} ${path}`);
    }
    const staffOnly = reached.filter((each) =>
      /\/(access|tower|waves|picking|packing|shipping|flow|devices|floor)\b/.test(each),
    );
    expect(staffOnly.filter((each) => !/sign-in|setup|claim/.test(each))).toEqual([]);
  });
});
