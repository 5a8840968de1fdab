import type { QueryRunner } from 'typeorm';

/**
 * What every migration keeps (docs/adr/0002-keys-led-by-site.md): floor tables have `site_id int` and `PRIMARY KEY (site_id, id)`, all
 * their unique and foreign keys contain it, no triggers, row-level security enabled (not forced) because the application's
 * role owns nothing.
 */

/** The role the application signs in with. It owns no table and cannot bypass row-level security. */
export const APP_ROLE = 'wavehouse_app';

const SYSTEM = `current_setting('app.scope', true) = 'system'`;
const ANY_SITE = `current_setting('app.scope', true) in ('system', 'site')`;
const THIS_SITE = `(current_setting('app.scope', true) = 'site'
  and site_id = nullif(current_setting('app.site', true), '')::int)`;
const THIS_MERCHANT = (column: string) => `(current_setting('app.scope', true) = 'merchant'
  and ${column} = nullif(current_setting('app.merchant', true), '')::uuid)`;

async function protect(query: QueryRunner, table: string, condition: string): Promise<void> {
  await query.query(`alter table ${table} enable row level security`);
  await query.query(`create policy ${table}_rows on ${table} using (${condition}) with check (${condition})`);
}

/** A floor table without a merchant: visible to the people and devices of its site. */
export async function protectFloor(query: QueryRunner, ...tables: string[]): Promise<void> {
  for (const table of tables) await protect(query, table, `${SYSTEM} or ${THIS_SITE}`);
}

/** A floor table of a merchant's rows: visible to its site and to that merchant alone. */
export async function protectMerchantFloor(query: QueryRunner, ...tables: string[]): Promise<void> {
  for (const table of tables) {
    await protect(query, table, `${SYSTEM} or ${THIS_SITE} or ${THIS_MERCHANT('merchant_id')}`);
  }
}

/** A reference table of a merchant's rows: visible at every site and to that merchant alone. */
export async function protectMerchantReference(
  query: QueryRunner,
  column: string,
  ...tables: string[]
): Promise<void> {
  for (const table of tables) await protect(query, table, `${ANY_SITE} or ${THIS_MERCHANT(column)}`);
}

/** Rows that a merchant never sees: people, sessions, keys in the making. */
export async function protectStaffReference(query: QueryRunner, ...tables: string[]): Promise<void> {
  for (const table of tables) await protect(query, table, ANY_SITE);
}

export type Right = 'select' | 'insert' | 'update' | 'delete';

/** What the application may do with a table. The ledger and the inbox are append-only by this alone. */
export async function grant(query: QueryRunner, rights: Right[], ...tables: string[]): Promise<void> {
  for (const table of tables) await query.query(`grant ${rights.join(', ')} on ${table} to ${APP_ROLE}`);
}
