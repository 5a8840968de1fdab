import { AsyncLocalStorage } from 'node:async_hooks';
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
  /** The pause before the next turn, and the one that the timer in hand was set to. */
  private nextMs: number;
  private timerMs = 0;
  /** Turns run outside of whatever request asked for the next one `soon`. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
  ) {
    this.log = new Logger(name);
    this.nextMs = everyMs;
  }

  start(): void {
    if (!this.stopped || !backgroundWorkAllowed()) return;
    this.stopped = false;
    this.plan();
  }

  /**
   * Has the next turn come within `afterMs` instead of after the whole pause: something happened that it should see. While a turn runs,
   * the one after it comes so soon.
   */
  soon(afterMs: number): void {
    if (this.stopped) return;
    this.nextMs = Math.min(this.nextMs, afterMs);
    if (this.timer && this.timerMs > afterMs) {
      clearTimeout(this.timer);
      this.plan();
    }
  }

  /** Lets the running turn end; none follows. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.turn;
  }

  private takeTurn(): void {
    this.timer = null;
    this.nextMs = this.everyMs;
    this.turn = this.work()
      .catch((error: unknown) => this.log.error(error))
      .finally(() => this.plan());
  }

  private plan(): void {
    if (this.stopped) return;
    this.timerMs = this.nextMs;
    this.timer = this.outside(() => setTimeout(() => this.takeTurn(), this.timerMs));
  }
}
