import type { AgentEnvironment, ApiEnvironment, MigrateEnvironment } from '#lib/contracts';

/** Read by the embedded broker (libs/embedded/src/broker.main.ts). */
export interface BrokerEnvironment {
  BROKER_CREDENTIALS_FILE: string;
  MQTT_PORT: string;
  LOG_LEVEL: string;
}

/** Read by the agent beside what it reads in production. */
export interface AgentHere extends AgentEnvironment {
  /** Serves /livez and /metrics on the loopback address. */
  AGENT_HTTP_PORT: string;
}

/** Read by the simulated floor: it writes AGENT_CONFIG, and its MQTT devices live under the agent's subtree. */
export interface FloorEnvironment extends AgentEnvironment {
  API_URL: string;
}

export type ChildEnvironment =
  | ApiEnvironment
  | MigrateEnvironment
  | BrokerEnvironment
  | AgentHere
  | FloorEnvironment;

/** Of our own environment only what any program needs: no process gets a secret that is another's. */
const INHERITED = [
  ...['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot'],
  ...['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'LIVE_SHARED'],
];

/** The complete environment of a child process. */
export function environmentOf(contract: ChildEnvironment, ours: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = INHERITED.filter((name) => ours[name] !== undefined).map((name) => [name, ours[name]]);
  return { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...contract };
}
