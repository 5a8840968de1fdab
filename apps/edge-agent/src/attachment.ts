import type { Logger } from 'pino';
import {
  type CommandArgs,
  type DeviceOrder,
  type DeviceSetup,
  type DeviceState,
  type DeviceStateMessage,
  type Reading,
  readingText,
} from '#lib/contracts';
import {
  type CommandOutcome,
  checkConfig,
  createLink,
  type DeviceSession,
  type Driver,
  type LinkConfig,
  type MqttPort,
  openSession,
  type Place,
  type ReadingTime,
  type SessionFrame,
  type SimulatedDevice,
  type Simulator,
} from '#lib/device-kit';
import type { DriverShelf, ShelfDriver } from './driver-shelf.js';
import { FrameRing } from './frame-ring.js';
import { heldUntilOpen } from './links.js';

export interface AttachmentParts {
  shelf: DriverShelf;
  mqtt: MqttPort;
  log: Logger;
  /** Topics below this belong to simulated MQTT devices. */
  simulatedBase: string;
  /** Rejects when the reading could not be kept; the device is then not told that it was. */
  onReading: (device: string, reading: Reading, heard: Heard) => Promise<unknown>;
  onState: (device: string, state: DeviceStateMessage, changed: boolean) => void;
}

export interface Heard {
  time: ReadingTime;
  simulated: boolean;
}

/** Silence that lies between two frames of a device, and how long it is waited for. */
const BOUNDARY_QUIET_MS = 100;
const BOUNDARY_LIMIT_MS = 2_000;

/** One attached device: its driver, its link or the simulator in its place, its session, and the ring of what passed. */
export class Attachment {
  readonly ring = new FrameRing();
  setup: DeviceSetup | null = null;
  driver: Driver | null = null;
  linkLabel = '';
  current: DeviceStateMessage = {
    state: 'init',
    since: new Date().toISOString(),
    lastReadingAt: null,
  };
  private lastReadingAt: string | null = null;
  private session: DeviceSession | null = null;
  private simulated: SimulatedDevice | null = null;
  private verbs: readonly string[] = [];
  private lastBytesAtMs = Number.NEGATIVE_INFINITY;
  private inFlight = 0;
  /** Rises with every session: the goodbye of an older one is not this device's state. */
  private epoch = 0;
  private closed = false;

  constructor(
    readonly device: string,
    private readonly parts: AttachmentParts,
  ) {}

  /** Opens with this setup. Never rejects: what can't be opened is in the state `fault`, with the reason. */
  async open(setup: DeviceSetup): Promise<void> {
    this.setup = setup;
    this.driver = null;
    this.linkLabel = '';
    try {
      await this.openSession(await this.parts.shelf.load(setup.driver), setup);
    } catch (error) {
      this.setState('fault', (error as Error).message);
    }
  }

  /** Another setup takes the place of this one, between two frames. The ring goes on. */
  async replace(setup: DeviceSetup): Promise<void> {
    await this.frameBoundary();
    await this.closeParts();
    await this.open(setup);
  }

  /** Another version of the driver takes over, between two frames. */
  async useDriver({ driver }: ShelfDriver): Promise<void> {
    await this.frameBoundary();
    this.note(`driver ${driver.id} ${driver.version} takes over`);
    if (this.session && this.session.state !== 'fault') {
      this.driver = driver;
      this.session.swapDriver(driver);
    } else if (this.setup) await this.replace(this.setup);
  }

  /** Closes the link and opens it again, so that a recording begins with the device's first words. */
  async reopen(): Promise<void> {
    if (!this.driver || !this.session) throw new Error(this.current.reason ?? 'the device is out of service');
    await this.frameBoundary();
    this.session.swapDriver(this.driver);
  }

  /** For the end of the agent: no state is told any more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.closeParts();
  }

  async command(order: DeviceOrder): Promise<CommandOutcome> {
    if (!this.session) {
      return { outcome: 'failed', reason: this.current.reason ?? 'the device is out of service' };
    }
    this.ring.add('command', Buffer.from(JSON.stringify(order)), Date.now());
    const sinceMs = performance.now();
    this.inFlight += 1;
    const outcome = await this.session.command(order).finally(() => {
      this.inFlight -= 1;
    });
    const tookMs = Math.round(performance.now() - sinceMs);
    this.note(
      `${order.op}: ${outcome.outcome} in ${tookMs} ms${outcome.reason ? `: ${outcome.reason}` : ''}`,
    );
    return outcome;
  }

  /** Tells the simulated device to do something a person would do to it: put a weight on, pull the plug. */
  async act(verb: string, args: unknown[]): Promise<unknown> {
    if (!this.simulated) throw new Error(`${this.device} is not simulated`);
    if (!this.verbs.includes(verb)) throw new Error(`it can ${this.verbs.join(', ')}, not ${verb}`);
    this.note(`simulator: ${verb} ${args.map((each) => JSON.stringify(each)).join(' ')}`);
    const does = (this.simulated as unknown as Record<string, (...args: unknown[]) => unknown>)[verb]!;
    return does.apply(this.simulated, args);
  }

  /** The signal that blocks a person: the reading was not kept, so nobody may go on. */
  signalNotKept(): void {
    this.beep('wrong');
  }

  /** Says something to the person, where the device can. */
  beep(pattern: CommandArgs['beep']['pattern']): void {
    if (!this.driver?.commands.includes('beep')) return;
    void this.session?.command({ op: 'beep', args: { pattern } });
  }

  /** Tells the time of the last reading where it has changed. */
  refresh(): void {
    if (this.lastReadingAt === this.current.lastReadingAt) return;
    this.current = { ...this.current, lastReadingAt: this.lastReadingAt };
    this.parts.onState(this.device, this.current, false);
  }

  setState(state: DeviceState, reason?: string): void {
    if (this.closed) return;
    const changed = state !== this.current.state || reason !== this.current.reason;
    this.current = {
      state,
      since: changed ? new Date().toISOString() : this.current.since,
      ...(reason === undefined ? {} : { reason }),
      lastReadingAt: this.lastReadingAt,
    };
    if (changed) this.note(`${state}${reason ? `: ${reason}` : ''}`);
    const level = state === 'ready' || state === 'init' ? 'info' : 'warn';
    this.parts.log[level]({ device: this.device, state, reason }, 'device state');
    this.parts.onState(this.device, this.current, changed);
  }

  private async openSession(shelf: ShelfDriver, setup: DeviceSetup): Promise<void> {
    const { driver } = shelf;
    const linkConfig = setup.simulated
      ? await this.startSimulator(await shelf.loadSimulator(), setup)
      : (setup.link as LinkConfig);
    const link = await createLink(linkConfig, { mqtt: this.parts.mqtt });
    if (!driver.links.includes(link.kind)) {
      throw new Error(`${driver.id} speaks over ${driver.links.join(', ')}, not over ${link.kind}`);
    }
    const check = checkConfig(driver.configSchema, setup.config);
    if (!check.ok) throw new Error(`config of ${this.device}: ${check.errors.join('; ')}`);
    this.driver = driver;
    this.linkLabel = setup.simulated ? `simulated (${link.label})` : link.label;
    const { simulated } = setup;
    const epoch = ++this.epoch;
    this.session = openSession({
      driver,
      config: check.config,
      link: heldUntilOpen(link, {
        onOpened: () => this.note('link open'),
        onClosed: (reason) => this.note(`link closed: ${reason}`),
      }),
      onReading: (reading, time) => this.hear(reading, { time, simulated }),
      onState: (state, reason) => {
        if (epoch === this.epoch) this.setState(state, reason);
      },
      onFrame: (frame) => this.keep(frame),
    });
  }

  /** Starts the driver's simulator where the hardware would be, and answers how it is reached. */
  private async startSimulator(simulator: Simulator, setup: DeviceSetup): Promise<LinkConfig> {
    const at = simulator.places[0];
    const place: Place =
      at === 'mqtt'
        ? { at, base: `${this.parts.simulatedBase}/${this.device}`, mqtt: this.parts.mqtt }
        : { at: at ?? 'tcp' };
    this.simulated = await simulator.start(place, { ...simulator.config, ...setup.config });
    this.verbs = simulator.verbs;
    return this.simulated.linkConfig;
  }

  private async closeParts(): Promise<void> {
    const { session, simulated } = this;
    this.session = null;
    this.simulated = null;
    this.verbs = [];
    this.epoch += 1;
    await session?.stop();
    await simulated?.close();
  }

  private async hear(reading: Reading, heard: Heard): Promise<void> {
    this.lastReadingAt = heard.time.at;
    this.ring.decode(readingText(reading));
    await this.parts.onReading(this.device, reading, heard);
  }

  private keep({ direction, hex }: SessionFrame): void {
    this.lastBytesAtMs = performance.now();
    this.ring.add(direction, Buffer.from(hex, 'hex'), Date.now());
  }

  private note(text: string): void {
    this.ring.add('note', Buffer.from(text), Date.now());
  }

  /** Waits for the pause between two frames; a device that never pauses is cut all the same after two seconds. */
  private async frameBoundary(): Promise<void> {
    const untilMs = performance.now() + BOUNDARY_LIMIT_MS;
    const busy = () => this.inFlight > 0 || performance.now() - this.lastBytesAtMs < BOUNDARY_QUIET_MS;
    while (busy() && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
