import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Broker, ensureDatabase, type PostgresServer, startPostgres } from '#lib/embedded';
import { eventually } from '#lib/testkit';
import { createDataSource } from '../../../ormconfig.js';
import { type BootedApp, bootApp } from './booted-app.js';
import { type SeededSite, seedSite, tokenOf } from './seed-site.js';
import { sealed, TestAgent, testBroker } from './test-agent.js';

// Commits wait for the log: what was acknowledged must be there after the kill.
const SETTINGS = { fsync: 'off', io_method: 'sync' };

let home: string;
let server: PostgresServer;
let broker: Broker;
let booted: BootedApp;
let site: SeededSite;
let agent: TestAgent;
let supervisor: string;

/** A server of its own: the one that all specs share must not be killed. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wavehouse-outages-'));
  server = await startPostgres({ dataDir: join(home, 'postgres'), settings: SETTINGS });
  const urls = await ensureDatabase(server);
  const owner = await createDataSource(urls.ownerUrl, 2).initialize();
  await owner.runMigrations({ transaction: 'each' });
  await owner.destroy();
  broker = await testBroker();
  const database = { ...urls, name: 'wavehouse', superuserUrl: server.superuserUrl(), drop: async () => {} };
  const mqtt = { MQTT_URL: `mqtt://127.0.0.1:${broker.port}`, MQTT_USERNAME: 'core', MQTT_PASSWORD: 'x' };
  booted = await bootApp(mqtt, database);
  site = await seedSite(booted);
  supervisor = await tokenOf(booted, 'supervisor');
  await eventually(async () => expect((await readiness()).body.status).toBe('ok'), { limitMs: 30_000 });
  agent = await TestAgent.connect(broker, 'edge-1');
  await eventually(async () => (await agent.hello()).op === 'hello', { limitMs: 20_000 });
}, 180_000);

afterAll(async () => {
  await agent?.close();
  await booted?.close();
  await broker?.close();
  await server?.stop();
  await rm(home, { recursive: true, force: true });
});

const readiness = () => booted.request('GET', '/readyz');
const merchants = () => booted.request('GET', '/api/v1/merchants', { token: supervisor });
const putItem = (sku: string) => {
  const sizes = { lengthMm: 1, widthMm: 1, heightMm: 1, weightGrams: 1 };
  const body = { sku, name: sku, ...sizes, barcodes: [] };
  return booted.request('POST', '/api/v1/items', { token: site.keys.ACME, body });
};
const scan = (seq: number, code: string) =>
  sealed({ stream: 's~a', seq, kind: 'scan.read', device: 'SCAN-1', data: { code } });
/** What an agent does: it sends until the core says that it has the record. */
const sendUntilAcked = (records: ReturnType<typeof scan>[], seq: number) =>
  eventually(
    async () => {
      await agent.send('s~a', records);
      return agent.acks.some((ack) => ack.stream === 's~a' && ack.seq >= seq);
    },
    { limitMs: 30_000, everyMs: 500 },
  );
/** An event as a transaction writes it; it is through when the relay has delivered it. */
const eventDelivered = async () => {
  await booted.sql(
    `insert into events (site_id, id, type, aggregate_id, data, actor, trace, at)
     values (1, gen_random_uuid(), 'spec.nobody-hears', gen_random_uuid(), '{}', 'spec', 'spec', now())`,
  );
  await eventually(
    async () => expect(await booted.sql('select type from events where published_at is null')).toEqual([]),
    { limitMs: 30_000, everyMs: 100 },
  );
};

describe('the database is killed under the running API', () => {
  it('answers 503 with a problem meanwhile, and goes on by itself: requests, relay and uplink', async () => {
    await eventDelivered();
    await agent.send('s~a', [scan(1, 'before')]);
    await agent.acked('s~a', 1);
    const { port } = server;
    server.kill();
    await server.exited;
    for (const call of [merchants, () => putItem('AWAY')]) {
      const answer = await call();
      expect([answer.status, answer.body.code]).toEqual([503, 'platform.busy']);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(JSON.stringify(answer.body)).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|node_modules/);
    }
    expect((await booted.request('GET', '/livez')).status).toBe(200);
    expect([(await readiness()).status, (await readiness()).body.parts.database.status]).toEqual([
      503,
      'down',
    ]);
    await agent.send('s~a', [scan(2, 'while it was away')]);

    server = await startPostgres({ dataDir: join(home, 'postgres'), settings: SETTINGS, port });
    await eventually(async () => expect((await readiness()).status).toBe(200), { limitMs: 30_000 });
    expect((await merchants()).status).toBe(200);
    expect((await putItem('BACK')).status).toBe(200);
    expect(await booted.sql(`select sku from items where sku in ('AWAY', 'BACK')`)).toEqual([
      { sku: 'BACK' },
    ]);
    await sendUntilAcked([scan(2, 'while it was away'), scan(3, 'after')], 3);
    expect(await booted.sql(`select data ->> 'code' as code from inbox order by seq`)).toEqual([
      { code: 'before' },
      { code: 'while it was away' },
      { code: 'after' },
    ]);
    await eventDelivered();
  }, 120_000);
});

describe('the broker goes away and comes back', () => {
  it('degrades readiness, stops nobody at the screens, and is joined again', async () => {
    const { port } = broker;
    await broker.close();
    await eventually(
      async () => {
        const { status, body } = await readiness();
        expect([status, body.status, body.parts.broker.status]).toEqual([200, 'degraded', 'degraded']);
      },
      { limitMs: 20_000 },
    );
    expect((await merchants()).status).toBe(200);
    broker = await testBroker(port);
    await eventually(async () => expect((await readiness()).body.status).toBe('ok'), { limitMs: 30_000 });
    await eventually(async () => (await agent.hello()).op === 'hello', { limitMs: 30_000 });
    await sendUntilAcked([scan(4, 'joined again')], 4);
  }, 120_000);
});
