import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ensureDatabase,
  freePort,
  type PostgresServer,
  putBrokerCredential,
  startPostgres,
} from '#lib/embedded';
import { ProcessPart, runToEnd } from './process-part.js';
import { processorSeconds } from './processor-time.js';
import { until } from './waiting.js';

const READY_LIMIT_MS = 90_000;
const SEED_LIMIT_MS = 300_000;
const ENDING = ['SIGINT', 'SIGTERM'] as const;

export interface HouseOptions {
  dataDir: string;
  /** Where the built programs lie. */
  dist: string;
  site: string;
  agent: string;
  logLevel: string;
  /** The demo's files, where others than the product's own are to be played. */
  demoDir?: string;
  /** The built web app, where the screens themselves are to be looked at. */
  webDir?: string;
}

export type Victim = 'api' | 'agent' | 'broker' | 'postgres';

/** All processes of one installation on this machine, as real as `npm start` runs them, and killable one by one. */
export class RealHouse {
  private postgres: PostgresServer | null = null;
  private parts = new Map<Exclude<Victim, 'postgres'>, ProcessPart>();
  private readonly passwords = { core: secret(), agent: secret() };
  private ports = { api: 0, broker: 0, postgres: 0, agent: 0 };
  private urls = { owner: '', app: '' };
  readonly deaths: string[] = [];
  /** Told to end, the house takes its database with it; the other processes end with their parent. */
  private readonly leave = (): void => {
    this.postgres?.kill();
    process.exit(130);
  };

  constructor(private readonly options: HouseOptions) {}

  get apiUrl(): string {
    return `http://127.0.0.1:${this.ports.api}`;
  }

  get ownerUrl(): string {
    return this.urls.owner;
  }

  get agentMqtt(): { url: string; username: string; password: string } {
    const { site, agent } = this.options;
    return {
      url: `mqtt://127.0.0.1:${this.ports.broker}`,
      username: `${site}/${agent}`,
      password: this.passwords.agent,
    };
  }

  /** Database, broker, migrated schema, API and demo data. The agent follows when its devices are there. */
  async open(): Promise<void> {
    const { dataDir, dist, demoDir } = this.options;
    await mkdir(join(dataDir, 'logs'), { recursive: true });
    for (const signal of ENDING) process.once(signal, this.leave);
    this.ports = {
      api: await freePort(),
      broker: await freePort(),
      postgres: await freePort(),
      agent: await freePort(),
    };
    await this.startDatabase();
    const urls = await ensureDatabase(this.postgres!);
    this.urls = { owner: urls.ownerUrl, app: urls.appUrl };
    await this.startBroker();
    await runToEnd(
      [join(dist, 'apps/api/src/migrate.main.js')],
      { ...this.coreEnvironment(), OWNER_DATABASE_URL: this.urls.owner },
      SEED_LIMIT_MS,
    );
    await this.startApi();
    await runToEnd(
      [join(dist, 'apps/api/src/wavehouse.main.js'), 'demo', ...(demoDir ? [demoDir] : [])],
      this.coreEnvironment(),
      SEED_LIMIT_MS,
    );
  }

  /** The invariant checker as anybody would run it: the CLI, over the database. */
  async verify(): Promise<string> {
    const args = [join(this.options.dist, 'apps/api/src/wavehouse.main.js'), 'verify', '--settled', '--json'];
    try {
      return await runToEnd(
        args,
        { ...this.coreEnvironment(), OWNER_DATABASE_URL: this.urls.owner },
        SEED_LIMIT_MS,
      );
    } catch (error) {
      const { out } = error as { out?: string };
      if (out?.includes('{')) return out;
      throw error;
    }
  }

  private async startDatabase(): Promise<void> {
    this.postgres = await startPostgres({
      dataDir: join(this.options.dataDir, 'postgres'),
      port: this.ports.postgres,
    });
  }

  private part(
    name: Exclude<Victim, 'postgres'>,
    args: string[],
    env: Record<string, string>,
    ready: (child: ChildProcess) => Promise<void>,
  ): ProcessPart {
    const part = new ProcessPart(
      { name, args, env, ready, logFile: join(this.options.dataDir, 'logs', `${name}.log`) },
      (who, code) => this.deaths.push(`${who} died by itself (${code})`),
    );
    this.parts.set(name, part);
    return part;
  }

  private async startBroker(): Promise<void> {
    const { dataDir, dist, site, agent } = this.options;
    const file = join(dataDir, 'broker-credentials.json');
    await putBrokerCredential(file, { kind: 'core' }, this.passwords.core);
    await putBrokerCredential(file, { kind: 'agent', site, agent }, this.passwords.agent);
    const env = {
      BROKER_CREDENTIALS_FILE: file,
      MQTT_PORT: String(this.ports.broker),
      LOG_LEVEL: this.options.logLevel,
    };
    await this.part('broker', [join(dist, 'libs/embedded/src/broker.main.js')], env, saysReady).start();
  }

  private coreEnvironment(): Record<string, string> {
    const { dataDir, logLevel, webDir } = this.options;
    return {
      ...(webDir ? { WEB_DIR: webDir } : {}),
      DATABASE_URL: this.urls.app,
      MQTT_URL: `mqtt://127.0.0.1:${this.ports.broker}`,
      MQTT_USERNAME: 'core',
      MQTT_PASSWORD: this.passwords.core,
      PORT: String(this.ports.api),
      HOST: '127.0.0.1',
      DATA_DIR: join(dataDir, 'api'),
      BROKER_CREDENTIALS_FILE: join(dataDir, 'broker-credentials.json'),
      LOG_LEVEL: logLevel,
      DEMO: '1',
    };
  }

  private async startApi(): Promise<void> {
    const args = [join(this.options.dist, 'apps/api/src/main.js')];
    const ready = () => answers(`${this.apiUrl}/readyz`);
    await this.part('api', args, this.coreEnvironment(), ready).start();
  }

  /** @param config the agent.yaml that the simulated devices wrote */
  async startAgent(config: string): Promise<void> {
    const { dataDir, dist, site, agent, logLevel } = this.options;
    const env = {
      MQTT_URL: this.agentMqtt.url,
      AGENT_SITE: site,
      AGENT_CODE: agent,
      AGENT_SECRET: this.passwords.agent,
      AGENT_DATA_DIR: join(dataDir, 'agent'),
      AGENT_CONFIG: config,
      AGENT_HTTP_PORT: String(this.ports.agent),
      LOG_LEVEL: logLevel,
    };
    const ready = () => answers(`http://127.0.0.1:${this.ports.agent}/livez`);
    await this.part('agent', [join(dist, 'apps/edge-agent/src/main.js')], env, ready).start();
  }

  /** Processor seconds by process, PostgreSQL with its backends; of a process that was killed only since its last start. */
  async cpuSeconds(): Promise<Record<string, number>> {
    const pids = new Map<string, number | null>([...this.parts].map(([name, part]) => [name, part.pid]));
    pids.set('postgres', this.postgres?.pid ?? null);
    const found: Record<string, number> = { simulation: ownSeconds() };
    for (const [name, pid] of pids) {
      const seconds = pid === null ? null : await processorSeconds(pid);
      if (seconds !== null) found[name] = seconds;
    }
    return found;
  }

  /** kill -9 and, after `downMs`, a start as a supervisor would make it. */
  async killAndRestart(victim: Victim, downMs: number): Promise<void> {
    if (victim === 'postgres') {
      const server = this.postgres!;
      server.kill();
      await server.exited;
      await new Promise((resolve) => setTimeout(resolve, downMs));
      await this.startDatabase();
      return;
    }
    const part = this.parts.get(victim)!;
    await part.kill();
    await new Promise((resolve) => setTimeout(resolve, downMs));
    await part.start();
  }

  async close(): Promise<void> {
    for (const name of ['agent', 'api', 'broker'] as const) await this.parts.get(name)?.stop();
    await this.postgres?.stop();
    for (const signal of ENDING) process.off(signal, this.leave);
  }
}

function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 100_000) / 10;
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

function saysReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new Error('the process never said that it is ready')),
      READY_LIMIT_MS,
    );
    child.on('message', (message) => {
      if (!(message as { ready?: boolean }).ready) return;
      clearTimeout(limit);
      resolve();
    });
  });
}

async function answers(url: string): Promise<void> {
  await until(`an answer of ${url}`, { limitMs: READY_LIMIT_MS, everyMs: 50 }, async () => {
    try {
      return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
    } catch {
      return false;
    }
  });
}
