import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectAsync, type MqttClient } from 'mqtt';
import type { EdgeLane, EdgePoint, EdgeRoute } from '#lib/contracts';
import { mqttPort, type SimulatedConveyor } from '#lib/device-kit';
import { eventually } from '#lib/testkit';
import { simulator as mailboxPlcs } from '../../../devices/generic/modbus-conveyor/simulator.js';
import { simulator as telegramPlcs } from '../../../devices/generic/mqtt-conveyor/simulator.js';
import { AgentProcess } from './agent-process.js';
import { CoreStub } from './core-stub.js';
import { Mosquitto } from './mosquitto.js';

/** Diverts decided by the real agent for simulated PLCs over Modbus TCP, Modbus RTU on a pty, and MQTT on mosquitto. */

const SITE = 'S1';
const AGENT = 'edge-1';
const START = { limitMs: 60_000 };
const SOON = { limitMs: 20_000 };
const DEADLINE_MS = 2_000;

const point: EdgePoint = {
  code: 'SP1',
  device: 'plc-1',
  exceptionLane: 'EXC',
  noReadLane: 'L3',
  recirculationLane: null,
  lapsMax: 0,
  deadlineMs: DEADLINE_MS,
};
const route = (parcelId: string, lane: string, alternatives: string[] = []): EdgeRoute => ({
  parcelId,
  codes: [parcelId],
  lane,
  alternatives,
});
const lanes: EdgeLane[] = ['L1', 'L2', 'L3', 'EXC'].map((code) => ({ code, state: 'open' }));

let dir: string;
let broker: Mosquitto;
let core: CoreStub;
let agent: AgentProcess;
let plc: SimulatedConveyor;
let bus: MqttClient;

const startPlc: Record<string, () => Promise<{ plc: SimulatedConveyor; driver: string; config: object }>> = {
  'Modbus TCP': async () => ({
    plc: await mailboxPlcs.start({ at: 'tcp' }),
    driver: 'generic/modbus-conveyor',
    config: mailboxPlcs.config,
  }),
  'Modbus RTU on a pty': async () => ({
    plc: await mailboxPlcs.start({ at: 'pty' }),
    driver: 'generic/modbus-conveyor',
    config: mailboxPlcs.config,
  }),
  MQTT: async () => ({
    plc: await telegramPlcs.start({
      at: 'mqtt',
      base: `wh/v1/${SITE}/${AGENT}/plc/plc-1`,
      mqtt: mqttPort(bus),
    }),
    driver: 'generic/mqtt-conveyor',
    config: telegramPlcs.config,
  }),
};

async function startAgent(driver: string, config: object): Promise<void> {
  agent = await AgentProcess.start({
    dir,
    mqttUrl: broker.url,
    site: SITE,
    agent: AGENT,
    devices: [{ code: 'plc-1', driver, link: plc.linkConfig, config }],
  });
}

/** The belt leaves more time than the point claims, so that a busy machine does not decide the test. */
const sees = (codes: string[]) => plc.arrive({ point: 'SP1', codes, deadlineMs: 5 * DEADLINE_MS });
const decided = () =>
  core.of('point.decided').map(({ data }) => [data.code ?? '', data.lane, data.decidedBy]);
const knowsRoutes = (version: number) => eventually(() => core.agentState()?.routeVersion === version, SOON);
const plcReady = () => eventually(() => core.deviceState('plc-1')?.state === 'ready', START);

beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/divert-`);
  broker = await Mosquitto.start();
  bus = await connectAsync(broker.url, { protocolVersion: 4 });
  core = await CoreStub.connect(broker.url, SITE, AGENT);
  core.routes = {
    kind: 'snapshot',
    version: 7,
    routes: [route('PARCEL-1', 'L1', ['L2']), route('PARCEL-2', 'L2')],
    lanes,
    points: [point],
  };
}, 60_000);

afterEach(async () => {
  await agent?.kill();
  await plc.close();
  await core.close();
  await bus.endAsync();
  await broker.stop();
  await rm(dir, { recursive: true });
}, 60_000);

describe.each(Object.keys(startPlc))('a conveyor on %s', (kind) => {
  it('is told the lane in time, with the core and without it, and over a restart of the agent', async () => {
    const started = await startPlc[kind]!();
    plc = started.plc;
    await startAgent(started.driver, started.config);
    await plcReady();
    await knowsRoutes(7);

    expect(await sees(['PARCEL-1'])).toMatchObject({ lane: 'L1', alternatives: ['L2'] });
    await eventually(() => core.of('point.confirmed').length === 1, SOON);
    expect(decided()).toEqual([['PARCEL-1', 'L1', 'edge']]);

    core.die();
    plc.laneFull('L1');
    const observer = await CoreStub.observe(broker.url, SITE, AGENT);
    await eventually(() => (observer.agentState()?.outboxDepth ?? 0) > 0, SOON);
    expect(await sees(['PARCEL-1'])).toMatchObject({ lane: 'L2' });
    expect(await sees([])).toMatchObject({ lane: 'L3' });
    expect(await sees(['STRANGER'])).toMatchObject({ lane: 'EXC' });

    await agent.kill('SIGKILL');
    await eventually(() => observer.agentState()?.online === false, SOON);
    await startAgent(started.driver, started.config);
    await eventually(() => observer.agentState()?.online === true, START);
    await eventually(() => observer.deviceState('plc-1')?.state === 'ready', START);
    expect(await sees(['PARCEL-2'])).toMatchObject({ lane: 'L2' });
    observer.die();

    core = await CoreStub.connect(broker.url, SITE, AGENT, core);
    await eventually(() => decided().length === 5, START);
    expect(decided()).toEqual([
      ['PARCEL-1', 'L1', 'edge'],
      ['PARCEL-1', 'L2', 'edge'],
      ['', 'L3', 'edge'],
      ['', 'EXC', 'default'],
      ['PARCEL-2', 'L2', 'edge'],
    ]);
    expect(core.of('point.seen')).toHaveLength(5);
  }, 180_000);
});

describe('a parcel that the edge does not know', () => {
  it('takes the lane that the core names in time, and the exception lane when it is silent', async () => {
    const started = await startPlc['Modbus TCP']!();
    plc = started.plc;
    await startAgent(started.driver, started.config);
    await plcReady();
    await knowsRoutes(7);

    core.routeFor = () => route('LATECOMER', 'L2');
    expect(await sees(['LATECOMER'])).toMatchObject({ lane: 'L2' });
    core.routeFor = () => undefined;
    expect(await sees(['NOBODY-KNOWS'])).toMatchObject({ lane: 'EXC' });
    expect(core.asked.map(({ codes }) => codes)).toEqual([['LATECOMER'], ['NOBODY-KNOWS']]);
    await eventually(() => decided().length === 2, SOON);
    expect(decided()).toEqual([
      ['LATECOMER', 'L2', 'core'],
      ['', 'EXC', 'default'],
    ]);
  }, 120_000);

  it('is known after the next change, and a missed change is made good by a snapshot', async () => {
    const started = await startPlc['Modbus TCP']!();
    plc = started.plc;
    await startAgent(started.driver, started.config);
    await plcReady();
    await knowsRoutes(7);

    core.publishRoutes({
      kind: 'change',
      version: 8,
      set: [route('NEW', 'L2')],
      removedParcelIds: [],
      lanes: [],
    });
    await knowsRoutes(8);
    expect(await sees(['NEW'])).toMatchObject({ lane: 'L2' });
    core.routes = { ...core.routes!, version: 12, routes: [route('NEWER', 'L1')] };
    core.publishRoutes({ kind: 'change', version: 12, set: [], removedParcelIds: [], lanes: [] });
    await knowsRoutes(12);
    expect(await sees(['NEWER'])).toMatchObject({ lane: 'L1' });
  }, 120_000);
});
