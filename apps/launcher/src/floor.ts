import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentEnvironment } from '#lib/contracts';
import { freePort } from '#lib/embedded';
import type { AgentPlace } from './agent-place.js';
import { SupervisedChild } from './child-process.js';
import type { Core } from './core.js';
import { environmentOf, type FloorEnvironment } from './environment.js';
import type { House } from './house.js';
import { runOnce } from './run-once.js';
import type { Stores } from './stores.js';
import { answersAt, saysReady } from './wait-for.js';

const SEED_LIMIT_MS = 5 * 60_000;
const READY_LIMIT_MS = 60_000;
const AGENT_DRAIN_LIMIT_MS = 10_000;
const FLOOR_DRAIN_LIMIT_MS = 5_000;

/** Fills an empty database with the demo; answers how to sign in, as the command says it. */
export async function seedDemo(house: House, core: Core): Promise<string> {
  const said = await runOnce(
    {
      name: 'The demo data',
      program: [...house.programs.wavehouse, 'demo'],
      env: environmentOf(core.environment, house.env),
      logFile: house.logFileOf('demo'),
      limitMs: SEED_LIMIT_MS,
    },
    house.signal,
  );
  return said.trim().split('\n').at(-1) ?? '';
}

/**
 * Starts the simulated devices (in the demo) and then the edge agent that is wired to them. Taken down the other way
 * round than started: the floor goes first, so that no reading is made that the agent could not send on.
 */
export async function openFloor(
  house: House,
  stores: Stores,
  core: Core,
  place: AgentPlace,
): Promise<SupervisedChild[]> {
  const wires = wiring(house, stores, place);
  const agent = await agentOf(house, wires);
  house.onStop('agent', (force) => agent.stop(force));
  if (house.options.demo) {
    const floor = floorOf(house, core, wires);
    house.onStop('floor', (force) => floor.stop(force));
    await floor.start();
    await agent.start();
    house.say('edge agent and simulated floor run');
    return [agent, floor];
  }
  await agent.start();
  house.say('edge agent runs');
  return [agent];
}

function wiring(house: House, stores: Stores, place: AgentPlace): AgentEnvironment & { LOG_LEVEL: string } {
  return {
    MQTT_URL: stores.mqttUrl,
    AGENT_SITE: place.site,
    AGENT_CODE: place.agent,
    AGENT_SECRET: stores.agentSecret,
    AGENT_DATA_DIR: join(house.options.dataDir, 'agent'),
    AGENT_CONFIG: place.config,
    LOG_LEVEL: house.logLevel,
  };
}

async function agentOf(house: House, wires: AgentEnvironment): Promise<SupervisedChild> {
  const httpPort = await freePort();
  return new SupervisedChild(
    {
      ...house.planOf('agent', { ...wires, AGENT_HTTP_PORT: String(httpPort) }),
      drainLimitMs: AGENT_DRAIN_LIMIT_MS,
      ready: () => answersAt(`http://127.0.0.1:${httpPort}/livez`, READY_LIMIT_MS),
    },
    house.say,
  );
}

function floorOf(house: House, core: Core, wires: AgentEnvironment): SupervisedChild {
  const environment: FloorEnvironment = { ...wires, API_URL: core.url };
  return new SupervisedChild(
    {
      ...house.planOf('floor', environment),
      drainLimitMs: FLOOR_DRAIN_LIMIT_MS,
      ready: (child) => saysReady(child, READY_LIMIT_MS),
    },
    house.say,
  );
}

/** The link that sets up the first account, if the API has written one to its log since it started. */
export async function setupLinkIn(logFile: string): Promise<string | null> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.match(/https?:\/\/[^\s"'\\]*setup[^\s"'\\]*/g)?.at(-1) ?? null;
}
