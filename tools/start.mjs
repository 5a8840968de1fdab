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
    if (process.argv.includes('--dev')) (await import('./watch.mjs')).watchSources(portAmong(process.argv));
    const launcher = join(ROOT, 'dist/apps/launcher/src/main.js');
    process.argv[1] = launcher;
    await import(pathToFileURL(launcher).href);
  }),
);

/** The launcher reads its arguments itself; the web app's server needs to know the API's port. */
function portAmong(args) {
  const at = args.findIndex((arg) => arg === '--port' || arg.startsWith('--port='));
  if (at < 0) return 3000;
  return args[at] === '--port' ? args[at + 1] : args[at].slice('--port='.length);
}
