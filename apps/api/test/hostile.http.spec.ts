import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#lib/testkit';
import { newId } from '../src/platform/ids.js';
import { type Answer, type Ask, type BootedApp, bootApp } from './booted-app.js';
import { leavesOf, type Operation, operations, soundBody, withValue } from './hostile-bodies.js';
import { PASSWORD, PIN, tokenOf } from './seed-site.js';
import { settled, type TwoMerchants, twoMerchants } from './two-merchants.js';

let booted: BootedApp;
let world: TwoMerchants;
/** Somebody with every role: whatever stands in the way is then the content, not the right. */
let token: string;
let ids: Record<string, string>;

beforeAll(async () => {
  booted = await bootApp();
  world = await twoMerchants(booted);
  await booted.sql(
    `insert into person_roles (person_id, site_id, role) select id, 1, r from people, unnest(array['supervisor', 'operator', 'integrator']) r
     where email = 'admin@test.example'`,
  );
  token = await tokenOf(booted, 'admin');
  const [person] = await booted.sql<{ id: string }>(`select id from people where badge = 'B-7'`);
  ids = { person: person!.id };
}, 180_000);
afterAll(() => booted.close());

/** Text that somebody may well be called: kept as text or refused, never carried out. */
const TEXTS = [`x^XZ^XA^FDpwned^FS~JA '; drop table orders; -- <img src=x onerror=alert(1)> \${7*7}`];
/** What no field may keep. */
const NOISE = ['a\u0000b', '\u001b[2J\u001b]0;x\u0007', '\ud800', '\u202eevil', 'x'.repeat(10_240)];
const VALUES = {
  text: [...TEXTS, ...NOISE, 42, { $gt: '' }],
  number: ['1', null, [], 2 ** 53],
  other: [NOISE[0], NOISE[2], { $gt: '' }],
};
/** Compared with what is known, or hashed, and kept nowhere as it was sent. */
const NEVER_KEPT = /Scan$|^itemScans$|^password$/;

/** What is wrong with an answer, whatever was asked. */
function faultOf({ status, headers, body }: Answer): string | null {
  if (status < 400) return null;
  const said = JSON.stringify(body);
  // Here stands no agent: what is asked of one is answered so, whatever is asked.
  const isSilent = status === 503 && body.code === 'devices.agent-silent';
  if (status >= 500 && !isSilent) return `${status} ${said.slice(0, 200)}`;
  if (!headers.get('content-type')?.startsWith('application/problem+json'))
    return `no problem: ${said.slice(0, 200)}`;
  if (!/^[a-z-]+\.[a-z0-9-]+$/.test(body.code) || typeof body.detail !== 'string')
    return `no code: ${said.slice(0, 200)}`;
  if (!/^[0-9a-f]{32}$/.test(body.traceId)) return 'no trace';
  if (/node_modules|\.[jt]s:\d|\bat [A-Z]\w+\.|select |insert into /.test(said))
    return `tells too much: ${said.slice(0, 200)}`;
  return said.length > 20_000 ? 'echoes all it was sent' : null;
}

/** Sound words for the fields, so that one field alone is wrong. */
const words = (): Record<string, unknown> => ({
  eventId: newId(),
  readingId: newId(),
  templateId: newId(),
  email: `p${newId()}@test.example`,
  password: PASSWORD,
  pin: PIN,
  badge: `B-${newId()}`.slice(0, 34),
  roles: ['operator'],
  scopes: ['items:read'],
  language: 'en',
  timezone: 'UTC',
  siteCode: 'TEST',
  token: 'x'.repeat(40),
  claimCode: 'ABCD-EFGH-JKLM',
  merchantCode: 'ACME',
  sku: world.acme.sku,
  lot: world.acme.lot,
  expiresOn: '2027-03-31',
  expectedOn: '2027-03-31',
  cutOffAt: '2027-03-31T12:00:00Z',
  at: '2027-03-31T12:00:00Z',
  carrier: 'post',
  service: 'standard',
  country: 'FR',
  state: 'asleep',
  locationCode: 'A-01-01',
  stationCode: 'S-PACK-01',
  doorStationCode: 'S-PACK-01',
  cartonCode: 'M',
  parcelScan: world.acme.sscc,
  containerScan: world.acme.toteLpn,
  itemScan: world.acme.barcode,
  itemScans: [world.acme.barcode],
  locationScan: 'L-A-01-01',
  stationScan: 'S-PACK-01',
  cartScan: 'C-0001',
  labelScan: world.acme.sscc,
  barcodes: [{ code: 'WORD-1234', quantity: 1 }],
  name: 'A name',
  code: 'CODE-1',
  op: 'beep',
});

/** A real id for every parameter. */
function address({ path }: Operation): string {
  const { acme } = world;
  const real: [RegExp, string][] = [
    [/people\/\{id\}/, `people/${ids.person}`],
    [/api-keys\/\{id\}/, `api-keys/${newId()}`],
    [/merchants\/\{code\}/, 'merchants/ACME'],
    [/items\/\{id\}/, `items/${acme.itemId}`],
    [/orders\/\{id\}/, `orders/${acme.heldOrderId}`],
    [/holds\/\{code\}/, 'holds/none'],
    [/receipts\/\{id\}/, `receipts/${acme.receiptId}`],
    [/put-aways\/\{id\}/, `put-aways/${acme.putAwayId}`],
    [/counts\/\{id\}/, `counts/${acme.countId}`],
    [/channels\/\{id\}/, `channels/${world.channelId}`],
    [/waves\/\{id\}/, `waves/${acme.waveId}`],
    [/runs\/\{id\}/, `runs/${acme.runId}`],
    [/tasks\/\{id\}/, `tasks/${acme.taskId}`],
    [/parcels\/\{id\}/, `parcels/${acme.parcelId}`],
    [/loads\/\{id\}/, `loads/${world.loadId}`],
    [/locations\/\{code\}/, 'locations/A-01-01'],
    [/containers\/\{lpn\}/, 'containers/T-000001'],
    [/stations\/\{code\}/, 'stations/S-PACK-01'],
    [/devices\/\{code\}/, 'devices/PRN-1'],
    [/lanes\/\{code\}/, 'lanes/L1'],
    [/\{id\}/, newId()],
  ];
  return real.reduce((found, [pattern, id]) => found.replace(pattern, id), path);
}

const send = (operation: Operation, ask: Ask) =>
  booted.request(operation.method, address(operation), { token, ...ask });

/** Everything that is kept, but for what the answer to a request itself leaves behind. */
async function everything(): Promise<unknown> {
  await settled(booted);
  const tables = await booted.sql<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
       and relname not in ('idempotency_keys', 'sign_in_failures', 'sessions') order by 1`,
  );
  return booted.sql(
    tables
      .map(({ name }) => `select '${name}' as name, count(*), sum(hashtext(t::text)::bigint) from ${name} t`)
      .join(' union all '),
  );
}

/** Runs over a list a few at a time. */
async function each<T>(list: T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = list.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const one of rest) await work(one);
    }),
  );
}

describe('every field of every body', () => {
  const withBody = operations().filter(({ body }) => body !== null);

  it('takes hostile text as text or refuses it with a clear problem, and a refusal changes nothing', async () => {
    const faults: string[] = [];
    for (const operation of withBody) {
      const before = await everything();
      let accepted = 0;
      const cases = leavesOf(operation.body!).flatMap(({ place, kind }) =>
        VALUES[kind].map((value) => ({ place, value })),
      );
      await each(cases, async ({ place, value }) => {
        const body = withValue(soundBody(operation.body!, words()), place, value);
        // The key makes the answer itself something that is kept.
        const headers = place.length === 1 ? { 'idempotency-key': newId() } : undefined;
        const answer = await send(operation, { body, headers });
        const name = String(place.findLast((part) => typeof part === 'string'));
        const kept = answer.status < 400 && NOISE.includes(value as string) && !NEVER_KEPT.test(name);
        const fault = faultOf(answer) ?? (kept ? `${answer.status} keeps it` : null);
        if (answer.status < 400) accepted += 1;
        const shown = JSON.stringify(value).slice(0, 40);
        if (fault)
          faults.push(`${operation.method} ${operation.path} ${place.join('.')} = ${shown}: ${fault}`);
      });
      if (accepted === 0)
        expect({ operation, after: await everything() }).toEqual({ operation, after: before });
    }
    expect(faults).toEqual([]);
  }, 180_000);

  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const BODIES: [name: string, body: string][] = [
    ['a million characters', JSON.stringify({ name: 'x'.repeat(1_000_000), code: 'x' })],
    ['two million characters', JSON.stringify({ name: 'x'.repeat(2_000_000) })],
    ['deep lists', deep(100_000)],
    [
      'deep lists in fields',
      `{"config":{"a":${deep(100_000)}},"lines":${deep(100_000)},"filter":${deep(9_000)}}`,
    ],
    ['deep objects', `${'{"config":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['a prototype', '{"__proto__":{"isAdmin":true},"name":"x"}'],
    [
      'a prototype in a field',
      '{"config":{"__proto__":{"isAdmin":true}},"consignee":{"__proto__":{"name":"x"}}}',
    ],
    ['a constructor', '{"constructor":{"prototype":{"isAdmin":true}}}'],
    ['no number', '{"quantity":NaN}'],
    ['numbers beyond all', '{"maxInFlight":1e400,"batchOrders":-1e400}'],
    ['a list', '[{}]'],
    ['nothing', 'null'],
    ['an empty text', ''],
    ['half a text', '{"name":"'],
    [
      'many fields',
      JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`f${n}`, n]))),
    ],
  ];

  it.each(BODIES)('is out of reach for a body of %s', async (_name, body) => {
    const before = await everything();
    const chosen = withBody.filter(({ path }) =>
      /orders$|devices.\{code\}$|channels|sign-in$|commands$/.test(path),
    );
    expect(chosen.length).toBeGreaterThan(4);
    for (const operation of chosen) {
      const answer = await send(operation, { body, headers: { 'idempotency-key': newId() } });
      expect({ path: operation.path, fault: faultOf(answer) }).toEqual({ path: operation.path, fault: null });
    }
    expect({} as { isAdmin?: boolean }).not.toHaveProperty('isAdmin');
    expect(await everything()).toEqual(before);
  });
});

describe('addresses and queries', () => {
  it.each(['%00', '%zz', "'%20or%201=1--", '%1b%5b2J', '%ff', 'x'.repeat(10_000), 'x'.repeat(20_000)])(
    'take %.20s for what it is',
    async (value) => {
      const faults: string[] = [];
      const asked = operations().flatMap((operation) => {
        const { method, path, parameters } = operation;
        const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
        const query = [...names.map((name) => `${name}=${value}`), `__proto__=${value}`].join('&');
        const twice = names.map((name) => `${name}=a&${name}=b&${name}[x]=1`).join('&');
        return [
          ...(method === 'GET' && value.length < 20_000 ? [`${address(operation)}?${query}`] : []),
          ...(names.length > 0 && value === '%00' ? [`${address(operation)}?${twice}`] : []),
          ...(path.includes('{') ? [path.replaceAll(/\{\w+\}/g, value)] : []),
        ].map((to) => ({ method, to }));
      });
      await each(asked, async ({ method, to }) => {
        const fault = faultOf(await booted.request(method, to, { token }));
        if (fault) faults.push(`${method} ${to.slice(0, 80)}: ${fault}`);
      });
      expect(faults).toEqual([]);
    },
  );
});

describe('files', () => {
  const BULK = ['/api/v1/items/bulk', '/api/v1/orders/bulk', '/api/v1/receiving/receipts/bulk'];
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  const rows: Record<string, string> = {
    bytes: Buffer.from(Array.from({ length: 4_096 }, (_, n) => (n * 37) % 256)).toString('latin1'),
    'one endless line': 'x'.repeat(3_000_000),
    'deep rows': `${deep}\n{"lines":${deep},"barcodes":${deep},"consignee":${deep}}\n`,
    'rows of everything': [
      'null',
      '1',
      '"x"',
      '[]',
      '{}',
      '{"__proto__":{"isAdmin":true}}',
      '{"sku":{"x":1}}',
    ].join('\n'),
    'nasty words': NOISE.map((text) =>
      JSON.stringify({ sku: text, externalRef: text, reference: text, name: text }),
    ).join('\n'),
    'a header of a prototype': '__proto__,constructor,sku\n1,2,3\n',
    quotes: '"sku,"\n""",\n"a"b"c',
  };

  it.each(Object.keys(rows))('of %s are answered row by row', async (name) => {
    const before = await everything();
    for (const path of BULK) {
      for (const type of ['application/x-ndjson', 'text/csv']) {
        const headers = { 'content-type': type };
        const answer = await booted.request('POST', path, { token, body: rows[name], headers });
        expect({ path, type, fault: faultOf(answer) }).toEqual({ path, type, fault: null });
        for (const line of String(answer.body).trim().split('\n').filter(Boolean)) {
          expect(JSON.parse(line)).toMatchObject({ status: 'refused' });
        }
      }
    }
    expect(await everything()).toEqual(before);
  });

  it.each(BULK)('whose sender hangs up in the middle do not take the API with them: %s', async (path) => {
    const { hostname, port } = new URL(booted.url);
    for (const type of ['application/x-ndjson', 'text/csv']) {
      const socket = connect(Number(port), hostname);
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: ${type}\r\nContent-Length: 100000\r\n\r\nsku,name\n{"sku":`,
      );
      await eventually(() => socket.bytesWritten > 100);
      socket.resetAndDestroy();
      await eventually(async () => (await booted.request('GET', '/livez')).status === 200);
    }
  });
});
