import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, Sentence, say } from './workspace.mjs';

const OPTIONS = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
const FAILED =
  'npm could not install the packages (see above): check the network and the disk, then start again.';

/** Installs the npm packages when they are missing or not those of package-lock.json. */
export async function ensureInstalled() {
  const state = installed();
  if (state === 'complete') return;
  say(state === 'absent' ? 'installing packages (a minute or two, once) ...' : 'updating packages ...');
  const { took } =
    state === 'absent' && existsSync(join(ROOT, 'package-lock.json')) ? await clean() : await npm('install');
  say(`packages are installed (${took})`);
}

/**
 * Exactly what package-lock.json says. Where the registry offers other optional packages (those of other platforms) than
 * the one that the lock was made with, `npm ci` refuses the lock as a whole, and `npm install` takes its versions as well.
 */
async function clean() {
  const { code, output, took } = await run('npm', 'npm', ['ci', ...OPTIONS]);
  if (code === 0) return { took };
  if (/EUSAGE/.test(output)) return npm('install');
  throw new Sentence(`${output.trim()}\n${FAILED}`);
}

async function npm(verb) {
  const { code, took } = await run('npm', 'npm', [verb, '--no-save', ...OPTIONS], { show: true });
  if (code !== 0) throw new Sentence(FAILED);
  return { took };
}

/**
 * Compares what npm says it has installed (node_modules/.package-lock.json) with what is wanted, package by package, so
 * that a `npm ci` by hand counts as well. Optional packages are those of other platforms.
 */
function installed() {
  const has = packagesOf(join(ROOT, 'node_modules', '.package-lock.json'));
  if (!has) return 'absent';
  const wants = packagesOf(join(ROOT, 'package-lock.json'));
  if (!wants) return 'complete';
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const listed = Object.keys({ ...dependencies, ...devDependencies }).every(
    (name) => has[`node_modules/${name}`],
  );
  const same = Object.entries(wants).every(
    ([path, { version, optional, devOptional, link }]) =>
      path === '' || link || (has[path] ? has[path].version === version : optional || devOptional),
  );
  return listed && same ? 'complete' : 'outdated';
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}
