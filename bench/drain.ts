import { randomInt } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { pino } from 'pino';
import {
  demoCrew,
  type FloorDevice,
  FloorDevices,
  installSorter,
  type LabelledParcel,
  LabelledParcels,
  pause,
  planSorter,
  type Quantiles,
  quantiles,
  RealHouse,
  until,
} from '#lib/sim';
import { Outbox } from '../apps/edge-agent/src/outbox.js';
import type { Entry } from '../apps/edge-agent/src/record.js';
import { Store } from '../apps/edge-agent/src/store.js';

const DIST = resolve(import.meta.dirname, '..');
const SCANNERS = 4;
const LIVE = 'BENCH-LIVE';
const LIVE_SCANS_PER_S = 20;
/** How long the live scanner goes on behind the backlog: what a scan takes when nothing else is sent. */
const QUIET_S = 5;
const DRAIN_LIMIT_MS = 90_000;
/** Appends that wait for the disk together. */
const APPENDED_TOGETHER = 2_000;
const TARGET_PER_S = 2_000;

/** What is to be known of a drained backlog. */
interface Drained {
  records: number;
  /** Records a second from the first batch to the last. */
  perSecond: number;
  /** Sequences that are missing or out of order, and ids that are not those of the disk. */
  disorder: number;
  outcomes: Record<string, number>;
  /** From a live scan to the core's transaction, milliseconds: beside the backlog and behind it. */
  liveBeside: Quantiles;
  liveBehind: Quantiles;
  /** Processor seconds of each process while it drained. */
  processor: Record<string, number>;
}

/**
 * A backlog at the edge drains: records that an agent has kept on its disk, through the real agent, the real broker and the real core into
 * PostgreSQL, while a scanner that has no backlog scans. Scans of hand scanners, each with its own stream, and arrivals at a sorter,
 * all three records of each.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      scans: { type: 'string', default: '20000' },
      arrivals: { type: 'string', default: '2000' },
    },
  });
  const [scans, arrivals] = [Number(values.scans), Number(values.arrivals)];
  if (!(scans >= 0 && arrivals >= 0 && scans + arrivals > 0)) {
    throw new Error('--scans and --arrivals are numbers, not both 0.');
  }
  const drained = await drain(scans, arrivals);
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`;
  process.stdout.write(
    values.json ? `${JSON.stringify({ bench: 'drain', machine, ...drained })}\n` : inWords(machine, drained),
  );
  if (drained.disorder > 0) process.exitCode = 1;
}

function say(line: string): void {
  process.stderr.write(`  ${line}\n`);
}

async function drain(scans: number, arrivals: number): Promise<Drained> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-drain-'));
  await chmod(dataDir, 0o711);
  const crew = await demoCrew();
  const house = new RealHouse({ dataDir, dist: DIST, site: crew.site, agent: crew.agent, logLevel: 'warn' });
  const sorter = planSorter(1);
  const guns = [LIVE, ...Array.from({ length: SCANNERS }, (_, n) => `BENCH-SCAN-${n + 1}`)].map(gun);
  const floor: { devices: FloorDevices | null } = { devices: null };
  try {
    say('starting PostgreSQL, broker, API and demo data');
    await house.open();
    await installSorter(house.ownerUrl, sorter, { agent: crew.agent, extras: guns });
    const parcels = await LabelledParcels.open(house.ownerUrl);
    const labelled = await labelledParcels(parcels, sorter.services, arrivals);
    await parcels.close();
    const [line] = sorter.lines;
    say(`keeping ${scans} scans and ${labelled.length} arrivals at the edge`);
    const kept = await keepBacklog(join(dataDir, 'agent'), [
      ...Array.from({ length: scans }, (_, n) => scanOf(n)),
      ...labelled.flatMap((parcel, n) =>
        arrivalOf(parcel, n, { device: line!.device.code, point: line!.plan.point }),
      ),
    ]);
    floor.devices = await FloorDevices.start({
      site: crew.site,
      agent: crew.agent,
      devices: [line!.device, ...guns],
      dir: join(dataDir, 'floor'),
      mqtt: house.agentMqtt,
      onPrinted: () => {},
      labelMs: 0,
      settleMs: 0,
      divertDeadlineMs: 600,
    });
    return await watchDrain(house, floor.devices, kept);
  } finally {
    await floor.devices?.close();
    await house.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function gun(code: string): FloorDevice {
  return { code, kind: 'scanner', driver: 'generic/serial-scanner', station: null, config: {} };
}

async function labelledParcels(
  parcels: LabelledParcels,
  services: readonly string[],
  count: number,
): Promise<LabelledParcel[]> {
  const made: LabelledParcel[] = [];
  while (made.length < count) {
    const wanted = Array.from(
      { length: Math.min(200, count - made.length) },
      (_, n) => services[n % services.length]!,
    );
    made.push(...(await parcels.make(wanted, { announce: false })));
  }
  return made;
}

function scanOf(n: number): Entry {
  return { device: `BENCH-SCAN-${(n % SCANNERS) + 1}`, kind: 'scan.read', data: { code: `L-A-03-${n}` } };
}

/** What the agent would have kept of one parcel: seen, decided, confirmed. */
function arrivalOf(
  { sscc, service }: LabelledParcel,
  n: number,
  { device, point }: { device: string; point: string },
): Entry[] {
  const of = { point, trackId: n + 1, seq: n + 1 };
  const lane = service.slice('TO-'.length);
  return [
    { device, kind: 'point.seen', data: { ...of, codes: [`]C100${sscc}`], result: 'read' } },
    {
      device,
      kind: 'point.decided',
      data: {
        ...of,
        decisionId: crypto.randomUUID(),
        code: `]C100${sscc}`,
        action: 'divert',
        lane,
        decidedBy: 'edge',
        routeVersion: 1,
        latencyMicros: randomInt(300, 900),
      },
    },
    { device, kind: 'point.confirmed', data: { point, trackId: n + 1, planned: lane, actual: lane } },
  ];
}

/** Ids of the kept records by stream, in their order. */
type KeptIds = Map<string, string[]>;

/** Writes what the agent will find on its disk when it starts, through its own outbox. */
async function keepBacklog(dir: string, entries: readonly Entry[]): Promise<KeptIds> {
  const log = pino({ level: 'silent' });
  const store = await Store.open(dir, log);
  const outbox = await Outbox.open({ store, log, diskLevel: () => 'ok', onDurable: () => {} });
  const kept: KeptIds = new Map();
  for (let at = 0; at < entries.length; at += APPENDED_TOGETHER) {
    const together = entries.slice(at, at + APPENDED_TOGETHER);
    const sealed = await Promise.all(together.map((entry) => outbox.append(entry)));
    for (const [n, { text }] of sealed.entries()) {
      const stream = outbox.streamOf(together[n]!.device);
      const ids = kept.get(stream) ?? [];
      kept.set(stream, ids);
      ids.push((JSON.parse(text) as { id: string }).id);
    }
  }
  await outbox.close();
  await store.close();
  return kept;
}

async function watchDrain(house: RealHouse, devices: FloorDevices, kept: KeptIds): Promise<Drained> {
  const records = [...kept.values()].reduce((sum, { length }) => sum + length, 0);
  const live = devices.scanners.get(LIVE)!;
  let scans = 0;
  const client = new pg.Client({ connectionString: house.ownerUrl });
  await client.connect();
  const before = await house.cpuSeconds();
  await house.startAgent(devices.configFile);
  const scanning = setInterval(() => {
    scans += 1;
    live.scan(`LIVE-${scans}`);
  }, 1_000 / LIVE_SCANS_PER_S);
  try {
    let told = 0;
    await until('the backlog to be in the core', { limitMs: DRAIN_LIMIT_MS, everyMs: 100 }, async () => {
      const { rows } = await client.query<{ taken: string }>(
        'select coalesce(sum(last_seq), 0) as taken from inbox_streams where stream = any($1)',
        [[...kept.keys()]],
      );
      const taken = Number(rows[0]!.taken);
      if (taken - told >= records / 5) {
        told = taken;
        say(`${taken} of ${records} are in the core`);
      }
      return taken >= records;
    });
    const after = await house.cpuSeconds();
    say(`the live scanner goes on for ${QUIET_S} s`);
    await pause(QUIET_S * 1_000);
    const processor = Object.fromEntries(
      Object.entries(after).map(([name, s]) => [name, Math.round((s - (before[name] ?? 0)) * 10) / 10]),
    );
    return { records, processor, ...(await judge(client, kept, records)) };
  } finally {
    clearInterval(scanning);
    await client.end();
  }
}

async function judge(
  client: pg.Client,
  kept: KeptIds,
  records: number,
): Promise<Omit<Drained, 'records' | 'processor'>> {
  const streams = [...kept.keys()];
  const { rows: spans } = await client.query<{ seconds: number; endedAt: Date }>(
    `select extract(epoch from max(received_at) - min(received_at))::float8 as seconds, max(received_at) as "endedAt"
     from inbox where stream = any($1)`,
    [streams],
  );
  const { seconds, endedAt } = spans[0]!;
  const { rows: taken } = await client.query<{ stream: string; ids: string[]; outOfTurn: number }>(
    `select stream, array_agg(record_id order by seq) as ids, count(*) filter (where received_at < earlier)::int as "outOfTurn"
     from (select stream, seq, record_id, received_at, lag(received_at) over (partition by stream order by seq) as earlier
       from inbox where stream = any($1)) i group by stream`,
    [streams],
  );
  const disorder = streams.reduce((sum, stream) => {
    const found = taken.find((each) => each.stream === stream);
    const ids = kept.get(stream)!;
    return sum + (found?.outOfTurn ?? 0) + ids.filter((id, at) => found?.ids[at] !== id).length;
  }, 0);
  const { rows: outcomes } = await client.query<{ key: string; n: number }>(
    `select kind || ' ' || outcome as key, count(*)::int as n from inbox where stream = any($1) group by 1 order by 1`,
    [streams],
  );
  const { rows: scans } = await client.query<{ ms: number; behind: boolean }>(
    `select (extract(epoch from received_at - at) * 1000)::float8 as ms, received_at > $2 as behind from inbox
     where device_code = $1`,
    [LIVE, endedAt],
  );
  const of = (behind: boolean) =>
    quantiles(scans.filter((scan) => scan.behind === behind).map(({ ms }) => ms));
  return {
    perSecond: Math.round(records / seconds),
    disorder,
    outcomes: Object.fromEntries(outcomes.map(({ key, n }) => [key, n])),
    liveBeside: of(false),
    liveBehind: of(true),
  };
}

function inWords(machine: string, drained: Drained): string {
  const { records, perSecond, disorder, outcomes, liveBeside, liveBehind, processor } = drained;
  const live = ({ p50, p99, count }: Quantiles) => `p50 ${p50} ms, p99 ${p99} ms (${count})`;
  return [
    `drain on ${machine}: ${records} records kept at the edge`,
    `  ${perSecond} records a second into PostgreSQL (target ${TARGET_PER_S}), ${disorder} out of order`,
    `  ${Object.entries(outcomes)
      .map(([key, n]) => `${key} ${n}`)
      .join(', ')}`,
    `  a live scan beside the backlog: ${live(liveBeside)}`,
    `  a live scan behind it:          ${live(liveBehind)}`,
    `  processor seconds: ${Object.entries(processor)
      .map(([name, seconds]) => `${name} ${seconds}`)
      .join(', ')}`,
    '',
  ].join('\n');
}
