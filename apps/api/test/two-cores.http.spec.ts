import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually } from '#lib/testkit';
import { type BootedApp, bootApp } from './booted-app.js';
import { type SeededSite, seedSite, tokenOf } from './seed-site.js';

let cores: BootedApp[];
let site: SeededSite;

/** Two applications on one database, each with its own connections and its own relay. */
beforeAll(async () => {
  const one = await bootApp();
  const other = await bootApp({}, { ...one.database, drop: async () => {} });
  cores = [one, other];
  site = await seedSite(one);
}, 120_000);
afterAll(async () => {
  for (const core of [...(cores ?? [])].reverse()) await core.close();
});

const sql: BootedApp['sql'] = (text, values) => cores[0]!.sql(text, values);
const leaders = () =>
  sql<{ pid: number }>(
    `select l.pid from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and a.application_name = 'wavehouse-relay' and a.datname = current_database()`,
  );
const addEvents = (count: number) =>
  sql(
    `insert into events (site_id, id, type, aggregate_id, data, actor, trace, at)
     select 1, gen_random_uuid(), 'spec.nobody-hears', gen_random_uuid(), '{}', 'spec', 'spec', now() from generate_series(1, $1)`,
    [count],
  );
const allDelivered = () =>
  eventually(
    async () => (await sql('select 1 from events where published_at is null limit 1')).length === 0,
    {
      limitMs: 20_000,
      everyMs: 100,
    },
  );

it('one relay delivers, and when its connection is cut another one takes over', async () => {
  await eventually(async () => expect(await leaders()).toHaveLength(1), { limitMs: 20_000 });
  await addEvents(500);
  await allDelivered();
  for (let round = 0; round < 3; round += 1) {
    const [leader] = await leaders();
    await terminate(leader!.pid);
    await eventually(
      async () => {
        const now = await leaders();
        expect(now).toHaveLength(1);
        expect(now[0]!.pid).not.toBe(leader!.pid);
      },
      { limitMs: 20_000 },
    );
    await addEvents(50);
    await allDelivered();
  }
});

async function terminate(pid: number): Promise<void> {
  const client = new pg.Client({
    connectionString: cores[0]!.database.superuserUrl,
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  await client.query('select pg_terminate_backend($1)', [pid]);
  await client.end();
}

it('an Idempotency-Key counts at both, also when the same request reaches both at once', async () => {
  const token = await tokenOf(cores[0]!, 'supervisor');
  const body = { name: 'Once', roles: ['operator'], badge: 'B-ONCE', pin: '1234' };
  const headers = { 'idempotency-key': randomUUID() };
  const post = (at: number) =>
    cores[at % 2]!.request('POST', '/api/v1/access/people', { token, body, headers });
  const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => post(at)));
  expect(answers.filter(({ status }) => ![201, 503].includes(status))).toEqual([]);
  const [one, other] = [await post(0), await post(1)];
  expect([one.status, other.status]).toEqual([201, 201]);
  expect(other.body).toEqual(one.body);
  expect(other.headers.get('idempotency-replayed')).toBe('true');
  expect(await sql(`select 1 from people where badge = 'B-ONCE'`)).toHaveLength(1);
});

it('an item that both are given at once is one item, and a session counts at both', async () => {
  const token = await tokenOf(cores[0]!, 'admin');
  const me = await cores[1]!.request('GET', '/api/v1/access/me', { token });
  expect(me.status).toBe(200);
  const sizes = { lengthMm: 1, widthMm: 1, heightMm: 1, weightGrams: 1 };
  const body = { sku: 'BOTH', name: 'Both', ...sizes, barcodes: [] };
  const put = (at: number) =>
    cores[at % 2]!.request('POST', '/api/v1/items', { body, token: site.keys.ACME });
  const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => put(at)));
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  expect(await sql(`select 1 from items where sku = 'BOTH'`)).toHaveLength(1);
  await cores[0]!.request('POST', '/api/v1/access/sign-out', { token });
  // The other core looks a session up again after a few seconds.
  await eventually(
    async () => {
      expect((await cores[1]!.request('GET', '/api/v1/access/me', { token })).status).toBe(401);
    },
    { limitMs: 20_000, everyMs: 200 },
  );
});
