import './node-version.mjs';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { bin, digestOf, filesBelow, ROOT, run, Sentence, say, start } from './workspace.mjs';

const SERVER = [
  'apps/api/src',
  'apps/edge-agent/src',
  'apps/launcher/src',
  'libs',
  'devices',
  'bench',
  'ormconfig.ts',
];
const SETTINGS = [
  'package-lock.json',
  'package.json',
  'tsconfig.json',
  'nest-cli.json',
  'apps/api/tsconfig.app.json',
];
/** Files that programs read at run time beside their code; tsc leaves them behind. */
const ASSETS = new Set(['.json', '.yaml', '.yml', '.sql', '.html', '.zpl', '.txt', '.wasm', '.hex']);
const DIST = join(ROOT, 'dist');

const isSource = (file) => !/\.spec\.tsx?$/.test(file) && !file.includes(`${join('libs', 'testkit')}`);

/** Builds the server and the web app where their sources have changed since they were last built. */
export async function ensureBuilt() {
  await Promise.all([buildServer(), buildWeb()]);
}

async function buildServer() {
  const files = filesBelow([...SERVER, ...SETTINGS], isSource);
  await whenChanged('server', files, async () => {
    await compile('server', [bin('@nestjs/cli', 'nest'), 'build', 'api']);
    copyAssets();
    removeOrphans();
  });
}

async function buildWeb() {
  if (!existsSync(join(ROOT, 'apps/web/vite.config.ts'))) return;
  const files = filesBelow(['apps/web', 'libs', ...SETTINGS], isSource);
  await whenChanged('web', files, () =>
    compile('web app', [bin('vite'), 'build', '-c', 'apps/web/vite.config.ts', '--logLevel', 'warn']),
  );
}

/** Runs `build` unless the stamp says that these very contents were built and the result is still there. */
async function whenChanged(name, files, build) {
  const stamp = join(DIST, `.built-${name}`);
  const digest = digestOf(files);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  await build();
  mkdirSync(DIST, { recursive: true });
  writeFileSync(stamp, digest);
}

async function compile(label, args) {
  say(`building the ${label} ...`);
  const { code, output, took } = await run(`build of the ${label}`, process.execPath, args);
  if (code !== 0) throw new Sentence(`${output.trim()}\nThe ${label} does not build (see above).`);
  say(`the ${label} is built (${took})`);
}

function copyAssets() {
  for (const file of filesBelow(['apps/api/src', 'apps/edge-agent/src', 'libs', 'devices'], (f) =>
    ASSETS.has(extname(f)),
  )) {
    const target = join(DIST, relative(ROOT, file));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
}

/**
 * Removes output whose source is gone. Entities and migrations are found by a pattern over dist: one that was deleted or
 * renamed must not live on there.
 */
function removeOrphans() {
  for (const place of ['apps/api', 'apps/edge-agent', 'apps/launcher', 'libs', 'devices', 'bench']) {
    for (const file of filesBelow([join('dist', place)], (f) => f.endsWith('.js') || f.endsWith('.js.map'))) {
      const source = join(ROOT, relative(DIST, file)).replace(/\.js(\.map)?$/, '');
      if (!['.ts', '.tsx', '.js'].some((extension) => existsSync(source + extension))) rmSync(file);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  start(async () => {
    await ensureInstalled();
    await ensureBuilt();
  });
}
