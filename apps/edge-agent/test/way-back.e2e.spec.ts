import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { eventually } from '#lib/testkit';
import { simulator as scanners } from '../../../devices/generic/serial-scanner/simulator.js';
import { driverIndex } from '../../../devices/index.generated.js';
import { Agent } from '../src/agent.js';
import { readConfig } from '../src/config.js';
import { CoreStub } from './core-stub.js';
import { Mosquitto } from './mosquitto.js';

/** The agent in this process, so that it asks in moments what it asks every minute; everything else is real but the core. */

const SOON = { limitMs: 30_000 };
const THE_OTHER = '00000000-0000-4000-8000-00000000000e';

let dir: string;
let broker: Mosquitto;
let core: CoreStub;
let scanner: Awaited<ReturnType<typeof scanners.start>>;
let agent: Agent;

const codes = () => core.of('scan.read').map(({ data }) => data.code);

beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/edge-`);
  broker = await Mosquitto.start();
  core = await CoreStub.connect(broker.url, 'S1', 'edge-1');
  scanner = await scanners.start({ at: 'pty' });
  const devices = [{ code: 'scan-1', driver: 'generic/serial-scanner', link: scanner.linkConfig }];
  await writeFile(`${dir}/agent.json`, JSON.stringify({ devices }));
  const config = await readConfig({
    AGENT_SITE: 'S1',
    AGENT_CODE: 'edge-1',
    AGENT_SECRET: 'spec',
    AGENT_DATA_DIR: `${dir}/data`,
    AGENT_CONFIG: `${dir}/agent.json`,
    MQTT_URL: broker.url,
  });
  agent = new Agent({
    config,
    drivers: driverIndex,
    version: 'spec',
    log: pino({ level: 'silent' }),
    askBackEveryMs: 50,
  });
  await agent.start();
}, 60_000);

afterEach(async () => {
  await agent.stop();
  await core.close();
  await scanner.close();
  await broker.stop();
  await rm(dir, { recursive: true });
}, 60_000);

it('asks again while it is shut out, tells nothing meanwhile, and tells all when the other has gone', async () => {
  await eventually(() => core.deviceState('scan-1')?.state === 'ready', SOON);
  scanner.scan('A1');
  await eventually(() => codes().length === 1, SOON);
  core.takeOver(THE_OTHER);
  scanner.scan('A2');
  await eventually(() => (core.refused.get(agent.session) ?? 0) >= 3, SOON);
  scanner.scan('A3');
  const refusedBefore = core.refused.get(agent.session)!;
  await eventually(() => core.refused.get(agent.session)! >= refusedBefore + 2, SOON);
  expect(codes()).toEqual(['A1']);
  expect(core.session).toBe(THE_OTHER);
  core.giveUpOn(THE_OTHER);
  await eventually(() => codes().length === 3, SOON);
  expect(codes()).toEqual(['A1', 'A2', 'A3']);
  expect(core.session).toBe(agent.session);
  await eventually(() => core.agentState()?.session === agent.session, SOON);
}, 120_000);
