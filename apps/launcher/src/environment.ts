/**
 * The environment that Wavehouse's processes read: the one contract between whoever starts them (the launcher, systemd,
 * compose, the simulation) and the processes themselves.
 */

/** Read by the API, by migrations and by the `wavehouse` command. */
export interface CoreEnvironment {
  /** The application's role: owns nothing, row-level security binds it. */
  DATABASE_URL: string;
  /** `mqtt://host:port` or `mqtts://host:port`. */
  MQTT_URL: string;
  MQTT_USERNAME: string;
  MQTT_PASSWORD: string;
  /** Of the HTTP server and socket.io. */
  PORT: string;
  HOST: string;
  /** Where the process may keep files. */
  DATA_DIR: string;
  /** Where a newly enrolled agent's credential is added; absent where a broker of one's own is used. */
  BROKER_CREDENTIALS_FILE?: string;
  /** The built web app. */
  WEB_DIR: string;
  /** Level of pino: trace, debug, info, warn, error. */
  LOG_LEVEL: string;
  /** `1` in the demo: accounts with known passwords may exist. */
  DEMO?: '1';
}

/** Read by migrations alone: the role that owns the database. */
export interface OwnerEnvironment {
  OWNER_DATABASE_URL: string;
}

/** Read by the edge agent. */
export interface AgentEnvironment {
  MQTT_URL: string;
  /** With AGENT_CODE the broker's user name, `<site>/<agent>`, and the agent's place in the topics. */
  AGENT_SITE: string;
  AGENT_CODE: string;
  /** Its password at the broker. */
  AGENT_SECRET: string;
  /** The durable outbox lies here. */
  AGENT_DATA_DIR: string;
  /** Which devices are attached and how: a JSON or YAML file. */
  AGENT_CONFIG: string;
  /** Serves /livez and /metrics on the loopback address. */
  AGENT_HTTP_PORT?: string;
  API_URL: string;
  LOG_LEVEL: string;
}

/** Read by the embedded broker. */
export interface BrokerEnvironment {
  BROKER_CREDENTIALS_FILE: string;
  MQTT_PORT: string;
  LOG_LEVEL: string;
}

/** Read by the simulated floor. */
export interface FloorEnvironment {
  API_URL: string;
  /** Where it writes the agent's configuration: which line or port each simulated device has. */
  AGENT_CONFIG: string;
  DATA_DIR: string;
  LOG_LEVEL: string;
  DEMO: '1';
}

export type ChildEnvironment =
  | CoreEnvironment
  | (CoreEnvironment & OwnerEnvironment)
  | BrokerEnvironment
  | AgentEnvironment
  | FloorEnvironment;

/** Of our own environment only what any program needs: no process gets a secret that is another's. */
const INHERITED = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
];

/** The complete environment of a child process. */
export function environmentOf(contract: ChildEnvironment, ours: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = INHERITED.filter((name) => ours[name] !== undefined).map((name) => [name, ours[name]]);
  return { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...contract };
}
