import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { type FreshDatabase, freshDatabase } from '#lib/testkit';
import { createDataSource } from '../../../ormconfig.js';
import { openDataSource } from '../src/platform/data-source.js';

/** Shared by all sites and written rarely; everything else is a floor table (docs/adr/0002-keys-led-by-site.md). */
const REFERENCE = [
  'api_keys',
  'carriers',
  'item_barcodes',
  'items',
  'merchants',
  'people',
  'person_roles',
  'setup_tokens',
  'sign_in_failures',
  'sites',
];
/** Nothing in these belongs to a merchant or a person. */
const WITHOUT_ROW_SECURITY = ['carriers', 'migrations', 'sites'];

let database: FreshDatabase;
let owner: DataSource;
let ask: <T>(sql: string) => Promise<T[]>;

beforeAll(async () => {
  database = await freshDatabase();
  owner = await createDataSource(database.ownerUrl, 2).initialize();
  ask = (sql) => owner.query(sql);
}, 120_000);
afterAll(async () => {
  await owner.destroy();
  await database.drop();
});

const tables = `select c.oid, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'migrations'`;

describe('the schema can be distributed by site', () => {
  it('every table but the named reference tables has site_id int not null', async () => {
    const found = await ask<{ name: string }>(`select t.name from (${tables}) t where not exists (
      select from pg_attribute a where a.attrelid = t.oid and a.attname = 'site_id' and a.atttypid = 'int4'::regtype
        and a.attnotnull) order by 1`);
    expect(found.map(({ name }) => name)).toEqual(
      REFERENCE.filter((name) => !['api_keys', 'person_roles'].includes(name)),
    );
  });

  it('every primary key of a floor table is led by site_id, and every unique index contains it', async () => {
    const found = await ask<{ table: string; index: string }>(`
      select t.name as table, i.relname as index from (${tables}) t
      join pg_index x on x.indrelid = t.oid and (x.indisunique or x.indisprimary or x.indisexclusion)
      join pg_class i on i.oid = x.indexrelid
      join pg_attribute s on s.attrelid = t.oid and s.attname = 'site_id'
      where not s.attnum = any(x.indkey) or (x.indisprimary and x.indkey[0] <> s.attnum)`);
    expect(found.filter(({ table }) => !REFERENCE.includes(table))).toEqual([]);
  });

  it('every foreign key between floor tables carries site_id on both sides, and none sets null or a default', async () => {
    const found = await ask<{ name: string; from: string; to: string; both: boolean; action: string }>(`
      select c.conname as name, f.relname as from, t.relname as to, c.confdeltype as action,
        exists (select from unnest(c.conkey, c.confkey) as k (mine, theirs)
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.mine and a.attname = 'site_id'
          join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.theirs and b.attname = 'site_id') as both
      from pg_constraint c join pg_class f on f.oid = c.conrelid join pg_class t on t.oid = c.confrelid
      where c.contype = 'f' and c.connamespace = 'public'::regnamespace`);
    expect(found.filter(({ action }) => action === 'n' || action === 'd')).toEqual([]);
    const isFloor = (name: string) => !REFERENCE.includes(name);
    expect(found.filter(({ from, to, both }) => isFloor(from) && isFloor(to) && !both)).toEqual([]);
    expect(found.filter(({ from, to }) => !isFloor(from) && isFloor(to))).toEqual([]);
  });

  it('has no triggers, and no default or check that is volatile', async () => {
    expect(await ask('select tgname from pg_trigger where not tgisinternal')).toEqual([]);
    const defaults = await ask<{ text: string }>(`
      select pg_get_expr(d.adbin, d.adrelid) as text from pg_attrdef d join (${tables}) t on t.oid = d.adrelid
      where pg_get_expr(d.adbin, d.adrelid) ~ '\\('`);
    expect(defaults).toEqual([]);
  });

  it('names every constraint itself, short enough for a shard number', async () => {
    const found = await ask<{ name: string }>(`select conname as name from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f', 'c') and length(conname) > 50`);
    expect(found).toEqual([]);
  });
});

describe('row-level security', () => {
  it('is enabled, with a policy, and not forced, on every table that belongs to somebody', async () => {
    const found = await ask<{ name: string }>(`select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
        and (not c.relrowsecurity or c.relforcerowsecurity
          or not exists (select from pg_policy p where p.polrelid = c.oid)) order by 1`);
    expect(found.map(({ name }) => name)).toEqual(WITHOUT_ROW_SECURITY);
  });

  it('binds the application: its role owns nothing and bypasses nothing', async () => {
    const [role] = await ask(`select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
        (select count(*)::int from pg_class where relowner = r.oid) as owned
      from pg_roles r where rolname = 'wavehouse_app'`);
    expect(role).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      owned: 0,
    });
  });

  it('refuses to start with a role that owns the tables, or is a superuser', async () => {
    await expect(openDataSource(database.ownerUrl)).rejects.toThrow(/owns tables/);
    await expect(openDataSource(database.superuserUrl)).rejects.toThrow(/superuser/);
    const app = await openDataSource(database.appUrl);
    expect(await app.query('select count(*)::int as n from sessions')).toEqual([{ n: 0 }]);
    await app.destroy();
  });

  it('lets the application neither change nor delete what is append-only', async () => {
    const found = await ask<{ table: string; right: string }>(`
      select table_name as table, privilege_type as right from information_schema.role_table_grants
      where grantee = 'wavehouse_app' and table_name in ('movements', 'inbox', 'events')
        and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')`);
    expect(found).toEqual([]);
  });
});

describe('entities', () => {
  it('map every table, with the columns, types and nullability that the migrations gave it', async () => {
    const columns = await ask<{ table: string; column: string; type: string; nullable: boolean }>(`
      select table_name as table, column_name as column, udt_name as type, is_nullable = 'YES' as nullable
      from information_schema.columns where table_schema = 'public' and table_name <> 'migrations'
      order by table_name, column_name`);
    const mapped = owner.entityMetadatas.flatMap((entity) =>
      entity.columns.map((column) => ({
        table: entity.tableName,
        column: column.databaseName,
        type: `${column.isArray ? '_' : ''}${PG_NAMES[String(column.type)] ?? String(column.type)}`,
        nullable: column.isNullable,
      })),
    );
    const key = ({ table, column }: { table: string; column: string }) => `${table}.${column}`;
    const sorted = [...mapped].sort((one, other) => (key(one) < key(other) ? -1 : 1));
    expect(sorted).toEqual([...columns].sort((one, other) => (key(one) < key(other) ? -1 : 1)));
  });
});

const PG_NAMES: Record<string, string> = { int: 'int4', bigint: 'int8', boolean: 'bool' };
