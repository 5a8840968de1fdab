import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Seeded } from '#lib/sim';

/**
 * What a power cut leaves of a store: of each log what the last sync has covered, and of the rest a torn piece. Call it while nobody
 * has the store open.
 * @param syncedSizes sizes at the last sync, as the witness noted them
 */
export async function cutPower(
  storeDir: string,
  syncedSizes: ReadonlyMap<string, number>,
  dice: Seeded,
): Promise<{ lostBytes: number; tornBytes: number }> {
  let lostBytes = 0;
  let tornBytes = 0;
  for (const name of await readdir(storeDir)) {
    if (!name.endsWith('.log')) continue;
    const path = join(storeDir, name);
    const { size } = await stat(path);
    const synced = Math.min(size, syncedSizes.get(name) ?? 0);
    const torn = size > synced ? dice.between(0, size - synced - 1) : 0;
    lostBytes += size - synced;
    tornBytes += torn;
    if (torn > 0 && dice.chance(0.3)) await scribble(path, synced, torn);
    await truncate(path, synced + torn);
  }
  return { lostBytes, tornBytes };
}

/** File systems may have given the file its length before its contents. */
async function scribble(path: string, from: number, length: number): Promise<void> {
  const bytes = await readFile(path);
  bytes.fill(0, from, from + length);
  await writeFile(path, bytes);
}
