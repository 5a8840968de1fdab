import { hashSecret } from '../src/access/password.js';
import { hashToken, newApiKey } from '../src/access/tokens.js';
import { newId } from '../src/platform/ids.js';
import type { BootedApp } from './booted-app.js';

export const PASSWORD = 'a long password';
export const PIN = '2468';

export interface SeededSite {
  siteId: number;
  stationId: string;
  merchantIds: { ACME: string; OTHER: string };
  /** Merchants' keys with all scopes. */
  keys: { ACME: string; OTHER: string };
}

/** The least that the mechanisms need: a site, one station, an agent with devices, people of each role, two merchants with keys. */
export async function seedSite({ sql }: BootedApp): Promise<SeededSite> {
  const [agent, station] = [newId(), newId()];
  await sql(`insert into sites values (1, 'TEST', 'Test site', 'UTC', now())`);
  await sql(`insert into stations values (1, $1, 'S-PACK-01', 'pack-bench', 'Bench 1', 0, 0)`, [station]);
  await sql(
    `insert into agents (site_id, id, code, name, created_at) values (1, $1, 'edge-1', 'Edge 1', now())`,
    [agent],
  );
  for (const [code, kind] of [
    ['SCAN-1', 'scanner'],
    ['SCALE-1', 'scale'],
    ['PRN-1', 'printer'],
  ]) {
    await sql(
      `insert into devices (site_id, id, agent_id, code, kind, driver, station_id) values (1, $1, $2, $3, $4, 'test/test', $5)`,
      [newId(), agent, code, kind, station],
    );
  }
  await seedPeople(sql);
  const merchantIds = { ACME: newId(), OTHER: newId() };
  const keys = { ACME: '', OTHER: '' };
  for (const code of ['ACME', 'OTHER'] as const) {
    await sql('insert into merchants (id, code, name, created_at) values ($1, $2, $2, now())', [
      merchantIds[code],
      code,
    ]);
    const { key, prefix, secret } = newApiKey();
    const scopes = [
      'orders:write',
      'orders:read',
      'items:write',
      'items:read',
      'stock:read',
      'receipts:write',
    ];
    await sql(`insert into api_keys values ($1, $2, 1, 'test', $3, $4, $5, now(), null)`, [
      newId(),
      merchantIds[code],
      prefix,
      hashToken(secret),
      scopes,
    ]);
    keys[code] = key;
  }
  return { siteId: 1, stationId: station, merchantIds, keys };
}

async function seedPeople(sql: BootedApp['sql']): Promise<void> {
  const [password, pin] = [await hashSecret(PASSWORD), await hashSecret(PIN)];
  for (const role of ['admin', 'supervisor', 'integrator']) {
    const id = newId();
    await sql(
      `insert into people (id, name, email, password_hash, created_at) values ($1, $2, $3, $4, now())`,
      [id, `The ${role}`, `${role}@test.example`, password],
    );
    await sql('insert into person_roles values ($1, 1, $2)', [id, role]);
  }
  const id = newId();
  await sql(
    `insert into people (id, name, badge, pin_hash, created_at) values ($1, 'A picker', 'B-7', $2, now())`,
    [id, pin],
  );
  await sql(`insert into person_roles values ($1, 1, 'operator')`, [id]);
}

/** The token of somebody with this role. */
export async function tokenOf(
  { request }: BootedApp,
  role: 'admin' | 'supervisor' | 'integrator' | 'operator',
) {
  const answer =
    role === 'operator'
      ? await request('POST', '/api/v1/access/badge-sign-in', {
          body: { badge: 'B-7', pin: PIN, stationCode: 'S-PACK-01' },
        })
      : await request('POST', '/api/v1/access/sign-in', {
          body: { email: `${role}@test.example`, password: PASSWORD },
        });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body.token as string;
}
