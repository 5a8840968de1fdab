import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ClassicLevel } from 'classic-level';
import { pino } from 'pino';
import { eventually } from '#lib/testkit';
import { runProgram } from '../test/run-program.js';
import type { DiskLevel } from './disk-guard.js';
import { Outbox, OutboxRefusal } from './outbox.js';
import { unseal } from './record.js';
import { Store } from './store.js';

const log = pino({ level: 'silent' });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const scan = (code: string, device = 'scan-1') => ({ device, kind: 'scan.read', data: { code } }) as const;

let dir: string;
let store: Store;
let outbox: Outbox;
let disk: DiskLevel;
let grown: string[][];
/** How far the monotonic time that the outbox is told is ahead of the true one. */
let aheadMs: number;

async function open(): Promise<void> {
  aheadMs = 0;
  store = await Store.open(dir, log);
  grown = [];
  outbox = await Outbox.open({
    store,
    log,
    diskLevel: () => disk,
    onDurable: (streams) => grown.push(streams),
  });
}

/** So long the agent runs on; then it tidies up. */
async function runs(ms: number): Promise<void> {
  aheadMs += ms;
  await outbox.tidy(performance.now() + aheadMs);
}

async function close(): Promise<void> {
  await outbox.close();
  await store.close();
}

/** Changes the database behind the outbox's back. */
async function tamper(change: (db: ClassicLevel<string, string>) => Promise<void>): Promise<void> {
  const db = new ClassicLevel<string, string>(`${dir}/store`);
  await change(db);
  await db.close();
}

const stream = () => outbox.streamOf('scan-1');
const keyOf = (name: string, seq: number) => `o!${name}!${String(seq).padStart(16, '0')}`;
const keysOf = async (prefix: string) => {
  const keys: string[] = [];
  for await (const [key] of store.pairs(prefix)) keys.push(key);
  return keys;
};
const codesOf = (texts: { text: string }[]) =>
  texts.map(({ text }) => (unseal(text)!.data as { code: string }).code);

beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/outbox-`);
  disk = 'ok';
  await open();
});

afterEach(async () => {
  await close();
  await rm(dir, { recursive: true });
});

describe('appending', () => {
  it('numbers each stream 1, 2, 3 in the order of the calls and syncs many appends together', async () => {
    const codes = Array.from({ length: 150 }, (_, index) => `c${index}`);
    const appended = await Promise.all(codes.map((code) => outbox.append(scan(code))));
    await outbox.append(scan('other', 'scan-2'));
    expect(appended.map(({ seq }) => seq)).toEqual(codes.map((_, index) => index + 1));
    expect(grown.length).toBe(4);
    expect(codesOf(await outbox.read(stream(), 1, 150))).toEqual(codes);
    expect(outbox.depth()).toBe(151);
  });

  it('goes on with the same stream and the next sequence after a restart', async () => {
    await outbox.append(scan('before'));
    const name = stream();
    await close();
    await open();
    expect(stream()).toBe(name);
    expect((await outbox.append(scan('after'))).seq).toBe(2);
    expect(codesOf(await outbox.read(name, 1, 2))).toEqual(['before', 'after']);
  });

  it('names its streams anew in a new database', async () => {
    const name = stream();
    await close();
    await rm(dir, { recursive: true });
    await open();
    expect(stream()).not.toBe(name);
  });

  it('writes what belongs to a record in the same batch', async () => {
    await outbox.append(scan('a'), [{ type: 'put', key: 'c!1', value: 'done' }]);
    expect(await store.get('c!1')).toBe('done');
  });

  it('refuses, and says why, from 97 % of the disk on, and takes readings again when there is room', async () => {
    disk = 'full';
    await expect(outbox.append(scan('a'))).rejects.toMatchObject({ reason: 'disk-full' });
    disk = 'nearly-full';
    expect((await outbox.append(scan('b'))).seq).toBe(1);
  });

  it('refuses what a failed write could not keep, mends the database and leaves no gap', async () => {
    await outbox.append(scan('a'));
    const commit = store.commit.bind(store);
    store.commit = () => Promise.reject(new Error('IO error: No space left on device'));
    await expect(outbox.append(scan('lost'))).rejects.toBeInstanceOf(OutboxRefusal);
    await expect(outbox.append(scan('while broken'))).rejects.toMatchObject({ reason: 'write-failed' });
    store.commit = commit;
    const sealed = await eventually(() => outbox.append(scan('b')));
    expect(sealed.seq).toBe(2);
    expect(codesOf(await outbox.read(stream(), 1, 2))).toEqual(['a', 'b']);
  });

  it('refuses when it is closing', async () => {
    const last = outbox.append(scan('a'));
    const closed = outbox.close();
    await expect(outbox.append(scan('b'))).rejects.toMatchObject({ reason: 'closed' });
    await closed;
    expect((await last).seq).toBe(1);
  });
});

describe('what the core has', () => {
  it('is remembered over a restart, with the age of the oldest that it has not', async () => {
    const records = await Promise.all(['a', 'b', 'c'].map((code) => outbox.append(scan(code))));
    outbox.acknowledged(stream(), 2);
    await close();
    await open();
    expect(outbox.positions()).toEqual([{ stream: stream(), acked: 2, head: 3 }]);
    expect(await outbox.oldestUnsentAt()).toBe(records[2]!.at);
    outbox.acknowledged(stream(), 3);
    expect(await outbox.oldestUnsentAt()).toBeNull();
  });

  it('is kept for 24 hours, the newest record for ever, and is replaced by faults if a restored core asks later', async () => {
    await Promise.all(['a', 'b', 'c'].map((code) => outbox.append(scan(code))));
    outbox.acknowledged(stream(), 3);
    await runs(0);
    await runs(24 * HOUR - MINUTE);
    expect(codesOf(await outbox.read(stream(), 1, 3))).toEqual(['a', 'b', 'c']);
    await runs(MINUTE);
    await close();
    await open();
    expect(outbox.positions()).toEqual([{ stream: stream(), acked: 3, head: 3 }]);
    const fed = (await outbox.read(stream(), 1, 3)).map(({ text }) => unseal(text));
    expect(fed.map((record) => record?.kind)).toEqual(['device.fault', 'device.fault', 'scan.read']);
    expect(fed.map((record) => record?.seq)).toEqual([1, 2, 3]);
  });

  it('is kept for 24 hours from then on, however old it was when it was acknowledged', async () => {
    const at = new Date(Date.now() - 72 * HOUR).toISOString();
    for (const code of ['a', 'b']) await outbox.append({ ...scan(code), time: { at, monotonicMs: 0 } });
    outbox.acknowledged(stream(), 2);
    await runs(0);
    await runs(23 * HOUR);
    expect(codesOf(await outbox.read(stream(), 1, 2))).toEqual(['a', 'b']);
  });

  it('does not age when the clock jumps', async () => {
    for (const code of ['a', 'b']) await outbox.append(scan(code));
    outbox.acknowledged(stream(), 2);
    await runs(0);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 25 * HOUR);
    await runs(10_000);
    clock.mockRestore();
    expect(codesOf(await outbox.read(stream(), 1, 2))).toEqual(['a', 'b']);
  });

  it('ages on over restarts, not while the machine is off, and is kept longer by what a crash has not noted', async () => {
    for (const code of ['a', 'b']) await outbox.append(scan(code));
    outbox.acknowledged(stream(), 2);
    await runs(0);
    await runs(23 * HOUR);
    await store.close();
    await open();
    await runs(HOUR - MINUTE);
    await close();
    await open();
    expect(codesOf(await outbox.read(stream(), 1, 2))).toEqual(['a', 'b']);
    await runs(MINUTE);
    expect(await store.get(keyOf(stream(), 1))).toBeUndefined();
  });

  it('is kept for 24 hours anew after a restored core took it again', async () => {
    for (const code of ['a', 'b', 'c']) await outbox.append(scan(code));
    outbox.acknowledged(stream(), 3);
    await runs(0);
    await runs(23 * HOUR);
    outbox.acknowledged(stream(), 1);
    outbox.acknowledged(stream(), 3);
    await runs(2 * HOUR);
    expect(codesOf(await outbox.read(stream(), 1, 3))).toEqual(['a', 'b', 'c']);
    await runs(24 * HOUR);
    expect(await store.get(keyOf(stream(), 2))).toBeUndefined();
  });

  it('makes room when the disk has been full for a minute; what the core lacks stays', async () => {
    for (const code of ['a', 'b', 'c', 'd']) await outbox.append(scan(code));
    outbox.acknowledged(stream(), 2);
    disk = 'full';
    await runs(0);
    expect(await store.get(keyOf(stream(), 2))).toBeDefined();
    await runs(60_000);
    expect(await store.get(keyOf(stream(), 2))).toBeUndefined();
    expect(codesOf(await outbox.read(stream(), 3, 4))).toEqual(['c', 'd']);
    expect(outbox.depth()).toBe(2);
  });

  it('is not pruned while the core lacks it', async () => {
    await Promise.all(['a', 'b'].map((code) => outbox.append(scan(code))));
    await runs(0);
    await runs(72 * HOUR);
    expect(codesOf(await outbox.read(stream(), 1, 2))).toEqual(['a', 'b']);
  });
});

describe('streams that begin anew', () => {
  const idOf = ({ text }: { text: string }) => unseal(text)!.id;
  const idsOf = async (name: string, count: number) => (await outbox.read(name, 1, count)).map(idOf);

  it('go on under other names with what was not acknowledged, under its old ids', async () => {
    await outbox.append(scan('a'));
    outbox.acknowledged(stream(), 1);
    const b = await outbox.append(scan('b'));
    const before = stream();
    await outbox.beginAnew('unsent');
    expect(stream()).not.toBe(before);
    expect(outbox.positions()).toEqual([{ stream: stream(), acked: 0, head: 1 }]);
    expect(outbox.depth()).toBe(1);
    expect(await outbox.idAt(stream(), 1)).toBe(idOf(b));
    await close();
    await open();
    expect(outbox.positions()).toEqual([{ stream: stream(), acked: 0, head: 1 }]);
    expect(outbox.names()).toEqual([before, stream()]);
  });

  it('let nothing that comes meanwhile stand before what moves', async () => {
    const first = Array.from({ length: 700 }, (_, index) => outbox.append(scan(`a${index}`)));
    await Promise.all(first);
    const moving = outbox.beginAnew('unsent');
    const again = outbox.beginAnew('unsent');
    const meanwhile = Array.from({ length: 300 }, (_, index) => outbox.append(scan(`b${index}`)));
    await moving;
    await again;
    const appended = await Promise.all([...first, ...meanwhile, outbox.append(scan('c'))]);
    expect(await idsOf(stream(), 1_001)).toEqual(appended.map(idOf));
  });

  it('take no acknowledgement while they move, and none of their old names afterwards', async () => {
    await Promise.all(['a', 'b'].map((code) => outbox.append(scan(code))));
    const before = stream();
    const moving = outbox.beginAnew('unsent');
    outbox.acknowledged(before, 2);
    await moving;
    outbox.acknowledged(before, 2);
    expect(outbox.positions()).toEqual([{ stream: stream(), acked: 0, head: 2 }]);
  });

  it('have not moved at all when the disk fails over it, and leave nothing behind', async () => {
    const a = await outbox.append(scan('a'));
    const before = stream();
    jest.spyOn(store, 'beginAnew').mockRejectedValueOnce(new Error('gone'));
    await expect(outbox.beginAnew('unsent')).rejects.toThrow('gone');
    expect(outbox.positions()).toEqual([{ stream: before, acked: 0, head: 1 }]);
    const b = await outbox.append(scan('b'));
    await runs(0);
    expect(await idsOf(before, 2)).toEqual([idOf(a), idOf(b)]);
    expect(await keysOf('o!')).toEqual([keyOf(before, 1), keyOf(before, 2)]);
  });

  it('leave nothing behind either when the agent dies over it', async () => {
    await outbox.append(scan('a'));
    const before = stream();
    jest.spyOn(store, 'beginAnew').mockImplementationOnce(() => new Promise(() => {}));
    void outbox.beginAnew('unsent');
    await eventually(async () => (await keysOf('o!')).length === 2);
    await store.close();
    await open();
    expect(outbox.positions()).toEqual([{ stream: before, acked: 0, head: 1 }]);
    await runs(0);
    expect(await keysOf('o!')).toEqual([keyOf(before, 1)]);
  });

  it('keep what had been acknowledged for 24 hours, and take all of it along, in order, for a core from before', async () => {
    const a = await outbox.append(scan('a'));
    const first = stream();
    outbox.acknowledged(first, 1);
    const b = await outbox.append(scan('b'));
    await outbox.beginAnew('unsent');
    const second = stream();
    outbox.acknowledged(second, 1);
    await outbox.beginAnew('unsent');
    const c = await outbox.append(scan('c'));
    await runs(0);
    await runs(23 * HOUR);
    await close();
    await open();
    expect(outbox.formerIncarnations()).toEqual([first, second].map((name) => name.split('~')[1]));
    expect(outbox.isFormerLackedBy((name) => (name === stream() ? 0 : 1))).toBe(false);
    expect(outbox.isFormerLackedBy((name) => (name === first ? 1 : 0))).toBe(true);
    await outbox.beginAnew('everything');
    expect(await idsOf(stream(), 3)).toEqual([a, b, c].map(idOf));
    expect([outbox.depth(), outbox.formerIncarnations()]).toEqual([3, []]);
    await runs(0);
    expect(await keysOf('o!')).toEqual([1, 2, 3].map((seq) => keyOf(stream(), seq)));
    expect(await keysOf('f!')).toEqual([]);
  });

  it('forget after 24 hours what had been acknowledged', async () => {
    await outbox.append(scan('a'));
    outbox.acknowledged(stream(), 1);
    const before = stream();
    await outbox.beginAnew('unsent');
    await runs(0);
    await runs(24 * HOUR);
    await runs(0);
    expect(outbox.formerIncarnations()).toEqual([]);
    expect([
      ...(await keysOf('o!')),
      ...(await keysOf(`a!${before}`)),
      ...(await keysOf(`k!${before}`)),
    ]).toEqual([]);
  });

  it('have a fault in the place of what is damaged of the unsent', async () => {
    await Promise.all(['a', 'b', 'c'].map((code) => outbox.append(scan(code))));
    const before = stream();
    await close();
    await tamper((db) => db.del(keyOf(before, 2)));
    await open();
    await outbox.beginAnew('unsent');
    const kinds = (await outbox.read(stream(), 1, 3)).map(({ text }) => unseal(text)?.kind);
    expect(kinds).toEqual(['scan.read', 'device.fault', 'scan.read']);
  });
});

describe('damage', () => {
  it.each([
    ['torn', (text: string) => text.slice(0, -20)],
    ['altered', (text: string) => text.replace('"c"', '"x"')],
  ])('finds a %s last record and puts a fault in its place under its sequence', async (_name, damage) => {
    await Promise.all(['a', 'b', 'c'].map((code) => outbox.append(scan(code))));
    const name = stream();
    await close();
    await tamper(async (db) => db.put(keyOf(name, 3), damage((await db.get(keyOf(name, 3)))!)));
    await open();
    const [, , last] = (await outbox.read(name, 1, 3)).map(({ text }) => unseal(text));
    expect(last).toMatchObject({ seq: 3, kind: 'device.fault', data: { code: 'outbox.record-lost' } });
    expect((await outbox.append(scan('d'))).seq).toBe(4);
  });

  it('fills a hole in the middle the same way', async () => {
    await Promise.all(['a', 'b', 'c'].map((code) => outbox.append(scan(code))));
    const name = stream();
    await close();
    await tamper((db) => db.del(keyOf(name, 2)));
    await open();
    const kinds = (await outbox.read(name, 1, 3)).map(({ text }) => unseal(text)?.kind);
    expect(kinds).toEqual(['scan.read', 'device.fault', 'scan.read']);
  });

  it('says in one sentence that another process holds the database', async () => {
    await expect(Store.open(dir, log)).rejects.toThrow(/^Another agent is running on .*own directory\.$/);
  });
});

it('waits, aloud, for a disk without any room at its start', async () => {
  await close();
  const said: string[] = [];
  const loud = pino({ base: null }, { write: (line: string) => said.push(JSON.parse(line).msg) });
  // What LevelDB says on a disk that is full to the last block: it writes when it opens.
  const full = () => {
    const said = new Error(`IO error: ${dir}/000005.ldb: No space left on device`);
    return Promise.reject(Object.assign(said, { code: 'LEVEL_IO_ERROR' }));
  };
  const level = ClassicLevel.prototype as unknown as { _open(): Promise<void>; _batch(): Promise<void> };
  const opened = jest.spyOn(level, '_open').mockImplementationOnce(full);
  const written = jest.spyOn(level, '_batch').mockImplementationOnce(full);
  const begun = await Store.begin(dir, loud, 10);
  opened.mockRestore();
  written.mockRestore();
  expect(said).toEqual([
    expect.stringMatching(/^THE DISK IS FULL/),
    expect.stringMatching(/^THE DISK IS FULL/),
  ]);
  expect(Date.parse(begun.startedAt)).toBeGreaterThan(0);
  await begun.store.close();
  await open();
});

it('says of each start that it is younger than the last, also when the clock was set back', async () => {
  const first = await store.stampStart(Date.parse('2030-01-01T00:00:00.000Z'));
  const second = await store.stampStart(Date.parse('2029-01-01T00:00:00.000Z'));
  expect([first, second]).toEqual(['2030-01-01T00:00:00.000Z', '2030-01-01T00:00:00.001Z']);
});

it('loses no acknowledged append when the process is killed, and leaves no gap', async () => {
  await close();
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < 3; round += 1) {
    const child = runProgram('test/append-until-killed', [dir]);
    const exited = once(child, 'exit');
    let enough = 50 + Math.floor(Math.random() * 300);
    for await (const line of createInterface({ input: child.stdout! })) {
      const [device, seq, code] = line.split(' ');
      acknowledged.set(`${device} ${seq}`, code!);
      enough -= 1;
      if (enough === 0) child.kill('SIGKILL');
    }
    await exited;
  }
  await open();
  const kept = new Map<string, string>();
  for (const { stream: name, head } of outbox.positions()) {
    const records = await outbox.read(name, 1, head);
    expect(records).toHaveLength(head);
    for (const { text } of records) {
      const record = unseal(text)!;
      kept.set(`${record.device} ${record.seq}`, (record.data as { code: string }).code);
    }
  }
  expect(acknowledged.size).toBeGreaterThan(150);
  for (const [place, code] of acknowledged) expect([place, kept.get(place)]).toEqual([place, code]);
}, 120_000);
