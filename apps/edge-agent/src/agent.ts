import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { v7 as uuidV7 } from 'uuid';
import {
  type AgentState,
  agentTopics,
  type CommandArgs,
  type ConsoleAnswer,
  type CoreState,
  coreStateTopic,
  type DesiredMessage,
  type EdgeResponse,
  type EdgeRoute,
  type LabelsMessage,
  type Reading,
  type RoutesMessage,
  type UplinkAck,
} from '#lib/contracts';
import type { DriverEntry } from '#lib/device-kit';
import type { Heard } from './attachment.js';
import { Broker, type BrokerOptions } from './broker.js';
import { CertificateRenewal } from './certificate-renewal.js';
import { Commands } from './commands.js';
import type { AgentConfig } from './config.js';
import { CoreWatch } from './core-watch.js';
import { Decisions } from './decisions.js';
import { Devices } from './devices.js';
import { DiskGuard, usedShareOf } from './disk-guard.js';
import { Metrics, portOf, serveHealth } from './health.js';
import { Measures } from './measures.js';
import { Outbox, OutboxRefusal } from './outbox.js';
import { PlannedLabels } from './planned-labels.js';
import { type Kept, Points, type RouteSent, type Sighting } from './points.js';
import { type Entry, newTrace } from './record.js';
import { Routes } from './routes.js';
import { Snapshots } from './snapshots.js';
import { Store } from './store.js';
import { Uplink } from './uplink.js';
import { WayBack } from './way-back.js';

export interface AgentOptions {
  config: AgentConfig;
  drivers: readonly DriverEntry[];
  version: string;
  log: Logger;
  /** Driver folders outside the tree to watch. */
  driverDir?: string | null;
  /** The last lines of the log, for the diagnostics. */
  logs?: () => string[];
  /** How often a process that was shut out asks to be let in again: every minute by default. */
  askBackEveryMs?: number;
}

/** The agent's state is published when it has changed, looked at this often, and now and then all the same. */
const STATE_LOOK_MS = 1_000;
const STATE_EVERY_MS = 5_000;
const TIDY_EVERY_MS = 10_000;
const RENEWAL_LOOK_MS = 600_000;
const RENEWAL_LIMIT_MS = 10_000;
const DRAIN_LIMIT_MS = 1_500;
const ASK_BACK_EVERY_MS = 60_000;

/** One process beside the hardware: wires devices, outbox, decisions and uplink together, and starts and stops them in order. */
export class Agent {
  readonly session = uuidV7();
  private readonly topics;
  private readonly measures = new Measures();
  private readonly core = new CoreWatch(() => this.uplink?.coreReachable ?? false);
  private readonly timers: NodeJS.Timeout[] = [];
  private startedAt = '';
  private store!: Store;
  private outbox!: Outbox;
  private routes!: Routes;
  private points!: Points;
  private decisions!: Decisions;
  private commands!: Commands;
  private labels!: PlannedLabels;
  private devices!: Devices;
  private broker!: Broker;
  private uplink!: Uplink;
  private wayBack!: WayBack;
  private snapshots!: Snapshots;
  private guard!: DiskGuard;
  private metrics!: Metrics;
  private renewal: CertificateRenewal | null = null;
  private http: Server | null = null;
  private oldestUnsentAt: string | null = null;
  private statePublishedAtMs = 0;
  private publishedKey = '';

  constructor(private readonly options: AgentOptions) {
    this.topics = agentTopics(options.config.site, options.config.agent);
  }

  /** Throws a StartupError where a person must mend something first. */
  async start(): Promise<void> {
    const { config, log } = this.options;
    await this.openMemory();
    this.connectParts();
    if (config.httpPort !== null) {
      this.http = await serveHealth(this.metrics, config.httpHost, config.httpPort);
      log.info({ port: portOf(this.http) }, 'health and metrics over HTTP');
    }
    this.labels = await PlannedLabels.load({
      store: this.store,
      log,
      commands: this.commands,
      // A process that was shut out leaves printing to the one that took its place.
      coreGoneMs: () => (this.uplink.fenced ? null : this.core.goneMs()),
      beep: (scanner, pattern) => this.devices.beep(scanner, pattern),
    });
    await this.decisions.recover(this.points);
    await this.commands.recover().catch((error: Error) => {
      log.error(
        { err: error },
        'commands that a restart cut off are not reported yet; the next start tries again',
      );
    });
    this.devices = this.openDevices();
    await this.devices.start();
    this.publishState();
    this.uplink.start();
    this.broker.start();
    this.every(STATE_LOOK_MS, 'state', async () => {
      this.oldestUnsentAt = await this.outbox.oldestUnsentAt();
      const silentMs = performance.now() - this.statePublishedAtMs;
      if (silentMs >= STATE_EVERY_MS || this.stateKey() !== this.publishedKey) this.publishState();
    });
    this.every(TIDY_EVERY_MS, 'tidying', () => this.outbox.tidy(performance.now()));
    this.every(3_600_000, 'journal', () => this.commands.tidy(Date.now()));
    this.every(RENEWAL_LOOK_MS, 'certificate', async () => this.renewal?.look(new Date()));
    log.info(
      { session: this.session, devices: this.devices.count, depth: this.outbox.depth() },
      'agent started',
    );
  }

  private brokerOptions(): BrokerOptions {
    const { config, log } = this.options;
    const { all, routes, labels, desired, state } = this.topics;
    const name = `${config.site}/${config.agent}`;
    return {
      url: config.mqttUrl,
      username: name,
      password: config.secret,
      clientId: `${name}/${this.session.slice(-12)}`,
      tls: () => ({ ...config.tls, ...this.renewal?.tls() }),
      will: { topic: state('agent'), payload: () => JSON.stringify(this.state(false)) },
      subscriptions: [
        ...[all.ack, all.cmd, all.res, all.ask, routes, labels, desired],
        coreStateTopic(config.site),
      ],
      log,
    };
  }

  private openDevices(): Devices {
    const { config, log, drivers, version, driverDir = null, logs = () => [] } = this.options;
    const { topics, uplink, broker } = this;
    return new Devices({
      ...{ config, drivers, driverDir, version, topics, log, logs },
      store: this.store,
      mqtt: broker.port(),
      session: this.session,
      agentState: () => this.state(true),
      onReading: (device, reading, heard) => this.hear(device, reading, heard),
      onState: (device, state, changed) => {
        uplink.retain(topics.state(device), state);
        const { reason } = state;
        const data = { state: state.state, ...(reason === undefined ? {} : { reason }) };
        if (changed) this.keepIfPossible({ device, kind: 'device.state', data });
      },
      onInventory: (inventory) => uplink.retain(topics.inventory, inventory),
      sendFrames: (device, batch) => broker.publish(topics.tlm(device), JSON.stringify(batch), { qos: 0 }),
      answer: (device, answer: ConsoleAnswer) =>
        broker.publish(topics.ans(device), JSON.stringify(answer), { qos: 1 }),
    });
  }

  /** Devices first, so that nothing new comes in; then what is kept is sent while the core answers; then goodbye. */
  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.devices.stop();
    await this.commands.settled();
    await this.drain();
    this.publishState(false);
    await Promise.all([this.broker.stop(), this.wayBack.stop()]);
    this.uplink.stop();
    this.guard.stop();
    await Promise.all([this.routes.settled(), this.labels.settled()]);
    await this.outbox.close();
    await this.store.close();
    this.http?.close();
    this.options.log.info('agent stopped');
  }

  private async openMemory(): Promise<void> {
    const { config, log } = this.options;
    const { store, startedAt } = await Store.begin(config.dataDir, log);
    this.store = store;
    this.startedAt = startedAt;
    this.guard = new DiskGuard(
      () => usedShareOf(config.dataDir),
      (level, share) => {
        log[level === 'ok' ? 'info' : 'error']({ level, percent: Math.round(share * 100) }, 'disk');
        if (this.uplink) this.publishState();
      },
      log,
    );
    await this.guard.start();
    this.outbox = await Outbox.open({
      store: this.store,
      log,
      diskLevel: () => this.guard.level,
      onDurable: (streams) => this.uplink?.grew(streams),
    });
    this.routes = await Routes.load(this.store, log, config.points);
  }

  private connectParts(): void {
    const { config, log } = this.options;
    const { topics } = this;
    this.broker = new Broker(this.brokerOptions(), {
      onUp: () => this.uplink.connected(),
      onDown: () => this.uplink.disconnected(),
      onMessage: (topic, payload) => this.receive(topic, payload.toString()),
    });
    this.uplink = new Uplink({
      broker: this.broker,
      topics,
      outbox: this.outbox,
      session: this.session,
      startedAt: this.startedAt,
      log,
      onReady: () => this.snapshots.all(),
      onFenced: (reason) => this.becomeFenced(reason),
    });
    this.snapshots = new Snapshots({
      requests: this.uplink.requests,
      log,
      onLabels: (labels) => this.labels.take(labels, true),
      onDesired: (devices) => this.devices.takeDesired(devices),
    });
    this.wayBack = new WayBack({
      ...{ broker: this.brokerOptions(), topics, log },
      hello: () => this.uplink.greeting(),
      everyMs: this.options.askBackEveryMs ?? ASK_BACK_EVERY_MS,
      onBack: () => this.comeBack(),
    });
    this.renewal = CertificateRenewal.of({
      credential: config.credential,
      dataDir: config.dataDir,
      log,
      ask: (requestPem) =>
        this.uplink.requests.ask('agent', { op: 'certificate.renew', requestPem }, RENEWAL_LIMIT_MS),
    });
    this.decisions = new Decisions(this.store, this.outbox, log);
    this.points = new Points({
      routes: this.routes,
      measures: this.measures,
      coreGoneMs: () => this.core.goneMs(),
      log,
      sendRoute: (device, args) => this.sendRoute(device, args),
      keep: (kept) => this.keepDecision(kept),
      saveDraft: (kept) => this.decisions.saveDraft(kept),
      ask: (device, sighting, limitMs) => this.askRoute(device, sighting, limitMs),
    });
    this.commands = new Commands({
      store: this.store,
      outbox: this.outbox,
      log,
      run: (device, order) => this.devices.command(device, order),
    });
    this.metrics = new Metrics({
      outboxDepth: () => this.outbox.depth(),
      connected: () => this.uplink.coreReachable,
      fenced: () => this.uplink.fenced,
      routes: () => this.routes.table.size,
    });
  }

  /** What a device says. Decisions are made before the disk is waited for. */
  private async hear(device: string, reading: Reading, { time, simulated }: Heard): Promise<void> {
    const trace = newTrace();
    const { rawHex } = reading;
    const { kind, data } = reading;
    const optional = { ...(rawHex === undefined ? {} : { rawHex }), ...(simulated ? { simulated } : {}) };
    const entry = { device, time, trace, kind, data, ...optional } as Entry;
    const store = (draft: Kept | null = null) =>
      this.outbox.append(entry, draft ? [this.decisions.draft(draft)] : []);
    try {
      switch (reading.kind) {
        case 'point.seen':
          await this.points.seen({ device, sighting: reading.data, time, trace }, store);
          break;
        case 'weigh.stable':
        case 'dimension.measured':
          this.measures.hear(device, reading.kind, reading.data, time.monotonicMs);
          await store();
          break;
        case 'lane.full':
        case 'lane.jam':
        case 'lane.clear':
          this.routes.hearLane({ code: reading.data.lane, state: LANE_STATE[reading.kind] });
          await store();
          break;
        case 'scan.read':
          await store();
          this.printPlanned(device, reading.data.code);
          break;
        default:
          await store();
      }
      this.metrics.readings.inc({ device, kind: reading.kind });
    } catch (error) {
      if (error instanceof OutboxRefusal) this.metrics.refused.inc({ device, reason: error.reason });
      this.options.log.error(
        { device, kind: reading.kind, trace, reason: (error as Error).message },
        'a reading is not kept',
      );
      this.devices.signalNotKept(device);
      throw error;
    }
  }

  private receive(topic: string, payload: string): void {
    try {
      this.dispatch(topic, payload);
    } catch (error) {
      this.options.log.error(
        { topic, reason: (error as Error).message },
        'a message of the core cannot be read',
      );
    }
  }

  private dispatch(topic: string, payload: string): void {
    if (this.uplink.fenced) return;
    if (topic === coreStateTopic(this.options.config.site)) {
      this.uplink.coreIs((JSON.parse(payload) as CoreState).online);
      return;
    }
    if (topic === this.topics.routes) {
      this.takeRoutes(JSON.parse(payload) as RoutesMessage);
      return;
    }
    if (topic === this.topics.labels) {
      if (this.labels.take(JSON.parse(payload) as LabelsMessage) === 'gap') this.snapshots.labels();
      return;
    }
    if (topic === this.topics.desired) {
      this.devices.takeDesired((JSON.parse(payload) as DesiredMessage).devices);
      return;
    }
    const [branch, leaf] = topic.slice(this.topics.base.length + 1).split('/');
    if (branch === 'ack') this.uplink.acknowledged(JSON.parse(payload) as UplinkAck);
    else if (branch === 'res') this.uplink.answered(JSON.parse(payload) as EdgeResponse);
    else if (branch === 'cmd' && leaf) {
      this.metrics.commands.inc({ device: leaf });
      void this.commands.take(leaf, payload);
    } else if (branch === 'ask' && leaf) void this.devices.desk.take(leaf, payload);
  }

  private takeRoutes(message: RoutesMessage): void {
    const had = this.routes.table.version;
    const result = this.routes.take(message);
    if (result === 'applied') return;
    this.options.log.warn(
      { had, version: message.version },
      result === 'gap' ? 'a route change was missed' : 'an old route change',
    );
    if (result === 'gap') this.snapshots.routes();
  }

  /** After the scan is kept, and nobody waits for it: with the core gone it may print the label of what was scanned. */
  private printPlanned(scanner: string, code: string): void {
    this.labels.scanned(scanner, code).catch((error: Error) => {
      this.options.log.error({ err: error, scanner }, 'a label that was sent ahead could not be printed');
    });
  }

  private askRoute(device: string, sighting: Sighting, limitMs: number): Promise<EdgeRoute | null> | null {
    if (!this.uplink.coreReachable) return null;
    const { point, trackId, seq, codes } = sighting;
    const deadlineAt = new Date(Date.now() + limitMs).toISOString();
    const question = { op: 'route.ask', point, trackId, seq, codes, deadlineAt } as const;
    return this.uplink.requests.ask(device, question, limitMs).then(({ route }) => route);
  }

  private async sendRoute(device: string, args: CommandArgs['route']): Promise<RouteSent> {
    const sent = this.devices.command(device, { op: 'route', args });
    if (!sent) return { trouble: `no device ${device} is attached` };
    const { outcome, reason, sentMonotonicMs } = await sent;
    return {
      ...(sentMonotonicMs === undefined ? {} : { sentMonotonicMs }),
      ...(outcome === 'done' ? {} : { trouble: reason ?? outcome }),
    };
  }

  private keepDecision(kept: Kept): void {
    const { point, action, decidedBy, latencyMicros } = kept.decision;
    this.metrics.decisions.inc({ point, action, by: decidedBy });
    this.metrics.decisionSeconds.observe({ by: decidedBy }, latencyMicros / 1e6);
    void this.decisions.keep(kept);
  }

  /** For what the agent itself has to say: nobody waits for it, so a refusal can only be logged. */
  private keepIfPossible(entry: Entry): void {
    this.outbox.append(entry).catch((error: Error) => {
      this.options.log.error({ entry, reason: error.message }, 'a record of the agent is not kept');
    });
  }

  private becomeFenced(reason: string): void {
    this.options.log.fatal(
      { reason, session: this.session },
      'FENCED: a younger process has the identity of this agent. This one keeps what it reads and sends nothing until the other has been silent for a minute.',
    );
    void this.broker.stop();
    this.wayBack.start();
  }

  private comeBack(): void {
    this.options.log.warn({ session: this.session }, 'the younger process has gone; this one speaks again');
    // Labels wait for the core anew: the other may have printed them.
    this.core.startOver();
    this.uplink.admitted();
    this.broker.start();
  }

  private publishState(online = true): void {
    this.statePublishedAtMs = performance.now();
    this.publishedKey = this.stateKey();
    this.uplink.retain(this.topics.state('agent'), this.state(online));
  }

  private stateKey(): string {
    return JSON.stringify({ ...this.state(true), at: null });
  }

  private state(online: boolean): AgentState {
    return {
      online,
      session: this.session,
      at: new Date().toISOString(),
      outboxDepth: this.outbox.depth(),
      oldestUnsentAt: this.oldestUnsentAt,
      version: this.options.version,
      disk: this.guard.level,
      routeVersion: this.routes.table.version,
      plannedLabels: this.labels?.size ?? 0,
      safePoints: this.points ? this.points.safeNow() : [],
    };
  }

  private async drain(): Promise<void> {
    const endMs = performance.now() + DRAIN_LIMIT_MS;
    while (this.uplink.coreReachable && this.outbox.depth() > 0 && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private every(ms: number, what: string, task: () => Promise<void>): void {
    const run = () =>
      task().catch((error: Error) => this.options.log.error({ err: error }, `${what} failed; trying again`));
    this.timers.push(setInterval(() => void run(), ms));
  }
}

const LANE_STATE = { 'lane.full': 'full', 'lane.jam': 'jam', 'lane.clear': 'open' } as const;
