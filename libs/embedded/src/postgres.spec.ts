import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ensureDatabase, freePort, type PostgresServer, startPostgres } from './index.js';

const QUICK = { fsync: 'off', max_connections: '20', shared_buffers: '16MB' };

async function ask<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  let dir: string;
  const running: PostgresServer[] = [];
  const start = async (options: { port?: number; settings?: Record<string, string> } = {}) => {
    const server = await startPostgres({ dataDir: join(dir, 'postgres'), settings: QUICK, ...options });
    running.push(server);
    return server;
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wavehouse-postgres-'));
    await chmod(dir, 0o711); // as root the server runs under an account that has to pass through
  });
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('keeps what was committed, with checksums on, and answers only to its password on the loopback address', async () => {
    const first = await start();
    await ask(first.superuserUrl(), 'CREATE TABLE kept AS SELECT 7 AS n');
    const settings = await ask<{ name: string; setting: string }>(
      first.superuserUrl(),
      `SELECT name, setting FROM pg_settings WHERE name IN ('data_checksums', 'listen_addresses', 'unix_socket_directories', 'server_encoding') ORDER BY name`,
    );
    expect(settings.map((row) => row.setting)).toEqual(['on', '127.0.0.1', 'UTF8', '']);
    await expect(ask(first.superuserUrl().replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
      /password/,
    );
    expect((await stat(first.secretsFile)).mode & 0o777).toBe(0o600);
    await first.stop();
    await first.exited;

    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await ask(second.superuserUrl(), 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  it('gives the owner the database and the application a role that owns nothing', async () => {
    const server = await start();
    const first = await ensureDatabase(server);
    expect(await ensureDatabase(server)).toEqual(first);
    await ask(first.ownerUrl, 'CREATE TABLE mine (n int)');
    await expect(ask(first.appUrl, 'CREATE TABLE theirs (n int)')).rejects.toThrow(/permission denied/);
    await expect(ask(first.appUrl, 'SELECT n FROM mine')).rejects.toThrow(/permission denied/);
    const roles = await ask(
      server.superuserUrl(),
      `SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'wavehouse%' ORDER BY 1`,
    );
    expect(roles).toEqual([
      { rolname: 'wavehouse_app', rolsuper: false, rolbypassrls: false },
      { rolname: 'wavehouse_owner', rolsuper: false, rolbypassrls: false },
    ]);
  });

  it('goes on with a server whose parent was killed', async () => {
    const program = `
      const { startPostgres } = await import('#lib/embedded');
      const server = await startPostgres(${JSON.stringify({ dataDir: join(dir, 'postgres'), settings: QUICK })});
      console.log(JSON.stringify({ pid: server.pid, port: server.port }));
      setInterval(() => {}, 1000);`;
    const parent = spawn(
      process.execPath,
      [
        '--import',
        '@swc-node/register/esm-register',
        '--conditions=source',
        '--input-type=module',
        '-e',
        program,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const left = await new Promise<{ pid: number; port: number }>((resolve, reject) => {
      parent.once('exit', (code) => reject(new Error(`the parent ended with ${code}`)));
      parent.stdout.once('data', (text: Buffer) => resolve(JSON.parse(text.toString())));
    });
    parent.removeAllListeners('exit');
    parent.kill('SIGKILL');

    const server = await start();
    expect(server).toMatchObject({ adopted: true, pid: left.pid, port: left.port });
    expect(await ask(server.superuserUrl(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    await server.exited;
    await expect(readFile(join(dir, 'postgres/postmaster.pid'))).rejects.toThrow(/ENOENT|EACCES/);
  });

  it('replaces a server left on another port than the one asked for', async () => {
    const left = await start();
    const port = await freePort();
    const server = await start({ port });
    expect(server).toMatchObject({ adopted: false, port });
    await left.exited;
  });

  it('recovers after SIGKILL of the server itself', async () => {
    const first = await start({ settings: { ...QUICK, fsync: 'on' } });
    await ask(first.superuserUrl(), 'CREATE TABLE kept AS SELECT 7 AS n');
    first.kill();
    await first.exited;
    const second = await start();
    expect(await ask(second.superuserUrl(), 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });
});
