import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Driver } from '../driver.js';
import type { Simulator } from '../sim/simulator.js';
import { parseTranscript, type Transcript } from './transcript.js';

/** A driver folder, read as a whole: what conformance judges. */
export interface DriverFolder {
  dir: string;
  /** `<vendor>/<model>`, from the folder's place. */
  id: string;
  files: string[];
  sources: { file: string; text: string }[];
  driver: Driver;
  simulator: Simulator | null;
  transcripts: Transcript[];
  quality: Quality;
}

export interface Quality {
  level: string;
  rules: Record<string, 'done' | 'todo' | { exempt: string }>;
}

/** How the folder's code is loaded: the tree's own index, or compiled on the spot. */
export interface DriverModules {
  loadDevice(): Promise<{ default: Driver }>;
  loadSimulator(): Promise<{ simulator: unknown }>;
}

/** Reads a driver folder. Throws an Error that names what is missing or malformed. */
export async function readDriverFolder(dir: string, modules: DriverModules): Promise<DriverFolder> {
  const root = resolve(dir);
  const files = await readdir(root).catch(() => {
    throw new Error(`${root}: no such folder`);
  });
  const sources = await Promise.all(
    files
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .map(async (file) => ({ file, text: await readFile(join(root, file), 'utf8') })),
  );
  return {
    dir: root,
    id: `${basename(dirname(root))}/${basename(root)}`,
    files,
    sources,
    driver: (await modules.loadDevice()).default,
    simulator: files.includes('simulator.ts')
      ? ((await modules.loadSimulator()).simulator as Simulator)
      : null,
    transcripts: await readTranscripts(join(root, 'transcripts')),
    quality: await readQuality(join(root, 'quality.yaml')),
  };
}

export async function readTranscripts(dir: string): Promise<Transcript[]> {
  const files = await readdir(dir).catch(() => [] as string[]);
  const yaml = files.filter((file) => file.endsWith('.yaml')).sort();
  return Promise.all(
    yaml.map(async (file) => parseTranscript(file, await readFile(join(dir, file), 'utf8'))),
  );
}

async function readQuality(file: string): Promise<Quality> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return { level: 'none', rules: {} };
  const raw = parse(text) as Partial<Quality> | null;
  if (typeof raw?.level !== 'string' || typeof raw.rules !== 'object') {
    throw new Error(`${file}: give "level" and "rules"`);
  }
  return { level: raw.level, rules: raw.rules };
}
