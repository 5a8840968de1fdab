import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DriverModules } from '../conformance/folder.js';
import type { Driver } from '../driver.js';

/** The checkout this program belongs to. */
export const ROOT = findRoot(import.meta.dirname);
export const DEVICES = join(ROOT, 'devices');

function findRoot(from: string): string {
  for (let dir = from; dir !== dirname(dir); dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json'))) return dir;
  }
  throw new Error('this program does not stand inside a checkout');
}

/** A path as the user typed it: npm runs scripts in the checkout and keeps the user's folder in INIT_CWD. */
export function userPath(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

/** The folder of `<vendor>/<model>` in the tree, or the one given with --dir. Throws an Error that says what to type. */
export function driverDir(id: string | undefined, dir: string | undefined): string {
  if (dir !== undefined) return userPath(dir);
  if (id === undefined) throw new Error('name a driver (<vendor>/<model>) or give --dir');
  const found = join(DEVICES, id);
  if (!existsSync(join(found, 'device.ts'))) throw new Error(`there is no driver in devices/${id}`);
  return found;
}

/**
 * Compiles a driver folder and returns its modules. The output lies inside the checkout, so that `#lib/device-kit` resolves for a folder
 * that stands anywhere; it is named by its content, so that a changed folder is loaded anew and an old one is still there.
 */
export async function compileDriverFolder(dir: string): Promise<DriverModules> {
  const { out } = await buildDriverFolder(dir);
  return builtModules(out);
}

/** The modules of a folder that {@link buildDriverFolder} wrote. */
export function builtModules(out: string): DriverModules {
  const load = (file: string) => import(pathToFileURL(join(out, file)).href);
  return {
    loadDevice: () => load('device.js') as Promise<{ default: Driver }>,
    loadSimulator: () => load('simulator.js') as Promise<{ simulator: unknown }>,
  };
}

/** The specifier of an import of ours, between what stands before and after it. */
const OURS = /((?:from|import)\s*['"])(#lib\/[\w-]+)(['"])/g;

/** Where a compiled driver goes that does not lie inside the checkout. */
export interface BuildPlace {
  dir: string;
  /** Resolves what a driver imports of ours (`#lib/device-kit`), which nothing in `dir` would lead to. */
  resolve: (specifier: string) => string;
}

/**
 * Compiles a driver folder. `out` holds the result, `hash` names the content.
 *
 * @param place by default inside the checkout
 * @throws Error that says which file or folder is missing
 */
export async function buildDriverFolder(
  dir: string,
  place?: BuildPlace,
): Promise<{ out: string; hash: string }> {
  if (!existsSync(join(dir, 'device.ts')))
    throw new Error(`there is no driver in ${dir}: device.ts is missing`);
  const files = (await readdir(dir)).filter(
    (file) => /\.(ts|json)$/.test(file) && !file.endsWith('.spec.ts'),
  );
  const sources = await Promise.all(files.map((file) => readFile(join(dir, file), 'utf8')));
  const hash = createHash('sha256')
    .update(JSON.stringify([files, sources]))
    .digest('hex')
    .slice(0, 12);
  const base = place?.dir ?? join(ROOT, 'dist', 'drivers');
  const out = join(base, `${basename(dirname(dir))}-${basename(dir)}-${hash}`);
  await mkdir(out, { recursive: true });
  if (place) await writeFile(join(base, 'package.json'), '{ "type": "module" }\n');
  const ts = (await import('typescript')).default;
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  for (const [i, file] of files.entries()) {
    if (file.endsWith('.json')) await cp(join(dir, file), join(out, file));
    else {
      const { outputText } = ts.transpileModule(sources[i]!, { compilerOptions, fileName: file });
      const text = place
        ? outputText.replace(OURS, (_, start, name, end) => start + place.resolve(name) + end)
        : outputText;
      await writeFile(join(out, file.replace(/\.ts$/, '.js')), text);
    }
  }
  return { out, hash };
}
