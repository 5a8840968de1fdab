import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '..');

function markdownFiles(dir: string): string[] {
  return readdirSync(join(ROOT, dir), { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const pages = ['README.md', 'CHANGELOG.md', ...markdownFiles('docs'), ...markdownFiles('deploy')];

describe('the documentation', () => {
  it.each(pages)('%s links only to what is there', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
    const missing = targets.filter(
      (target) => !/^[a-z]+:/.test(target) && !existsSync(join(ROOT, dirname(page), target)),
    );
    expect(missing).toEqual([]);
  });

  it('answers "where is ...?" with paths that exist', () => {
    const text = readFileSync(join(ROOT, 'docs/where-is.md'), 'utf8');
    const paths = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    const files = paths.filter((path) =>
      /^(apps|libs|devices|bench|tools|docs|demo|deploy|test)\//.test(path),
    );
    const missing = files.filter((path) => !path.includes('<') && !existsSync(join(ROOT, path)));
    expect(files.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });
});
