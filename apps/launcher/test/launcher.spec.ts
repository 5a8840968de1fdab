import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { commandLineOf, type PostgresServer, startPostgres } from '#lib/embedded';
import { eventually, freePort } from '#lib/testkit';
import { makeCheckout } from './stand-ins.js';

const LIMIT = { limitMs: 30_000 };
jest.setTimeout(120_000);

/** One launcher at a terminal of its own. */
class Terminal {
  output = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(checkout: string, args: string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [join(checkout, 'dist/apps/launcher/src/main.js'), ...args], {
      cwd: checkout,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (text) => (this.output += text));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  async shows(text: string | RegExp): Promise<void> {
    await eventually(() => expect(this.output).toMatch(text), LIMIT);
  }

  async press(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** Those of the processes that still run; a zombie that nobody reaps is dead. */
async function alive(...pids: number[]): Promise<number[]> {
  const lines = await Promise.all(pids.map(commandLineOf));
  return pids.filter((_, at) => lines[at] !== undefined);
}

describe('the launcher', () => {
  let checkout: string;
  let port: number;
  const terminals: Terminal[] = [];
  const open = (args: string[] = [], env: Record<string, string> = {}) => {
    const terminal = new Terminal(checkout, ['--port', String(port), ...args], env);
    terminals.push(terminal);
    return terminal;
  };
  const notes = async () =>
    (await readFile(join(checkout, 'notes'), 'utf8').catch(() => '')).trim().split('\n');
  const pidOf = async (name: string) =>
    Number((await notes()).findLast((line) => line.startsWith(`${name} up`))?.split(' ')[2]);
  const postgresPid = async () =>
    Number((await readFile(join(checkout, '.data/postgres/postmaster.pid'), 'utf8')).split('\n')[0]);

  beforeEach(async () => {
    checkout = await mkdtemp(join(tmpdir(), 'wavehouse-launcher-'));
    await chmod(checkout, 0o711); // as root the database runs under an account that has to pass through
    await makeCheckout(checkout);
    port = await freePort();
  });
  afterEach(async () => {
    for (const terminal of terminals.splice(0))
      if (terminal.child.exitCode === null) await terminal.press('SIGINT');
    await rm(checkout, { recursive: true, force: true });
  });

  it('starts everything, ends in one line, and on Ctrl-C drains in order and leaves nothing running', async () => {
    const terminal = open();
    await terminal.shows(
      new RegExp(`Wavehouse is ready at http://127.0.0.1:${port}   Sign in as demo / demo\n$`),
    );
    const pids = await Promise.all([postgresPid(), ...['api', 'agent', 'floor'].map(pidOf)]);
    expect(await alive(...pids)).toEqual(pids);
    const environment = join(checkout, '.data/environment.json');
    expect((await stat(environment)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(environment, 'utf8'))).toMatchObject({ PORT: String(port), DEMO: '1' });
    expect((await notes()).map((line) => line.replace(/ \d+ ?/, ' ').trim())).toEqual([
      'api up without the owner',
      'floor up',
      'agent up without a database',
    ]);
    expect(await terminal.press('SIGINT')).toBe(0);
    await expect(stat(environment)).rejects.toThrow(/ENOENT/);
    expect((await notes()).slice(3).map((line) => line.split(' ')[0])).toEqual(['floor', 'agent', 'api']);
    expect(await alive(...pids)).toEqual([]);

    const again = open();
    await again.shows('Wavehouse is ready');
    expect(await again.press('SIGTERM')).toBe(0);
  });

  it('brings back a program and a database that are killed, with one line each', async () => {
    const terminal = open();
    await terminal.shows('Wavehouse is ready');
    const before = await pidOf('api');
    process.kill(before, 'SIGKILL');
    await terminal.shows(/api ended \(SIGKILL\) and is started again in 0\.5 s/);
    await terminal.shows('api is back');
    expect(await pidOf('api')).not.toBe(before);
    process.kill(await postgresPid(), 'SIGKILL');
    await terminal.shows('PostgreSQL is back');
    expect(await terminal.press('SIGINT')).toBe(0);
  });

  it('is killed: its programs end by themselves, and the next start goes on with the database left running', async () => {
    const terminal = open();
    await terminal.shows('Wavehouse is ready');
    const pids = await Promise.all(['api', 'agent', 'floor'].map(pidOf));
    const postgres = await postgresPid();
    await terminal.press('SIGKILL');
    const again = open();
    await again.shows('Wavehouse is ready');
    expect(await alive(...pids)).toEqual([]);
    expect(await postgresPid()).toBe(postgres);
    expect(again.output).toMatch(/going on with the PostgreSQL server/);
    expect(await again.press('SIGINT')).toBe(0);
    expect(await alive(postgres)).toEqual([]);
  });

  it('stops cleanly when it is interrupted while starting', async () => {
    const terminal = open();
    await terminal.shows('PostgreSQL runs');
    const postgres = await postgresPid();
    expect(await terminal.press('SIGINT')).toBe(0);
    expect(await alive(postgres)).toEqual([]);
    expect(terminal.output).not.toMatch(/ready at|\n\s+at /);
  });

  it('does not start a second time on the same data', async () => {
    const first = open();
    await first.shows('Wavehouse is ready');
    const second = open(['--port', String(await freePort())]);
    expect(await second.ended).toBe(1);
    expect(second.output).toMatch(
      /^The data directory .* is in use by another Wavehouse \(process \d+\); .*\.\n$/,
    );
  });

  it('names a program that does not start, with its last words', async () => {
    await writeFile(
      join(checkout, 'dist/apps/api/src/main.js'),
      `console.error('No room in the inn.'); process.exit(3);`,
    );
    const terminal = open();
    expect(await terminal.ended).toBe(1);
    expect(terminal.output).toMatch(/The api ended while it was starting: No room in the inn\.\n$/);
    await expect(postgresPid()).rejects.toThrow(/ENOENT/);
  });

  describe('refuses in one sentence', () => {
    const refuses = async (terminal: Terminal, sentence: RegExp) => {
      expect(await terminal.ended).toBe(1);
      expect(terminal.output).toMatch(sentence);
      expect(terminal.output.trim().split('\n')).toHaveLength(1);
    };

    it('a taken port', async () => {
      const taken = await new Promise<Server>((resolve) => {
        const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
      });
      await refuses(open(), /^Port \d+ is in use by another program; give --port another one\.\n$/);
      await new Promise((resolve) => taken.close(resolve));
    });

    it('a data directory that is a file', async () => {
      await writeFile(join(checkout, 'file'), '');
      await refuses(open(['--data', join(checkout, 'file')]), /a file stands in its way/);
    });

    it('a data directory with other files in the database’s place', async () => {
      await mkdir(join(checkout, '.data/postgres'), { recursive: true });
      await writeFile(join(checkout, '.data/postgres/letter.txt'), 'dear');
      await refuses(open(), /holds other files and no database/);
    });

    it('one of the two URLs alone', async () => {
      await refuses(
        open([], { DATABASE_URL: 'postgres://x@127.0.0.1/x' }),
        /^DATABASE_URL is given and MQTT_URL is not; /,
      );
    });

    it('a URL that is none, without showing it', async () => {
      const terminal = open([], { DATABASE_URL: 'secret', MQTT_URL: 'mqtt://127.0.0.1' });
      await refuses(terminal, /^DATABASE_URL must be a postgres:\/\/ URL\.\n$/);
    });

    it('an option it does not know', async () => {
      await refuses(open(['--prot', '1']), /--prot.*--help/);
    });
  });
});

describe('the launcher with a database of the person’s own', () => {
  let checkout: string;
  let server: PostgresServer;
  beforeAll(async () => {
    checkout = await mkdtemp(join(tmpdir(), 'wavehouse-launcher-'));
    await chmod(checkout, 0o711);
    await makeCheckout(checkout);
    server = await startPostgres({ dataDir: join(checkout, 'own'), settings: { fsync: 'off' } });
  });
  afterAll(async () => {
    await server.stop();
    await rm(checkout, { recursive: true, force: true });
  });
  const ask = async (url: string, sql: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const start = async (database: string) => {
    const env = { DATABASE_URL: server.superuserUrl(database), MQTT_URL: 'mqtt://127.0.0.1:1' };
    return new Terminal(checkout, ['--no-demo', '--port', String(await freePort())], env);
  };

  it('starts nothing embedded and makes the application a role that owns nothing', async () => {
    await ask(server.superuserUrl(), 'CREATE DATABASE fresh');
    const terminal = await start('fresh');
    await terminal.shows('Wavehouse is ready');
    expect(terminal.output).not.toMatch(/PostgreSQL runs|broker runs/);
    await expect(readFile(join(checkout, '.data/postgres/postmaster.pid'))).rejects.toThrow(/ENOENT/);
    expect(await terminal.press('SIGINT')).toBe(0);
  });

  it.each([
    ['with other tables', 'CREATE TABLE invoices ()', /holds other tables \(invoices \.\.\.\)/],
    [
      'of a newer version',
      'CREATE TABLE migrations AS SELECT generate_series(1, 2) AS timestamp',
      /was made by a newer version of Wavehouse/,
    ],
  ])('refuses one %s', async (_, sql, sentence) => {
    const name = `other${await freePort()}`;
    await ask(server.superuserUrl(), `CREATE DATABASE ${name}`);
    await ask(server.superuserUrl(name), sql);
    const terminal = await start(name);
    expect(await terminal.ended).toBe(1);
    expect(terminal.output).toMatch(sentence);
    expect(terminal.output).not.toMatch(/\n\s+at /);
  });

  it('refuses one that is not there', async () => {
    const terminal = await start('nowhere');
    expect(await terminal.ended).toBe(1);
    expect(terminal.output).toMatch(
      /^The database "nowhere" at 127\.0\.0\.1:\d+ as postgres cannot be opened: .*\.\n$/,
    );
  });
});
