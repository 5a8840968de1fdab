import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bin, ROOT, say } from './workspace.mjs';

/**
 * Compiles on every change, server and web app, until this process ends. The launcher (--dev) sees the new files in dist
 * and restarts the processes that run them; the browser is reloaded by hand.
 */
export async function watchSources() {
  const watchers = [
    watcher(bin('@nestjs/cli', 'nest'), ['build', 'api', '--watch', '--preserveWatchOutput']),
  ];
  if (existsSync(join(ROOT, 'apps/web/vite.config.ts'))) {
    watchers.push(
      watcher(bin('vite'), ['build', '--watch', '-c', 'apps/web/vite.config.ts', '--logLevel', 'warn']),
    );
  }
  process.once('exit', () => {
    for (const child of watchers) child.kill('SIGTERM');
  });
  say('watching the sources');
}

/** Its own process group: Ctrl-C reaches the launcher first, which takes everything down in order. */
function watcher(program, args) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    detached: true,
  });
  child.once('exit', (code) => code && say(`${args.join(' ')} ended with code ${code}`));
  child.unref();
  return child;
}
