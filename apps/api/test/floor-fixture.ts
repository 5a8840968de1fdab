import pg from 'pg';
import type { DataSource } from 'typeorm';
import { FakeClock, type FreshDatabase, freshDatabase } from '#lib/testkit';
import { createDataSource } from '../../../ormconfig.js';
import { type Actor, asSystem, newTrace, withContext } from '../src/platform/context.js';
import { Database } from '../src/platform/database.service.js';
import { newId } from '../src/platform/ids.js';

export interface FixtureItem {
  id: string;
  sku: string;
  barcode: string;
  merchantId: string;
}

export interface FixtureLocation {
  id: string;
  code: string;
}

/** A small building with one merchant: enough for specs of the floor on a real database. */
export interface Floor {
  database: FreshDatabase;
  source: DataSource;
  db: Database;
  clock: FakeClock;
  siteId: number;
  merchantId: string;
  zoneId: string;
  receiving: FixtureLocation;
  /** Pick faces in aisles of ten, `A-01-01-1` upward. */
  locations: FixtureLocation[];
  items: FixtureItem[];
  stations: { packBench: string; pickStart: string; receivingDesk: string };
  carts: { id: string; code: string }[];
  /** Lpns of the empty totes. */
  totes: string[];
  people: { id: string; name: string }[];
  /** Runs as the core itself at this site. */
  system<T>(work: () => Promise<T>): Promise<T>;
  /** Runs as a person of the floor. */
  person<T>(personId: string, work: () => Promise<T>): Promise<T>;
  /** Runs with a merchant's key; the fixture's merchant unless another is named. */
  merchant<T>(work: () => Promise<T>, merchantId?: string): Promise<T>;
  /** Looks behind row-level security. */
  ask<T = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

const SITE = 1;

/** EAN-13 with a right check digit for the item with this number. */
export function ean(number: number): string {
  const digits = `400${String(number).padStart(9, '0')}`;
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

export async function buildFloor(
  sizes: { locations?: number; items?: number; totes?: number } = {},
): Promise<Floor> {
  const database = await freshDatabase();
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  const source = createDataSource(database.appUrl, 24);
  await source.initialize();
  const clock = new FakeClock('2026-03-02T08:00:00Z');
  const db = new Database(source, clock);
  const ask = async <T>(sql: string, parameters: unknown[] = []) =>
    (await owner.query(sql, parameters)).rows as T[];
  const at = clock.now();
  const merchantId = newId();
  await ask(
    `insert into sites (id, code, name, timezone, created_at) values ($1, 'hub', 'Hub', 'Europe/Paris', $2)`,
    [SITE, at],
  );
  await ask(`insert into merchants (id, code, name, created_at) values ($1, 'acme', 'Acme', $2)`, [
    merchantId,
    at,
  ]);
  const zoneId = newId();
  await ask(`insert into zones (site_id, id, code, name) values ($1, $2, 'A', 'Shelves')`, [SITE, zoneId]);
  const receiving = await addLocation(ask, zoneId, 'RCV-1', { type: 'receiving', index: -1 });
  const locations: FixtureLocation[] = [];
  for (let index = 0; index < (sizes.locations ?? 20); index++) {
    const code = `A-${String(Math.floor(index / 10) + 1).padStart(2, '0')}-${String((index % 10) + 1).padStart(2, '0')}-1`;
    locations.push(await addLocation(ask, zoneId, code, { type: 'pick-face', index }));
  }
  const items: FixtureItem[] = [];
  for (let index = 0; index < (sizes.items ?? 5); index++)
    items.push(await addItem(ask, merchantId, index + 1));
  const people: Floor['people'] = [];
  for (const name of ['Ana', 'Bo']) {
    const id = newId();
    await ask(`insert into people (id, name, created_at) values ($1, $2, $3)`, [id, name, at]);
    people.push({ id, name });
  }
  const rest = await addEquipment(ask, sizes.totes ?? 30);
  return {
    database,
    source,
    db,
    clock,
    siteId: SITE,
    merchantId,
    zoneId,
    receiving,
    locations,
    items,
    people,
    ask,
    ...rest,
    ...actors(merchantId),
    close: async () => {
      await source.destroy();
      await owner.end();
      await database.drop();
    },
  };
}

/** Ways to act: as the core, as somebody on the floor, with a merchant's key. */
function actors(merchantId: string): Pick<Floor, 'system' | 'person' | 'merchant'> {
  const run = <T>(actor: Actor, work: () => Promise<T>) => withContext(newTrace(), actor, work);
  const person = { kind: 'person', name: 'spec', siteId: SITE, roles: ['operator', 'supervisor'] } as const;
  const shift = { face: 'floor', stationId: null, language: 'en' } as const;
  const scopes = ['orders:write', 'orders:read', 'stock:read', 'receipts:write'];
  return {
    system: (work) => asSystem('spec', SITE, work),
    person: (personId, work) =>
      run({ ...person, roles: [...person.roles], ...shift, personId, sessionId: newId() }, work),
    merchant: (work, id = merchantId) =>
      run({ kind: 'merchant', merchantId: id, siteId: SITE, keyId: newId(), scopes }, work),
  };
}

type Ask = <T>(sql: string, parameters?: unknown[]) => Promise<T[]>;

async function addLocation(
  ask: Ask,
  zoneId: string,
  code: string,
  place: { type: string; index: number },
): Promise<FixtureLocation> {
  const id = newId();
  const aisle = Math.floor(place.index / 10) + 1;
  const bay = (place.index % 10) + 1;
  await ask(
    `insert into locations (site_id, id, code, zone_id, type, aisle, bay, level, x_mm, y_mm, pick_sequence)
     values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10)`,
    [SITE, id, code, zoneId, place.type, aisle, bay, aisle * 4000, bay * 1200, place.index + 1],
  );
  return { id, code };
}

export async function addItem(
  ask: Ask,
  merchantId: string,
  number: number,
  tracking = 'none',
): Promise<FixtureItem> {
  const id = newId();
  const sku = `SKU-${number}`;
  await ask(
    `insert into items (id, merchant_id, sku, name, length_mm, width_mm, height_mm, weight_grams, tracking, updated_at)
     values ($1, $2, $3, $4, 120, 80, 40, 250, $5, '2026-01-01')`,
    [id, merchantId, sku, `Item ${number}`, tracking],
  );
  await ask(`insert into item_barcodes (merchant_id, barcode, item_id) values ($1, $2, $3)`, [
    merchantId,
    ean(number),
    id,
  ]);
  return { id, sku, barcode: ean(number), merchantId };
}

async function addEquipment(
  ask: Ask,
  toteCount: number,
): Promise<Pick<Floor, 'stations' | 'carts' | 'totes'>> {
  const station = async (code: string, kind: string) => {
    const id = newId();
    await ask(
      `insert into stations (site_id, id, code, kind, name, x_mm, y_mm) values ($1, $2, $3, $4, $3, 0, 0)`,
      [SITE, id, code, kind],
    );
    return id;
  };
  const stations = {
    packBench: await station('S-PACK-1', 'pack-bench'),
    pickStart: await station('S-START-1', 'pick-start'),
    receivingDesk: await station('S-RCV-1', 'receiving-desk'),
  };
  const carts: Floor['carts'] = [];
  for (const code of ['C-0001', 'C-0002', 'C-0003']) {
    const id = newId();
    await ask(`insert into carts (site_id, id, code, slots) values ($1, $2, $3, 6)`, [SITE, id, code]);
    carts.push({ id, code });
  }
  const totes = Array.from({ length: toteCount }, (_, index) => `T-${String(index + 1).padStart(6, '0')}`);
  await ask(
    `insert into containers (site_id, id, lpn, type) select $1, t.id, t.lpn, 'tote' from unnest($2::uuid[], $3::text[]) as t (id, lpn)`,
    [SITE, totes.map(() => newId()), totes],
  );
  await ask(
    `insert into carton_types (site_id, id, code, name, length_mm, width_mm, height_mm, tare_grams, max_grams)
     values ($1, $2, 'M', 'Medium', 400, 300, 250, 250, 20000)`,
    [SITE, newId()],
  );
  await ask(`insert into carriers (code, name) values ('post', 'Post')`);
  await ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values ($1, $2, 'post', 'standard', 'Standard', '17:00')`,
    [SITE, newId()],
  );
  return { stations, carts, totes };
}
