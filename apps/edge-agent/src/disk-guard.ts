import { statfs } from 'node:fs/promises';
import type { AgentState } from '#lib/contracts';

export type DiskLevel = AgentState['disk'];

const WARN_SHARE = 0.9;
const FULL_SHARE = 0.97;

/** Used share of the file system, 0 to 1, as `df` counts it: without the blocks kept back for root. */
export async function usedShareOf(dir: string): Promise<number> {
  const { blocks, bfree, bavail } = await statfs(dir);
  const used = blocks - bfree;
  return used + bavail === 0 ? 1 : used / (used + bavail);
}

export function diskLevel(usedShare: number): DiskLevel {
  if (usedShare >= FULL_SHARE) return 'full';
  return usedShare >= WARN_SHARE ? 'nearly-full' : 'ok';
}

/** Watches the file system of the outbox, so that it refuses while there is still room to say so. */
export class DiskGuard {
  level: DiskLevel = 'ok';
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly usedShare: () => Promise<number>,
    private readonly onChange: (level: DiskLevel, usedShare: number) => void,
  ) {}

  async start(everyMs = 2_000): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), everyMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  async look(): Promise<void> {
    const share = await this.usedShare();
    const level = diskLevel(share);
    if (level === this.level) return;
    this.level = level;
    this.onChange(level, share);
  }
}
