import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';

/**
 * Replaces `file` as a whole: a reader sees the old or the new content, never a part, also after a power cut. A file that
 * is there keeps its owner, so that a service of another account can go on reading it.
 */
export async function writeFileAtomically(file: string, content: string, mode: number): Promise<void> {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      const before = await stat(file).catch(() => undefined);
      if (before && process.getuid?.() === 0) await handle.chown(before.uid, before.gid);
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
