import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import {
  type DatabaseUrls,
  ensureDatabase,
  freePort,
  type MosquittoFiles,
  type PostgresServer,
  putBrokerCredential,
  putMosquittoCredential,
  startPostgres,
} from '#lib/embedded';
import { pause, runToEnd, type Seeded, until } from '#lib/sim';
import { Edge } from './edge.js';
import { Link } from './link.js';
import { edgeNames, SITE, writeSite } from './site-files.js';
import { type Program, Supervised } from './supervised.js';

export interface RigOptions {
  dataDir: string;
  /** Where the built programs lie. */
  dist: string;
  dice: Seeded;
  agents: number;
  /** Loaded into every API or agent before its own code: `node --import`. */
  preload?: { api?: string; agent?: string };
  onPrinted: (zpl: string) => void;
  say: (line: string) => void;
}

const API_LIMIT_MS = 90_000;
const SEED_LIMIT_MS = 120_000;
const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];
const APIS = 2;
/** libfaketime turns the clock of a process without any right; its directory carries the machine's name on Debian. */
const CLOCKS = ['x86_64-linux-gnu/', 'aarch64-linux-gnu/', ''].map(
  (machine) => `/usr/lib/${machine}faketime/libfaketimeMT.so.1`,
);

/**
 * A whole installation on this machine: PostgreSQL, broker, two cores, agents with their devices, all real processes, and between any
 * two of them a link that can be troubled.
 */
export class Rig {
  readonly deaths: string[] = [];
  readonly edges: Edge[] = [];
  readonly apis: Supervised[] = [];
  readonly agents: Supervised[] = [];
  readonly links: Link[] = [];
  readonly postgresBackMs: number[] = [];
  readonly brokerKind: 'mosquitto' | 'embedded';
  /** Where libfaketime lies; undefined: no clock can be turned on this machine. */
  readonly clockLibrary = CLOCKS.find((path) => existsSync(path));
  broker!: Supervised;
  private readonly secret = randomBytes(18).toString('base64url');
  private readonly ports = { postgres: 0, broker: 0, api: [] as number[], agent: [] as number[] };
  private postgres!: PostgresServer;
  private urls!: DatabaseUrls;
  private database = 'wavehouse';
  private postgresDown: Promise<void> = Promise.resolve();

  constructor(readonly options: RigOptions) {
    this.brokerKind = MOSQUITTO.some((path) => existsSync(path)) ? 'mosquitto' : 'embedded';
  }

  get apiUrls(): string[] {
    return this.ports.api.map((port) => `http://127.0.0.1:${port}`);
  }

  /** As the owner of the tables, past all links. */
  get ownerUrl(): string {
    return this.urls.ownerUrl;
  }

  get parts(): Supervised[] {
    return [this.broker, ...this.apis, ...this.agents];
  }

  /** From an empty directory to a serving building. */
  async open(): Promise<void> {
    const { dataDir, say, agents } = this.options;
    await mkdir(join(dataDir, 'logs'), { recursive: true });
    this.ports.postgres = await freePort();
    this.ports.broker = await freePort();
    say('PostgreSQL, schema, site');
    await this.startPostgres();
    this.urls = await ensureDatabase(this.postgres, this.database);
    await this.fill(Array.from({ length: agents }, (_, n) => edgeNames(n + 1)));
    say(`broker (${this.brokerKind}), ${APIS} cores, ${agents} agents`);
    await this.startBroker();
    for (let n = 1; n <= APIS; n += 1) await this.addApi(n);
    for (let n = 1; n <= agents; n += 1) await this.addAgent(n);
    await this.allServing(180_000);
  }

  /** Resolves when every process serves. */
  async allServing(limitMs: number): Promise<void> {
    await this.postgresDown;
    await until('every process serving', { limitMs }, () => this.parts.every((part) => part.isServing));
  }

  /** kill -9 of the server; one that is still coming up is waited for. Resolves when it serves again. */
  killPostgres(downMs: number): Promise<void> {
    this.postgresDown = this.postgresDown.then(async () => {
      this.postgres.kill();
      await this.postgres.exited;
      await pause(downMs);
      const startedAt = performance.now();
      await this.startPostgres();
      this.postgresBackMs.push(Math.round(performance.now() - startedAt));
    });
    return this.postgresDown;
  }

  async heal(): Promise<void> {
    for (const link of this.links) link.heal();
    for (const part of this.parts) {
      part.thaw();
      part.start();
    }
  }

  /** Ends everything, whatever state it is in. */
  async close(): Promise<void> {
    for (const link of this.links) link.heal();
    await Promise.allSettled([...this.apis, ...this.agents].map((part) => part.stop()));
    await Promise.allSettled(this.edges.map((edge) => edge.close()));
    await this.broker?.stop().catch(() => undefined);
    await Promise.allSettled(this.links.map((link) => link.close()));
    await this.postgresDown.catch(() => undefined);
    await this.postgres?.stop();
  }

  /** What `close` does, at once: whoever is told to leave a second time waits for nothing, and leaves nothing running. */
  abandon(): void {
    for (const part of [...this.apis, ...this.agents, ...(this.broker ? [this.broker] : [])]) part.abandon();
    this.postgres?.kill();
  }

  /** Runs one statement as the superuser, in `postgres` unless said otherwise. */
  async asSuperuser(sql: string, database?: string): Promise<void> {
    const client = new pg.Client({
      connectionString: this.postgres.superuserUrl(database),
      connectionTimeoutMillis: 5_000,
      query_timeout: 60_000,
    });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  /** The database's copy of this moment; the cores must be down, for PostgreSQL copies only what nobody uses. */
  async backUp(name: string): Promise<void> {
    // Sessions of cores that were killed end a little later than they.
    await this.asSuperuser(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${this.database}'`,
    );
    await this.asSuperuser(`CREATE DATABASE ${name} TEMPLATE ${this.database}`);
  }

  async restore(name: string): Promise<void> {
    await this.asSuperuser(`DROP DATABASE ${this.database} WITH (FORCE)`);
    await this.asSuperuser(`ALTER DATABASE ${name} RENAME TO ${this.database}`);
  }

  /** `npm run wavehouse -- verify`: the checker that anybody has. */
  async verify(): Promise<string> {
    const args = [join(this.options.dist, 'apps/api/src/wavehouse.main.js'), 'verify', '--settled', '--json'];
    const env = {
      ...this.coreEnvironment(this.urls.appUrl, this.ports.broker),
      OWNER_DATABASE_URL: this.urls.ownerUrl,
    };
    try {
      return await runToEnd(args, env, SEED_LIMIT_MS);
    } catch (error) {
      const { out } = error as { out?: string };
      if (out?.includes('{')) return out;
      throw error;
    }
  }

  /** A second process with the identity and the disk of an agent, which lies in `dir` with its own configuration. */
  async cloneOf(
    n: number,
    dir: string,
  ): Promise<{ process: Supervised; depth: () => Promise<number | null> }> {
    const original = this.agents[n]!.program;
    const port = await freePort();
    const process = this.supervised({
      ...original,
      name: `${original.name}-clone`,
      logFile: join(this.options.dataDir, 'logs', `${original.name}-clone.log`),
      env: {
        ...original.env,
        AGENT_DATA_DIR: dir,
        AGENT_CONFIG: join(dir, 'agent.yaml'),
        AGENT_HTTP_PORT: String(port),
        WITNESS_FILE: join(dir, 'witness.log'),
      },
      ready: () => answers(`http://127.0.0.1:${port}/livez`),
    });
    return { process, depth: () => metricOf(port, 'outbox_depth') };
  }

  private async fill(names: ReturnType<typeof edgeNames>[]): Promise<void> {
    const { dataDir, dist } = this.options;
    const env = {
      ...this.coreEnvironment(this.urls.appUrl, this.ports.broker),
      OWNER_DATABASE_URL: this.urls.ownerUrl,
    };
    const site = join(dataDir, 'site');
    await writeSite(site, names);
    await runToEnd([join(dist, 'apps/api/src/migrate.main.js')], env, SEED_LIMIT_MS);
    await runToEnd([join(dist, 'apps/api/src/wavehouse.main.js'), 'demo', site], env, SEED_LIMIT_MS);
  }

  private async startPostgres(): Promise<void> {
    this.postgres = await startPostgres({
      dataDir: join(this.options.dataDir, 'postgres'),
      port: this.ports.postgres,
      // What a killed process has written is in the operating system's hands; only the edge loses its power here.
      settings: { fsync: 'off' },
    });
  }

  private async startBroker(): Promise<void> {
    const { dataDir, dist, agents } = this.options;
    const principals = [
      { kind: 'core' as const },
      ...Array.from({ length: agents }, (_, n) => ({
        kind: 'agent' as const,
        site: SITE,
        agent: edgeNames(n + 1).agent,
      })),
    ];
    const port = this.ports.broker;
    const logFile = join(dataDir, 'logs', 'broker.log');
    if (this.brokerKind === 'mosquitto') {
      const files = { passwordFile: join(dataDir, 'passwords'), aclFile: join(dataDir, 'acl') };
      for (const each of principals) await putMosquittoCredential(files, each, this.secret);
      const config = join(dataDir, 'mosquitto.conf');
      await writeFile(config, mosquittoConfig(port, files));
      const command = MOSQUITTO.find((path) => existsSync(path))!;
      const ready = () => listens(port);
      this.broker = this.supervised({
        name: 'broker',
        command,
        args: ['-c', config],
        env: {},
        logFile,
        ready,
      });
    } else {
      const file = join(dataDir, 'broker-credentials.json');
      for (const each of principals) await putBrokerCredential(file, each, this.secret);
      const env = { BROKER_CREDENTIALS_FILE: file, MQTT_PORT: String(port), LOG_LEVEL: 'warn' };
      const args = [join(dist, 'libs/embedded/src/broker.main.js')];
      this.broker = this.supervised({
        name: 'broker',
        command: process.execPath,
        args,
        env,
        logFile,
        ready: saysReady,
      });
    }
    this.broker.start();
    await until('the broker serving', { limitMs: API_LIMIT_MS }, () => this.broker.isServing);
  }

  private async addApi(n: number): Promise<void> {
    const { dataDir, dist, dice, preload } = this.options;
    const port = await freePort();
    this.ports.api.push(port);
    const link = async (name: string, targetPort: number, carries: 'mqtt' | 'postgres') => {
      const made = new Link({
        name: `api-${n}-${name}`,
        targetPort,
        carries,
        dice: dice.fork(`api-${n} ${name}`),
      });
      await made.open();
      this.links.push(made);
      return made;
    };
    const database = await link('postgres', this.ports.postgres, 'postgres');
    const broker = await link('broker', this.ports.broker, 'mqtt');
    const url = new URL(this.urls.appUrl);
    url.port = String(database.port);
    const api = this.supervised({
      name: `api-${n}`,
      command: process.execPath,
      args: [...imports(preload?.api), join(dist, 'apps/api/src/main.js')],
      env: {
        ...this.coreEnvironment(url.href, broker.port),
        OWNER_DATABASE_URL: this.urls.ownerUrl,
        PORT: String(port),
        DATA_DIR: join(dataDir, `api-${n}`),
      },
      logFile: join(dataDir, 'logs', `api-${n}.log`),
      ready: saysReady,
    });
    this.apis.push(api);
    api.start();
  }

  private async addAgent(n: number): Promise<void> {
    const { dataDir, dist, dice, preload, onPrinted } = this.options;
    const names = edgeNames(n);
    const { broker: brokerPort } = this.ports;
    const dir = join(dataDir, names.agent);
    const edge = new Edge({
      names,
      dir,
      brokerPort,
      secret: this.secret,
      dice: dice.fork(names.agent),
      onPrinted,
    });
    await edge.open();
    this.edges.push(edge);
    this.links.push(...Object.values(edge.links));
    const httpPort = await freePort();
    this.ports.agent.push(httpPort);
    const witness = join(dist, 'libs/torture/src/preload/witness.js');
    const agent = this.supervised({
      name: names.agent,
      command: process.execPath,
      args: [...imports(preload?.agent), ...imports(witness), join(dist, 'apps/edge-agent/src/main.js')],
      env: {
        MQTT_URL: `mqtt://127.0.0.1:${edge.links.broker.port}`,
        AGENT_SITE: SITE,
        AGENT_CODE: names.agent,
        AGENT_SECRET: this.secret,
        AGENT_DATA_DIR: dir,
        AGENT_CONFIG: edge.configFile,
        AGENT_HTTP_PORT: String(httpPort),
        WITNESS_FILE: edge.witnessFile,
        DISK_FILE: edge.diskFile,
        ...this.clockOf(edge),
        LOG_LEVEL: 'info',
      },
      logFile: join(dataDir, 'logs', `${names.agent}.log`),
      ready: () => answers(`http://127.0.0.1:${httpPort}/livez`),
    });
    this.agents.push(agent);
    agent.start();
  }

  /** Records that an agent has not been rid of; null while it can't say. */
  outboxDepth(n: number): Promise<number | null> {
    return metricOf(this.ports.agent[n]!, 'outbox_depth');
  }

  private clockOf(edge: Edge): Record<string, string> {
    if (!this.clockLibrary) return {};
    return {
      LD_PRELOAD: this.clockLibrary,
      FAKETIME_TIMESTAMP_FILE: edge.clockFile,
      FAKETIME_CACHE_DURATION: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
  }

  private supervised(program: Program): Supervised {
    return new Supervised(program, (sentence) => this.deaths.push(sentence));
  }

  private coreEnvironment(databaseUrl: string, brokerPort: number): Record<string, string> {
    return {
      DATABASE_URL: databaseUrl,
      MQTT_URL: `mqtt://127.0.0.1:${brokerPort}`,
      MQTT_USERNAME: 'core',
      MQTT_PASSWORD: this.secret,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      DEMO: '1',
      NODE_ENV: 'production',
    };
  }
}

function imports(file: string | undefined): string[] {
  return file ? ['--import', file] : [];
}

function mosquittoConfig(port: number, files: MosquittoFiles): string {
  return [
    `listener ${port} 127.0.0.1`,
    'user root',
    'allow_anonymous false',
    `password_file ${files.passwordFile}`,
    `acl_file ${files.aclFile}`,
    'set_tcp_nodelay true',
    'max_queued_messages 0',
    'max_inflight_messages 200',
    'max_packet_size 1048576',
    'persistence false',
    'log_dest stderr',
    'log_type error',
    'log_type warning',
    '',
  ].join('\n');
}

function saysReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      if ((message as { ready?: boolean }).ready) resolve();
    });
  });
}

async function answers(url: string): Promise<void> {
  await until(`an answer of ${url}`, { limitMs: API_LIMIT_MS, everyMs: 25 }, async () => {
    try {
      return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
    } catch {
      return false;
    }
  });
}

async function metricOf(port: number, name: string): Promise<number | null> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(2_000) });
    const line = (await answer.text()).split('\n').find((each) => each.startsWith(`wavehouse_edge_${name} `));
    return line ? Number(line.split(' ')[1]) : null;
  } catch {
    return null;
  }
}

async function listens(port: number): Promise<void> {
  await until(`port ${port} taking connections`, { limitMs: API_LIMIT_MS, everyMs: 20 }, () => {
    return new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  });
}
