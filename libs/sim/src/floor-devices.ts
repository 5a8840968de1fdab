import { mkdir, readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { stringify } from 'yaml';
import { agentTopics } from '#lib/contracts';
import {
  type MqttPort,
  mqttPort,
  type Place,
  type SimulatedConveyor,
  type SimulatedDevice,
  type Simulator,
} from '#lib/device-kit';
import { freePort, isPortFree } from '#lib/embedded';
import type { SimulatedScanner } from '../../../devices/generic/serial-scanner/simulator.js';
import { driverIndex } from '../../../devices/index.generated.js';
import type { SimulatedScale } from '../../../devices/mettler-toledo/mt-sics/simulator.js';
import type { SimulatedPrinter } from '../../../devices/zebra/zpl-printer/simulator.js';

/** A device as the core's registry has it, as far as a simulator needs it. */
export interface FloorDevice {
  code: string;
  kind: string;
  driver: string;
  station: string | null;
  config: Record<string, unknown>;
}

export interface FloorDevicesOptions {
  site: string;
  agent: string;
  devices: FloorDevice[];
  /** Where agent.yaml, the ports and the names of the serial lines lie; the same at each start. */
  dir: string;
  /** For PLCs that speak MQTT: the broker and the agent's own credential, under whose subtree they live. */
  mqtt: { url: string; username: string; password: string } | null;
  onPrinted: (device: string, zpl: string) => void;
  labelMs: number;
  settleMs: number;
  divertDeadlineMs: number;
}

/** All hardware of a simulated site, speaking real bytes on ptys, TCP and MQTT. */
export class FloorDevices {
  readonly scanners = new Map<string, SimulatedScanner>();
  readonly scales = new Map<string, SimulatedScale>();
  readonly printers = new Map<string, SimulatedPrinter>();
  readonly conveyors = new Map<string, SimulatedConveyor>();
  private readonly closing: (() => Promise<unknown>)[] = [];

  private constructor(private readonly options: FloorDevicesOptions) {}

  /** Starts all simulators and writes the agent's configuration (`agent.yaml`) for them. */
  static async start(options: FloorDevicesOptions): Promise<FloorDevices> {
    const floor = new FloorDevices(options);
    await mkdir(join(options.dir, 'dev'), { recursive: true });
    const ports = await keptPorts(join(options.dir, 'ports.json'), options.devices);
    const entries = [];
    for (const device of options.devices) entries.push(await floor.startDevice(device, ports));
    const file = join(options.dir, 'agent.yaml');
    await writeFile(`${file}.new`, stringify({ site: options.site, agent: options.agent, devices: entries }));
    await rename(`${file}.new`, file);
    return floor;
  }

  get configFile(): string {
    return join(this.options.dir, 'agent.yaml');
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.closing.map((close) => close()));
  }

  private async startDevice(device: FloorDevice, ports: Map<string, number>) {
    const simulator = await simulatorOf(device.driver);
    const config = { ...simulator.config, ...device.config };
    const place = await this.placeOf(device, simulator, ports);
    const started = await simulator.start(place, { ...config, ...this.extrasOf(device) });
    this.closing.push(() => started.close());
    this.keep(device, started);
    return {
      code: device.code,
      driver: device.driver,
      config,
      link: place.at === 'mqtt' ? { type: 'mqtt' } : await this.linkOf(device, started),
    };
  }

  private extrasOf(device: FloorDevice): Record<string, unknown> {
    switch (device.kind) {
      case 'printer':
        return {
          labelMs: this.options.labelMs,
          onPrinted: (zpl: string) => this.options.onPrinted(device.code, zpl),
        };
      case 'scale':
        return { settleMs: this.options.settleMs };
      case 'conveyor-plc':
        return { autoConfirm: false, deadlineMs: this.options.divertDeadlineMs };
      default:
        return {};
    }
  }

  private async placeOf(
    device: FloorDevice,
    simulator: Simulator<SimulatedDevice, Record<string, unknown>>,
    ports: Map<string, number>,
  ): Promise<Place> {
    if (simulator.places[0] === 'mqtt') return this.mqttPlace(device);
    if (simulator.places[0] === 'tcp') return { at: 'tcp', port: ports.get(device.code) ?? 0 };
    return { at: 'pty' };
  }

  private async mqttPlace(device: FloorDevice): Promise<Place> {
    const { mqtt: broker, site, agent } = this.options;
    if (!broker) throw new Error(`${device.code} speaks MQTT, but no broker was named`);
    const client = mqtt.connect(broker.url, {
      username: broker.username,
      password: broker.password,
      clientId: `plc-${device.code}`,
      protocolVersion: 4,
      reconnectPeriod: 500,
    });
    client.stream.on('connect', () =>
      (client.stream as unknown as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true),
    );
    this.closing.push(() => client.endAsync(true));
    const port: MqttPort = mqttPort(client);
    return { at: 'mqtt', base: `${agentTopics(site, agent).base}/plc/${device.code}`, mqtt: port };
  }

  /** Serial lines get a name that stays: a symbolic link to whatever pty it is this time. */
  private async linkOf(device: FloorDevice, started: SimulatedDevice): Promise<Record<string, unknown>> {
    const link = started.linkConfig as unknown as Record<string, unknown>;
    if (typeof link.path !== 'string') return link;
    const name = join(this.options.dir, 'dev', device.code);
    await unlink(name).catch(() => undefined);
    await symlink(link.path, name);
    return { ...link, path: name };
  }

  private keep(device: FloorDevice, started: SimulatedDevice): void {
    if (device.kind === 'scanner') this.scanners.set(device.code, started as SimulatedScanner);
    else if (device.kind === 'scale') this.scales.set(device.code, started as SimulatedScale);
    else if (device.kind === 'printer') this.printers.set(device.code, started as SimulatedPrinter);
    else if (device.kind === 'conveyor-plc') this.conveyors.set(device.code, started as SimulatedConveyor);
  }
}

async function simulatorOf(driver: string): Promise<Simulator<SimulatedDevice, Record<string, unknown>>> {
  const entry = driverIndex.find((each) => each.id === driver);
  if (!entry) throw new Error(`no simulator of the driver ${driver}`);
  return (await entry.loadSimulator()).simulator as Simulator<SimulatedDevice, Record<string, unknown>>;
}

/** TCP ports that stay the same from start to start, so that the agent finds its devices again. */
async function keptPorts(file: string, devices: FloorDevice[]): Promise<Map<string, number>> {
  const known = new Map<string, number>(
    Object.entries(JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Record<string, number>),
  );
  for (const device of devices) {
    const port = known.get(device.code);
    if (port === undefined || !(await isPortFree(port))) known.set(device.code, await freePort());
  }
  await writeFile(file, JSON.stringify(Object.fromEntries(known)));
  return known;
}
