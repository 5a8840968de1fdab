import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AgentInventory, InventoryDevice } from '#lib/contracts';
import { eventually } from '#lib/testkit';
import { simulator as scales } from '../../../devices/mettler-toledo/mt-sics/simulator.js';
import { AgentProcess } from './agent-process.js';
import { CoreStub } from './core-stub.js';
import { Mosquitto } from './mosquitto.js';

/** What the console can do to a running agent, over a real broker, with a scale on a real pty. The steps build on each other. */

const SITE = 'S1';
const AGENT = 'edge-1';
const SOON = { limitMs: 30_000 };
const DRIVER = 'acme/echo';

let dir: string;
let broker: Mosquitto;
let core: CoreStub;
let agent: AgentProcess;
let scale: Awaited<ReturnType<typeof scales.start>>;

const inventory = () => core.inventory as AgentInventory | undefined;
const runs = (device: string): InventoryDevice | undefined =>
  inventory()?.devices.find((each) => each.device === device);
const isReady = (device: string) => eventually(() => core.deviceState(device)?.state === 'ready', SOON);
const scaleSetup = (changes: object = {}) => ({
  driver: 'mettler-toledo/mt-sics',
  link: { ...scale.linkConfig },
  config: {},
  simulated: false,
  ...changes,
});

/** What the codec of the driver outside the tree does with bytes; by default what the kit's scanner does. */
const CODECS = {
  good: '(state, chunk, now) => textScannerCodec.onData(state, chunk, now)',
  deaf: '(state) => ({ state })',
  bomb: `(state, chunk, now) => {
    if (String.fromCharCode(...chunk).includes('BOMB')) throw new Error('it went off');
    return textScannerCodec.onData(state, chunk, now);
  }`,
};

/** A driver outside the tree: the serial scanner under another name. */
async function writeDriver(version: string, codec: keyof typeof CODECS = 'good'): Promise<void> {
  const from = join(import.meta.dirname, '../../../devices/generic/serial-scanner');
  const to = join(dir, 'drivers', DRIVER);
  await mkdir(join(dir, 'drivers/acme'), { recursive: true });
  await cp(from, to, { recursive: true });
  const source = `import { textScannerCodec } from '#lib/device-kit';\n`;
  await writeFile(
    join(to, 'codec.ts'),
    `${source}export const codec = { ...textScannerCodec, onData: ${CODECS[codec]} };\n`,
  );
  const device = await readFile(join(from, 'device.ts'), 'utf8');
  await writeFile(
    join(to, 'device.ts'),
    device
      .replace(/vendor: '[^']+'/, "vendor: 'acme'")
      .replace(/model: '[^']+'/, "model: 'echo'")
      .replace(/version: '[^']+'/, `version: '${version}'`),
  );
}

beforeAll(async () => {
  dir = await mkdtemp(`${tmpdir()}/console-`);
  broker = await Mosquitto.start();
  core = await CoreStub.connect(broker.url, SITE, AGENT);
  scale = await scales.start({ at: 'pty' }, { settleMs: 20 });
  await writeDriver('1.0.0');
  agent = await AgentProcess.start({
    ...{ dir, mqttUrl: broker.url, site: SITE, agent: AGENT },
    devices: [{ code: 'scale-1', driver: 'mettler-toledo/mt-sics', link: scale.linkConfig }],
    driverDir: `${dir}/drivers`,
  });
  await eventually(() => core.agentState()?.session === core.session && core.session !== null, {
    limitMs: 60_000,
  });
  await isReady('scale-1');
}, 90_000);

afterAll(async () => {
  await agent?.kill();
  await core?.close();
  await scale?.close();
  await broker?.stop();
  await rm(dir, { recursive: true, force: true });
}, 30_000);

describe('the ring', () => {
  it('has held every line since the device was attached, with what it meant', async () => {
    scale.load(1_250);
    core.command('scale-1', { id: 'weigh-1', op: 'weigh', args: {} });
    await eventually(() => core.of('weigh.stable').length === 1, SOON);
    const { frames, oldest, newest } = await core.consoleAsk('scale-1', 'frames.read', { limit: 100 });
    expect([oldest, newest]).toEqual([1, frames.length]);
    const said = frames.map(({ direction, hex }) => `${direction} ${Buffer.from(hex, 'hex')}`);
    expect(said).toEqual(
      expect.arrayContaining([
        'note link open',
        'out @\r\n',
        'command {"op":"weigh","args":{}}',
        'out S\r\n',
      ]),
    );
    const weight = frames.findLast(({ direction }) => direction === 'in')!;
    expect(weight.decoded).toBe('weigh.stable 1.250 kg net');
  });

  it('streams only while somebody watches', async () => {
    expect(core.frames).toEqual([]);
    await core.consoleAsk('scale-1', 'frames.watch', { forMs: 60_000 });
    core.command('scale-1', { id: 'weigh-2', op: 'weigh', args: {} });
    await eventually(
      () =>
        core.frames.some(({ frames }) => frames.some(({ decoded }) => decoded?.startsWith('weigh.stable'))),
      SOON,
    );
    expect(core.frames.every(({ device, skipped }) => device === 'scale-1' && skipped === 0)).toBe(true);
  });
});

describe('a recording', () => {
  it('is a transcript that its driver passes, alone and over a link', async () => {
    const { newest } = await core.consoleAsk('scale-1', 'link.reopen', {});
    await isReady('scale-1');
    scale.load(500);
    core.command('scale-1', { id: 'weigh-3', op: 'weigh', args: {} });
    await eventually(() => core.of('weigh.stable').length === 3, SOON);
    const recorded = await core.consoleAsk('scale-1', 'transcript.record', {
      from: newest + 1,
      to: Number.MAX_SAFE_INTEGER,
      title: 'Half a kilogram',
    });
    expect(recorded).toMatchObject({ file: 'half-a-kilogram.yaml', remarks: [] });
    expect(recorded.yaml).toContain('class: nominal');
    const records = core.records.length;
    for (const through of ['codec', 'link'] as const) {
      const replayed = await core.consoleAsk('scale-1', 'transcript.replay', {
        yaml: recorded.yaml,
        through,
      });
      expect(replayed.steps.filter(({ wrong }) => wrong)).toEqual([]);
      expect(JSON.stringify(replayed.steps)).toContain('weigh.stable');
    }
    expect(core.records.slice(records).filter(({ kind }) => kind === 'weigh.stable')).toEqual([]);
  });

  it('that is no transcript is refused with a sentence', async () => {
    const replay = core.consoleAsk('scale-1', 'transcript.replay', { yaml: 'title: x', through: 'codec' });
    await expect(replay).rejects.toThrow("transcript: config must have required property 'class'");
  });
});

describe('a setup', () => {
  it('is judged field by field before anybody applies it', async () => {
    const setup = scaleSetup({
      link: { kind: 'serial', baudRate: 12 },
      config: { mode: 'never', answerMs: 1 },
    });
    const { errors } = await core.consoleAsk('scale-1', 'setup.check', { setup });
    expect(errors.map(({ field }) => field).sort()).toEqual([
      'config.answerMs',
      'config.mode',
      'link.baudRate',
      'link.path',
    ]);
  });

  it('is tried, proven and kept as the core numbers it', async () => {
    core.desire({ device: 'scale-1', revision: 1, setup: scaleSetup({ config: { answerMs: 500 } }) });
    await eventually(() => runs('scale-1')?.outcome?.result === 'trying', SOON);
    await eventually(() => runs('scale-1')?.outcome?.result === 'healthy', SOON);
    expect(runs('scale-1')).toMatchObject({
      revision: 1,
      setup: { config: { answerMs: 500, mode: 'on-demand' } },
    });
  });

  it('that can never work is refused, and the last good one runs on', async () => {
    const broken = { kind: 'mqtt', base: 'wh/v1/S1/other' };
    core.desire({ device: 'scale-1', revision: 2, setup: scaleSetup({ link: broken }) });
    await eventually(() => runs('scale-1')?.outcome?.revision === 2, SOON);
    expect(runs('scale-1')).toMatchObject({ revision: 1, outcome: { result: 'refused' } });
    expect(core.deviceState('scale-1')?.state).toBe('ready');
  });

  it('may let the simulator stand in; its readings are marked', async () => {
    core.desire({ device: 'scale-2', revision: 1, setup: scaleSetup({ link: {}, simulated: true }) });
    await isReady('scale-2');
    await core.consoleAsk('scale-2', 'simulator.act', { verb: 'load', args: [2_000] });
    core.command('scale-2', { id: 'weigh-4', op: 'weigh', args: {} });
    await eventually(() => core.of('weigh.stable').some(({ device }) => device === 'scale-2'), SOON);
    const marked = core.of('weigh.stable').map(({ device, simulated }) => [device, simulated]);
    expect(new Set(marked.map(String))).toEqual(new Set(['scale-1,', 'scale-2,true']));
    expect(runs('scale-2')?.link).toMatch(/^simulated/);
  });

  it('that is taken out is gone, and the others run on', async () => {
    core.desire({ device: 'scale-2', revision: 2, setup: null });
    await eventually(() => runs('scale-2')?.outcome?.revision === 2, SOON);
    expect(core.deviceState('scale-2')).toMatchObject({ state: 'disabled' });
    await expect(core.consoleAsk('scale-2', 'frames.read', { limit: 1 })).rejects.toThrow(
      'no device scale-2',
    );
    expect(core.deviceState('scale-1')?.state).toBe('ready');
  });
});

describe('a driver folder outside the tree', () => {
  const version = () => runs('echo-1')?.driverVersion;

  it('is there for setups, with its quality', async () => {
    const { drivers } = await core.consoleAsk('agent', 'drivers.list', {});
    expect(drivers.find(({ id }) => id === DRIVER)).toMatchObject({ version: '1.0.0', quality: 'silver' });
    const setup = { driver: DRIVER, link: {}, config: {}, simulated: true };
    core.desire({ device: 'echo-1', revision: 1, setup });
    await isReady('echo-1');
    await eventually(() => version() === '1.0.0', SOON);
  });

  it('takes over when it changes, and can be rolled back', async () => {
    await writeDriver('1.1.0');
    await eventually(() => version() === '1.1.0', SOON);
    await isReady('echo-1');
    const { drivers } = await core.consoleAsk('agent', 'drivers.list', {});
    const { versions } = drivers.find(({ id }) => id === DRIVER)!;
    expect(versions.map(({ version: each, state }) => `${each} ${state}`)).toEqual([
      '1.1.0 active',
      '1.0.0 kept',
    ]);
    await core.consoleAsk('agent', 'driver.use', { driver: DRIVER, hash: versions[1]!.hash });
    await eventually(() => version() === '1.0.0', SOON);
  });

  it('that fails its own transcripts is refused, and the version before goes on', async () => {
    await writeDriver('1.2.0', 'deaf');
    const refused = await eventually(async () => {
      const { drivers } = await core.consoleAsk('agent', 'drivers.list', {});
      return (
        drivers.find(({ id }) => id === DRIVER)!.versions.find(({ state }) => state === 'refused') ?? false
      );
    }, SOON);
    expect(refused).toMatchObject({ reason: expect.stringMatching(/not put to work/) });
    expect(version()).toBe('1.0.0');
  });

  it('that crashes is quarantined with its reason, and the others run on', async () => {
    // Its transcripts know no scan of this text.
    await writeDriver('1.3.0', 'bomb');
    await eventually(() => version() === '1.3.0', SOON);
    await isReady('echo-1');
    await core.consoleAsk('echo-1', 'simulator.act', { verb: 'scan', args: ['BOMB'] });
    await eventually(() => core.deviceState('echo-1')?.state === 'fault', SOON);
    expect(core.deviceState('echo-1')?.reason).toMatch(/acme\/echo 1\.3\.0 is quarantined: it went off/);
    expect(core.deviceState('scale-1')?.state).toBe('ready');
  });
});

describe('the diagnostics', () => {
  it('hold versions, setups, rings and logs, and no secret', async () => {
    const bundle = await core.consoleAsk('agent', 'diagnostics', {});
    expect(bundle).toMatchObject({ agent: { site: SITE, code: AGENT }, devices: expect.any(Array) });
    expect(bundle.rings['scale-1']!.length).toBeGreaterThan(5);
    expect(bundle.logs.join('\n')).toContain('agent started');
    // The password of this agent, as agent-process.ts gives it.
    expect(JSON.stringify(bundle)).not.toContain(agent.secret);
  });
});

it('starts again with what it ran, without being told', async () => {
  core.desired = [];
  await agent.kill('SIGKILL');
  const before = core.session;
  await agent.again();
  await eventually(() => core.session !== before && core.agentState()?.session === core.session, {
    limitMs: 60_000,
  });
  await eventually(() => runs('scale-1')?.revision === 1, SOON);
  expect(runs('scale-2')).toMatchObject({ revision: 2 });
  await isReady('scale-1');
});
