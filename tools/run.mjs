import './node-version.mjs';

// node tools/run.mjs <file in dist> [arguments]: installs and builds what is missing, then runs the file in this process.
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
    process.argv = [process.argv[0], file, ...args];
    await import(pathToFileURL(file).href);
  }),
);
