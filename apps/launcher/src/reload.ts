import { watch } from 'node:fs';
import { join } from 'node:path';
import type { SupervisedChild } from './child-process.js';

/** The compiler writes many files: they count as one change when this long nothing follows. */
const SETTLE_MS = 700;

/** Restarts the children whenever compiled code in `dist` changes (the web app is reloaded in the browser). */
export function restartOnChange(
  dist: string,
  children: SupervisedChild[],
  say: (line: string) => void,
): void {
  let timer: NodeJS.Timeout | undefined;
  for (const place of ['apps', 'libs', 'devices']) {
    const watcher = watch(join(dist, place), { recursive: true }, (_, name) => {
      if (!name?.endsWith('.js')) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        say('the code has changed: restarting');
        for (const child of children) child.restart();
      }, SETTLE_MS);
    });
    watcher.unref();
  }
}
