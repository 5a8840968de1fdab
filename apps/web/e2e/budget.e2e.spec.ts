import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const WEB = join(import.meta.dirname, '../../../dist/web');
const BUDGET_BYTES = 120 * 1024;

/** All JavaScript that the page loads before it can be used: its script, what that imports, and so on. */
function scriptsOf(page: string): Set<string> {
  const html = readFileSync(join(WEB, page), 'utf8');
  const scripts = new Set(
    [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path!),
  );
  for (const script of scripts) {
    const code = readFileSync(join(WEB, script), 'utf8');
    for (const [, file] of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
      scripts.add(`assets/${file}`);
  }
  return scripts;
}

function gzipBytes(files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(WEB, file))).length, 0);
}

describe('the floor page', () => {
  it('loads at most 120 KB of JavaScript (gzip), with the largest of its languages', () => {
    const scripts = scriptsOf('floor.html');
    const main = readFileSync(join(WEB, [...scripts][0]!), 'utf8');
    const languages = [...main.matchAll(/floor\.\w+\.data-[\w-]+\.js/g)].map(([file]) => `assets/${file}`);
    expect(new Set(languages).size).toBe(2);
    const largest = Math.max(...languages.map((file) => gzipBytes([file])));
    expect(gzipBytes(scripts) + largest).toBeLessThanOrEqual(BUDGET_BYTES);
  });

  it('carries nothing of the tower', () => {
    for (const script of scriptsOf('floor.html'))
      expect(readFileSync(join(WEB, script), 'utf8')).not.toMatch(/mantine|uPlot|tanstack/i);
  });
});
