import { describe, expect, it } from '@jest/globals';
import { MqttPackets, publishTopic } from './mqtt-packets.js';
import { CommitWatch } from './postgres-messages.js';

/** A PUBLISH with QoS 0. */
function publish(topic: string, payload: string): Buffer {
  const name = Buffer.from(topic);
  const length = 2 + name.length + payload.length;
  const head = length < 128 ? [0x30, length] : [0x30, (length % 128) | 0x80, Math.floor(length / 128)];
  return Buffer.concat([
    Buffer.from([...head, name.length >> 8, name.length & 255]),
    name,
    Buffer.from(payload),
  ]);
}

const startUp = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]);
function query(text: string): Buffer {
  const body = Buffer.from(`${text}\0`);
  const head = Buffer.alloc(5);
  head.write('Q');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

describe('a byte stream of MQTT', () => {
  const packets = [publish('wh/v1/S/a/evt/x', 'one'), Buffer.from([0xc0, 0]), publish('t', 'y'.repeat(300))];

  it.each([1, 2, 3, 7, 64, 1_000])('comes apart into its packets in chunks of %i bytes', (size) => {
    const bytes = Buffer.concat(packets);
    const cutter = new MqttPackets();
    const out: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) out.push(...cutter.push(bytes.subarray(at, at + size)));
    expect(out.map((each) => each.toString('hex'))).toEqual(packets.map((each) => each.toString('hex')));
  });

  it('tells the topic of a message, and that a ping has none', () => {
    expect(packets.map(publishTopic)).toEqual(['wh/v1/S/a/evt/x', null, 't']);
  });
});

describe('a byte stream of a PostgreSQL client', () => {
  it.each([1, 5, 100])('shows its COMMIT in chunks of %i bytes, and no other word', (size) => {
    const watch = new CommitWatch();
    const bytes = Buffer.concat([
      startUp,
      query('START TRANSACTION'),
      query("select 'COMMIT'"),
      query('COMMIT'),
    ]);
    const seen: boolean[] = [];
    for (let at = 0; at < bytes.length; at += size) seen.push(watch.push(bytes.subarray(at, at + size)));
    expect(seen.filter(Boolean)).toHaveLength(1);
    expect(seen.at(-1)).toBe(true);
  });
});
