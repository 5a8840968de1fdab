import { join } from 'node:path';
import {
  type DatabaseUrls,
  ensureDatabase,
  ensureSecrets,
  freePort,
  putBrokerCredential,
} from '#lib/embedded';
import type { AgentPlace } from './agent-place.js';
import { SupervisedChild } from './child-process.js';
import { databaseOf } from './database.js';
import type { House } from './house.js';
import { StartRefused } from './options.js';
import { SupervisedPostgres } from './supervised-postgres.js';
import { saysReady } from './wait-for.js';

const BROKER_READY_LIMIT_MS = 15_000;
const BROKER_DRAIN_LIMIT_MS = 5_000;

export interface Account {
  username: string;
  password: string;
}

/** Where data and messages go: embedded or the person's own. */
export interface Stores {
  database: DatabaseUrls;
  mqttUrl: string;
  core: Account;
  agentSecret: string;
  /** Only with the embedded broker: where the API enrols further agents. */
  credentialsFile?: string;
}

/** With DATABASE_URL and MQTT_URL given both are used as they are; with neither both are started here. */
export async function openStores(house: House, place: AgentPlace | null): Promise<Stores> {
  const { DATABASE_URL, MQTT_URL } = house.env;
  if (Boolean(DATABASE_URL) !== Boolean(MQTT_URL)) {
    const [given, missing] = DATABASE_URL ? ['DATABASE_URL', 'MQTT_URL'] : ['MQTT_URL', 'DATABASE_URL'];
    throw new StartRefused(
      `${given} is given and ${missing} is not; give both, or neither to use the embedded parts.`,
    );
  }
  return MQTT_URL ? given(house, MQTT_URL) : embedded(house, place);
}

async function given(house: House, mqttUrl: string): Promise<Stores> {
  const { env, options } = house;
  if (!URL.canParse(mqttUrl) || !/^(mqtts?|tcp|ssl):$/.test(new URL(mqttUrl).protocol)) {
    throw new StartRefused('MQTT_URL must be an mqtt:// or mqtts:// URL.');
  }
  const url = new URL(mqttUrl);
  const core = {
    username: env.MQTT_USERNAME ?? decodeURIComponent(url.username),
    password: env.MQTT_PASSWORD ?? decodeURIComponent(url.password),
  };
  url.username = '';
  url.password = '';
  const database = await databaseOf(env, join(options.dataDir, 'house.secrets.json'));
  house.say('using the database and the broker of DATABASE_URL and MQTT_URL');
  return { database, mqttUrl: url.href, core, agentSecret: env.AGENT_SECRET ?? core.password };
}

async function embedded(house: House, place: AgentPlace | null): Promise<Stores> {
  const { dataDir } = house.options;
  const postgres = await SupervisedPostgres.start(join(dataDir, 'postgres'), house.say);
  house.onStop('PostgreSQL', () => postgres.stop());
  const database = await ensureDatabase(postgres.current);
  house.say(`PostgreSQL ${postgres.current.adopted ? 'goes on' : 'runs'} on port ${postgres.current.port}`);

  house.signal.throwIfAborted();
  const credentialsFile = join(dataDir, 'broker-credentials.json');
  const secrets = await ensureSecrets(join(dataDir, 'house.secrets.json'), ['core', 'agent']);
  const core = {
    username: await putBrokerCredential(credentialsFile, { kind: 'core' }, secrets.core),
    password: secrets.core,
  };
  if (place) {
    await putBrokerCredential(
      credentialsFile,
      { kind: 'agent', site: place.site, agent: place.agent },
      secrets.agent,
    );
  }
  const port = await freePort();
  const env = {
    BROKER_CREDENTIALS_FILE: credentialsFile,
    MQTT_PORT: String(port),
    LOG_LEVEL: house.logLevel,
  };
  const broker = new SupervisedChild(
    {
      ...house.planOf('broker', env),
      drainLimitMs: BROKER_DRAIN_LIMIT_MS,
      ready: (child) => saysReady(child, BROKER_READY_LIMIT_MS),
    },
    house.say,
  );
  house.onStop('broker', (force) => broker.stop(force));
  await broker.start();
  house.say(`MQTT broker runs on port ${port}`);
  return { database, mqttUrl: `mqtt://127.0.0.1:${port}`, core, agentSecret: secrets.agent, credentialsFile };
}
