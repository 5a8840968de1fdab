import { createDataSource } from '../../../ormconfig.js';
import { DatabaseUnfit, sentenceOf } from './platform/data-source.js';

/**
 * Brings the database of OWNER_DATABASE_URL to this version's schema; run before the API, as the owner.
 * Prints what it did; a database that can't be used is one sentence and exit code 1.
 */
async function main(): Promise<void> {
  const url = process.env.OWNER_DATABASE_URL;
  if (!url || !URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new DatabaseUnfit(
      'OWNER_DATABASE_URL must be the postgres:// URL of the role that owns the tables.',
    );
  }
  const source = createDataSource(url, 2);
  try {
    await source.initialize();
    await refuseOlderServer(source);
    const done = await source.runMigrations({ transaction: 'each' });
    console.log(
      done.length === 0
        ? 'The database is up to date.'
        : `Migrated: ${done.map((each) => each.name).join(', ')}.`,
    );
  } catch (error) {
    throw error instanceof DatabaseUnfit ? error : new DatabaseUnfit(sentenceOf(error, url));
  } finally {
    if (source.isInitialized) await source.destroy();
  }
}

async function refuseOlderServer(source: ReturnType<typeof createDataSource>): Promise<void> {
  const [{ version, app }] = (await source.query(
    `select current_setting('server_version_num')::int as version,
       exists (select from pg_roles where rolname = 'wavehouse_app') as app`,
  )) as [{ version: number; app: boolean }];
  if (version < 150_000) {
    throw new DatabaseUnfit(
      `PostgreSQL ${Math.floor(version / 10_000)} is too old: Wavehouse needs 15 or newer.`,
    );
  }
  if (!app) {
    throw new DatabaseUnfit(
      'The role wavehouse_app is missing: create it with LOGIN and a password, owning nothing.',
    );
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
