import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type DeviceOrder, PLANNED_LABELS_MAX, type PlannedLabel, type UplinkRecord } from '#lib/contracts';
import { Commands } from './commands.js';
import type { DiskLevel } from './disk-guard.js';
import { Outbox } from './outbox.js';
import { PlannedLabels } from './planned-labels.js';
import { unseal } from './record.js';
import { Store } from './store.js';

const log = pino({ level: 'silent' });

let dir: string;
let store: Store;
let outbox: Outbox;
let commands: Commands;
let labels: PlannedLabels;
let printed: DeviceOrder[];
let heard: string[];
let goneMs: number | null;
let disk: DiskLevel;
let printer: () => Promise<{ outcome: 'done' | 'failed' | 'unknown'; reason?: string }>;

async function open(): Promise<void> {
  store = await Store.open(dir, log);
  outbox = await Outbox.open({ store, log, diskLevel: () => disk, onDurable: () => {} });
  const run = (_device: string, order: DeviceOrder) => {
    printed.push(order);
    return printer();
  };
  commands = new Commands({ store, outbox, log, run });
  labels = await PlannedLabels.load({
    store,
    log,
    commands,
    coreGoneMs: () => goneMs,
    beep: (_scanner, pattern) => heard.push(pattern),
  });
}

async function restart(): Promise<void> {
  await labels.settled();
  await outbox.close();
  await store.close();
  await open();
  await commands.recover();
}

beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/planned-`);
  printed = [];
  heard = [];
  goneMs = 120_000;
  disk = 'ok';
  printer = async () => ({ outcome: 'done' });
  await open();
});

afterEach(async () => {
  await labels.settled();
  await outbox.close();
  await store.close();
  await rm(dir, { recursive: true });
});

const label = (n: number, change: Partial<PlannedLabel> = {}): PlannedLabel => ({
  commandId: `c${n}`,
  printer: 'printer-1',
  scanners: ['scan-1'],
  codes: [`T-00000${n}`],
  args: { jobId: `job-${n}`, zpl: '^XA^XZ' },
  validUntil: new Date(Date.now() + 3_600_000).toISOString(),
  ...change,
});
const send = (version: number, set: PlannedLabel[], ids = set.map(({ commandId }) => commandId)) =>
  labels.take({ version, commandIds: ids, set, coreGoneAfterMs: 60_000 });

async function told(): Promise<string[]> {
  const name = outbox.streamOf('printer-1');
  const head = outbox.positions().find(({ stream }) => stream === name)?.head ?? 0;
  const records = (await outbox.read(name, 1, head)).map(({ text }) => unseal(text) as UplinkRecord);
  return records.map(({ kind, data }) =>
    kind === 'command.outcome' ? `${(data as { outcome: string }).outcome}` : kind,
  );
}

describe('a label that was sent ahead', () => {
  it('is printed by the scan of its tote with the core gone, once, and says so in records', async () => {
    send(1, [label(1)]);
    expect(await labels.scanned('scan-1', 'T-000001')).toBe('printed');
    expect(await labels.scanned('scan-1', 'T-000001')).toBe('printed');
    expect(printed).toHaveLength(1);
    expect(await told()).toEqual(['started', 'done']);
    expect(heard).toEqual(['done', 'wrong']);
  });

  it.each([
    ['with the core there', () => (goneMs = null)],
    ['with the core away for a moment only', () => (goneMs = 59_999)],
    ['at another bench', () => send(2, [label(1, { scanners: ['scan-2'] })])],
    ['of another tote', () => send(2, [label(2)])],
    ['that was taken back', () => send(2, [])],
  ])('is not printed %s', async (_name, change) => {
    send(1, [label(1)]);
    change();
    expect(await labels.scanned('scan-1', 'T-000001')).toBeNull();
    expect(printed).toEqual([]);
  });

  it('is not printed after its time', async () => {
    send(1, [label(1, { validUntil: new Date(Date.now() - 1).toISOString() })]);
    expect(await labels.scanned('scan-1', 'T-000001')).toBe('not-printed');
    expect(printed).toEqual([]);
    expect(heard).toEqual(['wrong']);
  });

  it('is known after a restart, and not printed a second time', async () => {
    send(1, [label(1), label(2)]);
    await labels.scanned('scan-1', 'T-000001');
    await restart();
    expect(await labels.scanned('scan-1', 'T-000001')).toBe('printed');
    expect(await labels.scanned('scan-1', 'T-000002')).toBe('printed');
    expect(printed.map(({ args }) => (args as { jobId: string }).jobId)).toEqual(['job-1', 'job-2']);
  });

  it('that a restart cut off is in doubt: it is not tried again', async () => {
    send(1, [label(1)]);
    printer = () => new Promise(() => {});
    void labels.scanned('scan-1', 'T-000001');
    while (printed.length === 0) await new Promise(setImmediate);
    await restart();
    printer = async () => ({ outcome: 'done' });
    expect(await labels.scanned('scan-1', 'T-000001')).toBe('in-doubt');
    expect(printed).toHaveLength(1);
    expect(await told()).toEqual(['started', 'print.unknown', 'unknown']);
  });

  it('is tried again after the printer certainly did nothing', async () => {
    send(1, [label(1)]);
    printer = async () => ({ outcome: 'failed', reason: 'out of labels' });
    expect(await labels.scanned('scan-1', 'T-000001')).toBe('not-printed');
    printer = async () => ({ outcome: 'done' });
    expect(await labels.scanned('scan-1', 'T-000001')).toBe('printed');
    expect(await labels.scanned('scan-1', 'T-000001')).toBe('printed');
    expect(await told()).toEqual(['started', 'failed', 'started', 'done']);
    expect(heard).toEqual(['wrong', 'done', 'wrong']);
  });

  it('is not printed where the disk is full, for nobody would know of it; and is once there is room', async () => {
    send(1, [label(1)]);
    disk = 'full';
    expect(await labels.scanned('scan-1', 'T-000001')).toBe('not-printed');
    expect(printed).toEqual([]);
    disk = 'ok';
    expect(await labels.scanned('scan-1', 'T-000001')).toBe('printed');
    expect(printed).toHaveLength(1);
  });

  it('is one with the command of a core that came back and sends it itself', async () => {
    send(1, [label(1)]);
    await labels.scanned('scan-1', 'T-000001');
    const { commandId: id, args, validUntil } = label(1);
    await commands.take('printer-1', JSON.stringify({ id, op: 'print', args, validUntil }));
    expect(printed).toHaveLength(1);
  });
});

describe('messages about labels', () => {
  it('mend each other: what is not named goes, what is named and missing is asked for', () => {
    expect(send(1, [label(1), label(2)])).toBe('applied');
    expect(send(3, [label(4)], ['c2', 'c3', 'c4'])).toBe('gap');
    expect(labels.size).toBe(2);
    expect(send(2, [], [])).toBe('stale');
    expect(labels.size).toBe(2);
  });

  it('of a restored core count when they answer a question', () => {
    send(7, [label(1)]);
    const answer = { version: 2, commandIds: ['c2'], set: [label(2)], coreGoneAfterMs: 0 };
    expect(labels.take(answer)).toBe('stale');
    expect(labels.take(answer, true)).toBe('applied');
    expect(send(3, [])).toBe('applied');
    expect(labels.size).toBe(0);
  });

  it('fill no disk: the agent keeps a bounded number', () => {
    const many = Array.from({ length: PLANNED_LABELS_MAX + 5 }, (_, n) => label(n));
    send(1, many);
    expect(labels.size).toBe(PLANNED_LABELS_MAX);
  });
});
