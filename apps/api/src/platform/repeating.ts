import { Logger } from '@nestjs/common';
import { backgroundWorkAllowed } from './background.js';

/**
 * Runs `work` again and again, a pause after each turn, never two turns at once. A turn that fails is logged and the next
 * one comes: for sweeps whose every turn looks at the database anew.
 */
export class Repeating {
  private readonly log: Logger;
  private timer: NodeJS.Timeout | null = null;
  private turn: Promise<void> = Promise.resolve();
  private stopped = true;

  constructor(
    name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
  ) {
    this.log = new Logger(name);
  }

  start(): void {
    if (!this.stopped || !backgroundWorkAllowed()) return;
    this.stopped = false;
    this.plan();
  }

  /** Lets the running turn end; none follows. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.turn;
  }

  private plan(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.turn = this.work()
        .catch((error: unknown) => this.log.error(error))
        .finally(() => this.plan());
    }, this.everyMs);
  }
}
