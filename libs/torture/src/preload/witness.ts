import { openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';

/**
 * Loaded into an agent before its own code (`node --import`): notes on a disk of its own, which survives what the agent's does not,
 * which records the outbox has promised to keep, and how much of the store each sync has covered.
 *
 *     K <record>                       the promise: whoever asked was told "kept"
 *     S [["000005.log", 4711], ...]    everything before these sizes is on the disk
 */
const file = process.env.WITNESS_FILE;
if (!file) throw new Error('WITNESS_FILE is not set');
const notes = openSync(file, 'a');
const note = (line: string): void => void writeSync(notes, `${line}\n`);

type Batch = (changes: unknown, options?: { sync?: boolean }) => Promise<void>;
const level = ClassicLevel.prototype as unknown as { batch: Batch };
const { batch } = level;
level.batch = async function (this: ClassicLevel, changes, options) {
  await batch.call(this, changes, options);
  if (options?.sync) note(`S ${JSON.stringify(logsOf(this.location))}`);
};

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
