import { Socket } from 'node:net';
import { type Connection, cannotSend, type Link, type LinkEvents, onceClosed } from './link.js';

/** The part of an MQTT connection that a link needs. The agent hands over its own connection (mqttPort). */
export interface MqttPort {
  /** False while the broker is away: nothing is queued for it. */
  readonly connected: boolean;
  /** Resolves when the hop is done: QoS 0 written, QoS 1 acknowledged by the broker. */
  publish(topic: string, payload: string, qos: 0 | 1): Promise<void>;
  /** Resolves when the broker has accepted the subscription; the result takes it back. */
  subscribe(topic: string, onMessage: (payload: Uint8Array) => void): Promise<() => Promise<void>>;
  /** Calls back on every change of `connected`; the result stops it. */
  onConnected(listener: (connected: boolean) => void): () => void;
}

/** What mqttPort uses of a client of the `mqtt` package. */
interface ClientLike {
  connected: boolean;
  stream?: unknown;
  publishAsync(topic: string, payload: string, options: { qos: 0 | 1 }): Promise<unknown>;
  subscribeAsync(topic: string, options: { qos: 0 | 1 }): Promise<{ qos: number }[]>;
  unsubscribeAsync(topic: string): Promise<unknown>;
  on(event: string, listener: (...args: never[]) => void): unknown;
  removeListener(event: string, listener: (...args: never[]) => void): unknown;
}

const SUBSCRIBE_LIMIT_MS = 5_000;
const REFUSED_QOS = 128;

/**
 * Shares one client of the `mqtt` package among links. Topics are exact (no wildcards). Sets TCP_NODELAY, without which a route
 * waits 40 ms for the peer's delayed acknowledgement.
 */
export function mqttPort(client: ClientLike): MqttPort {
  const withoutDelay = () => {
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  };
  withoutDelay();
  client.on('connect', withoutDelay);
  const listeners = new Map<string, (payload: Uint8Array) => void>();
  client.on('message', ((topic: string, payload: Uint8Array) => listeners.get(topic)?.(payload)) as never);
  return {
    get connected() {
      return client.connected;
    },
    async publish(topic, payload, qos) {
      if (!client.connected) throw new Error('the MQTT broker is not connected');
      await client.publishAsync(topic, payload, { qos });
    },
    async subscribe(topic, onMessage) {
      listeners.set(topic, onMessage);
      const granted = await withLimit(
        client.subscribeAsync(topic, { qos: 1 }),
        SUBSCRIBE_LIMIT_MS,
        `subscribe ${topic}`,
      );
      if (granted.some((grant) => grant.qos >= REFUSED_QOS))
        throw new Error(`the broker refuses a subscription of ${topic}`);
      return async () => {
        if (listeners.get(topic) !== onMessage) return;
        listeners.delete(topic);
        if (!client.connected) return;
        // Waited for, so that the same topic can be subscribed to again at once. A broker that goes away forgets it anyway.
        await withLimit(client.unsubscribeAsync(topic), SUBSCRIBE_LIMIT_MS, 'unsubscribe').catch(
          () => undefined,
        );
      };
    },
    onConnected(listener) {
      const up = () => listener(true);
      const down = () => listener(false);
      client.on('connect', up);
      client.on('close', down);
      return () => {
        client.removeListener('connect', up);
        client.removeListener('close', down);
      };
    },
  };
}

/**
 * A device that speaks MQTT through the agent's own broker connection. `base` is the device's subtree, for example
 * `wh/v1/<site>/<agent>/plc/<device>`: we hear `<base>/up` and speak on `<base>/down`.
 */
export function mqttLink(options: { base: string; mqtt: MqttPort }): Link {
  const link: Link = {
    kind: 'mqtt',
    label: `mqtt ${options.base}`,
    open: (events) => attach(link, options, events),
  };
  return link;
}

async function attach(
  link: Link,
  options: { base: string; mqtt: MqttPort },
  events: LinkEvents,
): Promise<Connection> {
  const { base, mqtt } = options;
  if (!mqtt.connected) throw new Error('the MQTT broker is not connected');
  const mine = onceClosed(events);
  const unsubscribe = await mqtt.subscribe(`${base}/up`, (payload) =>
    mine.onMessage({ leaf: 'up', payload }),
  );
  const unwatch = mqtt.onConnected((connected) => {
    if (!connected) mine.onClosed('the MQTT broker is not connected');
  });
  return {
    send(outgoing) {
      if (outgoing.do !== 'publish') return cannotSend(link, outgoing);
      mqtt.publish(`${base}/${outgoing.leaf}`, outgoing.payload, outgoing.qos).catch((error: unknown) => {
        mine.onClosed(
          `publish to ${base}/${outgoing.leaf}: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
    },
    async close() {
      mine.silence();
      unwatch();
      await unsubscribe();
    },
  };
}

function withLimit<T>(work: Promise<T>, limitMs: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`${what}: no answer in ${limitMs} ms`)), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}
