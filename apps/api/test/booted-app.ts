import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { type FreshDatabase, freshDatabase } from '#lib/testkit';

/** The whole application on a database of its own, as a spec talks to it. */
export interface BootedApp {
  app: NestFastifyApplication;
  database: FreshDatabase;
  url: string;
  /** Runs SQL behind row-level security. */
  sql<T extends object>(text: string, values?: unknown[]): Promise<T[]>;
  request(method: string, path: string, ask?: Ask): Promise<Answer>;
  close(): Promise<void>;
}

export interface Ask {
  body?: unknown;
  /** A session token or an API key. */
  token?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a spec asserts on the shape itself
  body: any;
}

/**
 * Boots the application like `main.ts` does, on a free port. `settings` become environment variables. `given` is a database to share or
 * to treat badly; else the application has one of its own. `close` drops it.
 */
export async function bootApp(
  settings: Record<string, string> = {},
  given?: FreshDatabase,
): Promise<BootedApp> {
  const database = given ?? (await freshDatabase());
  Object.assign(process.env, { DATABASE_URL: database.appUrl, LOG_LEVEL: 'silent', PORT: '0', ...settings });
  const { log } = await import('../src/platform/log.js');
  log.level = process.env.TEST_LOG_LEVEL ?? 'silent';
  const { createApp } = await import('../src/boot.js');
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  // A server that a spec stops ends the idle connections: the next query opens new ones.
  owner.on('error', () => {});
  const app = await createApp();
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  return {
    app,
    database,
    url,
    sql: async (text, values) => (await owner.query(text, values)).rows,
    request: (method, path, ask) => request(url, method, path, ask),
    close: async () => {
      await app.close();
      await owner.end();
      await database.drop();
    },
  };
}

async function request(url: string, method: string, path: string, ask: Ask = {}): Promise<Answer> {
  const { body, token, headers = {} } = ask;
  const isText = typeof body === 'string';
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body !== undefined ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: body === undefined ? undefined : isText ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  const isJson = /\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text ? JSON.parse(text) : text,
  };
}
