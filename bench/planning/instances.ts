import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A file below the data folder: its name without `.gz`, relative to the folder, and how to read it. */
export interface DataFile {
  name: string;
  read(): string;
}

/** Every file below a folder in a stable order. @throws Error when the folder is missing. */
export function dataFiles(folder: string | undefined): DataFile[] {
  if (!folder) throw new Error('This benchmark needs --data FOLDER with the instances.');
  const root = resolve(folder);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`There is no folder ${root}.`);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name));
  return paths.sort().map((path) => ({
    name: relative(root, path).split(sep).join('/').replace(/\.gz$/, ''),
    read: () => readText(path),
  }));
}

function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
}

/** The instances to solve: those whose name contains `only`, of these `sample` evenly over the list. */
export function chosen<T extends { name: string }>(
  instances: T[],
  { only, sample }: { only: string | undefined; sample: number | undefined },
): T[] {
  const named = only ? instances.filter(({ name }) => name.includes(only)) : instances;
  if (sample === undefined || sample >= named.length) return named;
  return Array.from({ length: sample }, (_, at) => named[Math.floor((at * named.length) / sample)]!);
}

/** The rows of a best-known table in the folder, or beside it when the folder is one set of several. */
export function bestKnownRows(folder: string, fileName: string): Record<string, string>[] {
  const inFolder = dataFiles(folder).find(
    (file) => file.name === fileName || file.name.endsWith(`/${fileName}`),
  );
  const beside = join(dirname(resolve(folder)), fileName);
  const text = inFolder?.read() ?? (statSync(beside, { throwIfNoEntry: false }) ? readText(beside) : '');
  const [header = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const columns = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, at) => [columns[at], value])));
}

/** `set` and `file` of an instance name; the set of a file at the top is the name of the data folder. */
export function setAndFile(folder: string, name: string): { set: string; file: string } {
  const parts = name.split('/');
  const file = parts.pop() ?? name;
  return { set: parts.pop() ?? resolve(folder).split(sep).pop() ?? '', file };
}
