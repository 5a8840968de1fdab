import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { connectAsync, type MqttClient } from 'mqtt';
import {
  type AgentState,
  agentTopics,
  type ConsoleAnswer,
  type ConsoleOp,
  type ConsoleOps,
  coreStateTopic,
  type DesiredDevice,
  type DeviceCommand,
  type DeviceStateMessage,
  type EdgeRequest,
  type EdgeRoute,
  type FrameBatch,
  type LabelsMessage,
  parseTopic,
  type RecordKind,
  type RoutesMessage,
  type UplinkBatch,
  type UplinkRecord,
} from '#lib/contracts';
import { eventually } from '#lib/testkit';

type RouteAsk = Extract<EdgeRequest, { op: 'route.ask' }>;

/**
 * The least that a core does on the wire: takes only the next sequence of a stream, acknowledges what it has taken, knows
 * one session of the agent, answers what it is asked.
 */
export class CoreStub {
  /** Every record taken, in the order in which it was taken. */
  readonly records: UplinkRecord[] = [];
  readonly states = new Map<string, AgentState | DeviceStateMessage>();
  readonly asked: RouteAsk[] = [];
  inventory: unknown;
  session: string | null = null;
  readonly answers: ConsoleAnswer[] = [];
  readonly frames: FrameBatch[] = [];
  /** How the devices are to be set up. */
  desired: DesiredDevice[] = [];
  routes: Extract<RoutesMessage, { kind: 'snapshot' }> | null = null;
  /** The labels that the agent is to keep. */
  labels: LabelsMessage = { version: 0, commandIds: [], set: [], coreGoneAfterMs: 0 };
  /** `undefined` means silence. */
  routeFor: (ask: RouteAsk) => EdgeRoute | null | undefined = () => undefined;
  /** How often each session was refused. */
  readonly refused = new Map<string, number>();
  private readonly taken = new Map<string, number>();
  private epoch = 0;
  private sessionStartedAt = '';

  private constructor(
    private readonly client: MqttClient,
    private readonly site: string,
    readonly topics: ReturnType<typeof agentTopics>,
  ) {}

  /** `memory`: another core whose records and streams this one goes on with. */
  static async connect(url: string, site: string, agent: string, memory?: CoreStub): Promise<CoreStub> {
    const topics = agentTopics(site, agent);
    const gone = JSON.stringify({ online: false, at: new Date().toISOString(), version: 'stub' });
    const client = await connectAsync(url, {
      protocolVersion: 4,
      will: { topic: coreStateTopic(site), payload: Buffer.from(gone), qos: 1, retain: true },
    });
    (client.stream as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
    const core = new CoreStub(client, site, topics);
    if (memory) {
      core.records.push(...memory.records);
      for (const [stream, seq] of memory.taken) core.taken.set(stream, seq);
      core.routes = memory.routes;
      core.labels = memory.labels;
      core.epoch = memory.epoch;
    }
    client.on('message', (topic, payload) => core.hear(topic, payload.toString()));
    await client.subscribeAsync(`${topics.base}/#`, { qos: 1 });
    await core.announce(true);
    return core;
  }

  /** Only listens: to the agent the core is dead. */
  static async observe(url: string, site: string, agent: string): Promise<CoreStub> {
    const topics = agentTopics(site, agent);
    const client = await connectAsync(url, { protocolVersion: 4 });
    const observer = new CoreStub(client, site, topics);
    client.on('message', (topic, payload) => {
      if (parseTopic(topic)?.branch === 'state') observer.hear(topic, payload.toString());
    });
    await client.subscribeAsync(`${topics.base}/#`, { qos: 1 });
    return observer;
  }

  /** As if the process was killed: the broker tells the last will. */
  die(): void {
    this.client.stream.destroy();
    this.client.end(true);
  }

  async close(): Promise<void> {
    await this.announce(false);
    await this.client.endAsync();
  }

  of<K extends RecordKind>(kind: K): Extract<UplinkRecord, { kind: K }>[] {
    return this.records.filter((record) => record.kind === kind) as Extract<UplinkRecord, { kind: K }>[];
  }

  agentState(): AgentState | undefined {
    return this.states.get('agent') as AgentState | undefined;
  }

  deviceState(device: string): DeviceStateMessage | undefined {
    return this.states.get(device) as DeviceStateMessage | undefined;
  }

  command(device: string, command: Omit<DeviceCommand, 'validUntil'> & { validUntil?: string }): void {
    const validUntil = command.validUntil ?? new Date(Date.now() + 60_000).toISOString();
    this.client.publish(this.topics.cmd(device), JSON.stringify({ ...command, validUntil }), { qos: 1 });
  }

  /** Says how devices are to be set up. */
  desire(...devices: DesiredDevice[]): void {
    this.client.publish(this.topics.desired, JSON.stringify({ devices }), { qos: 1 });
  }

  /** Asks as a console does; rejects with the agent's sentence. */
  async consoleAsk<K extends ConsoleOp>(
    device: string,
    op: K,
    args: ConsoleOps[K]['ask'],
  ): Promise<ConsoleOps[K]['answer']> {
    const correlationId = randomUUID();
    this.client.publish(this.topics.ask(device), JSON.stringify({ correlationId, op, args }), { qos: 1 });
    const parts = await eventually<ConsoleAnswer[] | false>(
      () => {
        const heard = this.answers.filter((each) => each.correlationId === correlationId);
        const [first] = heard;
        return first && (!first.ok || heard.length === first.parts) ? heard : false;
      },
      { limitMs: 15_000 },
    );
    const pieces = parts || [];
    const refused = pieces.find((each) => !each.ok);
    if (refused && !refused.ok) throw new Error(refused.reason);
    return JSON.parse(pieces.map((each) => (each.ok ? each.json : '')).join('')) as ConsoleOps[K]['answer'];
  }

  /** Sends labels ahead of their parcels. */
  publishLabels(message: LabelsMessage): void {
    this.labels = message;
    this.client.publish(this.topics.labels, JSON.stringify(message), { qos: 1 });
  }

  publishRoutes(message: RoutesMessage): void {
    this.client.publish(this.topics.routes, JSON.stringify(message), { qos: 1 });
  }

  /** Forgets everything after `seq` of a stream, as a database does that was restored from a backup. */
  restore(stream: string, seq: number): void {
    this.taken.set(stream, seq);
    const kept = this.records.filter((record) => record.stream !== stream || record.seq <= seq);
    this.records.splice(0, this.records.length, ...kept);
    this.acknowledge(stream);
  }

  /** Another process says hello with the same identity. */
  takeOver(session: string): void {
    this.session = session;
    this.sessionStartedAt = new Date(Date.now() + 1_000).toISOString();
  }

  /** The process that took over has been silent for long enough. */
  giveUpOn(session: string): void {
    if (this.session === session) this.sessionStartedAt = '';
  }

  /** What a clone's batch is answered with; every process with this identity hears it. */
  fenceSomeone(stream: string): void {
    this.acknowledge(stream, true);
  }

  private async announce(online: boolean): Promise<void> {
    const state = { online, at: new Date().toISOString(), version: 'stub' };
    await this.client.publishAsync(coreStateTopic(this.site), JSON.stringify(state), {
      qos: 1,
      retain: true,
    });
  }

  private hear(topic: string, payload: string): void {
    const parsed = parseTopic(topic);
    if (!parsed) return;
    const { branch, leaf } = parsed;
    if (branch === 'evt' && leaf) this.take(leaf, JSON.parse(payload) as UplinkBatch);
    else if (branch === 'req' && leaf) this.answer(leaf, JSON.parse(payload) as EdgeRequest);
    else if (branch === 'state' && leaf) this.states.set(leaf, JSON.parse(payload));
    else if (branch === 'inventory') this.inventory = JSON.parse(payload);
    else if (branch === 'ans') this.answers.push(JSON.parse(payload) as ConsoleAnswer);
    else if (branch === 'tlm') this.frames.push(JSON.parse(payload) as FrameBatch);
  }

  private take(stream: string, batch: UplinkBatch): void {
    if (batch.session !== this.session) {
      this.acknowledge(stream, true);
      return;
    }
    for (const record of batch.records) {
      if (record.seq !== (this.taken.get(stream) ?? 0) + 1) continue;
      const { crc, ...body } = record;
      if (crc32(JSON.stringify(body)).toString(16).padStart(8, '0') !== crc)
        throw new Error(`bad CRC: ${stream}`);
      this.taken.set(stream, record.seq);
      this.records.push(record);
    }
    this.acknowledge(stream);
  }

  private acknowledge(stream: string, fenced = false): void {
    const ack = { stream, seq: this.taken.get(stream) ?? 0, ...(fenced ? { fenced } : {}) };
    this.client.publish(this.topics.ack(stream), JSON.stringify(ack), { qos: 1 });
  }

  private answer(device: string, request: EdgeRequest): void {
    const { correlationId } = request;
    const reply = (answer: object) =>
      this.client.publish(this.topics.res(device), JSON.stringify({ correlationId, ...answer }), { qos: 1 });
    if (request.op === 'hello') {
      if (request.session !== this.session && request.startedAt < this.sessionStartedAt) {
        this.refused.set(request.session, (this.refused.get(request.session) ?? 0) + 1);
        reply({ op: 'refused', reason: 'A younger process has taken over this agent.' });
        return;
      }
      this.session = request.session;
      this.sessionStartedAt = request.startedAt;
      this.epoch += 1;
      reply({ op: 'hello', epoch: this.epoch, at: new Date().toISOString() });
    } else if (request.op === 'routes.snapshot') {
      if (this.routes) this.publishRoutes(this.routes);
      reply({ op: 'routes.snapshot', version: this.routes?.version ?? 0 });
    } else if (request.op === 'labels.snapshot') {
      reply({ op: 'labels.snapshot', labels: this.labels });
    } else if (request.op === 'desired.snapshot') {
      reply({ op: 'desired.snapshot', devices: this.desired });
    } else if (request.op === 'route.ask') {
      this.asked.push(request);
      const route = this.routeFor(request);
      if (route !== undefined) reply({ op: 'route.ask', route });
    }
  }
}
