import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { agentTopics, type EdgeRequest, type StreamPosition, type UplinkBatch } from '#lib/contracts';
import { eventually } from '#lib/testkit';
import type { Broker } from './broker.js';
import { Outbox } from './outbox.js';
import { Store } from './store.js';
import { Uplink } from './uplink.js';

const log = pino({ level: 'silent' });
const topics = agentTopics('S', 'a');
const SESSION = '00000000-0000-4000-8000-000000000001';

let dir: string;
let store: Store;
let outbox: Outbox;
let uplink: Uplink;
/** What the core has: the ids of each stream, in order. */
let core: Map<string, string[]>;
/** Codes in the order in which they reached the core. */
let arrived: string[];
/** Records on their way to a core that is slow to take them; null while it is not. */
let onTheWay: UplinkBatch[] | null;

/** The broker and the core behind it, at once: takes the next sequence, acknowledges, answers the hello. */
const wire = {
  connected: true,
  publish(topic: string, payload: string): boolean {
    const message = JSON.parse(payload) as UplinkBatch & EdgeRequest;
    if (topic.includes('/evt/') && onTheWay) onTheWay.push(message);
    else if (topic.includes('/evt/')) setImmediate(() => take(message));
    else if (topic.includes('/req/')) setImmediate(() => answer(message));
    return true;
  },
} as unknown as Broker;

function take({ records, session }: UplinkBatch): void {
  const stream = records[0]!.stream;
  const ids = core.get(stream) ?? [];
  core.set(stream, ids);
  for (const record of records) {
    if (record.seq !== ids.length + 1) continue;
    ids.push(record.id);
    arrived.push((record.data as { code: string }).code);
  }
  uplink.acknowledged({ stream, seq: ids.length, session });
}

function answer({ correlationId }: { correlationId: string }): void {
  const streams: StreamPosition[] = [...core].map(([stream, ids]) => ({
    stream,
    seq: ids.length,
    recordId: ids.at(-1) ?? null,
  }));
  uplink.answered({ correlationId, op: 'hello', epoch: 1, at: new Date().toISOString(), streams });
}

const scan = (code: string, device = 'scan-1', at?: Date) =>
  outbox.append({
    device,
    kind: 'scan.read',
    data: { code },
    ...(at ? { time: { at: at.toISOString(), monotonicMs: 0 } } : {}),
  });
const drained = () => eventually(() => outbox.depth() === 0, { limitMs: 50_000 });

function begin(): void {
  uplink = new Uplink({
    broker: wire,
    topics,
    outbox,
    session: SESSION,
    startedAt: new Date().toISOString(),
    log,
    onReady: () => undefined,
    onFenced: () => undefined,
  });
  uplink.start();
  uplink.connected();
}

beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/uplink-`);
  store = await Store.open(dir, log);
  outbox = await Outbox.open({
    store,
    log,
    diskLevel: () => 'ok',
    onDurable: (streams) => uplink?.grew(streams),
  });
  core = new Map();
  arrived = [];
  onTheWay = null;
});

afterEach(async () => {
  uplink.stop();
  await outbox.close();
  await store.close();
  await rm(dir, { recursive: true });
});

describe('a core that comes back', () => {
  it('gets 72 hours in their order, and what is scanned meanwhile elsewhere at once', async () => {
    const hours = 72;
    const perHour = 100;
    const first = Date.now() - hours * 3_600_000;
    const history = Array.from({ length: hours * perHour }, (_, n) => {
      return scan(`H${n}`, 'scan-1', new Date(first + (n * 3_600_000) / perHour));
    });
    await Promise.all(history);
    expect(outbox.depth()).toBe(hours * perHour);
    begin();
    await eventually(() => arrived.length > 200);
    await scan('LIVE', 'scan-2');
    await drained();
    expect(arrived.filter((code) => code.startsWith('H'))).toEqual(history.map((_, n) => `H${n}`));
    expect(arrived.indexOf('LIVE')).toBeLessThan(hours * perHour * 0.9);
  }, 60_000);

  it('has little of the past in its pipe, so that the present of another device is next, and everybody has a turn', async () => {
    const devices = Array.from({ length: 12 }, (_, n) => `scan-${n}`);
    await Promise.all(
      devices.flatMap((device) => Array.from({ length: 300 }, (_, n) => scan(`H${n}`, device))),
    );
    const sent: UplinkBatch[] = [];
    onTheWay = sent;
    // A slow machine is not to look like a silent core.
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    const records = () => sent.reduce((sum, batch) => sum + batch.records.length, 0);
    begin();
    await eventually(() => records() >= 512);
    await scan('LIVE', 'live');
    await eventually(() => sent.some((batch) => batch.records[0]!.device === 'live'));
    expect(records()).toBe(513);
    onTheWay = null;
    clock.mockRestore();
    expect(new Set(sent.slice(0, 8).map((batch) => batch.records[0]!.stream)).size).toBe(8);
    for (const batch of sent) take(batch);
    await drained();
    for (const device of devices) expect(core.get(outbox.streamOf(device))).toHaveLength(300);
  });

  it('is fed again when it was restored, also where nothing new is scanned', async () => {
    begin();
    for (const code of ['a', 'b', 'c']) await scan(code);
    await drained();
    core.get(outbox.streamOf('scan-1'))!.length = 1;
    uplink.connected();
    await eventually(() => arrived.join('') === 'abcbc');
    expect(core.get(outbox.streamOf('scan-1'))).toHaveLength(3);
  });

  it('has a record of a clone under a sequence of ours: what it lacks begins anew under its old ids', async () => {
    begin();
    await scan('a');
    await drained();
    uplink.disconnected();
    core.get(outbox.streamOf('scan-1'))!.push('of-a-clone');
    const { text } = await scan('b');
    await scan('c');
    uplink.connected();
    await drained();
    const [, second] = [...core];
    expect([core.size, second![1]]).toEqual([2, expect.arrayContaining([JSON.parse(text).id])]);
    expect(arrived).toEqual(['a', 'b', 'c']);
  });

  it('knows more than this disk: what it lacks begins anew, and nothing takes the place of what it has', async () => {
    begin();
    await scan('a');
    await drained();
    uplink.disconnected();
    const before = outbox.streamOf('scan-1');
    core.get(before)!.push('of-a-clone', 'of-a-clone-too', 'and-more');
    await scan('b');
    uplink.connected();
    await drained();
    expect([core.get(before)!.length, core.get(outbox.streamOf('scan-1'))?.length]).toEqual([4, 1]);
    expect(arrived).toEqual(['a', 'b']);
  });

  it('is restored from before a clone had spoken: it gets everything under the names of today', async () => {
    begin();
    for (const code of ['a', 'b', 'c']) await scan(code);
    await drained();
    uplink.disconnected();
    core.get(outbox.streamOf('scan-1'))!.push('of-a-clone');
    await scan('d');
    uplink.connected();
    await drained();
    core.clear();
    arrived = [];
    uplink.connected();
    await eventually(() => core.get(outbox.streamOf('scan-1'))?.length === 4);
    expect(arrived).toEqual(['a', 'b', 'c', 'd']);
  });
});

it('takes no acknowledgement that was meant for another process of the same name', async () => {
  begin();
  await scan('a');
  await drained();
  uplink.disconnected();
  await scan('b');
  uplink.acknowledged({ stream: outbox.streamOf('scan-1'), seq: 2, session: 'another' });
  expect(outbox.depth()).toBe(1);
  uplink.connected();
  await drained();
  expect(arrived).toEqual(['a', 'b']);
});
