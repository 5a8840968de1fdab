import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { transformFile } from '@swc/core';

const ROOT = process.cwd();

/** The launcher, the broker and PostgreSQL are real; these say what they are told and when they end. */
const STAND_INS: Record<string, string> = {
  'apps/api/src/migrate.main.js': `
    import pg from 'pg';
    const client = new pg.Client({ connectionString: process.env.OWNER_DATABASE_URL });
    await client.connect();
    await client.query('CREATE TABLE IF NOT EXISTS migrations (id int, timestamp bigint, name text)');
    await client.query('INSERT INTO migrations SELECT 1, 1, $1 WHERE NOT EXISTS (SELECT FROM migrations)', ['first']);
    const { rows } = await client.query('SELECT count(*)::int AS n FROM migrations');
    await client.end();
    console.log('The database knows ' + rows[0].n + ' migration.');`,
  'apps/api/src/migrations/1-first.js': '',
  'apps/api/src/wavehouse.main.js': `console.log('Sign in as demo / demo');`,
  'apps/api/src/main.js': `
    import { createServer } from 'node:http';
    import pg from 'pg';
    import { note } from '../../../note.js';
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
    client.on('error', () => undefined);
    await client.connect();
    note('api', 'up', process.env.OWNER_DATABASE_URL ? 'with the owner' : 'without the owner');
    createServer((request, response) => response.end('ok')).listen(Number(process.env.PORT), process.env.HOST);`,
  'apps/edge-agent/src/main.js': `
    import { createServer } from 'node:http';
    import mqtt from 'mqtt';
    import { note } from '../../../note.js';
    await mqtt.connectAsync(process.env.MQTT_URL, {
      username: process.env.AGENT_SITE + '/' + process.env.AGENT_CODE,
      password: process.env.AGENT_SECRET,
      protocolVersion: 4,
    });
    note('agent', 'up', process.env.DATABASE_URL ? 'with a database' : 'without a database');
    createServer((request, response) => response.end('ok')).listen(Number(process.env.AGENT_HTTP_PORT), '127.0.0.1');`,
  'libs/sim/src/floor.main.js': `
    import { note } from '../../../note.js';
    note('floor', 'up', '');
    setInterval(() => undefined, 1000);
    process.send({ ready: true });`,
  'note.js': `
    import { appendFileSync } from 'node:fs';
    const file = new URL('../notes', import.meta.url);
    export function note(name, what, more) {
      appendFileSync(file, [name, what, process.pid, more].join(' ') + '\\n');
      if (what === 'up') process.once('SIGTERM', () => { note(name, 'down', ''); process.exit(0); });
    }`,
};

/** Makes a checkout whose launcher and embedded parts are built from the sources here and whose other programs stand in. */
export async function makeCheckout(dir: string): Promise<void> {
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  await cp(join(ROOT, 'package.json'), join(dir, 'package.json'));
  for (const place of ['apps/launcher/src', 'libs/embedded/src', 'libs/contracts/src'])
    await build(place, dir);
  for (const [name, text] of Object.entries(STAND_INS)) await write(join(dir, 'dist', name), text);
}

async function build(place: string, dir: string): Promise<void> {
  const entries = await readdir(join(ROOT, place), { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.spec.ts')) continue;
    const source = join(entry.parentPath, entry.name);
    const { code } = await transformFile(source, { configFile: join(ROOT, '.swcrc'), sourceMaps: false });
    await write(join(dir, 'dist', relative(ROOT, source)).replace(/\.ts$/, '.js'), code);
  }
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
