import './node-version.mjs';

// node tools/run.mjs <file in dist> [arguments]: installs and builds what is missing, then runs the file in this process.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import('./workspace.mjs').then(({ ROOT, Sentence, start }) =>
  start(async () => {
    const { existsSync } = await import('node:fs');
    const { resolve } = await import('node:path');
    const { pathToFileURL } = await import('node:url');
    const { ensureInstalled } = await import('./install.mjs');
    const { ensureBuilt } = await import('./build.mjs');
    const [, , wanted, ...args] = process.argv;
    if (!wanted) throw new Sentence('Usage: node tools/run.mjs <file in dist> [arguments]');
    await ensureInstalled();
    await ensureBuilt();
    const file = resolve(ROOT, wanted);
    if (!existsSync(file)) throw new Sentence(`${wanted} was not built: there is no such program.`);
    if (wanted.startsWith('dist/apps/api/')) useRunningInstallation(ROOT);
    process.argv = [process.argv[0], file, ...args];
    await import(pathToFileURL(file).href);
  }),
);

/** Without DATABASE_URL the program works on what `npm start` runs here: its environment lies in its data directory. */
function useRunningInstallation(root) {
  if (process.env.DATABASE_URL) return;
  let text;
  try {
    text = readFileSync(join(process.env.WAVEHOUSE_DATA ?? join(root, '.data'), 'environment.json'), 'utf8');
  } catch {
    return; // nothing runs here: the program says what it misses
  }
  for (const [name, value] of Object.entries(JSON.parse(text))) process.env[name] ??= value;
}
