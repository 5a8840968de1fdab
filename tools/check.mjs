import './node-version.mjs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { bin, ROOT, run, Sentence, say, start } from './workspace.mjs';

const CACHE = 'node_modules/.cache/wavehouse';

/** Everything a machine can say about the sources without running them: format, lint, types, direction, sizes. */
start(async () => {
  await ensureInstalled();
  const checks = [
    ['format and lint', [bin('@biomejs/biome', 'biome'), 'check', '--max-diagnostics=100', '.']],
    ['types (server)', tsc('tsconfig.json', 'server')],
    [
      'direction',
      [bin('dependency-cruiser', 'depcruise'), '--config', '.dependency-cruiser.cjs', ...places()],
    ],
    ['sizes', [join(ROOT, 'tools/check-sizes.mjs')]],
  ];
  if (existsSync(join(ROOT, 'apps/web/tsconfig.json')))
    checks.push(
      ['types (web)', tsc('apps/web/tsconfig.json', 'web')],
      ['types (specs of the web)', tsc('apps/web/tsconfig.spec.json', 'web-spec')],
    );
  const failed = [];
  for (const [name, code, output, took] of await Promise.all(checks.map(runOne))) {
    say(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name} (${took})`);
    if (code !== 0) failed.push(name);
    if (code !== 0) console.log(output.trim());
  }
  if (failed.length > 0) throw new Sentence(`Not clean: ${failed.join(', ')}.`);
});

async function runOne([name, args]) {
  const { code, output, took } = await run(name, process.execPath, args, { limitMs: 5 * 60_000 });
  return [name, code, output, took];
}

function tsc(project, name) {
  const incremental = ['--incremental', '--tsBuildInfoFile', `${CACHE}/${name}.tsbuildinfo`];
  return [bin('typescript', 'tsc'), '--noEmit', '-p', project, ...incremental];
}

function places() {
  return ['apps', 'libs', 'devices', 'bench', 'test', 'ormconfig.ts'].filter((place) =>
    existsSync(join(ROOT, place)),
  );
}
