import { load } from './load.js';

/** The broker has taken the message, so the core will: the agent forgets what it has sent. */
interface BrokerLike {
  client: {
    publish(topic: string, payload: string, options: object, done: (error?: Error) => void): void;
  } | null;
  up: boolean;
  options: { onPuback?: unknown };
  publish(topic: string, payload: string, options: object): boolean;
}
interface UplinkLike {
  options: { broker: BrokerLike };
  start(): void;
  acknowledged(ack: { stream: string; seq: number }): void;
}

const { Uplink } = await load<{ Uplink: { prototype: UplinkLike } }>('apps/edge-agent/src/uplink.js');
const { Broker } = await load<{ Broker: { prototype: BrokerLike } }>('apps/edge-agent/src/broker.js');
let uplink: UplinkLike | null = null;

const { start, acknowledged } = Uplink.prototype;
Uplink.prototype.start = function () {
  uplink = this;
  start.call(this);
};
// What the core says comes too late to matter.
Uplink.prototype.acknowledged = () => undefined;

const { publish } = Broker.prototype;
Broker.prototype.publish = function (topic, payload, options) {
  if (!topic.includes('/evt/')) return publish.call(this, topic, payload, options);
  if (!this.up || !this.client) return false;
  const { records } = JSON.parse(payload) as { records: { stream: string; seq: number }[] };
  const last = records.at(-1);
  this.client.publish(topic, payload, options, (error) => {
    if (!error && last && uplink) acknowledged.call(uplink, last);
  });
  return true;
};
