import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A file below the data folder: its name without `.gz`, relative to the folder, and how to read it. */
export interface DataFile {
  name: string;
  read(): string;
}

/** A file, or the rest of one, that should hold instances and cannot be read as such. */
export interface Skipped {
  file: string;
  reason: string;
}

export interface Found<T> {
  instances: T[];
  skipped: Skipped[];
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

/**
 * The instances in all files whose names end so. What a parser has given before it throws is kept; the file is named with what it threw.
 * @throws Error when there is not one such file with anything in it.
 */
export function readInstances<T>(
  folder: string | undefined,
  ending: string,
  parse: (file: DataFile) => Iterable<T>,
): Found<T> {
  const found: Found<T> = { instances: [], skipped: [] };
  for (const file of dataFiles(folder)) {
    if (!file.name.endsWith(ending)) continue;
    try {
      for (const instance of parse(file)) found.instances.push(instance);
    } catch (error) {
      found.skipped.push({ file: file.name, reason: (error as Error).message });
    }
  }
  if (found.instances.length === 0 && found.skipped.length === 0)
    throw new Error(
      `There is no instance of this benchmark below ${resolve(folder ?? '')} (files *${ending}, also gzipped).`,
    );
  return found;
}

function readText(path: string): string {
  const bytes = readFileSync(path);
  if (!path.endsWith('.gz')) return bytes.toString('latin1');
  try {
    return gunzipSync(bytes).toString('latin1');
  } catch (error) {
    throw new Error(`cannot be unpacked: ${(error as Error).message}`);
  }
}

/**
 * The instances to solve: those whose name contains `only`, of these `sample` evenly over the list.
 * @throws Error when no name contains it.
 */
export function chosen<T extends { name: string }>(
  instances: T[],
  { only, sample }: { only: string | undefined; sample: number | undefined },
): T[] {
  const named = only ? instances.filter(({ name }) => name.includes(only)) : instances;
  if (only && named.length === 0 && instances.length > 0)
    throw new Error(`None of the ${instances.length} instances has "${only}" in its name.`);
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

/** A value of a best-known table; null where it is blank, no number or zero, which nothing can be measured against. */
export function knownValue(text: string | undefined): number | null {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** `set` and `file` of an instance name; the set of a file at the top is the name of the data folder. */
export function setAndFile(folder: string, name: string): { set: string; file: string } {
  const parts = name.split('/');
  const file = parts.pop() ?? name;
  return { set: parts.pop() ?? resolve(folder).split(sep).pop() ?? '', file };
}
