import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { agentTopics, type EdgePoint } from '#lib/contracts';
import { checkConfig, type LinkConfig } from '#lib/device-kit';
import { type Credential, readCredential } from './credential.js';
import { StartupError } from './store.js';

export interface DeviceConfig {
  code: string;
  /** `<vendor>/<model>` */
  driver: string;
  link: LinkConfig;
  /** The driver's own settings; checked against its schema when it is loaded. */
  config: unknown;
}

export interface AgentConfig {
  site: string;
  agent: string;
  /** Password at the broker; null where the certificate says who it is. */
  secret: string | null;
  /** What enrolment left in the data directory. */
  credential: Credential | null;
  dataDir: string;
  mqttUrl: string;
  tls: { ca?: string; cert?: string; key?: string };
  /** Null: no HTTP. */
  httpPort: number | null;
  httpHost: string;
  logLevel: string;
  devices: DeviceConfig[];
  /** Points that hold until the core has sent its own. */
  points: EdgePoint[];
}

const text = { type: 'string', minLength: 1 };
const FILE_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    site: text,
    agent: text,
    devices: {
      type: 'array',
      default: [],
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['code', 'driver', 'link'],
        properties: {
          code: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,50}$' },
          driver: { type: 'string', pattern: '^[a-z0-9-]+/[a-z0-9-]+$' },
          link: { type: 'object' },
          config: { type: 'object', default: {} },
        },
      },
    },
    points: {
      type: 'array',
      default: [],
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['code', 'device', 'exceptionLane', 'noReadLane', 'deadlineMs'],
        properties: {
          code: text,
          device: text,
          exceptionLane: text,
          noReadLane: text,
          recirculationLane: { type: ['string', 'null'], default: null },
          lapsMax: { type: 'integer', minimum: 0, default: 0 },
          deadlineMs: { type: 'integer', minimum: 0 },
        },
      },
    },
  },
};

interface ConfigFile {
  site?: string;
  agent?: string;
  devices: (Omit<DeviceConfig, 'link'> & { link: Record<string, unknown> })[];
  points: EdgePoint[];
}

/** The agent's configuration from its environment and its file. Throws a {@link StartupError} that names what is wrong. */
export async function readConfig(env: NodeJS.ProcessEnv): Promise<AgentConfig> {
  const file = await readConfigFile(env.AGENT_CONFIG);
  const dataDir = needed('AGENT_DATA_DIR', env.AGENT_DATA_DIR);
  const credential = await readCredential(dataDir);
  const site = agreed('AGENT_SITE', env.AGENT_SITE || credential?.site, 'site', file.site);
  const agent = agreed('AGENT_CODE', env.AGENT_CODE || credential?.agent, 'agent', file.agent);
  const base = baseTopic(site, agent);
  return {
    site,
    agent,
    secret: secretOf(env, credential),
    credential,
    dataDir,
    mqttUrl: mqttUrlOf(needed('MQTT_URL', env.MQTT_URL || credential?.mqttUrl)),
    tls: {
      ...(await pem('ca', env.MQTT_CA_FILE)),
      ...(await pem('cert', env.MQTT_CERT_FILE)),
      ...(await pem('key', env.MQTT_KEY_FILE)),
    },
    httpPort: portOf(env.AGENT_HTTP_PORT),
    httpHost: env.AGENT_HTTP_HOST || '127.0.0.1',
    logLevel: levelOf(env.LOG_LEVEL),
    devices: devicesOf(file, base),
    points: file.points,
  };
}

/** A certificate, by file or by enrolment, says who the agent is; else a password does. */
function secretOf(env: NodeJS.ProcessEnv, credential: Credential | null): string | null {
  const secret = env.AGENT_SECRET || credential?.secret;
  if (secret) return secret;
  if (credential?.certificate || (env.MQTT_CERT_FILE && env.MQTT_KEY_FILE)) return null;
  throw new StartupError(
    'this agent has no credential: enrol it (edge-agent enrol --help), or set AGENT_SECRET',
  );
}

async function readConfigFile(path: string | undefined): Promise<ConfigFile> {
  if (!path) return { devices: [], points: [] };
  const content = await readFile(path, 'utf8').catch((error: Error) => {
    throw new StartupError(`AGENT_CONFIG: ${path} cannot be read: ${error.message}`);
  });
  let parsed: unknown;
  try {
    parsed = parse(content);
  } catch (error) {
    throw new StartupError(`${path} is neither YAML nor JSON: ${(error as Error).message}`);
  }
  const check = checkConfig<ConfigFile>(FILE_SCHEMA, parsed);
  if (!check.ok) throw new StartupError(`${path}: ${check.errors.join('; ')}`);
  return check.config;
}

function devicesOf(file: ConfigFile, base: string): DeviceConfig[] {
  const codes = file.devices.map(({ code }) => code);
  const twice = codes.find((code, index) => codes.indexOf(code) !== index);
  if (twice) throw new StartupError(`the device ${twice} stands in the configuration twice`);
  if (codes.includes('agent'))
    throw new StartupError('no device can be called "agent": that is the agent itself');
  return file.devices.map((device) => ({
    ...device,
    link: linkOf(device.link, `${base}/plc/${device.code}`),
  }));
}

/** `type` is the word of the configuration file; `tcp` means that we call the device; an mqtt device has a subtree of ours. */
function linkOf(written: Record<string, unknown>, mqttBase: string): LinkConfig {
  const { type, ...rest } = written;
  const kind = type === 'tcp' ? 'tcp-client' : (type ?? written.kind);
  const defaults = kind === 'mqtt' ? { base: mqttBase } : {};
  return { ...defaults, ...rest, kind } as LinkConfig;
}

function baseTopic(site: string, agent: string): string {
  if (agent === 'core')
    throw new StartupError('no agent can be called "core": that branch of the topics is the core\'s own');
  try {
    return agentTopics(site, agent).base;
  } catch (error) {
    throw new StartupError(`AGENT_SITE and AGENT_CODE become part of a topic: ${(error as Error).message}`);
  }
}

function agreed(
  variable: string,
  value: string | undefined,
  key: string,
  written: string | undefined,
): string {
  if (value && written && value !== written) {
    throw new StartupError(`${variable} is ${value}, but the configuration file says ${key}: ${written}`);
  }
  return needed(`${variable} (or "${key}" in AGENT_CONFIG)`, value || written);
}

function needed(name: string, value: string | undefined): string {
  if (!value) throw new StartupError(`${name} is not set; see --help`);
  return value;
}

function mqttUrlOf(url: string): string {
  if (!/^(mqtts?|wss?):\/\/[^/]+/.test(url)) {
    throw new StartupError(
      `MQTT_URL must be like mqtt://host:1883 or mqtts://host:8883, not ${JSON.stringify(url)}`,
    );
  }
  return url;
}

function portOf(value: string | undefined): number | null {
  if (!value) return null;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new StartupError(`AGENT_HTTP_PORT is no port: ${value}`);
  return port;
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

function levelOf(value: string | undefined): string {
  if (value && !LEVELS.includes(value))
    throw new StartupError(`LOG_LEVEL is one of ${LEVELS.join(', ')}, not ${value}`);
  return value || 'info';
}

async function pem(name: 'ca' | 'cert' | 'key', path: string | undefined): Promise<Record<string, string>> {
  if (!path) return {};
  const content = await readFile(path, 'utf8').catch((error: Error) => {
    throw new StartupError(`MQTT_${name.toUpperCase()}_FILE: ${path} cannot be read: ${error.message}`);
  });
  return { [name]: content };
}
