import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bin, ROOT, say } from './workspace.mjs';

const WEB_PORT = 5173;

/**
 * Compiles the server on every change and serves the web app from its sources, until this process ends. The launcher
 * (--dev) sees the new files in dist and restarts the processes that run them.
 */
export function watchSources(apiPort) {
  const watchers = [
    watcher('server', bin('@nestjs/cli', 'nest'), ['build', 'api', '--watch', '--preserveWatchOutput']),
  ];
  if (existsSync(join(ROOT, 'apps/web/vite.config.ts'))) {
    const args = [
      '-c',
      'apps/web/vite.config.ts',
      '--port',
      String(WEB_PORT),
      '--strictPort',
      '--logLevel',
      'warn',
    ];
    watchers.push(watcher('web app', bin('vite'), args, { API_URL: `http://127.0.0.1:${apiPort}` }));
    say(`the web app reloads itself at http://localhost:${WEB_PORT}`);
  }
  process.once('exit', () => {
    for (const child of watchers) child.kill('SIGTERM');
  });
}

/** Its own process group: Ctrl-C reaches the launcher alone, which takes everything down in order. */
function watcher(name, program, args, env = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 2, 2],
    detached: process.platform !== 'win32',
  });
  child.once('exit', (code, signal) => {
    if (signal !== 'SIGTERM')
      say(`the watcher of the ${name} ended (${signal ?? `code ${code}`}); start again to have it back`);
  });
  child.unref();
  return child;
}
