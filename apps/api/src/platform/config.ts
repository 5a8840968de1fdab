import { readFileSync } from 'node:fs';
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
  /** PEM texts for `mqtts:`; a certificate makes the user name and password unnecessary. */
  readonly mqttTls: { ca?: Buffer; cert?: Buffer; key?: Buffer };
  /** Several API processes on one database share their live events (LIVE_SHARED=1). */
  readonly liveShared: boolean;
  /** Where agents on the floor reach the broker; told at enrolment. */
  readonly agentsMqttUrl: string | null;
  /** Seals the key of the site's certificate authority; null: this core issues no certificates. */
  readonly siteCaSecret: string | null;
  readonly demo: boolean;

  constructor(values: AppConfig) {
    Object.assign(this, values);
  }
}

/** Settings that can't be used; one sentence each, for a person, without a stack. */
export class ConfigError extends Error {}

const SITE_CA_SECRET_MIN = 24;
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
  const agentsMqttUrl = url('AGENTS_MQTT_URL', ['mqtt:', 'mqtts:']);
  const mqttTls = {
    ...readPem('MQTT_CA_FILE', 'ca', env, faults),
    ...readPem('MQTT_CERT_FILE', 'cert', env, faults),
    ...readPem('MQTT_KEY_FILE', 'key', env, faults),
  };
  const siteCaSecret = env.SITE_CA_SECRET || null;
  if (siteCaSecret && siteCaSecret.length < SITE_CA_SECRET_MIN)
    faults.push(`SITE_CA_SECRET is too short to keep a secret: at least ${SITE_CA_SECRET_MIN} characters`);
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
    mqttTls,
    agentsMqttUrl,
    siteCaSecret,
    liveShared: env.LIVE_SHARED === '1',
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

function readPem(
  name: string,
  part: 'ca' | 'cert' | 'key',
  env: NodeJS.ProcessEnv,
  faults: string[],
): Record<string, Buffer> {
  const path = env[name];
  if (!path) return {};
  try {
    return { [part]: readFileSync(path) };
  } catch (error) {
    faults.push(`${name}: ${path} can't be read (${(error as NodeJS.ErrnoException).code})`);
    return {};
  }
}

function absolute(path: string | undefined): string | null {
  if (!path) return null;
  return isAbsolute(path) ? path : resolve(path);
}
