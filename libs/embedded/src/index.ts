export { type Broker, type BrokerOptions, startBroker } from './broker.js';
export { agentUsername, isAgentName, mayPublish, maySubscribe, type Principal } from './broker-acl.js';
export {
  CredentialChecker,
  putBrokerCredential,
  removeBrokerCredential,
  usernameOf,
} from './broker-credentials.js';
export { APP_ROLE, type DatabaseUrls, databaseUrls, ensureDatabase, OWNER_ROLE } from './database.js';
export { EmbeddedError, type Log } from './embedded-error.js';
export { freePort, isPortFree } from './free-port.js';
export { type MosquittoFiles, putMosquittoCredential, removeMosquittoCredential } from './mosquitto-files.js';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres.js';
export { commandLineOf } from './processes.js';
export { ensureSecrets, newPassword } from './secrets.js';
