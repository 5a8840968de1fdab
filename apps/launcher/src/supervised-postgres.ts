import { setTimeout as delay } from 'node:timers/promises';
import { type PostgresServer, startPostgres } from '#lib/embedded';
import { pauseBeforeRestart } from './back-off.js';

/** Keeps the embedded PostgreSQL running on the port it first got, and stops it on request. */
export class SupervisedPostgres {
  private stopping = false;
  private falls = 0;
  private returning: Promise<void> = Promise.resolve();

  private constructor(
    private server: PostgresServer,
    private readonly dataDir: string,
    private readonly say: (line: string) => void,
  ) {
    this.watch();
  }

  static async start(dataDir: string, say: (line: string) => void): Promise<SupervisedPostgres> {
    return new SupervisedPostgres(await startPostgres({ dataDir, log: say }), dataDir, say);
  }

  get current(): PostgresServer {
    return this.server;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.returning;
    await this.server.stop();
  }

  private watch(): void {
    const since = performance.now();
    void this.server.exited.then(() => {
      if (!this.stopping) this.returning = this.bringBack(performance.now() - since);
    });
  }

  private async bringBack(upMs: number): Promise<void> {
    for (let worked = upMs; !this.stopping; worked = 0) {
      const { pauseMs, falls } = pauseBeforeRestart(this.falls, worked);
      this.falls = falls;
      this.say(`PostgreSQL ended and is started again in ${pauseMs / 1000} s`);
      await delay(pauseMs);
      if (this.stopping) return;
      try {
        this.server = await startPostgres({ dataDir: this.dataDir, port: this.server.port, log: this.say });
        this.say('PostgreSQL is back');
        this.watch();
        return;
      } catch (error) {
        this.say((error as Error).message);
      }
    }
  }
}
