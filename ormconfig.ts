import 'reflect-metadata';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** The one description of the database that the application, the migrations and the tests share. */
export function dataSourceOptions(url: string, poolSize = 20): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    synchronize: false,
    installExtensions: false,
    migrationsTransactionMode: 'each',
    entities: [join(import.meta.dirname, 'apps/api/src/**/*.entity.{js,ts}')],
    migrations: [join(import.meta.dirname, 'apps/api/src/migrations/*-*.{js,ts}')],
    poolSize,
    extra: { connectionTimeoutMillis: 10_000, statement_timeout: 60_000, application_name: 'wavehouse' },
  };
}

/** A DataSource on the given database; migrations need the owner's URL, the application its own role's. */
export function createDataSource(url: string, poolSize?: number): DataSource {
  return new DataSource(dataSourceOptions(url, poolSize));
}

export default createDataSource(
  process.env.OWNER_DATABASE_URL ?? process.env.DATABASE_URL ?? 'postgres://127.0.0.1:5432/wavehouse',
);
