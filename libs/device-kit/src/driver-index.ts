import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

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

/** The text of devices/index.generated.ts: each driver is loaded when it is first asked for. */
export function driverIndexSource(ids: readonly string[]): string {
  const lines = ids.map(
    (id) =>
      `  {\n    id: '${id}',\n    load: () => import('./${id}/device.js'),\n` +
      `    loadSimulator: () => import('./${id}/simulator.js'),\n  },\n`,
  );
  return (
    '// Made by `npm run device -- lint --write`; do not edit.\n' +
    "import type { DriverEntry } from '#lib/device-kit';\n\n" +
    `export const driverIndex: readonly DriverEntry[] = [\n${lines.join('')}];\n`
  );
}
