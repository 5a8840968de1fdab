export { APP_ROLE, type DatabaseUrls, databaseUrls, ensureDatabase, OWNER_ROLE } from './database.js';
export { EmbeddedError, type Log } from './embedded-error.js';
export { freePort, isPortFree } from './free-port.js';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres.js';
