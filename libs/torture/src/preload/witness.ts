import { openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';

/**
 * Loaded into an agent before its own code (`node --import`): notes on a disk of its own, which survives what the agent's does not,
 * which records the outbox has promised to keep, and how much of the store each sync has covered.
 *
 *     K <record>                       the promise: whoever asked was told "kept"
 *     S [["000005.log", 4711], ...]    everything before these sizes is on the disk
 *
 * It is also the disk's bad day: while DISK_FILE says `full` the file system reports that it is, while it says `broken` no write gets
 * through. A small file system of our own would need rights that not everybody has.
 */
const file = process.env.WITNESS_FILE;
if (!file) throw new Error('WITNESS_FILE is not set');
const notes = openSync(file, 'a');
const note = (line: string): void => void writeSync(notes, `${line}\n`);

type Batch = (changes: unknown, options?: { sync?: boolean }) => Promise<void>;
const level = ClassicLevel.prototype as unknown as { batch: Batch };
const { batch } = level;
level.batch = async function (this: ClassicLevel, changes, options) {
  if (disk() === 'broken') throw new Error('IO error: No space left on device');
  await batch.call(this, changes, options);
  if (options?.sync) note(`S ${JSON.stringify(logsOf(this.location))}`);
};

const { statfs } = fsPromises;
fsPromises.statfs = (async (path: string, options?: object) => {
  const real = await statfs(path, options);
  return disk() === 'full' ? Object.assign(real, { bfree: 0, bavail: 0 }) : real;
}) as typeof statfs;
syncBuiltinESMExports();

function disk(): string {
  try {
    return readFileSync(process.env.DISK_FILE ?? '', 'utf8').trim();
  } catch {
    return '';
  }
}

/** The logs of a LevelDB: what is only appended to and synced by us. Tables and manifests LevelDB syncs itself. */
function logsOf(dir: string): [string, number][] {
  const logs = readdirSync(dir).filter((name) => name.endsWith('.log'));
  return logs.map((name) => [name, statSync(join(dir, name)).size]);
}

interface OutboxLike {
  append(entry: unknown, also?: unknown): Promise<{ text: string }>;
}
const at = '../../../../apps/edge-agent/src/outbox.js';
const { Outbox } = (await import(new URL(at, import.meta.url).href)) as {
  Outbox: { prototype: OutboxLike };
};
const { append } = Outbox.prototype;
Outbox.prototype.append = async function (this: OutboxLike, entry, also) {
  const sealed = await append.call(this, entry, also);
  note(`K ${sealed.text}`);
  return sealed;
};
