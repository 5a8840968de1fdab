import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { connectAsync, type MqttClient } from 'mqtt';
import {
  agentTopics,
  type ConsoleAsk,
  type DesiredDevice,
  type DesiredMessage,
  type DeviceCommand,
  type EdgeRequest,
  type EdgeResponse,
  type FrameBatch,
  type InventoryDevice,
  type RecordKind,
  type UplinkAck,
} from '#lib/contracts';
import { type Broker, startBroker } from '#lib/embedded';
import { eventually } from '#lib/testkit';

export const SITE = 'TEST';

/** A broker that knows the core and any agent of the test site; its password is the user name. */
export function testBroker(port?: number): Promise<Broker> {
  return startBroker({
    port,
    verify: async (username, password) => {
      if (username === 'core') return { kind: 'core' };
      const [site, agent] = username.split('/');
      return password === username && site && agent ? { kind: 'agent', site, agent } : null;
    },
    log: () => {},
  });
}

/** The wire's other end, by hand: it says exactly what a spec wants it to say, also what a sound agent never would. */
export class TestAgent {
  readonly acks: UplinkAck[] = [];
  readonly commands: { device: string; command: DeviceCommand }[] = [];
  private readonly answers = new Map<string, EdgeResponse>();
  private readonly topics: ReturnType<typeof agentTopics>;
  session = randomUUID();
  readonly desired: DesiredDevice[] = [];
  /** What a console is answered, in pieces; undefined: nothing. A thrown sentence is a refusal. */
  onConsole: (device: string, ask: ConsoleAsk) => unknown = () => undefined;

  private constructor(
    private readonly client: MqttClient,
    code: string,
  ) {
    this.topics = agentTopics(SITE, code);
    client.on('message', (topic, payload) => this.hear(topic, JSON.parse(payload.toString()) as never));
  }

  static async connect(broker: Broker, code: string): Promise<TestAgent> {
    const username = `${SITE}/${code}`;
    const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      username,
      password: username,
      protocolVersion: 4,
      reconnectPeriod: 100,
    });
    const agent = new TestAgent(client, code);
    const { ack, cmd, res, ask } = agent.topics.all;
    await client.subscribeAsync([ack, cmd, res, ask, agent.topics.desired], { qos: 1 });
    return agent;
  }

  private hear(topic: string, message: never): void {
    if (topic.endsWith('/desired')) this.desired.push(...(message as DesiredMessage).devices);
    else if (topic.includes('/ask/')) this.answerConsole(topic.split('/').at(-1)!, message);
    else if (topic.includes('/ack/')) this.acks.push(message);
    else if (topic.includes('/cmd/'))
      this.commands.push({ device: topic.split('/').at(-1)!, command: message });
    else this.answers.set((message as EdgeResponse).correlationId, message);
  }

  private answerConsole(device: string, ask: ConsoleAsk): void {
    const { correlationId } = ask;
    const say = (answer: object) =>
      this.client.publish(this.topics.ans(device), JSON.stringify({ correlationId, ...answer }), { qos: 1 });
    try {
      const answer = this.onConsole(device, ask);
      if (answer === undefined) return;
      const pieces = JSON.stringify(answer).match(/[\s\S]{1,200}/g)!;
      for (const [part, json] of pieces.entries()) say({ ok: true, part, parts: pieces.length, json });
    } catch (error) {
      say({ ok: false, reason: (error as Error).message });
    }
  }

  async inventory(devices: Partial<InventoryDevice>[]): Promise<void> {
    const inventory = { version: 'test', node: 'v20', devices };
    await this.client.publishAsync(this.topics.inventory, JSON.stringify(inventory), {
      qos: 1,
      retain: true,
    });
  }

  async frames(batch: FrameBatch): Promise<void> {
    await this.client.publishAsync(this.topics.tlm(batch.device), JSON.stringify(batch), { qos: 0 });
  }

  async ask(request: Record<string, unknown>): Promise<EdgeResponse> {
    const correlationId = randomUUID();
    await this.client.publishAsync(this.topics.req('agent'), JSON.stringify({ ...request, correlationId }), {
      qos: 1,
    });
    return eventually(() => this.answers.get(correlationId) ?? false) as Promise<EdgeResponse>;
  }

  hello(startedAt = new Date()): Promise<EdgeResponse> {
    const hello: Partial<EdgeRequest> = {
      op: 'hello',
      session: this.session,
      startedAt: startedAt.toISOString(),
      incarnation: 'i1',
    };
    return this.ask(hello);
  }

  async send(stream: string, records: unknown[], session = this.session): Promise<void> {
    await this.raw(this.topics.evt(stream), JSON.stringify({ session, records }));
  }

  async raw(topic: string, payload: string): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1 });
  }

  async state(device: string, state: object): Promise<void> {
    await this.client.publishAsync(this.topics.state(device), JSON.stringify(state), {
      qos: 1,
      retain: true,
    });
  }

  /** The newest acknowledgement of a stream, once it is there. */
  acked(stream: string, seq: number): Promise<UplinkAck> {
    return eventually(
      () => this.acks.findLast((ack) => ack.stream === stream && ack.seq === seq) ?? false,
    ) as Promise<UplinkAck>;
  }

  close(): Promise<void> {
    return this.client.endAsync();
  }
}

export interface RecordParts {
  stream: string;
  seq: number;
  kind: RecordKind | string;
  device: string;
  data: unknown;
  id?: string;
  at?: string;
}

/** A record as an agent seals it. */
export function sealed(parts: RecordParts): Record<string, unknown> {
  const { stream, seq, kind, device, data, id = randomUUID(), at = new Date().toISOString() } = parts;
  const body = { stream, seq, id, kind, device, at, monotonicMs: 1.5, data, trace: 'a'.repeat(32) };
  return { ...body, crc: crc32(JSON.stringify(body)).toString(16).padStart(8, '0') };
}
