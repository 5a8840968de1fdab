import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, Sentence, say } from './workspace.mjs';

/** Installs the npm packages when they are missing or not those of package-lock.json. */
export async function ensureInstalled() {
  const state = installed();
  if (state === 'complete') return;
  const fresh = state === 'absent' && existsSync(join(ROOT, 'package-lock.json'));
  say(state === 'absent' ? 'installing packages (a minute or two, once) ...' : 'updating packages ...');
  const args = [fresh ? 'ci' : 'install', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const { code, took } = await run('npm', 'npm', [...args, '--loglevel=error'], { show: true });
  if (code !== 0)
    throw new Sentence(
      `npm ${args[0]} failed (see above): check the network and the disk, then start again.`,
    );
  say(`packages are installed (${took})`);
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
