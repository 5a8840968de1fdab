import 'reflect-metadata';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { PreparingClient } from './apps/api/src/platform/preparing-client.js';

const SOURCES = join(import.meta.dirname, 'apps/api/src');

// Imported here and not by TypeORM's glob: that one evaluates its `import()` from a string, and V8's cache for such code hands a
// second spec file in the same jest worker the first one's, whose modules are gone.
const [entities, migrations] = await Promise.all([
  classesOf(filesLike(/\.entity\.[jt]s$/)),
  classesOf(filesLike(/^migrations[/\\]\d+-.+\.[jt]s$/)),
]);

/** The one description of the database that the application, the migrations and the tests share. */
export function dataSourceOptions(url: string, poolSize = 20): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    synchronize: false,
    installExtensions: false,
    migrationsTransactionMode: 'each',
    entities,
    migrations,
    poolSize,
    extra: {
      connectionTimeoutMillis: 10_000,
      statement_timeout: 60_000,
      application_name: 'wavehouse',
      Client: PreparingClient,
    },
  };
}

/** A DataSource on the given database; migrations need the owner's URL, the application its own role's. */
export function createDataSource(url: string, poolSize?: number): DataSource {
  return new DataSource(dataSourceOptions(url, poolSize));
}

function filesLike(name: RegExp): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file) && !file.endsWith('.d.ts'))
    .sort();
}

async function classesOf(files: string[]): Promise<(new () => never)[]> {
  const modules = await Promise.all(
    files.map((file) => import(pathToFileURL(join(SOURCES, file)).href) as Promise<Record<string, unknown>>),
  );
  return modules
    .flatMap((module) => Object.values(module))
    .filter((each) => typeof each === 'function') as never[];
}

export default createDataSource(
  process.env.OWNER_DATABASE_URL ?? process.env.DATABASE_URL ?? 'postgres://127.0.0.1:5432/wavehouse',
);
