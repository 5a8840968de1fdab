import { isAbsolute, resolve } from 'node:path';

/** The settings of the API process, read once from the environment. */
export class AppConfig {
  readonly databaseUrl: string;
  /** Null: no devices; everything else works and `/readyz` says degraded. */
  readonly mqttUrl: string | null;
  readonly mqttUsername: string | null;
  readonly mqttPassword: string | null;
  readonly port: number;
  readonly host: string;
  /** Absolute path of the built web app; null: the API alone answers. */
  readonly webDir: string | null;
  readonly logLevel: string;
  readonly brokerCredentialsFile: string | null;
  readonly demo: boolean;

  constructor(values: AppConfig) {
    Object.assign(this, values);
  }
}

/** Settings that can't be used; one sentence each, for a person, without a stack. */
export class ConfigError extends Error {}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/**
 * Reads the settings and names everything that is wrong with them at once.
 * @throws ConfigError
 */
export function readConfig(env: NodeJS.ProcessEnv): AppConfig {
  const faults: string[] = [];
  const url = (name: string, protocols: string[]) => readUrl(name, env[name], protocols, faults);
  const databaseUrl = url('DATABASE_URL', ['postgres:', 'postgresql:']);
  if (!env.DATABASE_URL) faults.push('DATABASE_URL is not set: where is the PostgreSQL database?');
  const mqttUrl = url('MQTT_URL', ['mqtt:', 'mqtts:', 'tcp:', 'ssl:']);
  const port = Number(env.PORT || 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) faults.push(`PORT is no port: "${env.PORT}"`);
  const logLevel = env.LOG_LEVEL || 'info';
  if (!LOG_LEVELS.includes(logLevel))
    faults.push(`LOG_LEVEL is none of ${LOG_LEVELS.join(', ')}: "${logLevel}"`);
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return new AppConfig({
    databaseUrl: databaseUrl!,
    mqttUrl,
    mqttUsername: env.MQTT_USERNAME || null,
    mqttPassword: env.MQTT_PASSWORD || null,
    port,
    host: env.HOST || '127.0.0.1',
    webDir: absolute(env.WEB_DIR),
    logLevel,
    brokerCredentialsFile: absolute(env.BROKER_CREDENTIALS_FILE),
    demo: env.DEMO === '1',
  });
}

function readUrl(
  name: string,
  value: string | undefined,
  protocols: string[],
  faults: string[],
): string | null {
  if (!value) return null;
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
  // The value itself may hold a password: it is not shown.
  faults.push(`${name} is no ${protocols.map((each) => `${each}//`).join(' or ')} URL`);
  return null;
}

function absolute(path: string | undefined): string | null {
  if (!path) return null;
  return isAbsolute(path) ? path : resolve(path);
}
