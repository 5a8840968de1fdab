import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import pg from 'pg';
import { agentTopics } from '#lib/contracts';
import type { SimulatedConveyor } from '#lib/device-kit';
import {
  demoCrew,
  type FloorDevice,
  FloorDevices,
  installSorter,
  LabelledParcels,
  planSorter,
  RealHouse,
  routesAreOut,
} from '#lib/sim';

const DIST = resolve(import.meta.dirname, '..');
const SCANNERS = 4;
const DEADLINE_MS = 600;
/** Parcels in one statement. */
const BATCH = 200;

/** The whole way with a real core: PLC, agent, broker, API, database, and back. */
export interface RealCore {
  /** A bare echo over the same broker, milliseconds. */
  echo(): Promise<number>;
  /** A parcel that the edge does not know: milliseconds until the PLC has the route that the core chose. */
  arrive(n: number): Promise<number>;
  /** All decisions that the core has heard of: who decided, and after how many milliseconds. */
  decisions(): Promise<{ by: string; ms: number }[]>;
  /** Processor seconds by process since its start. */
  cpuSeconds(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * Opens a house of real processes with one PLC and scanners that scan `scansPerS` times a second, and `count` parcels that
 * are labelled in the database while nobody has told the edge of them.
 */
export async function openRealCore(
  count: number,
  { scansPerS, say }: { scansPerS: number; say: (line: string) => void },
): Promise<RealCore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-core-'));
  await chmod(dataDir, 0o711);
  const crew = await demoCrew();
  const house = new RealHouse({ dataDir, dist: DIST, site: crew.site, agent: crew.agent, logLevel: 'warn' });
  const sorter = planSorter(1);
  const guns: FloorDevice[] = Array.from({ length: SCANNERS }, (_, n) => ({
    code: `BENCH-SCAN-${n + 1}`,
    kind: 'scanner',
    driver: 'generic/serial-scanner',
    station: null,
    config: {},
  }));
  const floor: { devices: FloorDevices | null } = { devices: null };
  const shut = async () => {
    await floor.devices?.close();
    await house.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    say('core: starting PostgreSQL, broker, API and demo data');
    await house.open();
    await installSorter(house.ownerUrl, sorter, { agent: crew.agent, extras: guns });
    floor.devices = await FloorDevices.start({
      site: crew.site,
      agent: crew.agent,
      devices: [sorter.lines[0]!.device, ...guns],
      dir: join(dataDir, 'floor'),
      mqtt: house.agentMqtt,
      onPrinted: () => {},
      labelMs: 0,
      settleMs: 0,
      divertDeadlineMs: DEADLINE_MS,
    });
    await house.startAgent(floor.devices.configFile);
    say(`core: labelling ${count} parcels`);
    const codes = await makeParcels(house.ownerUrl, sorter.services, count);
    await routesAreOut(house.ownerUrl, sorter, 0);
    const echo = await Echo.open(house.agentMqtt, agentTopics(crew.site, crew.agent).base);
    return startWork({
      floor: floor.devices,
      echo,
      codes,
      line: sorter.lines[0]!,
      scansPerS,
      house,
      shut,
    });
  } catch (error) {
    await shut();
    throw error;
  }
}

interface Work {
  floor: FloorDevices;
  echo: Echo;
  codes: string[];
  line: ReturnType<typeof planSorter>['lines'][number];
  scansPerS: number;
  house: RealHouse;
  shut: () => Promise<void>;
}

/** People scan from now on. */
function startWork({ floor, echo, codes, line, scansPerS, house, shut }: Work): RealCore {
  const plc = floor.conveyors.get(line.device.code)!;
  const scanners = [...floor.scanners.values()];
  let scans = 0;
  const scanning = setInterval(() => {
    scans += 1;
    scanners[scans % SCANNERS]!.scan(`L-A-03-${scans}`);
  }, 1_000 / scansPerS);
  return {
    echo: () => echo.once(),
    arrive: (n) => arrive(plc, line.plan.point, codes[n]!),
    decisions: () => decisions(house.ownerUrl),
    cpuSeconds: () => house.cpuSeconds(),
    async close() {
      clearInterval(scanning);
      await echo.close();
      await shut();
    },
  };
}

async function makeParcels(url: string, services: readonly string[], count: number): Promise<string[]> {
  const parcels = await LabelledParcels.open(url);
  const codes: string[] = [];
  for (let made = 0; made < count; made += BATCH) {
    const wanted = Array.from(
      { length: Math.min(BATCH, count - made) },
      (_, n) => services[n % services.length]!,
    );
    codes.push(...(await parcels.make(wanted, { announce: false })).map(({ sscc }) => `]C100${sscc}`));
  }
  await parcels.count();
  await parcels.close();
  return codes;
}

async function arrive(plc: SimulatedConveyor, point: string, code: string): Promise<number> {
  const { lane, waitedMs, trackId } = await plc.arrive({ point, codes: [code], deadlineMs: DEADLINE_MS });
  plc.confirm({ point, trackId, ...(lane === null ? {} : { planned: lane }), actual: lane ?? 'SX-EXC' });
  // A silence is the slowest of answers: it counts as the whole deadline.
  return waitedMs;
}

async function decisions(url: string): Promise<{ by: string; ms: number }[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ by: string; micros: number }>(
    'select decided_by as by, latency_micros as micros from point_decisions where decided_by is not null',
  );
  await client.end();
  return rows.map(({ by, micros }) => ({ by, ms: micros / 1_000 }));
}

/** Two clients of one broker: one says, the other says it back. */
class Echo {
  private id = 0;
  private readonly waiting = new Map<string, () => void>();

  private constructor(
    private readonly near: MqttClient,
    private readonly far: MqttClient,
    private readonly base: string,
  ) {}

  static async open(
    { url, username, password }: { url: string; username: string; password: string },
    base: string,
  ): Promise<Echo> {
    const connect = async (clientId: string): Promise<MqttClient> => {
      const client = await mqtt.connectAsync(url, { username, password, clientId, protocolVersion: 4 });
      (client.stream as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
      return client;
    };
    const topics = `${base}/plc/echo`;
    const echo = new Echo(await connect('plc-echo-near'), await connect('plc-echo-far'), topics);
    echo.far.on('message', (_topic, payload) => echo.far.publish(`${topics}/up`, payload, { qos: 1 }));
    echo.near.on('message', (_topic, payload) => echo.waiting.get(payload.toString())?.());
    await echo.far.subscribeAsync(`${topics}/down`, { qos: 1 });
    await echo.near.subscribeAsync(`${topics}/up`, { qos: 1 });
    return echo;
  }

  once(): Promise<number> {
    this.id += 1;
    const id = String(this.id);
    const startMs = performance.now();
    return new Promise((done) => {
      this.waiting.set(id, () => {
        this.waiting.delete(id);
        done(performance.now() - startMs);
      });
      this.near.publish(`${this.base}/down`, id, { qos: 1 });
    });
  }

  async close(): Promise<void> {
    await this.near.endAsync(true);
    await this.far.endAsync(true);
  }
}
