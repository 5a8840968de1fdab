import type { Logger } from 'pino';
import {
  type AgentInventory,
  type AgentState,
  type agentTopics,
  type CommandArgs,
  type ConsoleAnswer,
  type DesiredDevice,
  type DeviceOrder,
  type DeviceSetup,
  type DeviceStateMessage,
  type FrameBatch,
  type InventoryDevice,
  type Reading,
} from '#lib/contracts';
import type { CommandOutcome, DriverEntry, MqttPort } from '#lib/device-kit';
import type { Attachment, Heard } from './attachment.js';
import { checkSetup } from './check-setup.js';
import type { AgentConfig } from './config.js';
import { ConsoleDesk } from './console-desk.js';
import { collectDiagnostics } from './diagnostics.js';
import { DriverShelf } from './driver-shelf.js';
import { DriverWatch } from './driver-watch.js';
import { LiveFrames } from './live-frames.js';
import { Sessions } from './sessions.js';
import { Setups } from './setups.js';
import type { Store } from './store.js';

export interface DevicesOptions {
  config: AgentConfig;
  drivers: readonly DriverEntry[];
  /** Driver folders outside the tree that are watched. */
  driverDir: string | null;
  store: Store;
  mqtt: MqttPort;
  topics: ReturnType<typeof agentTopics>;
  session: string;
  version: string;
  log: Logger;
  logs: () => string[];
  agentState: () => AgentState;
  onReading: (device: string, reading: Reading, heard: Heard) => Promise<unknown>;
  onState: (device: string, state: DeviceStateMessage, changed: boolean) => void;
  /** The birth document has changed. */
  onInventory: (inventory: AgentInventory) => void;
  sendFrames: (device: string, batch: FrameBatch) => void;
  answer: (device: string, answer: ConsoleAnswer) => void;
}

const INVENTORY_AFTER_MS = 100;

/** The attached devices with everything that the console can do to them: setups, drivers, rings, questions. */
export class Devices {
  readonly desk: ConsoleDesk;
  private readonly shelf: DriverShelf;
  private readonly sessions: Sessions;
  private readonly setups: Setups;
  private readonly live: LiveFrames;
  private readonly watch: DriverWatch | null;
  private planned: NodeJS.Timeout | undefined;

  constructor(private readonly options: DevicesOptions) {
    const { config, topics, log, session } = options;
    this.shelf = new DriverShelf(options.drivers);
    this.sessions = new Sessions({
      shelf: this.shelf,
      mqtt: options.mqtt,
      log,
      simulatedBase: `${topics.base}/sim`,
      onReading: (device, reading, heard) => this.hear(device, reading, heard),
      onState: (device, state, changed) => this.stateOf(device, state, changed),
    });
    const check = (device: string, setup: DeviceSetup) =>
      checkSetup(this.shelf, setup, { own: `${topics.base}/plc/${device}`, agent: topics.base });
    this.setups = new Setups({
      store: options.store,
      log,
      file: new Map(
        config.devices.map(({ code, driver, link, config: settings }) => [
          code,
          { driver, link: { ...link }, config: settings as DeviceSetup['config'], simulated: false },
        ]),
      ),
      attach: (device, setup) => this.sessions.attach(device, setup),
      detach: (device) => this.sessions.detach(device),
      check,
      onChange: () => this.tellInventory(),
    });
    this.live = new LiveFrames({
      session,
      ringOf: (device) => this.sessions.get(device)?.ring,
      send: options.sendFrames,
    });
    this.desk = new ConsoleDesk({
      sessions: this.sessions,
      shelf: this.shelf,
      live: this.live,
      session,
      log,
      check,
      diagnostics: () => this.diagnostics(),
      useDriver: (id) => this.useDriver(id),
      answer: options.answer,
    });
    this.watch = options.driverDir
      ? new DriverWatch({
          dir: options.driverDir,
          builtDir: `${options.config.dataDir}/drivers`,
          shelf: this.shelf,
          log,
          onNew: (id) => this.useDriver(id),
        })
      : null;
  }

  async start(): Promise<void> {
    this.sessions.start();
    await this.watch?.start();
    await this.setups.start();
    this.options.onInventory(this.inventory());
  }

  async stop(): Promise<void> {
    clearTimeout(this.planned);
    this.watch?.stop();
    this.live.stop();
    await this.setups.stop();
    await this.sessions.stop();
  }

  /** How many are attached. */
  get count(): number {
    return this.sessions.all().length;
  }

  /** Null when no such device is attached. Never rejects. */
  command(device: string, order: DeviceOrder): Promise<CommandOutcome> | null {
    return this.sessions.command(device, order);
  }

  signalNotKept(device: string): void {
    this.sessions.signalNotKept(device);
  }

  beep(device: string, pattern: CommandArgs['beep']['pattern']): void {
    this.sessions.beep(device, pattern);
  }

  takeDesired(devices: readonly DesiredDevice[]): void {
    void this.setups.take(devices);
  }

  private async hear(device: string, reading: Reading, heard: Heard): Promise<unknown> {
    if (reading.kind === 'device.fault') this.setups.hearFault(device, reading.data.detail);
    return this.options.onReading(device, reading, heard);
  }

  private stateOf(device: string, state: DeviceStateMessage, changed: boolean): void {
    this.setups.hearState(device, state);
    this.options.onState(device, state, changed);
  }

  private async useDriver(id: string): Promise<void> {
    await this.sessions.useDriver(id);
    this.tellInventory();
  }

  /** Soon and once, for changes come together. */
  private tellInventory(): void {
    this.planned ??= setTimeout(() => {
      this.planned = undefined;
      this.options.onInventory(this.inventory());
    }, INVENTORY_AFTER_MS);
  }

  private inventory(): AgentInventory {
    const attached = this.sessions.all().map((each) => this.inventoryOf(each));
    const gone = this.setups.takenOut().map(
      ({ device, revision, outcome }): InventoryDevice => ({
        ...{ device, driver: '', driverVersion: '', kind: '', link: '', capabilities: [] },
        revision,
        outcome,
      }),
    );
    const drivers = this.shelf.ids.map((id) => ({ id, quality: this.shelf.qualityOf(id) }));
    return { version: this.options.version, node: process.version, devices: [...attached, ...gone], drivers };
  }

  private inventoryOf({ device, driver, linkLabel }: Attachment): InventoryDevice {
    const { revision, setup, outcome } = this.setups.runs(device);
    const id = setup?.driver ?? '';
    return {
      device,
      driver: id,
      driverVersion: driver?.version ?? '',
      kind: driver?.kind ?? '',
      link: linkLabel,
      capabilities: driver ? [...driver.capabilities, ...driver.commands] : [],
      commands: driver?.commands ?? [],
      quality: this.shelf.qualityOf(id),
      driverVersions: this.shelf.versionsOf(id).length,
      revision,
      ...(setup ? { setup } : {}),
      ...(outcome ? { outcome } : {}),
    };
  }

  private async diagnostics() {
    return collectDiagnostics({
      config: this.options.config,
      version: this.options.version,
      state: this.options.agentState(),
      attachments: this.sessions.all(),
      setups: this.setups,
      drivers: await this.shelf.views(),
      ports: await this.desk.ports(),
      logs: this.options.logs(),
    });
  }
}
