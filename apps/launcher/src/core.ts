import type { ApiEnvironment } from '#lib/contracts';
import { isPortFree } from '#lib/embedded';
import { SupervisedChild } from './child-process.js';
import { refuseForeignDatabase } from './database.js';
import { environmentOf } from './environment.js';
import type { House } from './house.js';
import { StartRefused } from './options.js';
import { runOnce } from './run-once.js';
import type { Stores } from './stores.js';
import { answersAt } from './wait-for.js';

const MIGRATE_LIMIT_MS = 10 * 60_000;
const API_READY_LIMIT_MS = 60_000;
const API_DRAIN_LIMIT_MS = 20_000;

export interface Core {
  url: string;
  environment: ApiEnvironment;
  child: SupervisedChild;
}

/** Brings the database to this version and starts the API with the web app. */
export async function openCore(
  house: House,
  stores: Stores,
  migrationsDir: string,
  webDir: string,
): Promise<Core> {
  const { options } = house;
  const environment: ApiEnvironment = {
    DATABASE_URL: stores.database.appUrl,
    MQTT_URL: stores.mqttUrl,
    MQTT_USERNAME: stores.core.username,
    MQTT_PASSWORD: stores.core.password,
    PORT: String(options.port),
    HOST: options.host,
    ...(stores.credentialsFile ? { BROKER_CREDENTIALS_FILE: stores.credentialsFile } : {}),
    WEB_DIR: webDir,
    LOG_LEVEL: house.logLevel,
    ...(options.demo ? { DEMO: '1' } : {}),
  };
  await migrate(house, environment, stores.database.ownerUrl, migrationsDir);
  const url = `http://${options.host === '0.0.0.0' || options.host === '::' ? '127.0.0.1' : options.host}:${options.port}`;
  const child = new SupervisedChild(
    {
      ...house.planOf('api', environment),
      drainLimitMs: API_DRAIN_LIMIT_MS,
      ready: () => answersAt(`${url}/livez`, API_READY_LIMIT_MS),
    },
    house.say,
  );
  house.onStop('API', (force) => child.stop(force));
  await child.start();
  house.say(`API and web app run on port ${options.port}`);
  return { url, environment, child };
}

async function migrate(
  house: House,
  environment: ApiEnvironment,
  ownerUrl: string,
  migrationsDir: string,
): Promise<void> {
  await refuseForeignDatabase(ownerUrl, migrationsDir);
  const said = await runOnce(
    {
      name: 'The migration of the database',
      program: house.programs.migrate,
      env: environmentOf({ ...environment, OWNER_DATABASE_URL: ownerUrl }, house.env),
      logFile: house.logFileOf('migrate'),
      limitMs: MIGRATE_LIMIT_MS,
    },
    house.signal,
  );
  house.say(said.trim().split('\n').at(-1) ?? 'The database is up to date.');
}

/** Refuses a port that another program has; after a crash what is left of the last start gets time to end. */
export async function holdPort(port: number, host: string, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await isPortFree(port, host))) {
    if (performance.now() >= deadline) {
      throw new StartRefused(`Port ${port} is in use by another program; give --port another one.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
