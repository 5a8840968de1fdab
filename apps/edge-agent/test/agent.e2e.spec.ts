import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '#lib/testkit';
import { simulator as scanners } from '../../../devices/generic/serial-scanner/simulator.js';
import { simulator as printers } from '../../../devices/zebra/zpl-printer/simulator.js';
import { AgentProcess } from './agent-process.js';
import { CoreStub } from './core-stub.js';
import { Mosquitto } from './mosquitto.js';

/** The real agent against a real mosquitto, with devices on real ptys and TCP ports; only the core is a stand-in. */

const SITE = 'S1';
const AGENT = 'edge-1';
const START = { limitMs: 60_000 };
const SOON = { limitMs: 20_000 };

type Scanner = Awaited<ReturnType<typeof scanners.start>>;
type Printer = Awaited<ReturnType<typeof printers.start>>;

let dir: string;
let broker: Mosquitto;
let core: CoreStub;
let agent: AgentProcess;
let scanner: Scanner;
let printer: Printer;

const setup = (changes: object = {}) => ({
  dir,
  mqttUrl: broker.url,
  site: SITE,
  agent: AGENT,
  devices: [
    { code: 'scan-1', driver: 'generic/serial-scanner', link: scanner.linkConfig },
    { code: 'printer-1', driver: 'zebra/zpl-printer', link: printer.linkConfig },
  ],
  ...changes,
});

const codes = () => core.of('scan.read').map(({ data }) => data.code);
const outcomes = () => core.of('command.outcome').map(({ data }) => `${data.commandId} ${data.outcome}`);
const isReady = (device: string) => eventually(() => core.deviceState(device)?.state === 'ready', START);

async function startAgent(changes: object = {}): Promise<void> {
  const before = core.session;
  agent = await AgentProcess.start(setup(changes));
  await eventually(() => core.session !== before && core.agentState()?.session === core.session, START);
}

beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/edge-`);
  broker = await Mosquitto.start();
  core = await CoreStub.connect(broker.url, SITE, AGENT);
  scanner = await scanners.start({ at: 'pty' });
  printer = await printers.start({ at: 'tcp' }, { labelMs: 1_500 });
}, 60_000);

afterEach(async () => {
  await agent?.kill();
  await core.close();
  await scanner.close();
  await printer.close();
  await broker.stop();
  await rm(dir, { recursive: true });
}, 60_000);

describe('a scan', () => {
  it('becomes one record in the core, with its bytes, times and trace', async () => {
    await startAgent();
    await isReady('scan-1');
    scanner.scan('TOTE-0001', ']C0');
    await eventually(() => codes().length === 1, SOON);
    const [record] = core.of('scan.read');
    expect(record).toMatchObject({ device: 'scan-1', data: { code: 'TOTE-0001', aim: ']C0' } });
    expect(record!.trace).toMatch(/^[0-9a-f]{32}$/);
    expect(record!.stream).toMatch(/^scan-1~[0-9a-f]+$/);
    expect(core.inventory).toMatchObject({
      devices: [
        { device: 'scan-1', driver: 'generic/serial-scanner', kind: 'scanner' },
        { device: 'printer-1' },
      ],
    });
  }, 120_000);

  it('is kept while the core and the broker are gone, over a kill -9, and arrives once and in order', async () => {
    await startAgent();
    await isReady('scan-1');
    scanner.scan('A1');
    await eventually(() => codes().length === 1, SOON);
    const before = core;
    core.die();
    scanner.scan('A2');
    await broker.kill();
    scanner.scan('A3');
    // The scanner's own bytes may still be on their way through the pty.
    await eventually(() => agent.output.includes('lost the broker'), SOON);
    await broker.resume();
    core = await CoreStub.connect(broker.url, SITE, AGENT, before);
    await eventually(() => codes().length === 3, SOON);
    core.die();
    const observer = await CoreStub.observe(broker.url, SITE, AGENT);
    await eventually(() => observer.agentState()?.outboxDepth === 0, SOON);
    scanner.scan('A4');
    await eventually(() => observer.agentState()?.outboxDepth === 1, SOON);
    await agent.kill('SIGKILL');
    observer.die();
    core = await CoreStub.connect(broker.url, SITE, AGENT, core);
    await startAgent();
    await isReady('scan-1');
    scanner.scan('A5');
    await eventually(() => codes().at(-1) === 'A5', SOON);
    expect(codes()).toEqual(['A1', 'A2', 'A3', 'A4', 'A5']);
  }, 180_000);

  it('is fed again to a core that was restored from a backup', async () => {
    await startAgent();
    await isReady('scan-1');
    for (let count = 1; count <= 20; count += 1) scanner.scan(`R${count}`);
    await eventually(() => codes().length === 20, SOON);
    const all = codes();
    const { stream } = core.of('scan.read')[0]!;
    core.restore(stream, 3);
    await eventually(() => codes().length === 20, SOON);
    expect(codes()).toEqual(all);
  }, 120_000);
});

describe('a label', () => {
  const label = (id: string) => ({
    id,
    op: 'print' as const,
    args: { jobId: `job-${id}`, zpl: '^XA^FDhello^FS^XZ' },
  });

  it("is printed once per command, and its outcome and the printer's word arrive", async () => {
    await startAgent();
    await isReady('printer-1');
    core.command('printer-1', label('c1'));
    core.command('printer-1', label('c1'));
    await eventually(() => outcomes().includes('c1 done'), SOON);
    core.command('printer-1', label('c1'));
    core.command('printer-1', { ...label('c2'), validUntil: new Date(Date.now() - 1000).toISOString() });
    await eventually(() => outcomes().includes('c2 expired'), SOON);
    expect(outcomes()).toEqual(['c1 started', 'c1 done', 'c2 expired']);
    expect(core.of('print.printed').map(({ data }) => data.jobId)).toEqual(['job-c1']);
    expect(printer.printed).toHaveLength(1);
  }, 120_000);

  it('is unknown, and not printed again, when the agent was killed at it', async () => {
    await startAgent();
    await isReady('printer-1');
    core.command('printer-1', label('c1'));
    await eventually(() => core.of('print.sent').length === 1, SOON);
    await agent.kill('SIGKILL');
    await startAgent();
    await eventually(() => outcomes().includes('c1 unknown'), SOON);
    core.command('printer-1', label('c1'));
    core.command('printer-1', label('c2'));
    await eventually(() => outcomes().includes('c2 done'), SOON);
    expect(core.of('print.unknown').map(({ data }) => data.jobId)).toEqual(['job-c1']);
    expect(outcomes()).toEqual(['c1 started', 'c1 unknown', 'c2 started', 'c2 done']);
    expect(printer.printed).toHaveLength(2);
  }, 180_000);

  it('that was sent ahead is printed by a scan with the core gone, once, over a kill -9, and its records drain', async () => {
    await startAgent();
    await Promise.all([isReady('scan-1'), isReady('printer-1')]);
    const { args } = label('c1');
    const validUntil = new Date(Date.now() + 3_600_000).toISOString();
    const ahead = { printer: 'printer-1', scanners: ['scan-1'], codes: ['T-000001'], args, validUntil };
    core.publishLabels({
      ...{ version: 1, commandIds: ['c1'], coreGoneAfterMs: 0 },
      set: [{ commandId: 'c1', ...ahead }],
    });
    scanner.scan('T-000001');
    await eventually(() => core.agentState()?.plannedLabels === 1 && codes().length === 1, SOON);
    const before = core;
    core.die();
    await eventually(() => agent.output.includes('the core is gone'), SOON);
    expect(printer.printed).toHaveLength(0);
    scanner.scan('T-000001');
    await eventually(() => agent.output.includes('a label that was sent ahead is printed'), SOON);
    await agent.kill('SIGKILL');
    await agent.again();
    await eventually(() => agent.output.split('agent started').length === 3, START);
    await eventually(() => {
      scanner.scan('T-000001');
      return agent.output.includes('it is not repeated');
    }, SOON);
    core = await CoreStub.connect(broker.url, SITE, AGENT, before);
    core.command('printer-1', label('c1'));
    await eventually(() => outcomes().includes('c1 done') && codes().length >= 3, SOON);
    expect(outcomes()).toEqual(['c1 started', 'c1 done']);
    expect(core.of('print.printed').map(({ data }) => data.jobId)).toEqual(['job-c1']);
    expect(printer.printed).toHaveLength(1);
  }, 180_000);
});

describe('the agent itself', () => {
  it('runs on with a device that cannot work, and says why', async () => {
    const good = { code: 'scan-1', driver: 'generic/serial-scanner', link: scanner.linkConfig };
    await startAgent({
      devices: [
        { code: 'odd', driver: 'nobody/nothing', link: { type: 'tcp', host: '127.0.0.1', port: 9 } },
        {
          code: 'wrong',
          driver: 'generic/serial-scanner',
          link: scanner.linkConfig,
          config: { ending: 'never' },
        },
        {
          code: 'far',
          driver: 'generic/serial-scanner',
          link: { type: 'serial', path: '/dev/does-not-exist' },
        },
        good,
      ],
    });
    await isReady('scan-1');
    await eventually(() => core.deviceState('far')?.state === 'lost', SOON);
    expect(core.deviceState('odd')).toMatchObject({
      state: 'fault',
      reason: expect.stringContaining('nobody/nothing'),
    });
    expect(core.deviceState('wrong')).toMatchObject({
      state: 'fault',
      reason: expect.stringContaining('ending'),
    });
    expect(core.deviceState('far')?.reason).toContain('/dev/does-not-exist does not exist');
    scanner.scan('STILL-HERE');
    await eventually(() => codes().length === 1, SOON);
  }, 120_000);

  it('stops sending when another process has its identity, and says so', async () => {
    await startAgent();
    await isReady('scan-1');
    scanner.scan('A1');
    await eventually(() => codes().length === 1, SOON);
    const { stream } = core.of('scan.read')[0]!;
    core.fenceSomeone(stream);
    core.fenceSomeone('scan-1~clone');
    scanner.scan('A2');
    await eventually(() => codes().length === 2, SOON);
    core.takeOver('another-session');
    scanner.scan('A3');
    await eventually(() => agent.output.includes('FENCED'), SOON);
    expect(codes()).toEqual(['A1', 'A2']);
  }, 120_000);

  it('says goodbye on SIGTERM within five seconds, and its last will when it is killed', async () => {
    await startAgent();
    await isReady('scan-1');
    expect(await agent.kill('SIGTERM')).toBe(0);
    await eventually(() => core.agentState()?.online === false, SOON);
    await startAgent();
    await agent.kill('SIGKILL');
    await eventually(() => core.agentState()?.online === false, SOON);
  }, 180_000);

  it('refuses to share its data directory, in one sentence', async () => {
    await startAgent();
    const second = await AgentProcess.start(setup());
    expect(await second.exited()).toBe(1);
    expect(second.lines).toEqual([expect.stringMatching(/^edge-agent: Another agent is running on /)]);
  }, 120_000);
});
