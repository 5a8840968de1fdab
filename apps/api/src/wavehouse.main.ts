import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Command } from 'commander';
import { CliModule } from './cli/cli.module.js';
import { DemoService } from './cli/demo.service.js';
import { ImportRefused, ImportService } from './cli/import/import.service.js';
import { siteCaCommands } from './cli/site-ca.commands.js';
import { checkInvariants } from './control-tower/invariant-checker.service.js';
import { withoutBackgroundWork } from './platform/background.js';
import { ConfigError, readConfig } from './platform/config.js';
import { DatabaseUnfit, openDataSource } from './platform/data-source.js';
import { log, nestLogger } from './platform/log.js';
import { Refusal } from './platform/refusal.js';

/** `npm run wavehouse -- <command>`: what is done to a site from the command line. Needs DATABASE_URL, as the core does. */
function program(): Command {
  const wavehouse = new Command('wavehouse').description(
    'Looks after a Wavehouse site from the command line.',
  );
  wavehouse
    .command('import')
    .argument(
      '<directory>',
      'with site.yaml, shipping.yaml, devices.yaml, waves.yaml, merchants.csv and items.csv',
    )
    .description('imports a site; repeating it is harmless, a fault changes nothing')
    .action((directory: string) => withApplication((app) => importSite(app, directory)));
  wavehouse
    .command('demo')
    .argument('[directory]', 'the demo files', '')
    .description('imports the demo site with people and goods (needs DEMO=1: its passwords are public)')
    .action((directory: string) => withApplication((app) => fillDemo(app, directory)));
  wavehouse
    .command('verify')
    .option('--settled', 'also what holds only when nothing is under way')
    .option('--json', 'print JSON')
    .description('checks the invariants of any database; exit code 1 when one is violated')
    .action((options: { settled?: boolean; json?: boolean }) => verify(options));
  wavehouse.addCommand(siteCaCommands(withApplication));
  return wavehouse;
}

async function withApplication(work: (app: INestApplicationContext) => Promise<void>): Promise<void> {
  withoutBackgroundWork();
  const app = await NestFactory.createApplicationContext(CliModule, {
    logger: nestLogger,
    abortOnError: false,
  });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

async function importSite(app: INestApplicationContext, directory: string): Promise<void> {
  const { siteCode, counts } = await app.get(ImportService).importDirectory(resolve(directory));
  const list = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  console.log(`${siteCode} is in: ${list.join(', ')}.`);
}

async function fillDemo(app: INestApplicationContext, directory: string): Promise<void> {
  if (process.env.DEMO !== '1') {
    throw new ConfigError(
      'The demo has passwords that everybody knows: set DEMO=1 to say that you want it here.',
    );
  }
  console.log(await app.get(DemoService).fill(directory ? resolve(directory) : demoDirectory()));
}

/** `demo/` beside the sources, wherever this was built to. */
function demoDirectory(): string {
  for (let at = import.meta.dirname; at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, 'demo', 'site.yaml'))) return join(at, 'demo');
  }
  throw new ConfigError('The directory demo/ is not where it belongs; name it.');
}

async function verify({
  settled = false,
  json = false,
}: {
  settled?: boolean;
  json?: boolean;
}): Promise<void> {
  const source = await openDataSource(readConfig(process.env).databaseUrl);
  const checked = await checkInvariants(source, { settled }).finally(() => source.destroy());
  const violated = checked.filter(({ violations }) => violations > 0);
  if (json) console.log(JSON.stringify(checked, null, 2));
  else {
    for (const { name, says, violations, examples } of checked) {
      console.log(`${violations === 0 ? 'ok  ' : 'FAIL'} ${name}: ${violations}  (${says})`);
      for (const example of examples) console.log(`       ${example}`);
    }
    console.log(
      violated.length === 0 ? 'All invariants hold.' : `${violated.length} invariants are violated.`,
    );
  }
  if (violated.length > 0) process.exitCode = 1;
}

log.level = process.env.LOG_LEVEL ?? 'warn';
program()
  .parseAsync()
  .catch((error: Error) => {
    const plain = [ConfigError, DatabaseUnfit, ImportRefused, Refusal].some((kind) => error instanceof kind);
    console.error(plain ? error.message : error);
    process.exitCode = 1;
  });
