import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { QualityLevel } from '#lib/contracts';

/** Driver folders under `root`, as `<vendor>/<model>`, sorted: every folder two levels down that holds a device file. */
export async function findDriverFolders(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const vendor of await foldersIn(root)) {
    for (const model of await foldersIn(join(root, vendor))) {
      const files = await readdir(join(root, vendor, model));
      if (files.includes('device.ts') || files.includes('device.js')) found.push(`${vendor}/${model}`);
    }
  }
  return found.sort();
}

async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** A driver's line in the index. */
export interface IndexedDriver {
  id: string;
  quality: QualityLevel;
}

/** Every driver folder under `root` with the level that its quality.yaml claims (the conformance suite holds it to that). */
export async function findDrivers(root: string): Promise<IndexedDriver[]> {
  const ids = await findDriverFolders(root);
  return Promise.all(ids.map(async (id) => ({ id, quality: await qualityLevelOf(join(root, id)) })));
}

/** The level in the quality.yaml of a driver folder; `none` where there is no such file or no such level. */
export async function qualityLevelOf(dir: string): Promise<QualityLevel> {
  const text = await readFile(join(dir, 'quality.yaml'), 'utf8').catch(() => '');
  const level = (parse(text) as { level?: unknown } | null)?.level;
  return level === 'bronze' || level === 'silver' ? level : 'none';
}

/** The text of devices/index.generated.ts: each driver is loaded when it is first asked for. */
export function driverIndexSource(drivers: readonly IndexedDriver[]): string {
  const lines = drivers.map(
    ({ id, quality }) =>
      `  {\n    id: '${id}',\n    quality: '${quality}',\n    load: () => import('./${id}/device.js'),\n` +
      `    loadSimulator: () => import('./${id}/simulator.js'),\n  },\n`,
  );
  return (
    '// Made by `npm run device -- lint --write`; do not edit.\n' +
    "import type { DriverEntry } from '#lib/device-kit';\n\n" +
    `export const driverIndex: readonly DriverEntry[] = [\n${lines.join('')}];\n`
  );
}
