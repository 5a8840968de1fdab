import { cp, mkdir, open, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { stringify } from 'yaml';
import { agentTopics, type UplinkRecord } from '#lib/contracts';
import { mqttPort, type SimulatedConveyor } from '#lib/device-kit';
import type { Seeded } from '#lib/sim';
import { simulator as plcSimulator } from '../../../devices/generic/mqtt-conveyor/simulator.js';
import {
  type SimulatedScanner,
  simulator as scannerSimulator,
} from '../../../devices/generic/serial-scanner/simulator.js';
import {
  simulator as printerSimulator,
  type SimulatedPrinter,
} from '../../../devices/zebra/zpl-printer/simulator.js';
import { Link } from './link.js';
import { cutPower } from './power-loss.js';
import { type EdgeNames, SITE } from './site-files.js';

export interface EdgeOptions {
  names: EdgeNames;
  dir: string;
  brokerPort: number;
  secret: string;
  dice: Seeded;
  onPrinted: (zpl: string) => void;
}

/** A record whose keeping an agent has promised. */
export type KeptRecord = UplinkRecord;

const LIFE_MS = 200;
const ROUTE_LIMIT_MS = 300;
const LABEL_MS = 10;

/** One agent's place in the building: its devices, which speak real bytes, its disk, and the witness of what it has promised. */
export class Edge {
  readonly links: { scanner: Link; printer: Link; broker: Link };
  plc!: SimulatedConveyor;
  printer!: SimulatedPrinter;
  private pty!: SimulatedScanner;
  private net!: SimulatedScanner;
  private plcClient!: mqtt.MqttClient;
  private readonly witnessed = new Witness();

  constructor(readonly options: EdgeOptions) {
    const { names, dice, brokerPort } = options;
    const link = (name: string, targetPort: number, carries: 'bytes' | 'mqtt') =>
      new Link({
        name: `${names.agent}-${name}`,
        targetPort,
        carries,
        dice: dice.fork(`${names.agent} ${name}`),
      });
    this.links = {
      broker: link('broker', brokerPort, 'mqtt'),
      scanner: link('scanner', 0, 'bytes'),
      printer: link('printer', 0, 'bytes'),
    };
  }

  get names(): EdgeNames {
    return this.options.names;
  }

  get storeDir(): string {
    return join(this.options.dir, 'store');
  }

  get witnessFile(): string {
    return join(this.options.dir, 'witness.log');
  }

  /** Says what is wrong with the disk of the agent: `full`, `broken`, or nothing. */
  get diskFile(): string {
    return join(this.options.dir, 'disk');
  }

  /** Says by how many seconds the clock of the agent is wrong. */
  get clockFile(): string {
    return join(this.options.dir, 'clock');
  }

  get configFile(): string {
    return join(this.options.dir, 'agent.yaml');
  }

  async open(): Promise<void> {
    const { dir, names } = this.options;
    await mkdir(dir, { recursive: true });
    await this.setDisk('');
    await this.setClock(0);
    await this.plugIn();
    this.net = await scannerSimulator.start({ at: 'tcp', port: 0 }, {});
    this.links.scanner.options.targetPort = portOf(this.net.linkConfig);
    this.printer = await printerSimulator.start(
      { at: 'tcp', port: 0 },
      { labelMs: LABEL_MS, onPrinted: this.options.onPrinted },
    );
    this.links.printer.options.targetPort = portOf(this.printer.linkConfig);
    for (const link of Object.values(this.links)) await link.open();
    await this.startPlc();
    const tcp = (link: Link) => ({ type: 'tcp', host: '127.0.0.1', port: link.port });
    const devices = [
      {
        code: names.scanner,
        driver: 'generic/serial-scanner',
        link: { type: 'serial', path: this.devicePath, baudRate: 9600 },
      },
      { code: names.netScanner, driver: 'generic/serial-scanner', link: tcp(this.links.scanner) },
      {
        code: names.plc,
        driver: 'generic/mqtt-conveyor',
        link: { type: 'mqtt' },
        config: { lifeMs: LIFE_MS },
      },
      {
        code: names.printer,
        driver: 'zebra/zpl-printer',
        link: tcp(this.links.printer),
        config: printerSimulator.config,
      },
    ];
    await writeFile(this.configFile, stringify({ site: SITE, agent: names.agent, devices }));
  }

  scan(code: string, over: 'pty' | 'tcp'): void {
    (over === 'pty' ? this.pty : this.net).scan(code);
  }

  noise(over: 'pty' | 'tcp', bytes: Uint8Array): void {
    (over === 'pty' ? this.pty : this.net).raw(bytes);
  }

  /** The serial line is pulled out and put in again, as another pty under the same name. */
  async replug(): Promise<void> {
    await this.pty.close();
    await this.plugIn();
  }

  async setDisk(trouble: '' | 'full' | 'broken'): Promise<void> {
    await writeFile(this.diskFile, trouble);
  }

  async setClock(offsetS: number): Promise<void> {
    await writeFile(this.clockFile, `${offsetS < 0 ? '' : '+'}${offsetS}`);
  }

  /** What the agent has promised since the last call. */
  async promises(): Promise<KeptRecord[]> {
    return this.witnessed.read(this.witnessFile);
  }

  /** Takes from the disk of a dead agent what no sync has covered. */
  async losePower(): Promise<{ lostBytes: number; tornBytes: number }> {
    await this.witnessed.skim(this.witnessFile);
    return cutPower(this.storeDir, this.witnessed.synced, this.options.dice);
  }

  /** A copy of the disk, as whoever images a machine makes it. The agent must not run. */
  async copyDisk(to: string): Promise<void> {
    await rm(to, { recursive: true, force: true });
    await cp(this.options.dir, to, { recursive: true, filter: (path) => !path.endsWith('witness.log') });
  }

  /** Writes the configuration of a clone that lives in `dir`: it has a scanner of its own under the same name. */
  async attachToClone(dir: string): Promise<SimulatedScanner> {
    const scanner = await scannerSimulator.start({ at: 'tcp', port: 0 }, {});
    const link = { type: 'tcp', host: '127.0.0.1', port: portOf(scanner.linkConfig) };
    const devices = [{ code: this.names.netScanner, driver: 'generic/serial-scanner', link }];
    await writeFile(join(dir, 'agent.yaml'), stringify({ site: SITE, agent: this.names.agent, devices }));
    return scanner;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.plc?.close(), this.plcClient?.endAsync(true)]);
    await Promise.allSettled([this.pty?.close(), this.net?.close(), this.printer?.close()]);
    await Promise.allSettled(Object.values(this.links).map((link) => link.close()));
  }

  private get devicePath(): string {
    return join(this.options.dir, 'scanner');
  }

  private async plugIn(): Promise<void> {
    this.pty = await scannerSimulator.start({ at: 'pty' }, {});
    const fresh = `${this.devicePath}.new`;
    await unlink(fresh).catch(() => undefined);
    await symlink((this.pty.linkConfig as { path: string }).path, fresh);
    await rename(fresh, this.devicePath);
  }

  private async startPlc(): Promise<void> {
    const { names, brokerPort, secret } = this.options;
    this.plcClient = await mqtt.connectAsync(`mqtt://127.0.0.1:${brokerPort}`, {
      username: `${SITE}/${names.agent}`,
      password: secret,
      clientId: `plc-${names.plc}`,
      protocolVersion: 4,
      reconnectPeriod: 250,
      connectTimeout: 2_000,
    });
    this.plcClient.on('error', () => undefined);
    const base = `${agentTopics(SITE, names.agent).base}/plc/${names.plc}`;
    this.plc = await plcSimulator.start(
      { at: 'mqtt', base, mqtt: mqttPort(this.plcClient) },
      { lifeMs: LIFE_MS, deadlineMs: ROUTE_LIMIT_MS, autoConfirm: true, defaultLane: 'EXC' },
    );
  }
}

function portOf(linkConfig: object): number {
  return (linkConfig as { port: number }).port;
}

/** Reads the witness's notes as they grow. */
export class Witness {
  readonly synced = new Map<string, number>();
  private readFrom = 0;
  private rest = '';
  private waiting: KeptRecord[] = [];

  async read(file: string): Promise<KeptRecord[]> {
    await this.skim(file);
    return this.waiting.splice(0);
  }

  async skim(file: string): Promise<void> {
    const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (!handle) return;
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.alloc(size - this.readFrom);
      await handle.read(bytes, 0, bytes.length, this.readFrom);
      this.readFrom = size;
      const lines = (this.rest + bytes.toString('utf8')).split('\n');
      this.rest = lines.pop() ?? '';
      for (const line of lines) this.take(line);
    } finally {
      await handle.close();
    }
  }

  private take(line: string): void {
    if (line.startsWith('K ')) this.waiting.push(JSON.parse(line.slice(2)) as KeptRecord);
    else if (line.startsWith('S ')) {
      this.synced.clear();
      for (const [name, size] of JSON.parse(line.slice(2)) as [string, number][]) this.synced.set(name, size);
    }
  }
}
