import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { pauseBeforeRestart } from './back-off.js';

/** One program that the launcher keeps running. */
export interface ChildPlan {
  name: string;
  /** Arguments of node: the file and what follows. */
  program: string[];
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Its output goes to our terminal instead of the file. */
  verbose: boolean;
  /** From SIGTERM to SIGKILL. */
  drainLimitMs: number;
  /** Answers when the process does its work; asked after each start. */
  ready(child: ChildProcess): Promise<void>;
}

const LOG_MAX_BYTES = 20 * 1024 * 1024;
const LOG_LOOK_EVERY_MS = 30_000;
const WITH_PARENT = new URL('./with-parent.js', import.meta.url).href;

/**
 * Starts the program, starts it again (with a growing pause and one line) when it ends on its own, and ends it on request.
 * It has a process group of its own, so that Ctrl-C reaches the launcher alone, and writes its log itself, so that it is
 * complete however we end.
 */
export class SupervisedChild {
  private child: ChildProcess | undefined;
  private falls = 0;
  private startedAt = 0;
  private state: 'starting' | 'running' | 'stopping' = 'starting';
  private pause: NodeJS.Timeout | undefined;
  private readonly rotation: NodeJS.Timeout;

  constructor(
    private readonly plan: ChildPlan,
    private readonly say: (line: string) => void,
  ) {
    mkdirSync(dirname(plan.logFile), { recursive: true });
    this.rotation = setInterval(() => keepSmall(plan.logFile), LOG_LOOK_EVERY_MS);
    this.rotation.unref();
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** First start: answers when the program is ready, throws one sentence when it is not. */
  async start(): Promise<void> {
    keepSmall(this.plan.logFile, 0);
    const child = this.launch();
    const ended = new Promise<never>((_, reject) =>
      child.once('exit', () =>
        reject(
          new Error(`The ${this.plan.name} ended while it was starting: ${lastWords(this.plan.logFile)}`),
        ),
      ),
    );
    ended.catch(() => undefined);
    try {
      await Promise.race([this.plan.ready(child), ended]);
      if (this.state === 'starting') this.state = 'running';
    } catch (error) {
      this.state = 'stopping';
      throw error;
    }
  }

  /** SIGTERM, then SIGKILL after the plan's limit (at once with `force`). Answers when the process is gone. */
  async stop(force = false): Promise<void> {
    this.state = 'stopping';
    clearTimeout(this.pause);
    clearInterval(this.rotation);
    const child = this.child;
    if (!child?.pid || hasEnded(child)) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(force ? 'SIGKILL' : 'SIGTERM');
    const timer = setTimeout(() => {
      this.say(`${this.plan.name} does not end by itself and is forced`);
      child.kill('SIGKILL');
    }, this.plan.drainLimitMs);
    await gone;
    clearTimeout(timer);
  }

  /** Ends the process and starts it anew, as after a change of its code. */
  restart(): void {
    this.falls = 0;
    this.child?.kill('SIGTERM');
  }

  private launch(): ChildProcess {
    const { program, env, logFile, verbose } = this.plan;
    const log = verbose ? 'inherit' : openSync(logFile, 'a', 0o600);
    const child = spawn(process.execPath, ['--enable-source-maps', '--import', WITH_PARENT, ...program], {
      env,
      detached: process.platform !== 'win32',
      stdio: ['ignore', log, log, 'ipc'],
    });
    if (typeof log === 'number') closeSync(log);
    this.child = child;
    this.startedAt = performance.now();
    child.once('error', (error) => this.say(`${this.plan.name} cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => this.fell(signal ?? `code ${code}: ${lastWords(logFile)}`));
    return child;
  }

  private fell(how: string): void {
    if (this.state !== 'running') return;
    const { pauseMs, falls } = pauseBeforeRestart(this.falls, performance.now() - this.startedAt);
    this.falls = falls;
    this.say(`${this.plan.name} ended (${how}) and is started again in ${pauseMs / 1000} s`);
    this.pause = setTimeout(() => this.again(), pauseMs);
  }

  private again(): void {
    const child = this.launch();
    this.plan.ready(child).then(
      () => this.child === child && !hasEnded(child) && this.say(`${this.plan.name} is back`),
      () =>
        this.child === child &&
        !hasEnded(child) &&
        this.say(`${this.plan.name} runs but does not answer yet`),
    );
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** The last line that a process wrote: of a JSON line its message. */
export function lastWords(logFile: string): string {
  let text = '';
  try {
    text = readFileSync(logFile, 'utf8');
  } catch {
    return 'it said nothing.';
  }
  const line =
    text
      .trim()
      .split('\n')
      .findLast((candidate) => /\S/.test(candidate) && !/^\s+at /.test(candidate)) ?? '';
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return err?.message ?? msg ?? line;
  } catch {
    return line || 'it said nothing.';
  }
}

/** Moves a log over `maxBytes` aside; its writer appends, so it goes on in the emptied file. */
function keepSmall(logFile: string, maxBytes = LOG_MAX_BYTES): void {
  try {
    if (statSync(logFile).size <= maxBytes) return;
    copyFileSync(logFile, `${logFile}.1`);
    truncateSync(logFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
