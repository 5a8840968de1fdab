import { existsSync } from 'node:fs';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureDatabase, type PostgresServer, startPostgres } from '#lib/embedded';

/** The one PostgreSQL server of a test run, shared by all workers. */
export interface TestServer {
  pid: number;
  port: number;
  superuserUrl: string;
  ownerUrl: string;
  appUrl: string;
}

/** Every spec file's database is a copy of this one. */
export const TEMPLATE = 'wavehouse_template';

const START_LIMIT_MS = 90_000;
/** Nothing here outlives the run: speed before durability. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  io_method: 'sync',
  autovacuum: 'off',
  max_wal_size: '4GB',
  max_connections: '300',
};

/**
 * Answers the run's server. The first caller of all workers starts it and migrates the template; the others wait.
 * Specs that never ask for a database start nothing. `test/global-teardown.mjs` stops it.
 */
export async function testServer(): Promise<TestServer> {
  const dir = process.env.WAVEHOUSE_TEST_DIR;
  if (!dir)
    throw new Error('WAVEHOUSE_TEST_DIR is not set: run the specs through "npm run jest", which sets it up');
  const answer = join(dir, 'server.json');
  const failure = join(dir, 'failure.txt');
  const first = await open(join(dir, 'starting'), 'wx').catch(() => undefined);
  if (first) {
    await first.close();
    try {
      const server = await startTemplate(dir);
      await writeFile(`${answer}.new`, JSON.stringify(server));
      await rename(`${answer}.new`, answer);
    } catch (error) {
      await writeFile(failure, String((error as Error).stack));
      throw error;
    }
  }
  const deadline = performance.now() + START_LIMIT_MS;
  while (!existsSync(answer)) {
    if (existsSync(failure))
      throw new Error(`the test database did not start: ${await readFile(failure, 'utf8')}`);
    if (performance.now() > deadline) throw new Error('the test database did not start in time');
    await delay(20);
  }
  return JSON.parse(await readFile(answer, 'utf8')) as TestServer;
}

async function startTemplate(dir: string): Promise<TestServer> {
  const server: PostgresServer = await startPostgres({ dataDir: join(dir, 'postgres'), settings: SETTINGS });
  try {
    const urls = await ensureDatabase(server, TEMPLATE);
    await migrate(urls.ownerUrl);
    return { pid: server.pid, port: server.port, superuserUrl: server.superuserUrl(), ...urls };
  } catch (error) {
    await server.stop();
    await rm(join(dir, 'postgres'), { recursive: true, force: true });
    throw error;
  }
}

/** Runs all migrations as the owner, through the same DataSource that production uses. */
async function migrate(ownerUrl: string): Promise<void> {
  const { createDataSource } = await import('../../../ormconfig.js');
  const source = createDataSource(ownerUrl);
  await source.initialize();
  try {
    await source.runMigrations({ transaction: 'each' });
  } finally {
    await source.destroy();
  }
}
