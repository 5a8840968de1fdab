import { statfs } from 'node:fs/promises';
import type { Logger } from 'pino';
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
  private blind = false;

  constructor(
    private readonly usedShare: () => Promise<number>,
    private readonly onChange: (level: DiskLevel, usedShare: number) => void,
    private readonly log: Logger,
  ) {}

  async start(everyMs = 2_000): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), everyMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Never rejects. A disk that can't be looked at is said once, and the last level holds: the outbox sees for itself what is not kept. */
  async look(): Promise<void> {
    let share: number;
    try {
      share = await this.usedShare();
    } catch (error) {
      if (!this.blind) this.log.error({ err: error }, 'nobody knows how full the disk is');
      this.blind = true;
      return;
    }
    this.blind = false;
    const level = diskLevel(share);
    if (level === this.level) return;
    this.level = level;
    this.onChange(level, share);
  }
}
