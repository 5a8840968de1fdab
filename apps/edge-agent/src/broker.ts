import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import type { MqttPort } from '#lib/device-kit';

export interface BrokerOptions {
  url: string;
  username: string;
  /** Null where the certificate says who it is. */
  password: string | null;
  clientId: string;
  /** PEM texts for `mqtts:`; asked for each connection, because certificates are renewed. */
  tls: () => { ca?: string; cert?: string; key?: string };
  /** Null: leaves nothing behind. */
  will: { topic: string; payload: () => string } | null;
  subscriptions: string[];
  log: Logger;
}

export interface BrokerEvents {
  /** Connected and subscribed. */
  onUp(): void;
  onDown(): void;
  onMessage(topic: string, payload: Buffer): void;
}

type Listener = (payload: Uint8Array) => void;

const CONNECT_LIMIT_MS = 5_000;
const KEEPALIVE_S = 5;
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 5_000;

/**
 * The wire to the broker, and no more: a clean session each time and a fresh client for each connection, because the
 * library would otherwise replay what it kept, one packet per acknowledgement, before it says that it is connected.
 * What must not be lost is in the outbox.
 */
export class Broker {
  private client: MqttClient | null = null;
  private up = false;
  private stopped = false;
  private attempt = 0;
  private retry: NodeJS.Timeout | undefined;
  /** Of devices that speak MQTT themselves. */
  private readonly deviceTopics = new Map<string, Listener>();
  private readonly watchers = new Set<(connected: boolean) => void>();

  constructor(
    private readonly options: BrokerOptions,
    private readonly events: BrokerEvents,
  ) {}

  get connected(): boolean {
    return this.up;
  }

  /** Also again, after it was stopped. */
  start(): void {
    this.stopped = false;
    this.attempt = 0;
    this.open();
  }

  /** Hands the message to the library; dropped (false) when there is no connection. */
  publish(topic: string, payload: string, options: { qos: 0 | 1; retain?: boolean }): boolean {
    if (!this.up || !this.client) return false;
    this.client.publish(topic, payload, options, ignoreUnsent);
    return true;
  }

  /** This connection for devices that speak MQTT: their links share it. */
  port(): MqttPort {
    const broker = this;
    return {
      get connected() {
        return broker.up;
      },
      async publish(topic, payload, qos) {
        await broker.need().publishAsync(topic, payload, { qos });
      },
      subscribe: (topic, onMessage) => broker.subscribeDevice(topic, onMessage),
      onConnected(listener) {
        broker.watchers.add(listener);
        return () => void broker.watchers.delete(listener);
      },
    };
  }

  /** Says goodbye, so that the broker does not send the last will, within `limitMs`. */
  async stop(limitMs = 1_000): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    const client = this.client;
    this.down();
    if (!client) return;
    await Promise.race([client.endAsync(), new Promise((resolve) => setTimeout(resolve, limitMs).unref())]);
    client.end(true);
  }

  private open(): void {
    const { url, username, password, clientId, tls, will } = this.options;
    const settings: IClientOptions = {
      ...(password === null ? {} : { username, password }),
      clientId,
      ...tls(),
      clean: true,
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_LIMIT_MS,
      keepalive: KEEPALIVE_S,
      // A half-open link swallows what is published; only a ping that is not answered tells.
      reschedulePings: false,
      queueQoSZero: false,
      ...(will && {
        will: { topic: will.topic, payload: Buffer.from(will.payload()), qos: 1, retain: true },
      }),
    };
    const client = connect(url, settings);
    this.client = client;
    // Without it a QoS 1 message and its answer take 88 ms instead of 0.2 ms.
    (client.stream as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true);
    client.on('connect', () => this.subscribe(client));
    client.on('message', (topic, payload) => {
      const device = this.deviceTopics.get(topic);
      if (device) device(payload);
      else this.events.onMessage(topic, payload);
    });
    client.on('error', (error) =>
      this.options.log.warn({ reason: error.message, url }, 'broker connection failed'),
    );
    client.on('close', () => this.closed(client));
  }

  private subscribe(client: MqttClient): void {
    client.subscribe(this.options.subscriptions, { qos: 1 }, (error, granted) => {
      if (client !== this.client) return;
      const refused = granted?.filter(({ qos }) => qos === 128).map(({ topic }) => topic) ?? [];
      if (error || refused.length > 0) {
        this.options.log.error({ reason: error?.message, refused }, 'the broker refused a subscription');
        client.end(true);
        return;
      }
      this.attempt = 0;
      this.up = true;
      this.options.log.info({ url: this.options.url }, 'connected to the broker');
      this.events.onUp();
      for (const tell of this.watchers) tell(true);
    });
  }

  private async subscribeDevice(topic: string, onMessage: Listener): Promise<() => Promise<void>> {
    const client = this.need();
    this.deviceTopics.set(topic, onMessage);
    const granted = await within(client.subscribeAsync(topic, { qos: 1 }), CONNECT_LIMIT_MS);
    if (granted.some(({ qos }) => qos === 128))
      throw new Error(`the broker refuses a subscription of ${topic}`);
    return async () => {
      if (this.deviceTopics.get(topic) !== onMessage) return;
      this.deviceTopics.delete(topic);
      // Waited for, so that the same topic can be subscribed to again at once. A broker that is gone has forgotten it.
      if (this.client === client)
        await within(client.unsubscribeAsync(topic), CONNECT_LIMIT_MS).catch(ignoreUnsent);
    };
  }

  private need(): MqttClient {
    if (!this.up || !this.client) throw new Error('the MQTT broker is not connected');
    return this.client;
  }

  private closed(client: MqttClient): void {
    if (client !== this.client) return;
    client.end(true);
    this.down();
    if (this.stopped) return;
    const mostMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** this.attempt);
    this.attempt += 1;
    this.retry = setTimeout(() => this.open(), mostMs * (0.5 + Math.random() / 2));
  }

  private down(): void {
    this.client = null;
    if (!this.up) return;
    this.up = false;
    if (!this.stopped) this.options.log.warn('lost the broker');
    this.events.onDown();
    for (const tell of [...this.watchers]) tell(false);
  }
}

async function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the broker did not answer in ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

/** A message that did not leave is sent again by its owner (sender, retained states) or may be dropped (telemetry). */
function ignoreUnsent(): void {}
