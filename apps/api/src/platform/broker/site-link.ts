import { connect, type MqttClient } from 'mqtt';
import { type CoreState, coreStateTopic } from '#lib/contracts';
import { newId } from '../ids.js';
import { log } from '../log.js';
import { parseObject } from './read-batch.js';

export interface SiteLinkOptions {
  url: string;
  username: string | null;
  password: string | null;
  tls: { ca?: Buffer; cert?: Buffer; key?: Buffer };
  siteCode: string;
  version: string;
  onMessage(topic: string, payload: Buffer): void;
}

const CONNECT_LIMIT_MS = 5_000;
const RECONNECT_MS = 1_000;
const KEEPALIVE_S = 10;
const GOODBYE_LIMIT_MS = 1_000;

/**
 * The core's connection to the broker for one site. One per site, because a connection has one last will and every site's agents hear from
 * their own `core/state` whether the core lives. A clean session each time: what must not be lost is in the agents' outboxes and in
 * the database (docs/architecture.md).
 */
export class SiteLink {
  private readonly client: MqttClient;
  private up = false;
  private stopping = false;

  constructor(private readonly options: SiteLinkOptions) {
    const { url, username, password, tls, siteCode } = options;
    this.client = connect(url, {
      ...tls,
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      clientId: `core-${siteCode}-${newId()}`,
      clean: true,
      protocolVersion: 4,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_LIMIT_MS,
      reconnectPeriod: RECONNECT_MS,
      queueQoSZero: false,
      resubscribe: false,
      // A half-open link swallows what is published; only an unanswered ping tells.
      reschedulePings: false,
      will: {
        topic: coreStateTopic(siteCode),
        payload: Buffer.from(this.state(false)),
        qos: 1,
        retain: true,
      },
    });
    this.client.on('connect', () => this.subscribe());
    this.client.on('message', (topic, payload) => {
      if (topic === coreStateTopic(siteCode)) this.contradict(payload);
      else options.onMessage(topic, payload);
    });
    this.client.on('close', () => {
      if (this.up)
        log.warn({ site: siteCode }, 'the broker is lost; devices are out of reach until it is back');
      this.up = false;
    });
    this.client.on('error', (error) =>
      log.warn({ site: siteCode, reason: error.message }, 'broker connection failed'),
    );
  }

  get connected(): boolean {
    return this.up;
  }

  /** Hands the message to the broker; dropped (false) without a connection. */
  publish(topic: string, message: unknown): boolean {
    if (!this.up) return false;
    this.client.publish(topic, JSON.stringify(message), { qos: 1 }, (error) => {
      if (error) log.debug({ topic, reason: error.message }, 'a message was not sent');
    });
    return true;
  }

  /** Says goodbye itself, because the broker sends the last will only when a connection breaks. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.up) {
      const goodbye = this.client.publishAsync(coreStateTopic(this.options.siteCode), this.state(false), {
        qos: 1,
        retain: true,
      });
      await Promise.race([goodbye.catch(() => {}), limit(GOODBYE_LIMIT_MS)]);
    }
    this.up = false;
    await Promise.race([this.client.endAsync().catch(() => {}), limit(GOODBYE_LIMIT_MS)]);
    this.client.end(true);
  }

  private subscribe(): void {
    // Without it a QoS 1 message and its answer take 88 ms instead of 0.2 ms.
    (this.client.stream as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true);
    const base = `wh/v1/${this.options.siteCode}/+`;
    const durable = [
      coreStateTopic(this.options.siteCode),
      `${base}/evt/+`,
      `${base}/req/+`,
      `${base}/state/+`,
      `${base}/ans/+`,
      `${base}/inventory`,
    ];
    const filters = Object.fromEntries([
      ...durable.map((each) => [each, { qos: 1 as const }]),
      [`${base}/tlm/+`, { qos: 0 as const }],
    ]);
    this.client.subscribe(filters, (error, granted) => {
      const refusedTopics =
        granted?.filter(({ qos }) => (qos as number) === 128).map(({ topic }) => topic) ?? [];
      if (error || refusedTopics.length > 0) {
        log.error({ reason: error?.message, refusedTopics }, 'the broker refused a subscription');
        this.client.reconnect();
        return;
      }
      this.up = true;
      log.info({ site: this.options.siteCode }, 'connected to the broker');
      this.client.publish(coreStateTopic(this.options.siteCode), this.state(true), { qos: 1, retain: true });
    });
  }

  /** Several cores share the site: the last will of one that died says that the core is gone, and agents would ask nobody any more. */
  private contradict(payload: Buffer): void {
    if (!this.up || this.stopping || parseObject(payload)?.online !== false) return;
    this.client.publish(coreStateTopic(this.options.siteCode), this.state(true), { qos: 1, retain: true });
  }

  private state(online: boolean): string {
    const state: CoreState = { online, at: new Date().toISOString(), version: this.options.version };
    return JSON.stringify(state);
  }
}

function limit(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
