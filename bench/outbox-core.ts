import { connectAsync, type MqttClient } from 'mqtt';
import { agentTopics, coreStateTopic, type EdgeRequest, parseTopic, type UplinkBatch } from '#lib/contracts';

/**
 * The least core that drains an agent: takes the next sequence of each stream, acknowledges at once, keeps nothing. What it takes a
 * second is what the agent can give; a real core commits each batch and takes less.
 */
export class DrainCore {
  taken = 0;
  /** Sequences that came again or too early; a gap is asked for again by the acknowledgement. */
  outOfOrder = 0;
  /** Called with each record of a live scanner. */
  onCode: (code: string) => void = () => {};
  private readonly seqs = new Map<string, number>();
  private session = '';
  private epoch = 0;

  private constructor(
    private readonly client: MqttClient,
    private readonly topics: ReturnType<typeof agentTopics>,
  ) {}

  static async connect(url: string, site: string, agent: string): Promise<DrainCore> {
    const client = await connectAsync(url, { protocolVersion: 4 });
    (client.stream as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
    const topics = agentTopics(site, agent);
    const core = new DrainCore(client, topics);
    client.on('message', (topic, payload) => core.hear(topic, payload.toString()));
    await client.subscribeAsync([`${topics.base}/evt/+`, `${topics.base}/req/+`], { qos: 1 });
    const state = { online: true, at: new Date().toISOString(), version: 'bench' };
    await client.publishAsync(coreStateTopic(site), JSON.stringify(state), { qos: 1, retain: true });
    return core;
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }

  private hear(topic: string, payload: string): void {
    const { branch, leaf } = parseTopic(topic) ?? {};
    if (branch === 'evt' && leaf) this.take(leaf, JSON.parse(payload) as UplinkBatch);
    else if (branch === 'req' && leaf) this.answer(leaf, JSON.parse(payload) as EdgeRequest);
  }

  private take(stream: string, { records }: UplinkBatch): void {
    let seq = this.seqs.get(stream) ?? 0;
    for (const record of records) {
      if (record.seq !== seq + 1) {
        this.outOfOrder += 1;
        continue;
      }
      seq = record.seq;
      this.taken += 1;
      if (record.kind === 'scan.read') this.onCode(record.data.code);
    }
    this.seqs.set(stream, seq);
    const ack = { stream, seq, session: this.session };
    this.client.publish(this.topics.ack(stream), JSON.stringify(ack), { qos: 1 });
  }

  private answer(device: string, request: EdgeRequest): void {
    const { correlationId, op } = request;
    const reply = (answer: object) =>
      this.client.publish(this.topics.res(device), JSON.stringify({ correlationId, op, ...answer }), {
        qos: 1,
      });
    if (request.op === 'hello') {
      this.session = request.session;
      this.epoch += 1;
      reply({ epoch: this.epoch, at: new Date().toISOString(), streams: [] });
    } else if (op === 'labels.snapshot') {
      reply({ labels: { version: 0, commandIds: [], set: [], coreGoneAfterMs: 60_000 } });
    } else if (op === 'desired.snapshot') reply({ devices: [] });
    else reply({ op: 'refused', reason: 'the bench answers nothing else' });
  }
}
