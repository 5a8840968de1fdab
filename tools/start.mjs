import './node-version.mjs';

// npm start: installs and builds what is missing, then becomes the launcher. npm run dev (--dev): the same with reload.
import('./workspace.mjs').then(({ ROOT, start }) =>
  start(async () => {
    const { join } = await import('node:path');
    const { pathToFileURL } = await import('node:url');
    const { ensureInstalled } = await import('./install.mjs');
    const { ensureBuilt } = await import('./build.mjs');
    await ensureInstalled();
    await ensureBuilt();
    if (process.argv.includes('--dev')) await (await import('./watch.mjs')).watchSources();
    const launcher = join(ROOT, 'dist/apps/launcher/src/main.js');
    process.argv[1] = launcher;
    await import(pathToFileURL(launcher).href);
  }),
);
