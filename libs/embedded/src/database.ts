import pg from 'pg';
import type { PostgresServer } from './postgres.js';
import { ensureSecrets } from './secrets.js';

/** Owns the database and everything in it; used by migrations only. */
export const OWNER_ROLE = 'wavehouse_owner';
/** What the application signs in as: owns nothing, so that row-level security binds it. */
export const APP_ROLE = 'wavehouse_app';

/** Connection strings of one database, one per role. */
export interface DatabaseUrls {
  ownerUrl: string;
  appUrl: string;
}

const CONNECT_LIMIT_MS = 10_000;

/**
 * Makes the two roles and the database where they are missing and sets the roles' stored passwords. Changes nothing in a
 * database that is already there.
 */
export async function ensureDatabase(server: PostgresServer, database = 'wavehouse'): Promise<DatabaseUrls> {
  const passwords = await ensureSecrets(server.secretsFile, ['owner', 'app']);
  await withSuperuser(server, async (client) => {
    await ensureRole(client, OWNER_ROLE, passwords.owner);
    await ensureRole(client, APP_ROLE, passwords.app);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (!rowCount)
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)} OWNER ${OWNER_ROLE}`);
  });
  return databaseUrls(server, database, passwords);
}

/** Connection strings for `database` on `server`, with the passwords that `ensureSecrets` keeps. */
export function databaseUrls(
  server: Pick<PostgresServer, 'port'>,
  database: string,
  passwords: { owner: string; app: string },
): DatabaseUrls {
  const at = `127.0.0.1:${server.port}/${encodeURIComponent(database)}`;
  return {
    ownerUrl: `postgres://${OWNER_ROLE}:${passwords.owner}@${at}`,
    appUrl: `postgres://${APP_ROLE}:${passwords.app}@${at}`,
  };
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  // Spelled out, so that a role that somebody widened by hand is narrowed again.
  const rights = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
  const verb = rowCount ? 'ALTER' : 'CREATE';
  await client.query(`${verb} ROLE ${role} ${rights} PASSWORD ${client.escapeLiteral(password)}`);
}

async function withSuperuser<T>(server: PostgresServer, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: server.superuserUrl(),
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    query_timeout: 60_000,
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
