/** The settings that processes take from their environment; the launcher sets them, production sets them itself. */
export interface ApiEnvironment {
  /** The application's own role: owns nothing, no BYPASSRLS. */
  DATABASE_URL: string;
  MQTT_URL: string;
  MQTT_USERNAME?: string;
  MQTT_PASSWORD?: string;
  PORT?: string;
  HOST?: string;
  /** Where the built web app lies; without it only the API answers. */
  WEB_DIR?: string;
  LOG_LEVEL?: string;
  /** JSON file of the embedded broker's credentials, kept by the core when agents enrol. */
  BROKER_CREDENTIALS_FILE?: string;
  /** '1' lets the demo's accounts exist. */
  DEMO?: string;
}

export interface MigrateEnvironment {
  OWNER_DATABASE_URL: string;
}

export interface AgentEnvironment {
  MQTT_URL: string;
  AGENT_SITE: string;
  AGENT_CODE: string;
  AGENT_SECRET: string;
  AGENT_DATA_DIR: string;
  /** Path of the YAML or JSON list of devices. */
  AGENT_CONFIG: string;
  LOG_LEVEL?: string;
}
