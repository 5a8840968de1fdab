import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { TEMPLATE, testServer } from './test-server.js';

/** A migrated, empty database for one spec file. */
export interface FreshDatabase {
  name: string;
  /** Owns the tables: for migrations and for looking behind row-level security. */
  ownerUrl: string;
  /** What the application uses: under row-level security. */
  appUrl: string;
  superuserUrl: string;
  /** Removes the database; connections still open are ended. */
  drop(): Promise<void>;
}

/** Copies the migrated template into a new database: about 0.15 s. Call it in `beforeAll`, `drop` in `afterAll`. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = await testServer();
  const name = `spec_${randomBytes(6).toString('hex')}`;
  await asSuperuser(
    server.superuserUrl,
    `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER wavehouse_owner`,
  );
  return {
    name,
    ownerUrl: onDatabase(server.ownerUrl, name),
    appUrl: onDatabase(server.appUrl, name),
    superuserUrl: onDatabase(server.superuserUrl, name),
    drop: () => asSuperuser(server.superuserUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function asSuperuser(url: string, statement: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
