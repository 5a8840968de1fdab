import { pino } from 'pino';
import { startBroker } from './broker.js';
import { CredentialChecker } from './broker-credentials.js';
import { EmbeddedError } from './embedded-error.js';

/**
 * The embedded broker as a process of its own.
 * Environment: BROKER_CREDENTIALS_FILE (required), MQTT_PORT (default: free), MQTT_HOST (default 127.0.0.1), LOG_LEVEL.
 * Says `{"ready": true, "port": n}` to its parent over IPC, if there is one. SIGTERM and SIGINT end it.
 */
const RELOAD_EVERY_MS = 500;

async function main(): Promise<void> {
  const logger = pino({ name: 'broker', level: process.env.LOG_LEVEL ?? 'info' });
  const file = process.env.BROKER_CREDENTIALS_FILE;
  if (!file) throw new EmbeddedError('secrets-missing', 'BROKER_CREDENTIALS_FILE is not set.');
  const checker = new CredentialChecker(file);
  await checker.reload();
  const broker = await startBroker({
    port: Number(process.env.MQTT_PORT ?? 0),
    host: process.env.MQTT_HOST,
    verify: (username, password) => checker.verify(username, password),
    log: (line) => logger.warn(line),
  });
  const timer = setInterval(() => {
    checker.reload().then(
      (changed) => changed && broker.disconnect((username) => !checker.knows(username)),
      (error: Error) => logger.error(`cannot read the credentials: ${error.message}`),
    );
  }, RELOAD_EVERY_MS);
  logger.info({ port: broker.port }, 'broker is ready');
  process.send?.({ ready: true, port: broker.port });

  const stop = async () => {
    clearInterval(timer);
    await broker.close();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
}

main().catch((error: Error) => {
  console.error(error instanceof EmbeddedError ? error.message : error);
  process.exit(1);
});
