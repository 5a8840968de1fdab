import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { TookTooLong } from './waiting.js';

export interface ProcessPlan {
  name: string;
  /** Arguments of node. */
  args: string[];
  env: Record<string, string>;
  logFile: string;
  /** Resolves when the process serves; rejects on its own limit. */
  ready: (child: ChildProcess) => Promise<void>;
}

const STOP_LIMIT_MS = 15_000;
const KILLED_LIMIT_MS = 5_000;

/** A real process of the house that can be killed and started again. */
export class ProcessPart {
  private child: ChildProcess | null = null;
  private ended: Promise<void> = Promise.resolve();
  private wanted = false;
  private readonly log: WriteStream;

  constructor(
    private readonly plan: ProcessPlan,
    private readonly onDied: (name: string, code: number | null) => void,
  ) {
    this.log = createWriteStream(plan.logFile, { flags: 'a' });
  }

  get name(): string {
    return this.plan.name;
  }

  /** Null while it does not run. */
  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, this.plan.args, {
      env: { ...inherited(), ...this.plan.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    this.wanted = true;
    child.stdout?.pipe(this.log, { end: false });
    child.stderr?.pipe(this.log, { end: false });
    this.ended = new Promise((resolve) => {
      child.once('exit', (code) => {
        resolve();
        if (this.wanted && this.child === child) this.onDied(this.plan.name, code);
      });
    });
    await Promise.race([
      this.plan.ready(child),
      this.ended.then(() => {
        throw new Error(`${this.plan.name} ended while it was starting; see ${this.plan.logFile}`);
      }),
    ]);
  }

  /** kill -9, as a power cut would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL', KILLED_LIMIT_MS);
  }

  /** SIGTERM and time to drain. */
  async stop(): Promise<void> {
    await this.end('SIGTERM', STOP_LIMIT_MS).catch(() => this.kill());
  }

  private async end(signal: NodeJS.Signals, limitMs: number): Promise<void> {
    this.wanted = false;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => reject(new TookTooLong(`the end of ${this.plan.name}`, limitMs)), limitMs);
    });
    await Promise.race([this.ended, late]).finally(() => clearTimeout(limit));
  }
}

function inherited(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_OPTIONS'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** Runs a program to its end and answers what it printed; a non-zero exit is an error with the last lines. */
export function runToEnd(args: string[], env: Record<string, string>, limitMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...inherited(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err = (err + chunk).slice(-4_000);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(limit);
      if (code === 0) resolve(out);
      else
        reject(
          Object.assign(new Error(`${args.join(' ')} ended with ${code}: ${err || out.slice(-2_000)}`), {
            out,
            code,
          }),
        );
    });
  });
}
