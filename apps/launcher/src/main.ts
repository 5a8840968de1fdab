import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EmbeddedError } from '#lib/embedded';
import { agentPlaceOf } from './agent-place.js';
import { holdPort, openCore } from './core.js';
import { holdDataDir } from './data-dir.js';
import { openFloor, seedDemo, setupLinkIn } from './floor.js';
import { builtPrograms, House } from './house.js';
import { HELP, parseOptions, StartRefused } from './options.js';
import { restartOnChange } from './reload.js';
import { onSignals } from './signals.js';
import { openStores } from './stores.js';

const DIST = process.env.WAVEHOUSE_DIST ?? resolve(import.meta.dirname, '../../..');
/** What a killed start left behind drains within this time (with-parent.ts). */
const LEFTOVERS_LIMIT_MS = 20_000;

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), process.cwd());
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const held = await holdDataDir(options.dataDir);
  const house = new House(options, builtPrograms(DIST), process.env, (line) => console.log(`  ${line}`));
  house.onStop('data directory', () => held.release());
  onSignals(
    () => void leave(house),
    () => void house.stop(true).then(() => process.exit(1)),
  );
  try {
    await holdPort(options.port, options.host, held.afterCrash ? LEFTOVERS_LIMIT_MS : 0);
    console.log(await open(house));
  } catch (error) {
    if (house.signal.aborted) return;
    await house.stop();
    throw error;
  }
}

/** Starts everything in order and answers the line that says where it is and how to sign in. */
async function open(house: House): Promise<string> {
  const { options, signal } = house;
  const place = agentPlaceOf(options, house.env);
  const stores = await openStores(house, place);
  signal.throwIfAborted();
  const core = await openCore(house, stores, join(DIST, 'apps/api/src/migrations'), join(DIST, 'web'));
  await leaveEnvironment(house, {
    ...core.environment,
    OWNER_DATABASE_URL: stores.database.ownerUrl,
    API_URL: core.url,
  });
  signal.throwIfAborted();
  const signIn = options.demo ? await seedDemo(house, core) : await firstSignIn(house);
  signal.throwIfAborted();
  const floor = place ? await openFloor(house, stores, core, place) : [];
  signal.throwIfAborted();
  if (options.dev && existsSync(join(DIST, 'libs'))) restartOnChange(DIST, [core.child, ...floor], house.say);
  return `Wavehouse is ready at ${core.url}${signIn ? `   ${signIn}` : ''}`;
}

/** So that `npm run wavehouse` finds this installation while it runs (tools/run.mjs). Holds passwords: for its owner only. */
async function leaveEnvironment(house: House, environment: object): Promise<void> {
  const file = join(house.options.dataDir, 'environment.json');
  await rm(file, { force: true });
  await writeFile(file, `${JSON.stringify(environment, null, 2)}\n`, { mode: 0o600 });
  house.onStop('environment', () => rm(file, { force: true }));
}

async function firstSignIn(house: House): Promise<string | null> {
  const link = await setupLinkIn(house.logFileOf('api'));
  return link && `open ${link} once to make the first account`;
}

async function leave(house: House): Promise<void> {
  console.log('\nStopping (Ctrl-C again: at once) ...');
  await house.stop();
  console.log('Everything has stopped.');
  process.exit(0);
}

main().catch((error: Error) => {
  const known = error instanceof StartRefused || error instanceof EmbeddedError;
  console.error(known || !process.env.DEBUG ? error.message : error);
  process.exit(1);
});
