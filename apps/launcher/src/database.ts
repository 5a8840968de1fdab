import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { APP_ROLE, type DatabaseUrls, ensureSecrets } from '#lib/embedded';
import { MIGRATIONS_TABLE, whyNotThisDatabase } from './judge-database.js';
import { StartRefused } from './options.js';

const LIMIT_MS = 10_000;

/** Refuses, before anything is changed, a database that is not ours or of another version. */
export async function refuseForeignDatabase(ownerUrl: string, migrationsDir: string): Promise<void> {
  const known = (await readdir(migrationsDir))
    .flatMap((name) => /^(\d+)-.*\.js$/.exec(name)?.[1] ?? [])
    .map(Number);
  const refusal = await withDatabase(ownerUrl, async (client) => {
    const { rows } = await client.query<{ version: number; tables: string[] }>(
      `SELECT current_setting('server_version_num')::int AS version,
         ARRAY(SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1) AS tables`,
    );
    const { version = 0, tables = [] } = rows[0] ?? {};
    const seen = tables.includes(MIGRATIONS_TABLE)
      ? await client.query<{ timestamp: string }>(`SELECT * FROM public.${MIGRATIONS_TABLE}`)
      : { rows: [] };
    const applied = seen.rows.map((row) => Number(row.timestamp));
    return whyNotThisDatabase({ serverVersion: version, tables, applied }, known);
  });
  if (refusal) throw new StartRefused(refusal);
}

/**
 * The two roles of a database that the person gave. With both URLs they are taken as they are. With DATABASE_URL alone,
 * a role that may create roles is taken for the owner and gets the application's role made: the application must not sign
 * in as the owner, whom row-level security does not bind.
 */
export async function databaseOf(env: NodeJS.ProcessEnv, secretsFile: string): Promise<DatabaseUrls> {
  const url = checkedUrl('DATABASE_URL', env.DATABASE_URL ?? '');
  if (env.OWNER_DATABASE_URL) {
    return { ownerUrl: checkedUrl('OWNER_DATABASE_URL', env.OWNER_DATABASE_URL), appUrl: url };
  }
  return withDatabase(url, async (client) => {
    const { rows } = await client.query<{ role: string; creates: boolean; app: boolean }>(
      `SELECT rolname AS role, rolsuper OR rolcreaterole AS creates,
         EXISTS (SELECT FROM pg_roles WHERE rolname = '${APP_ROLE}') AS app
       FROM pg_roles WHERE rolname = current_user`,
    );
    const { role = '', creates = false, app = false } = rows[0] ?? {};
    if (role === APP_ROLE) {
      throw new StartRefused(
        'DATABASE_URL is of the application’s role; give OWNER_DATABASE_URL too, for migrations.',
      );
    }
    if (!creates) {
      throw new StartRefused(
        `The role ${role} of DATABASE_URL may not create roles; give the owner as OWNER_DATABASE_URL and ${APP_ROLE} as DATABASE_URL.`,
      );
    }
    const appUrl = await ownAppRole(client, url, secretsFile, app);
    return { ownerUrl: url, appUrl };
  });
}

async function ownAppRole(
  client: pg.Client,
  url: string,
  secretsFile: string,
  exists: boolean,
): Promise<string> {
  const { app: password } = await ensureSecrets(secretsFile, ['app']);
  const appUrl = Object.assign(new URL(url), { username: APP_ROLE, password }).href;
  if (!exists) {
    const rights = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS';
    await client.query(`CREATE ROLE ${APP_ROLE} ${rights} PASSWORD ${client.escapeLiteral(password)}`);
    return appUrl;
  }
  const works = await withDatabase(appUrl, async () => true).catch(() => false);
  if (!works) {
    throw new StartRefused(
      `The role ${APP_ROLE} exists with a password that is not kept here; give its URL as DATABASE_URL and the owner's as OWNER_DATABASE_URL.`,
    );
  }
  return appUrl;
}

function checkedUrl(name: string, text: string): string {
  if (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)) return text;
  throw new StartRefused(`${name} must be a postgres:// URL.`); // the value may hold a password: it is not shown
}

async function withDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: LIMIT_MS,
    query_timeout: LIMIT_MS,
  });
  try {
    await client.connect();
  } catch (error) {
    const { hostname, port, pathname, username } = new URL(url);
    const where = `database "${decodeURIComponent(pathname.slice(1))}" at ${hostname}:${port || 5432} as ${decodeURIComponent(username)}`;
    const reason = (error as Error).message || (error as NodeJS.ErrnoException).code;
    throw new StartRefused(`The ${where} cannot be opened: ${reason}.`, { cause: error });
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
