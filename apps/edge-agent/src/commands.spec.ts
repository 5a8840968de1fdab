import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { DeviceOrder, UplinkRecord } from '#lib/contracts';
import { Commands } from './commands.js';
import type { DiskLevel } from './disk-guard.js';
import { Outbox } from './outbox.js';
import { unseal } from './record.js';
import { Store } from './store.js';

const log = pino({ level: 'silent' });
const inAMinute = () => new Date(Date.now() + 60_000).toISOString();

let dir: string;
let store: Store;
let outbox: Outbox;
let commands: Commands;
let executed: DeviceOrder[];
let disk: DiskLevel;
let answer: () => Promise<{ outcome: 'done' | 'failed' | 'unknown'; reason?: string }>;

async function open(): Promise<void> {
  store = await Store.open(dir, log);
  outbox = await Outbox.open({ store, log, diskLevel: () => disk, onDurable: () => {} });
  commands = new Commands({
    store,
    outbox,
    log,
    run: (device, order) => {
      if (device !== 'printer-1') return null;
      executed.push(order);
      return answer();
    },
  });
}

async function reopen(): Promise<void> {
  await outbox.close();
  await store.close();
  await open();
}

beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/commands-`);
  executed = [];
  disk = 'ok';
  answer = async () => ({ outcome: 'done' });
  await open();
});

afterEach(async () => {
  await outbox.close();
  await store.close();
  await rm(dir, { recursive: true });
});

const print = (id: string, change: object = {}) =>
  JSON.stringify({
    id,
    op: 'print',
    args: { jobId: `job-${id}`, zpl: '^XA^XZ' },
    validUntil: inAMinute(),
    ...change,
  });

async function records(device = 'printer-1'): Promise<UplinkRecord[]> {
  const name = outbox.streamOf(device);
  const head = outbox.positions().find(({ stream }) => stream === name)?.head ?? 0;
  return (await outbox.read(name, 1, head)).map(({ text }) => unseal(text)!);
}

const told = async (device?: string) =>
  (await records(device)).map((record) =>
    record.kind === 'command.outcome' ? `${record.data.commandId} ${record.data.outcome}` : record.kind,
  );

describe('a command', () => {
  it('is journalled before it is executed, and its outcome recorded', async () => {
    answer = async () => {
      expect(await told()).toEqual(['a started']);
      return { outcome: 'done' };
    };
    await commands.take('printer-1', print('a'));
    expect(executed).toEqual([{ op: 'print', args: { jobId: 'job-a', zpl: '^XA^XZ' } }]);
    expect(await told()).toEqual(['a started', 'a done']);
  });

  it('is executed once per id: delivered twice at once, again later, and again after a restart', async () => {
    await Promise.all([commands.take('printer-1', print('a')), commands.take('printer-1', print('a'))]);
    await commands.take('printer-1', print('a'));
    await reopen();
    await commands.take('printer-1', print('a'));
    expect(executed).toHaveLength(1);
    expect(await told()).toEqual(['a started', 'a done']);
  });

  it('is answered as expired, and not executed, after its time, also when it waited behind another', async () => {
    await commands.take('printer-1', print('a', { validUntil: new Date(Date.now() - 1).toISOString() }));
    answer = () => new Promise((resolve) => setTimeout(() => resolve({ outcome: 'done' }), 60));
    const first = commands.take('printer-1', print('b'));
    const soon = new Date(Date.now() + 30).toISOString();
    await Promise.all([first, commands.take('printer-1', print('c', { validUntil: soon }))]);
    expect(executed).toHaveLength(1);
    expect(await told()).toEqual(['a expired', 'b started', 'b done', 'c expired']);
  });

  it('keeps its trace and the reason of its failure', async () => {
    answer = async () => ({ outcome: 'failed', reason: 'head open' });
    await commands.take('printer-1', print('a', { trace: 'e'.repeat(32) }));
    const [, last] = await records();
    expect(last).toMatchObject({ trace: 'e'.repeat(32), data: { outcome: 'failed', reason: 'head open' } });
  });

  it('fails when the device is not attached or its arguments are wrong, with the reason', async () => {
    await commands.take('nobody', print('a'));
    expect((await records('nobody')).at(-1)?.data).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('nobody'),
    });
    await commands.take('printer-1', print('b', { args: {} }));
    expect((await records()).at(-1)?.data).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('zpl'),
    });
    expect(executed).toEqual([]);
  });

  it('is dropped when it cannot be read at all', async () => {
    for (const text of [
      '',
      'null',
      '[]',
      '{"id":1}',
      '{"id":"../x","op":"print","validUntil":""}',
      print('a').slice(5),
    ]) {
      await commands.take('printer-1', text);
    }
    expect(executed).toEqual([]);
    expect(outbox.positions()).toEqual([]);
  });

  it('is not executed when it cannot be journalled, and can be given again later', async () => {
    disk = 'full';
    await commands.take('printer-1', print('a'));
    expect(executed).toEqual([]);
    disk = 'ok';
    await commands.take('printer-1', print('a'));
    expect(await told()).toEqual(['a started', 'a done']);
  });
});

describe('after a restart', () => {
  it('a print that was started is unknown, once, and is never printed again', async () => {
    answer = () => new Promise(() => {});
    void commands.take('printer-1', print('a'));
    await waitUntil(() => executed.length === 1);
    for (let restarts = 0; restarts < 2; restarts += 1) {
      await reopen();
      await commands.recover();
    }
    answer = async () => ({ outcome: 'done' });
    await commands.take('printer-1', print('a'));
    expect(executed).toHaveLength(1);
    expect(await told()).toEqual(['a started', 'print.unknown', 'a unknown']);
    expect((await records())[1]?.data).toMatchObject({ jobId: 'job-a' });
  });

  it('a command that had ended is left alone', async () => {
    await commands.take('printer-1', print('a'));
    await reopen();
    await commands.recover();
    expect(await told()).toEqual(['a started', 'a done']);
  });
});

it('forgets a command after seven days', async () => {
  await commands.take('printer-1', print('a'));
  await commands.tidy(Date.now() + 6 * 24 * 3_600_000);
  expect(await store.get('c!a')).toBeDefined();
  await commands.tidy(Date.now() + 8 * 24 * 3_600_000);
  expect(await store.get('c!a')).toBeUndefined();
});

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}
