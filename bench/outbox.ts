import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectAsync } from 'mqtt';
import { pino } from 'pino';
import { mqttPort } from '#lib/device-kit';
import { freePort } from '#lib/embedded';
import { Outbox } from '../apps/edge-agent/src/outbox.js';
import type { Entry } from '../apps/edge-agent/src/record.js';
import { Store } from '../apps/edge-agent/src/store.js';
import { AgentProcess } from '../apps/edge-agent/test/agent-process.js';
import { Mosquitto } from '../apps/edge-agent/test/mosquitto.js';
import { simulator as conveyors } from '../devices/generic/mqtt-conveyor/simulator.js';
import { simulator as scanners } from '../devices/generic/serial-scanner/simulator.js';
import { simulator as scales } from '../devices/mettler-toledo/mt-sics/simulator.js';
import { simulator as printers } from '../devices/zebra/zpl-printer/simulator.js';
import { DrainCore } from './outbox-core.js';

const SITE = 'BENCH';
const AGENT = 'edge-1';
const HOURS = 72;
const AGENTS = 20;
/** The peak day of the design, for 72 hours on end. */
const SCANS_PER_S = 11;
const PARCELS_PER_HOUR = 7_500;
/** weight, print sent and printed, command started and done; seen, decided and confirmed on the conveyor. */
const RECORDS_PER_PARCEL = 8;
const SITE_RECORDS = SCANS_PER_S * 3_600 * HOURS + PARCELS_PER_HOUR * HOURS * RECORDS_PER_PARCEL;

const DEVICES = { scanner: 12, scale: 3, printer: 4 };
/** Its streams hold nothing yet: what it says is the present. */
const LIVE = 'live-1';
const LIVE_SCANS_PER_S = 20;
const FILL_AT_ONCE = 4_096;
const START_LIMIT_MS = 60_000;
const DRAIN_LIMIT_MS = 900_000;

interface Result {
  records: number;
  siteRecords: number;
  diskMb: number;
  bytesPerRecord: number;
  fillPerS: number;
  /** `node -e 0`, the machine's share of a start. */
  nodeStartMs: number;
  startMs: number[];
  firstScanMs: number[];
  /** Processor time of the agent until its first scan was kept: what a start costs on a machine that has time for it. */
  startCpuMs: number[];
  memoryMb: { started: Memory; drained: Memory };
  drainPerS: number;
  /** Processor time of the agent for each record that it drained. */
  drainCpuMicros: number;
  outOfOrder: number;
  /** `unheard`: scans of which the agent has read no bytes; what it has kept is all in the core by then. */
  live: { count: number; unheard: number; p50Ms: number; p99Ms: number };
}

interface Memory {
  now: number;
  /** The most it ever was. */
  peak: number;
  /** Without the pages of files that it has mapped, which the system takes back when it needs them. */
  anonymous: number;
}

/**
 * What one agent of twenty keeps in 72 hours of peak days without a core: how much disk that is, how soon an agent with it is
 * at work after a power cut, what memory it takes with twenty devices, and how fast it drains while another device talks on.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      records: { type: 'string', default: String(Math.ceil(SITE_RECORDS / AGENTS)) },
      starts: { type: 'string', default: '5' },
    },
  });
  const [records, starts] = [Number(values.records), Number(values.starts)];
  if (!(records >= 1_000 && starts >= 1)) throw new Error('--records is at least 1000, --starts at least 1.');
  const dir = await mkdtemp(`${tmpdir()}/bench-outbox-`);
  try {
    const result = await play(dir, records, starts);
    const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`;
    const out = { bench: 'outbox', machine, ...result };
    process.stdout.write(
      values.json ? `${JSON.stringify(out)}\n` : `outbox on ${machine}\n${told(result)}\n`,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function play(dir: string, records: number, starts: number): Promise<Result> {
  process.env.AGENT_HTTP_PORT = String(await freePort());
  // As its unit starts it (deploy/systemd/wavehouse-agent.service).
  process.env.NODE_OPTIONS = '--max-semi-space-size=4';
  const floor = await openFloor();
  let agent: AgentProcess | null = null;
  let core: DrainCore | null = null;
  try {
    const fillPerS = await fill(
      `${dir}/data`,
      records,
      floor.devices.map(({ code }) => code).filter((code) => code !== LIVE),
    );
    const diskBytes = await sizeOf(`${dir}/data`);
    const nodeStartMs = await bareNode();
    const startMs: number[] = [];
    const firstScanMs: number[] = [];
    const startCpuMs: number[] = [];
    for (let turn = 0; turn < starts; turn += 1) {
      if (agent) await agent.kill('SIGKILL');
      const began = await startAgent(dir, floor);
      agent = began.agent;
      startMs.push(began.startMs);
      firstScanMs.push(began.firstScanMs);
      startCpuMs.push(await cpuMsOf(agent.pid));
      say(
        `start ${turn + 1}: agent started ${began.startMs.toFixed(0)} ms, first scan kept ${began.firstScanMs.toFixed(0)} ms after spawn`,
      );
    }
    const started = await memoryOf(agent!.pid);
    const beforeMs = await cpuMsOf(agent!.pid);
    core = await DrainCore.connect(floor.broker.url, SITE, AGENT);
    const { drainPerS, waits, unheard } = await drain(core, floor, records);
    const drained = await memoryOf(agent!.pid);
    const drainCpuMicros = (((await cpuMsOf(agent!.pid)) - beforeMs) * 1_000) / records;
    return {
      ...{
        records,
        siteRecords: SITE_RECORDS,
        diskMb: diskBytes / 1e6,
        bytesPerRecord: diskBytes / records,
        fillPerS,
      },
      ...{
        nodeStartMs,
        startMs,
        firstScanMs,
        startCpuMs,
        memoryMb: { started, drained },
        drainPerS,
        drainCpuMicros,
      },
      outOfOrder: core.outOfOrder,
      live: { count: waits.length, unheard, p50Ms: quantile(waits, 0.5), p99Ms: quantile(waits, 0.99) },
    };
  } finally {
    await agent?.kill('SIGTERM');
    await core?.close();
    await floor.close();
  }
}

type Floor = Awaited<ReturnType<typeof openFloor>>;

/** Twenty devices where the hardware would be, in this process: scanners on ptys, scales and printers on TCP, a conveyor on MQTT. */
async function openFloor() {
  const broker = await Mosquitto.start();
  const bus = await connectAsync(broker.url, { protocolVersion: 4 });
  const live = await scanners.start({ at: 'pty' });
  const plc = await conveyors.start(
    { at: 'mqtt', base: `wh/v1/${SITE}/${AGENT}/plc/plc-1`, mqtt: mqttPort(bus) },
    { autoConfirm: false },
  );
  const many = <T>(count: number, start: () => Promise<T>) =>
    Promise.all(Array.from({ length: count }, start));
  const [guns, pans, boxes] = await Promise.all([
    many(DEVICES.scanner - 1, () => scanners.start({ at: 'pty' })),
    many(DEVICES.scale, () => scales.start({ at: 'tcp' })),
    many(DEVICES.printer, () => printers.start({ at: 'tcp' })),
  ]);
  const rows = (name: string, driver: string, of: { linkConfig: object }[]) =>
    of.map(({ linkConfig: link }, n) => ({ code: `${name}-${n + 1}`, driver, link }));
  const devices = [
    { code: LIVE, driver: 'generic/serial-scanner', link: live.linkConfig },
    ...rows('scan', 'generic/serial-scanner', guns),
    ...rows('scale', 'mettler-toledo/mt-sics', pans),
    ...rows('printer', 'zebra/zpl-printer', boxes),
    { code: 'plc-1', driver: 'generic/mqtt-conveyor', link: plc.linkConfig, config: conveyors.config },
  ];
  const close = async () => {
    for (const each of [live, plc, ...guns, ...pans, ...boxes]) await each.close();
    await bus.endAsync(true);
    await broker.stop();
  };
  return { broker, live, devices, close };
}

/** Writes the backlog as the agent does: through its outbox, group by group, each group synced. @returns records a second */
async function fill(dataDir: string, records: number, devices: string[]): Promise<number> {
  const log = pino({ level: 'silent' });
  const store = await Store.open(dataDir, log);
  const outbox = await Outbox.open({ store, log, diskLevel: () => 'ok', onDurable: () => {} });
  const fromMs = Date.now() - HOURS * 3_600_000;
  const sinceMs = performance.now();
  for (let n = 0; n < records; n += FILL_AT_ONCE) {
    const count = Math.min(FILL_AT_ONCE, records - n);
    const appends = Array.from({ length: count }, (_, at) => {
      const ageMs = ((n + at) / records) * HOURS * 3_600_000;
      return outbox.append(entryOf(n + at, devices[(n + at) % devices.length]!, new Date(fromMs + ageMs)));
    });
    await Promise.all(appends);
    if (n % (FILL_AT_ONCE * 20) === 0) say(`filled ${n + count} of ${records}`);
  }
  const perS = (records * 1_000) / (performance.now() - sinceMs);
  await outbox.close();
  await store.close();
  return perS;
}

function entryOf(n: number, device: string, at: Date): Entry {
  const time = { at: at.toISOString(), monotonicMs: n };
  const code = `T-${String(n % 1_000_000).padStart(6, '0')}`;
  const rawHex = Buffer.from(`]C0${code}\r\n`).toString('hex');
  if (device.startsWith('plc')) {
    const data = { point: 'SP1', trackId: n, seq: n, codes: [`00395212340000${n}`], result: 'read' as const };
    return { device, time, kind: 'point.seen', data, rawHex };
  }
  return { device, time, kind: 'scan.read', data: { code, aim: ']C0' }, rawHex };
}

/** From the spawn of the process, so the start of Node is part of it, until it is there and until a scan is on its disk. */
async function startAgent(dir: string, { broker, live, devices }: Floor) {
  const sinceMs = performance.now();
  const agent = await AgentProcess.start({ dir, mqttUrl: broker.url, site: SITE, agent: AGENT, devices });
  let n = 0;
  const trigger = setInterval(() => live.scan(`BEFORE-${n++}`), 20);
  try {
    let startMs = 0;
    const kept = async () => {
      if (startMs === 0 && agent.output.includes('agent started')) startMs = performance.now() - sinceMs;
      const metrics = await metricsOf();
      return (
        startMs > 0 && new RegExp(`^wavehouse_edge_readings\\w*\\{.*device="${LIVE}"`, 'm').test(metrics)
      );
    };
    await until('the agent keeps a scan', kept, START_LIMIT_MS);
    return { agent, startMs, firstScanMs: performance.now() - sinceMs };
  } catch (error) {
    await agent.kill();
    throw new Error(`${(error as Error).message}\n${agent.lines.slice(-20).join('\n')}`);
  } finally {
    clearInterval(trigger);
  }
}

/** Everything comes up, while one device without history goes on talking. */
async function drain(core: DrainCore, { live }: Floor, records: number) {
  const sent = new Map<string, number>();
  const waits: number[] = [];
  core.onCode = (code) => {
    const sentMs = sent.get(code);
    if (sentMs === undefined) return;
    sent.delete(code);
    waits.push(performance.now() - sentMs);
  };
  let n = 0;
  const sinceMs = performance.now();
  const trigger = setInterval(() => {
    const code = `LIVE-${n++}`;
    sent.set(code, performance.now());
    live.scan(code);
  }, 1_000 / LIVE_SCANS_PER_S);
  const every = setInterval(() => say(`drained ${core.taken} of ${records}`), 5_000);
  try {
    await until('everything is drained', () => core.taken - waits.length >= records, DRAIN_LIMIT_MS);
  } finally {
    clearInterval(trigger);
    clearInterval(every);
  }
  const drainPerS = (records * 1_000) / (performance.now() - sinceMs);
  const rid = async () => /^wavehouse_edge_outbox_depth 0$/m.test(await metricsOf());
  await until('the agent is rid of all that it kept', rid, START_LIMIT_MS);
  return { drainPerS, waits, unheard: sent.size };
}

/** What the agent tells of itself; nothing while it is not up. */
function metricsOf(): Promise<string> {
  return fetch(`http://127.0.0.1:${process.env.AGENT_HTTP_PORT}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
}

async function bareNode(): Promise<number> {
  const sinceMs = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - sinceMs;
}

/** Linux counts it in hundredths of a second. */
async function cpuMsOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN) / 1_024;
  return { now: mb('VmRSS'), peak: mb('VmHWM'), anonymous: mb('RssAnon') };
}

async function sizeOf(dir: string): Promise<number> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => stat(`${file.parentPath}/${file.name}`)),
  );
  return sizes.reduce((sum, { blocks }) => sum + blocks * 512, 0);
}

async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`Waited ${limitMs} ms in vain until ${what}.`);
    await delay(10);
  }
}

function say(line: string): void {
  process.stderr.write(`  ${line}\n`);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function told(result: Result): string {
  const { records, siteRecords, memoryMb, live, startMs, firstScanMs } = result;
  const mb = ({ now, peak, anonymous }: Memory) =>
    `${now.toFixed(0)} MB (peak ${peak.toFixed(0)}, without mapped files ${anonymous.toFixed(0)})`;
  const spread = (values: number[]) =>
    `${quantile(values, 0.5).toFixed(0)} ms (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;
  return [
    `${records} records on 19 streams; a site of ${AGENTS} agents makes ${siteRecords} in ${HOURS} h of peak days`,
    `disk              ${result.diskMb.toFixed(0)} MB, ${result.bytesPerRecord.toFixed(0)} bytes a record; written at ${result.fillPerS.toFixed(0)} a second`,
    `bare node -e 0    ${result.nodeStartMs.toFixed(0)} ms`,
    `a start costs     ${spread(result.startCpuMs)} of processor time`,
    `agent started     ${spread(startMs)} after the spawn`,
    `first scan kept   ${spread(firstScanMs)} after the spawn   target: 2 s`,
    `memory, started   ${mb(memoryMb.started)}   target: 150 MB with 20 devices`,
    `memory, drained   ${mb(memoryMb.drained)}`,
    `drained at        ${result.drainPerS.toFixed(0)} records a second, ${result.outOfOrder} sent more than once   target: 2,000`,
    `a record costs    ${result.drainCpuMicros.toFixed(0)} us of the agent's processor time`,
    `live scan to core p50 ${live.p50Ms.toFixed(1)} ms, p99 ${live.p99Ms.toFixed(1)} ms over ${live.count} scans beside the drain, ${live.unheard} more were never heard`,
  ].join('\n');
}
