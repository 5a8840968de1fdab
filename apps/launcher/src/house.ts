import { join } from 'node:path';
import type { ChildPlan } from './child-process.js';
import { type ChildEnvironment, environmentOf } from './environment.js';
import type { Options } from './options.js';

/** Arguments of node for each of our programs. */
export interface Programs {
  broker: string[];
  migrate: string[];
  api: string[];
  wavehouse: string[];
  agent: string[];
  floor: string[];
}

/**
 * Room for young objects, in megabytes: the garbage of a large plan is dropped and not copied to and fro. Halves what a release of
 * 10,000 orders costs the main thread of the API.
 */
const YOUNG_OBJECTS = '--max-semi-space-size=64';

/** Where the built programs lie, with what Node is told for them. */
export function builtPrograms(dist: string): Programs {
  return {
    broker: [join(dist, 'libs/embedded/src/broker.main.js')],
    migrate: [join(dist, 'apps/api/src/migrate.main.js')],
    api: [YOUNG_OBJECTS, join(dist, 'apps/api/src/main.js')],
    wavehouse: [join(dist, 'apps/api/src/wavehouse.main.js')],
    agent: [join(dist, 'apps/edge-agent/src/main.js')],
    floor: [join(dist, 'libs/sim/src/floor.main.js')],
  };
}

interface Part {
  name: string;
  stop(force: boolean): Promise<void>;
}

/** What the parts of one start share, and the order in which they are taken down: the last that came up goes first. */
export class House {
  private readonly parts: Part[] = [];
  private readonly aborting = new AbortController();
  private taking: Promise<void> | undefined;

  constructor(
    readonly options: Options,
    readonly programs: Programs,
    readonly env: NodeJS.ProcessEnv,
    readonly say: (line: string) => void,
  ) {}

  /** Aborted when the person wants to stop before everything is up. */
  get signal(): AbortSignal {
    return this.aborting.signal;
  }

  get logLevel(): string {
    return this.env.LOG_LEVEL ?? 'info';
  }

  logFileOf(name: string): string {
    return join(this.options.dataDir, 'logs', `${name}.log`);
  }

  planOf(name: keyof Programs, env: ChildEnvironment): Omit<ChildPlan, 'drainLimitMs' | 'ready'> {
    return {
      name,
      program: this.programs[name],
      env: environmentOf(env, this.env),
      logFile: this.logFileOf(name),
      verbose: this.options.verbose,
    };
  }

  onStop(name: string, stop: (force: boolean) => Promise<void>): void {
    this.parts.push({ name, stop });
  }

  /** Drains and ends all parts in order; `force` does not wait for them. Safe to call twice. */
  async stop(force = false): Promise<void> {
    this.aborting.abort();
    if (!force) {
      this.taking ??= this.takeDown();
      return this.taking;
    }
    await Promise.allSettled(this.parts.toReversed().map((part) => part.stop(true)));
  }

  private async takeDown(): Promise<void> {
    for (let part = this.parts.at(-1); part; part = this.parts.at(-1)) {
      await part.stop(false).catch((error: Error) => this.say(`${part?.name}: ${error.message}`));
      this.parts.pop();
    }
  }
}
