import { createApp } from './boot.js';
import { AppConfig, ConfigError, readConfig } from './platform/config.js';
import { DatabaseUnfit } from './platform/data-source.js';
import { log } from './platform/log.js';

/**
 * The core: HTTP, live events, the relay, the bridge to the devices. Environment: libs/contracts/src/environment.ts.
 * SIGTERM and SIGINT drain and end with exit code 0. What can't work is one sentence on stderr and exit code 1.
 */
const DRAIN_LIMIT_MS = 15_000;

async function main(): Promise<void> {
  log.level = readConfig(process.env).logLevel;
  const app = await createApp();
  const { host, port } = app.get(AppConfig);
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'draining');
    setTimeout(() => {
      log.error('draining takes too long; ending anyway');
      process.exit(1);
    }, DRAIN_LIMIT_MS).unref();
    await app.close();
    log.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  process.on('disconnect', () => void stop('parent gone'));
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'a rejection nobody waits for'));
  await app.listen(port, host);
  const url = await app.getUrl();
  log.info({ url }, 'the core is ready');
  process.send?.({ ready: true, port: Number(new URL(url).port), url });
}

main().catch((error: NodeJS.ErrnoException) => {
  const plain = error instanceof ConfigError || error instanceof DatabaseUnfit;
  if (error.code === 'EADDRINUSE')
    console.error(`Port ${process.env.PORT ?? 3000} is in use by another program.`);
  else if (plain) console.error(error.message);
  else log.fatal({ err: error }, 'the core cannot start');
  process.exit(1);
});
