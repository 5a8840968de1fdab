import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { newId } from '../src/platform/ids.js';
import { type Ask, type BootedApp, bootApp } from './booted-app.js';
import { routesOf } from './routes-of.js';
import { type MerchantGoods, settled, type TwoMerchants, twoMerchants } from './two-merchants.js';

let booted: BootedApp;
let world: TwoMerchants;
let acme: MerchantGoods;
let other: MerchantGoods;
/** Every table that has a merchant's rows. */
let tables: string[];

beforeAll(async () => {
  booted = await bootApp();
  world = await twoMerchants(booted);
  ({ acme, other } = world);
  const found = await booted.sql<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'merchant_id'
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1`,
  );
  tables = found.map(({ name }) => name);
}, 180_000);
afterAll(() => booted.close());

/** A request of merchant OTHER that names what is ACME's. `answers` are the statuses that it may have. */
interface Attempt extends Omit<Ask, 'token'> {
  path: string;
  answers: number[];
}

const HIDDEN = [404];
const EMPTY = [200];

const TAKEN = {
  sku: 'TAKEN',
  name: 'Taken',
  lengthMm: 1,
  widthMm: 1,
  heightMm: 1,
  weightGrams: 1,
  barcodes: [] as object[],
};

const each = (path: (id: string) => string, body?: unknown): Attempt[] =>
  [acme.orderId, acme.heldOrderId].map((id) => ({ path: path(id), body, answers: HIDDEN }));
const rowsOf = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const NDJSON = { 'content-type': 'application/x-ndjson' };

function goodsAttempts(): Record<string, Attempt[]> {
  const { merchantId } = acme;
  const item = (over: object) => ({ ...TAKEN, ...over });
  return {
    'GET /api/v1/merchants': [{ path: '/merchants', answers: EMPTY }],
    'GET /api/v1/sites/carrier-services': [{ path: '/sites/carrier-services', answers: EMPTY }],
    'GET /api/v1/items': [
      '',
      '?merchant=ACME',
      `?search=${acme.sku}`,
      `?search=${acme.barcode}`,
      `?cursor=${acme.itemId}`,
      `?merchant=${merchantId.slice(0, 16)}`,
    ].map((query) => ({ path: `/items${query}`, answers: EMPTY })),
    'GET /api/v1/items/:id': [{ path: `/items/${acme.itemId}`, answers: HIDDEN }],
    'POST /api/v1/items': [
      { path: '/items', body: item({ merchantCode: 'ACME' }), answers: [400] },
      { path: '/items', body: item({ merchantCode: 'ACME', sku: acme.sku }), answers: [400] },
    ],
    'POST /api/v1/items/bulk': [
      {
        path: '/items/bulk',
        body: rowsOf(item({ merchantCode: 'ACME', sku: acme.sku }), item({ id: acme.itemId })),
        headers: NDJSON,
        answers: EMPTY,
      },
    ],
    'GET /api/v1/inventory/stock': ['', `?sku=${acme.lot}`, '?merchant=ACME', `?cursor=${acme.itemId}`].map(
      (query) => ({ path: `/inventory/stock${query}`, answers: [200, 400] }),
    ),
  };
}

function orderAttempts(): Record<string, Attempt[]> {
  const order = (over: object) => ({
    externalRef: 'TAKEN',
    carrier: 'post',
    service: 'standard',
    consignee: { name: 'Eve', street: 'S 1', city: 'C', postcode: '1', country: 'FR' },
    lines: [{ sku: acme.sku, quantity: 1 }],
    ...over,
  });
  return {
    'POST /api/v1/orders': [
      { path: '/orders', body: order({ merchantCode: 'ACME' }), answers: [422] },
      { path: '/orders', body: order({ lines: [{ sku: acme.itemId, quantity: 1 }] }), answers: [400, 422] },
      { path: '/orders', body: order({ lines: [{ sku: acme.barcode, quantity: 1 }] }), answers: [422] },
    ],
    'POST /api/v1/orders/bulk': [
      {
        path: '/orders/bulk',
        body: rowsOf(
          order({ merchantCode: 'ACME' }),
          order({ merchantCode: 'ACME', externalRef: acme.externalRef }),
        ),
        headers: NDJSON,
        answers: EMPTY,
      },
    ],
    'GET /api/v1/orders': [
      '',
      '?merchant=ACME',
      `?externalRef=${acme.externalRef}`,
      `?cursor=${acme.orderId}`,
    ].map((query) => ({ path: `/orders${query}`, answers: [200, 400] })),
    'GET /api/v1/orders/:id': each((id) => `/orders/${id}`),
    'POST /api/v1/orders/:id/cancel': each((id) => `/orders/${id}/cancel`, { reason: 'taken' }),
    'POST /api/v1/orders/:id/holds': each((id) => `/orders/${id}/holds`, { code: 'taken', reason: 'taken' }),
    'DELETE /api/v1/orders/:id/holds/:code': each((id) => `/orders/${id}/holds/fraud`),
  };
}

function receiptAttempts(): Record<string, Attempt[]> {
  const receipt = (over: object) => ({
    reference: 'TAKEN',
    lines: [{ sku: acme.sku, quantity: 1 }],
    ...over,
  });
  return {
    'POST /api/v1/receiving/receipts': [
      { path: '/receiving/receipts', body: receipt({ merchantCode: 'ACME' }), answers: [400, 403, 409, 422] },
      {
        path: '/receiving/receipts',
        body: receipt({ merchantCode: 'ACME', reference: acme.reference }),
        answers: [400, 403, 409, 422],
      },
    ],
    'POST /api/v1/receiving/receipts/bulk': [
      {
        path: '/receiving/receipts/bulk',
        body: rowsOf(
          receipt({ merchantCode: 'ACME' }),
          receipt({ merchantCode: 'ACME', reference: acme.reference }),
        ),
        headers: NDJSON,
        answers: EMPTY,
      },
    ],
    'GET /api/v1/receiving/receipts': ['', '?state=expected', '?state=closed'].map((query) => ({
      path: `/receiving/receipts${query}`,
      answers: EMPTY,
    })),
    'GET /api/v1/receiving/receipts/:id': [
      { path: `/receiving/receipts/${acme.receiptId}`, answers: HIDDEN },
    ],
  };
}

/** Every route that some scope of a merchant's key opens, called with another merchant's ids, references and words. */
const attempts = () => ({ ...goodsAttempts(), ...orderAttempts(), ...receiptAttempts() });

/** Words that only a row of ACME's holds; an answer that says what was asked may still say it. */
const secretsOf = (goods: MerchantGoods) => {
  const { key: _, code: __, ...words } = goods;
  return [...Object.values(words), `The thing of ${goods.code}`, `Doubts of ${goods.code}`];
};

/** ACME's rows in all tables, as a fingerprint. */
async function fingerprint(): Promise<Record<string, string>> {
  await settled(booted);
  const parts = tables.map(
    (table) =>
      `select '${table}' as name, count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as print
       from ${table} t where merchant_id = '${acme.merchantId}'`,
  );
  parts.push(`select 'merchants', md5(t::text) from merchants t where id = '${acme.merchantId}'`);
  const found = await booted.sql<{ name: string; print: string }>(parts.join(' union all '));
  return Object.fromEntries(found.map(({ name, print }) => [name, print]));
}

describe("another merchant's ids on every route", () => {
  it('that a scope opens: nothing comes back and nothing changes', async () => {
    const before = await fingerprint();
    expect(Object.entries(before).filter(([, print]) => print.startsWith('0 '))).toEqual([]);
    for (const [route, tries] of Object.entries(attempts())) {
      const method = route.split(' ')[0]!;
      for (const { path, answers, ...ask } of tries) {
        const answer = await booted.request(method, `/api/v1${path}`, { ...ask, token: other.key });
        const said = JSON.stringify(answer.body);
        expect({ route, path, said, is: answers.includes(answer.status) || answer.status }).toMatchObject({
          is: true,
        });
        const asked = `${path} ${JSON.stringify(ask.body ?? '')}`;
        const leaked = secretsOf(acme).filter((word) => said.includes(word) && !asked.includes(word));
        expect({ route, path, leaked }).toMatchObject({ leaked: [] });
      }
    }
    expect(await fingerprint()).toEqual(before);
  });

  it('finds the same words on the same routes for their owner, so that the silence means something', async () => {
    const said = async (path: string) =>
      JSON.stringify((await booted.request('GET', `/api/v1${path}`, { token: acme.key })).body);
    expect(await said('/items')).toContain(acme.itemId);
    expect(await said(`/orders/${acme.orderId}`)).toContain(acme.consignee);
    expect(await said('/orders?merchant=ACME')).toContain(acme.heldRef);
    expect(await said('/inventory/stock')).toContain(acme.sku);
    expect(await said(`/receiving/receipts/${acme.receiptId}`)).toContain(acme.reference);
  });

  it('gives the same words under its own name to whoever uses them', async () => {
    const before = await fingerprint();
    const body = { ...TAKEN, sku: acme.sku, barcodes: [{ code: acme.barcode }] };
    const made = await booted.request('POST', '/api/v1/items', { body, token: other.key });
    expect(made).toMatchObject({ status: 200, body: { sku: acme.sku, name: 'Taken' } });
    expect(made.body.id).not.toBe(acme.itemId);
    expect(await fingerprint()).toEqual(before);
  });

  it('that no scope opens: refused before anything is looked up', async () => {
    const before = await fingerprint();
    const open = attempts();
    const answered: string[] = [];
    const missing: string[] = [];
    for (const { method, path } of routesOf(booted)) {
      if (!path.startsWith('/api/') || PUBLIC.includes(path)) continue;
      if (open[`${method} ${path}`]) continue;
      const body = method === 'GET' ? undefined : bodyWithAll();
      for (const goods of [acme, other]) {
        const address = filled(path, goods);
        if (address.includes(':')) missing.push(path);
        const answer = await booted.request(method, address, { body, token: other.key });
        if (answer.status !== 403 || answer.body.code !== 'access.not-allowed')
          answered.push(`${method} ${path} ${answer.status}`);
      }
    }
    expect({ answered, missing }).toEqual({ answered: [], missing: [] });
    expect(await fingerprint()).toEqual(before);
  });

  it('leaves no route that a scope opens without an attempt, and none that is gone', async () => {
    const known = new Set(routesOf(booted).map(({ method, path }) => `${method} ${path}`));
    expect(Object.keys(attempts()).filter((route) => !known.has(route))).toEqual([]);
  });
});

const PUBLIC = [
  '/api/v1/access/sign-in',
  '/api/v1/access/badge-sign-in',
  '/api/v1/access/setup',
  '/api/v1/devices/agents/claim',
];

/** One of ACME's or OTHER's real ids for each parameter of a route. */
function filled(path: string, goods: MerchantGoods): string {
  const ids: [pattern: RegExp, id: string][] = [
    [/waves\/channels\/:id/, `waves/channels/${world.channelId}`],
    [/waves\/:id/, `waves/${goods.waveId}`],
    [/agents\/:agent/, 'agents/edge-1'],
    [/runs\/:runId/, `runs/${goods.runId}`],
    [/picking\/runs\/:id/, `picking/runs/${goods.runId}`],
    [/tasks\/:id/, `tasks/${goods.taskId}`],
    [/put-backs\/:id/, `put-backs/${goods.putAwayId}`],
    [/put-aways\/:id/, `put-aways/${goods.putAwayId}`],
    [/parcels\/:id/, `parcels/${goods.parcelId}`],
    [/loads\/:id/, `loads/${world.loadId}`],
    [/receipts\/:id/, `receipts/${goods.receiptId}`],
    [/counts\/:id/, `counts/${goods.countId}`],
    [/containers\/:lpn/, `containers/${goods.toteLpn}`],
    [/inventory\/locations\/:code/, 'inventory/locations/A-01-01'],
    [/sites\/locations\/:code/, 'sites/locations/A-01-01'],
    [/stations\/:code/, 'stations/S-PACK-01'],
    [/put-walls\/:station/, 'put-walls/S-PACK-01'],
    [/lanes\/:code/, 'lanes/L1'],
    [/merchants\/:code/, `merchants/${goods.code}`],
    [/devices\/:code/, 'devices/PRN-1'],
    [/:id/, goods.orderId],
  ];
  return ids.reduce((address, [pattern, id]) => address.replace(pattern, id), path);
}

/** A body that names whatever ACME has, for routes that must not read it. */
const bodyWithAll = () => ({
  ...acme,
  merchantCode: 'ACME',
  eventId: newId(),
  itemScan: acme.barcode,
  parcelScan: acme.sscc,
  containerScan: acme.toteLpn,
  key: undefined,
});

describe('in the database, whatever a query forgets', () => {
  const asMerchant = async <T>(goods: MerchantGoods | null, work: (client: pg.Client) => Promise<T>) => {
    const client = new pg.Client({
      connectionString: booted.database.appUrl,
      connectionTimeoutMillis: 10_000,
    });
    await client.connect();
    try {
      await client.query('begin');
      if (goods) await client.query(`select app_context('merchant', 1, $1)`, [goods.merchantId]);
      return await work(client);
    } finally {
      await client.query('rollback');
      await client.end();
    }
  };
  /** The SQLSTATE with which a statement fails, or how many rows it changed; the transaction goes on. */
  const attempt = async (client: pg.Client, sql: string, values: unknown[] = []) => {
    await client.query('savepoint s');
    const answer = await client
      .query(sql, values)
      .then(({ rowCount }) => rowCount)
      .catch(({ code }: { code: string }) => code);
    await client.query('rollback to savepoint s');
    return answer;
  };

  it('a merchant reads its own rows of every table with merchants, all of them and no others', async () => {
    const counted = await booted.sql<{ table: string; own: number }>(
      tables
        .map(
          (table) =>
            `select '${table}' as table, count(*)::int as own from ${table} where merchant_id = '${other.merchantId}'`,
        )
        .join(' union all '),
    );
    expect(counted.filter(({ own }) => own === 0)).toEqual([]);
    await asMerchant(other, async (client) => {
      for (const { table, own } of counted) {
        const { rows } = await client.query(
          `select merchant_id, count(*)::int as own from ${table} group by 1`,
        );
        expect({ table, rows }).toEqual({ table, rows: [{ merchant_id: other.merchantId, own }] });
      }
      const { rows } = await client.query('select code from merchants');
      expect(rows).toEqual([{ code: 'OTHER' }]);
    });
  });

  it("a merchant reads nothing of the site's own tables but what it orders by", async () => {
    const rest = await booted.sql<{ name: string }>(
      `select c.relname as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
         and c.relname <> 'merchants' and c.relname <> all($1) and has_table_privilege('wavehouse_app', c.oid, 'select')`,
      [tables],
    );
    const seen: string[] = [];
    await asMerchant(other, async (client) => {
      for (const { name } of rest) {
        if ((await client.query(`select from ${name} limit 1`)).rowCount !== 0) seen.push(name);
      }
    });
    const offered = ['carrier_services', 'carriers', 'idempotency_keys', 'migrations', 'sites'];
    expect(seen.filter((name) => !offered.includes(name))).toEqual([]);
    expect(rest.length).toBeGreaterThan(20);
  });

  it("a merchant can neither change, delete, take nor plant another's rows, in any table", async () => {
    const failed: string[] = [];
    await asMerchant(other, async (client) => {
      for (const table of tables) {
        const own = await columnsOf(table);
        const [row] = await booted.sql<{ row: unknown }>(
          `select to_jsonb(t) as row from ${table} t where merchant_id = '${acme.merchantId}' limit 1`,
        );
        const plant = `insert into ${table} (${own}) overriding system value
          select ${own} from jsonb_populate_record(null::${table}, $1)`;
        const tries: Record<string, [answers: unknown[], sql: string, values?: unknown[]]> = {
          change: [
            [0, '42501'],
            `update ${table} set merchant_id = merchant_id where merchant_id = '${acme.merchantId}'`,
          ],
          delete: [[0, '42501'], `delete from ${table} where merchant_id = '${acme.merchantId}'`],
          give: [['42501'], `update ${table} set merchant_id = '${acme.merchantId}'`],
          plant: [['42501'], plant, [JSON.stringify(row!.row)]],
        };
        for (const [name, [answers, sql, values]] of Object.entries(tries)) {
          const answer = await attempt(client, sql, values);
          if (!answers.includes(answer)) failed.push(`${name} ${table}: ${answer}`);
        }
      }
    });
    expect(failed).toEqual([]);
  });

  it('a connection that nobody has told who acts sees nothing at all', async () => {
    const seen: string[] = [];
    await asMerchant(null, async (client) => {
      for (const table of [...tables, 'merchants', 'people', 'sessions', 'api_keys']) {
        if ((await client.query(`select from ${table} limit 1`)).rowCount !== 0) seen.push(table);
      }
    });
    expect(seen).toEqual([]);
  });
});

async function columnsOf(table: string): Promise<string> {
  const found = await booted.sql<{ name: string }>(
    `select quote_ident(attname) as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  return found.map(({ name }) => name).join(', ');
}
