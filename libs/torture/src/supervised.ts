import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { pause, TookTooLong } from '#lib/sim';

export interface Program {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  logFile: string;
  /** Resolves when the process serves; what it never says is ended by a limit of ours. */
  ready: (child: ChildProcess) => Promise<void>;
}

const READY_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 8_000;
const KILLED_LIMIT_MS = 5_000;
/** A supervisor's pause before it starts again what ended by itself. */
const AGAIN_AFTER_MS = 150;

/**
 * One process of the installation under a supervisor such as systemd: started again whenever it ends, however it ended. Torture kills,
 * freezes and thaws it, and may hold it down.
 */
export class Supervised {
  /** Times from the start of the process to ready, milliseconds. */
  readonly backMs: number[] = [];
  private child: ChildProcess | null = null;
  private serving = false;
  private wanted = false;
  private frozen = false;
  private running: Promise<void> = Promise.resolve();
  private downMs = 0;
  /** Those whose end we brought about, so that any other is a death of its own. */
  private readonly ours = new WeakSet<ChildProcess>();
  private readonly log: WriteStream;

  constructor(
    public program: Program,
    private readonly onDeath: (sentence: string) => void,
  ) {
    this.log = createWriteStream(program.logFile, { flags: 'a' });
  }

  get name(): string {
    return this.program.name;
  }

  get isServing(): boolean {
    return this.serving && !this.frozen;
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.running = this.run();
  }

  /** kill -9; the supervisor starts it again after `downMs`. */
  async kill(downMs: number): Promise<void> {
    this.downMs = downMs;
    await this.end('SIGKILL');
  }

  /** kill -9, and no start until `start` is called. */
  async holdDown(): Promise<void> {
    this.wanted = false;
    await this.end('SIGKILL');
    await this.running;
  }

  /** SIGTERM and time to drain, then force. */
  async stop(): Promise<void> {
    this.wanted = false;
    this.thaw();
    await this.end('SIGTERM', STOP_LIMIT_MS).catch(() => this.end('SIGKILL'));
    await this.running;
  }

  /** At once and without a word, for a rig that is left in a hurry. */
  abandon(): void {
    this.wanted = false;
    this.child?.kill('SIGKILL');
  }

  freeze(): void {
    if (this.frozen || !this.child) return;
    this.frozen = true;
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    if (!this.frozen) return;
    this.frozen = false;
    this.child?.kill('SIGCONT');
  }

  private async run(): Promise<void> {
    while (this.wanted) {
      const startedAt = performance.now();
      const child = spawn(this.program.command, this.program.args, {
        env: { ...inherited(), ...this.program.env },
        stdio: ['ignore', 'pipe', 'pipe', this.program.command === process.execPath ? 'ipc' : 'ignore'],
      });
      const ended = this.follow(child);
      await Promise.race([this.becomesReady(child, startedAt), ended]);
      const code = await ended;
      if (this.serving && !this.ours.has(child)) this.onDeath(`${this.name} died by itself (${code})`);
      this.serving = false;
      this.frozen = false;
      if (this.wanted) await pause(this.ours.has(child) ? this.downMs : AGAIN_AFTER_MS);
    }
  }

  private follow(child: ChildProcess): Promise<string> {
    this.child = child;
    child.stdout?.pipe(this.log, { end: false });
    child.stderr?.pipe(this.log, { end: false });
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(String(code ?? signal)));
    });
  }

  /** One that does not become ready in time (its database hangs, say) is ended and started again. */
  private async becomesReady(child: ChildProcess, startedAt: number): Promise<void> {
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => reject(new TookTooLong(`${this.name} ready`, READY_LIMIT_MS)), READY_LIMIT_MS);
    });
    try {
      await Promise.race([this.program.ready(child), late]);
      if (child !== this.child || child.exitCode !== null || child.signalCode !== null) return;
      this.serving = true;
      this.backMs.push(Math.round(performance.now() - startedAt));
    } catch {
      this.ours.add(child);
      child.kill('SIGKILL');
    } finally {
      clearTimeout(limit);
    }
  }

  private async end(signal: NodeJS.Signals, limitMs = KILLED_LIMIT_MS): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.ours.add(child);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => reject(new TookTooLong(`the end of ${this.name}`, limitMs)), limitMs);
    });
    await Promise.race([ended, late]).finally(() => clearTimeout(limit));
  }
}

function inherited(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_OPTIONS'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
