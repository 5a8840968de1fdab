import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../../ormconfig.js';

/** The database can't be used as it is; one sentence for a person. */
export class DatabaseUnfit extends Error {}

interface RoleFacts {
  role: string;
  superuser: boolean;
  bypass: boolean;
  owned: number;
  migrated: boolean;
}

/**
 * Connects as the application's role and refuses a role that row-level security would not bind.
 * @throws DatabaseUnfit
 */
export async function openDataSource(url: string): Promise<DataSource> {
  const source = createDataSource(url);
  try {
    await source.initialize();
  } catch (error) {
    throw new DatabaseUnfit(sentenceOf(error, url));
  }
  try {
    await refuseUnfit(source);
  } catch (error) {
    await source.destroy();
    throw error;
  }
  return source;
}

async function refuseUnfit(source: DataSource): Promise<void> {
  const [facts] = (await source.query(
    `select current_user as role, r.rolsuper as superuser, r.rolbypassrls as bypass,
       (select count(*)::int from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where pg_has_role(r.oid, c.relowner, 'usage') and n.nspname in ('public', 'pgboss')) as owned,
       to_regclass('public.sites') is not null as migrated
     from pg_roles r where r.rolname = current_user`,
  )) as [RoleFacts];
  if (facts.superuser || facts.bypass) {
    throw new DatabaseUnfit(
      `The database role ${facts.role} is a superuser or bypasses row-level security: merchants would see each other's rows. Use wavehouse_app.`,
    );
  }
  if (facts.owned > 0) {
    throw new DatabaseUnfit(
      `The database role ${facts.role} owns tables, so row-level security does not bind it. Use wavehouse_app in DATABASE_URL and the owner in OWNER_DATABASE_URL.`,
    );
  }
  if (!facts.migrated) {
    throw new DatabaseUnfit('The database has no tables yet: run the migrations first (migrate.main.js).');
  }
  if (await source.showMigrations()) {
    throw new DatabaseUnfit(
      'The database is older than this version: run the migrations first (migrate.main.js).',
    );
  }
}

/** Why a connection failed, without the password that the URL may hold. */
export function sentenceOf(error: unknown, url: string): string {
  const { code, message } = error as { code?: string; message?: string };
  const { hostname, port, pathname, username } = new URL(url);
  const where = `${hostname}:${port || 5432}`;
  const name = decodeURIComponent(pathname.slice(1)) || username;
  switch (code) {
    case 'ECONNREFUSED':
      return `No PostgreSQL answers at ${where}.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The database host ${hostname} is unknown.`;
    case '28P01':
    case '28000':
      return `PostgreSQL at ${where} refuses the user ${decodeURIComponent(username)}: wrong password or not allowed in.`;
    case '3D000':
      return `PostgreSQL at ${where} has no database "${name}".`;
    case '42501':
      return `The user ${decodeURIComponent(username)} may not do this in the database "${name}": ${message}.`;
    default:
      return `The database "${name}" at ${where} can't be used: ${message ?? String(error)}`;
  }
}
