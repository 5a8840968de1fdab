import type { Logger } from 'pino';
import type {
  AgentInventory,
  DeviceFrame,
  DeviceOrder,
  DeviceState,
  DeviceStateMessage,
  Reading,
} from '#lib/contracts';
import {
  type CommandOutcome,
  checkConfig,
  createLink,
  type DeviceSession,
  type Driver,
  type DriverEntry,
  loadDriver,
  type MqttPort,
  openSession,
  type ReadingTime,
} from '#lib/device-kit';
import type { DeviceConfig } from './config.js';
import { heldUntilOpen } from './links.js';

export interface SessionsOptions {
  index: readonly DriverEntry[];
  mqtt: MqttPort;
  log: Logger;
  /** Rejects when the reading could not be kept; the device is then not told that it was. */
  onReading: (device: string, reading: Reading, time: ReadingTime) => Promise<unknown>;
  onState: (device: string, state: DeviceStateMessage, changed: boolean) => void;
  onFrame: (device: string, frame: DeviceFrame) => void;
}

interface Attached {
  config: DeviceConfig;
  link: string;
  driver: Driver | null;
  session: DeviceSession | null;
  state: DeviceStateMessage;
  lastReadingAt: string | null;
  frameTokens: number;
}

const FRAMES_PER_S = 50;
const REFRESH_MS = 5_000;

/** The attached devices, each in a session of its own: one that fails is out of service with its reason, the others run on. */
export class Sessions {
  private readonly attached = new Map<string, Attached>();
  private stopping = false;
  private refresh: NodeJS.Timeout | undefined;

  constructor(private readonly options: SessionsOptions) {}

  async start(configs: DeviceConfig[]): Promise<void> {
    this.refresh = setInterval(() => this.refreshStates(), REFRESH_MS);
    await Promise.all(configs.map((config) => this.attach(config)));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.refresh);
    await Promise.all([...this.attached.values()].map(({ session }) => session?.stop()));
  }

  /** Null when no such device is attached. Never rejects. */
  command(device: string, order: DeviceOrder): Promise<CommandOutcome> | null {
    const attached = this.attached.get(device);
    if (!attached) return null;
    if (attached.session) return attached.session.command(order);
    return Promise.resolve({
      outcome: 'failed',
      reason: attached.state.reason ?? 'the device is out of service',
    });
  }

  /** The signal that blocks a person: the reading was not kept, so nobody may go on. */
  signalNotKept(device: string): void {
    const attached = this.attached.get(device);
    if (!attached?.driver?.commands.includes('beep')) return;
    void attached.session?.command({ op: 'beep', args: { pattern: 'wrong' } });
  }

  inventory(version: string): AgentInventory {
    const devices = [...this.attached.values()].map(({ config, driver, link }) => ({
      device: config.code,
      driver: config.driver,
      driverVersion: driver?.version ?? '',
      kind: driver?.kind ?? '',
      link,
      capabilities: driver ? [...driver.capabilities, ...driver.commands] : [],
    }));
    return { version, node: process.version, devices };
  }

  private async attach(config: DeviceConfig): Promise<void> {
    const state: DeviceStateMessage = { state: 'init', since: new Date().toISOString(), lastReadingAt: null };
    const attached: Attached = {
      config,
      link: '',
      driver: null,
      session: null,
      state,
      lastReadingAt: null,
      frameTokens: FRAMES_PER_S,
    };
    this.attached.set(config.code, attached);
    try {
      await this.open(attached);
    } catch (error) {
      this.setState(attached, 'fault', (error as Error).message);
    }
  }

  private async open(attached: Attached): Promise<void> {
    const { config } = attached;
    const loaded = await loadDriver(this.options.index, config.driver);
    if (!loaded.ok) throw new Error(loaded.reason);
    attached.driver = loaded.driver;
    const link = heldUntilOpen(await createLink(config.link, { mqtt: this.options.mqtt }));
    attached.link = link.label;
    if (!loaded.driver.links.includes(link.kind)) {
      throw new Error(
        `${config.driver} speaks over ${loaded.driver.links.join(', ')}, not over ${link.kind}`,
      );
    }
    const check = checkConfig(loaded.driver.configSchema, config.config);
    if (!check.ok) throw new Error(`config of ${config.code}: ${check.errors.join('; ')}`);
    attached.session = openSession({
      driver: loaded.driver,
      config: check.config,
      link,
      onReading: async (reading, time) => {
        attached.lastReadingAt = time.at;
        await this.options.onReading(config.code, reading, time);
      },
      onState: (state, reason) => this.setState(attached, state, reason),
      onFrame: (frame) => this.passFrame(attached, frame),
    });
  }

  private setState(attached: Attached, state: DeviceState, reason?: string): void {
    if (this.stopping) return;
    const changed = state !== attached.state.state || reason !== attached.state.reason;
    attached.state = {
      state,
      since: changed ? new Date().toISOString() : attached.state.since,
      ...(reason === undefined ? {} : { reason }),
      lastReadingAt: attached.lastReadingAt,
    };
    const level = state === 'ready' || state === 'init' ? 'info' : 'warn';
    this.options.log[level]({ device: attached.config.code, state, reason }, 'device state');
    this.options.onState(attached.config.code, attached.state, changed);
  }

  private refreshStates(): void {
    for (const attached of this.attached.values()) {
      if (attached.lastReadingAt === attached.state.lastReadingAt) continue;
      attached.state = { ...attached.state, lastReadingAt: attached.lastReadingAt };
      this.options.onState(attached.config.code, attached.state, false);
    }
  }

  /** At most 50 frames a second and device, so that a noisy one does not fill the wire; what is more is dropped. */
  private passFrame(attached: Attached, frame: DeviceFrame): void {
    if (attached.frameTokens <= 0) return;
    if (attached.frameTokens === FRAMES_PER_S) {
      setTimeout(() => {
        attached.frameTokens = FRAMES_PER_S;
      }, 1_000).unref();
    }
    attached.frameTokens -= 1;
    this.options.onFrame(attached.config.code, frame);
  }
}
