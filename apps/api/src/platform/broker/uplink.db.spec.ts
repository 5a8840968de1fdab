import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { type AgentState, systemClock, type UplinkRecord } from '#lib/contracts';
import { eventually, FakeClock, type FreshDatabase, freshDatabase } from '#lib/testkit';
import { createDataSource } from '../../../../../ormconfig.js';
import type { DeviceSetupsService } from '../../devices/device-setups.service.js';
import type { DeviceStatesService } from '../../devices/device-states.service.js';
import { agentViews } from '../../devices/devices.queries.js';
import { EdgeRegistryService } from '../../devices/edge-registry.service.js';
import { type Application, applied, refused, type TogetherApplier } from '../applies.js';
import { withContext } from '../context.js';
import { openDataSource } from '../data-source.js';
import { Database, rows, type Tx } from '../database.service.js';
import { newId } from '../ids.js';
import { log } from '../log.js';
import { Refusal } from '../refusal.js';
import type { Registry } from '../registry.js';
import { EdgeAnswers } from './edge-answers.service.js';
import { Uplink } from './uplink.service.js';

const SESSION = randomUUID();
const AGENT = newId();
let database: FreshDatabase;
let source: DataSource;
let owner: DataSource;
let uplink: Uplink;
let agents: EdgeRegistryService;
let stream: string;
let effects: string[];
/** What the module under the record does. */
let apply: (tx: Tx, record: UplinkRecord) => Promise<Application>;
/** Takes all of them at once, where the kind can. */
let together: TogetherApplier | null;

beforeAll(async () => {
  log.level = 'silent';
  database = await freshDatabase();
  source = await openDataSource(database.appUrl);
  owner = await createDataSource(database.ownerUrl, 2).initialize();
  await owner.query(`insert into sites values (1, 'ONE', 'One', 'UTC', now())`);
  await owner.query(
    `insert into agents (site_id, id, code, name, session, created_at) values (1, $1, 'edge-1', 'Edge', $2, now())`,
    [AGENT, SESSION],
  );
  await owner.query(
    `insert into devices (site_id, id, agent_id, code, kind, driver) values (1, $1, $2, 'SCAN-1', 'scanner', 'x/y')`,
    [newId(), AGENT],
  );
}, 120_000);
afterAll(async () => {
  await Promise.all([source.destroy(), owner.destroy()]);
  await database.drop();
});
beforeEach(() => {
  stream = `SCAN-1~${randomUUID().slice(0, 8)}`;
  effects = [];
  together = null;
  const registry = {
    applierOf: () => (tx: Tx, record: UplinkRecord) => apply(tx, record),
    togetherOf: () => together,
  } as unknown as Registry;
  const states = { agentsChanged: () => {} } as unknown as DeviceStatesService;
  agents = new EdgeRegistryService(states, {} as unknown as DeviceSetupsService);
  uplink = new Uplink(new Database(source, systemClock), registry, agents);
});

const codeOf = (record: UplinkRecord) => (record.data as { code: string }).code;

/** Writes a row and has an effect after commit, then ends as the record's code says. */
async function writeThenEnd(tx: Tx, record: UplinkRecord): Promise<Application> {
  const code = codeOf(record);
  await rows(tx, `insert into zones (site_id, id, code, name) values (1, $1, $2, 'spec')`, [
    newId(),
    `${stream} ${code}`,
  ]);
  tx.afterCommit(() => effects.push(code));
  if (code === 'refuse') return refused('because');
  if (code === 'throw-refusal') throw new Refusal('spec.no', 'The rules forbid it.');
  if (code === 'fault') throw new Error('a bug');
  if (code === 'violate')
    await rows(tx, `insert into zones (site_id, id, code, name) values (1, $1, $2, 'spec')`, [
      newId(),
      `${stream} ${code}`,
    ]);
  return applied;
}

function send(codes: string[], first = 1) {
  const records = codes.map((code, at) => {
    const body = {
      stream,
      seq: first + at,
      id: randomUUID(),
      kind: 'scan.read',
      device: 'SCAN-1',
      at: new Date().toISOString(),
      monotonicMs: 1,
      data: { code },
      trace: 'b'.repeat(32),
    };
    return { ...body, crc: crc32(JSON.stringify(body)).toString(16).padStart(8, '0') };
  });
  const payload = Buffer.from(JSON.stringify({ session: SESSION, records }));
  return uplink.take({ siteId: 1, agentCode: 'edge-1', stream }, payload);
}

async function written(): Promise<string[]> {
  const found = (await owner.query('select code from zones where code like $1 order by id', [
    `${stream}%`,
  ])) as { code: string }[];
  return found.map(({ code }) => code.slice(stream.length + 1));
}

describe('taking a batch', () => {
  it('keeps the effects of what is applied and undoes those of what is refused, also after commit', async () => {
    apply = writeThenEnd;
    const batch = await send(['one', 'refuse', 'two', 'throw-refusal', 'three']);
    expect(batch!.ack).toEqual({ session: SESSION, stream, seq: 5 });
    expect(batch!.taken.map(({ application }) => application.outcome)).toEqual([
      'applied',
      'refused',
      'applied',
      'refused',
      'applied',
    ]);
    expect(await written()).toEqual(['one', 'two', 'three']);
    expect(effects).toEqual(['one', 'two', 'three']);
  });

  it('commits what is before a fault, acknowledges that, and takes the rest when it comes again', async () => {
    apply = writeThenEnd;
    expect((await send(['one', 'fault', 'two']))!.ack.seq).toBe(1);
    expect((await send(['violate', 'two'], 2))!.ack.seq).toBe(1);
    expect(await written()).toEqual(['one']);
    apply = async () => applied;
    expect((await send(['fault', 'two'], 2))!.ack.seq).toBe(3);
    const [{ last_seq: last }] = await owner.query('select last_seq from inbox_streams where stream = $1', [
      stream,
    ]);
    expect(last).toBe('3');
  });

  it('applies together what can be, and looks for the faulty one alone when that throws', async () => {
    apply = writeThenEnd;
    const calls: number[] = [];
    together = async (tx, readings) => {
      calls.push(readings.length);
      await rows(
        tx,
        `insert into zones (site_id, id, code, name) select 1, z.id, z.code, 'spec' from unnest($1::uuid[], $2::text[]) as z (id, code)`,
        [readings.map(() => newId()), readings.map(({ record }) => `${stream} ${codeOf(record)}`)],
      );
      tx.afterCommit(() => effects.push('together'));
      if (readings.some(({ record }) => codeOf(record) === 'fault')) throw new Error('a bug');
      return readings.map(({ record }) => (codeOf(record) === 'no' ? refused('because') : applied));
    };
    const batch = await send(['one', 'two', 'no']);
    expect(batch!.ack.seq).toBe(3);
    expect(batch!.taken.map(({ application }) => application.outcome)).toEqual([
      'applied',
      'applied',
      'refused',
    ]);
    expect([calls, effects]).toEqual([[3], ['together']]);
    expect((await send(['three', 'fault', 'five'], 4))!.ack.seq).toBe(4);
    expect([await written(), effects]).toEqual([
      ['one', 'two', 'no', 'three'],
      ['together', 'three'],
    ]);
  });

  it('refuses a record that runs into the same fault again and again, so that its device is not mute for ever', async () => {
    apply = writeThenEnd;
    let acked = 0;
    let tries = 0;
    for (; acked === 0 && tries < 100; tries += 1) acked = (await send(['fault', 'behind']))!.ack.seq;
    expect(tries).toBe(25);
    expect(acked).toBe(2);
    const [kept] = await owner.query('select outcome, reason from inbox where stream = $1 and seq = 1', [
      stream,
    ]);
    expect(kept).toEqual({ outcome: 'refused', reason: 'fault after 25 attempts: a bug' });
    expect(await written()).toEqual(['behind']);
  });

  it('applies each record once when the same batch comes several times at once', async () => {
    apply = async (tx, record) => {
      await rows(tx, `insert into zones (site_id, id, code, name) values (1, $1, $2, 'spec')`, [
        newId(),
        `${stream} ${codeOf(record)} ${newId()}`,
      ]);
      return applied;
    };
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(['a', 'b', 'c'])));
    expect(answers.every((answer) => answer!.ack.seq === 3)).toBe(true);
    expect(await written()).toHaveLength(3);
    const [{ n }] = await owner.query('select count(*)::int as n from inbox where stream = $1', [stream]);
    expect(n).toBe(3);
  });

  it('notes the newest reading at the device', async () => {
    apply = async () => applied;
    await send(['first', 'newest']);
    const [device] = await owner.query(`select last_reading from devices where code = 'SCAN-1'`);
    expect(device.last_reading).toEqual({ kind: 'scan.read', data: { code: 'newest' } });
  });

  it('shuts out an older process that says hello, and keeps the alarm that tells of it', async () => {
    const nothing = {} as never;
    const answers = new EdgeAnswers(new Database(source, systemClock), agents, nothing);
    const hello = (startedAt: string) => {
      const request = { op: 'hello', correlationId: randomUUID(), session: randomUUID(), startedAt } as const;
      return answers.answer({ id: 1, code: 'ONE' }, 'edge-1', Buffer.from(JSON.stringify(request)));
    };
    expect(await hello('2020-01-02T00:00:00Z')).toMatchObject({ op: 'hello', epoch: 1 });
    await owner.query(`delete from exceptions where code = 'devices.identity-twice'`);
    expect(await hello('2020-01-01T00:00:00Z')).toMatchObject({
      op: 'refused',
      reason: expect.stringContaining('younger process'),
    });
    expect(await owner.query(`select code from exceptions where code = 'devices.identity-twice'`)).toEqual([
      { code: 'devices.identity-twice' },
    ]);
    await owner.query('update agents set session = $1, session_started_at = null, epoch = 0', [SESSION]);
  });

  it('says at hello how far it has the streams of this incarnation and of those before it', async () => {
    apply = async () => applied;
    const answers = new EdgeAnswers(new Database(source, systemClock), agents, {} as never);
    const incarnation = stream.split('~')[1]!;
    await send(['a', 'b']);
    const streams = async (names: object) => {
      const startedAt = '2021-01-01T00:00:00Z';
      const request = { op: 'hello', correlationId: randomUUID(), session: SESSION, startedAt, ...names };
      const answer = await answers.answer(
        { id: 1, code: 'ONE' },
        'edge-1',
        Buffer.from(JSON.stringify(request)),
      );
      return (answer as { streams: unknown[] }).streams;
    };
    const two = expect.objectContaining({ stream, seq: 2 });
    expect(await streams({ incarnation })).toContainEqual(two);
    expect(await streams({ incarnation: 'another', former: [incarnation, { a: 1 }] })).toContainEqual(two);
    expect(await streams({ incarnation: 'another', former: incarnation })).toEqual([]);
    await owner.query('update agents set session = $1, session_started_at = null, epoch = 0', [SESSION]);
  });

  it('lets the older process in when the younger one has said nothing for a minute, and not before; the alarm is over then', async () => {
    const actor = { kind: 'system', name: 'spec', siteId: 1 } as const;
    const agent = { agentId: AGENT, agentCode: 'edge-1', session: null };
    const inTransaction = <T>(work: (tx: Tx) => Promise<T>) =>
      withContext('e'.repeat(32), actor, () => new Database(source, systemClock).transaction(work));
    const hello = (session: string, startedAt: string) =>
      inTransaction((tx) => agents.hello(tx, agent, { session, startedAt }));
    const silentFor = (seconds: number) =>
      owner.query(`update agents set last_seen_at = now() - make_interval(secs => $1)`, [seconds]);
    const isFenced = async () => (await inTransaction(agentViews))[0]!.fenced;
    await owner.query(`delete from exceptions where code = 'devices.identity-twice'`);
    const [older, younger] = [randomUUID(), randomUUID()];
    await hello(younger, '2020-01-02T00:00:00Z');
    expect(await isFenced()).toBe(false);
    await silentFor(50);
    expect(await hello(older, '2020-01-01T00:00:00Z')).toBeNull();
    expect(await isFenced()).toBe(true);
    await silentFor(61);
    expect(await hello(older, '2020-01-01T00:00:00Z')).toBe(2);
    expect(await isFenced()).toBe(false);
    // Never two at once: the younger one is the agent again as soon as it is back, and the other one no longer.
    expect(await hello(younger, '2020-01-02T00:00:00Z')).toBe(3);
    expect(await hello(older, '2020-01-01T00:00:00Z')).toBeNull();
    await owner.query('update agents set session = $1, session_started_at = null, epoch = 0', [SESSION]);
  });

  it('ends the alarm of twins once one of them has been silent for two of its turns while the other was heard', async () => {
    const actor = { kind: 'system', name: 'spec', siteId: 1 } as const;
    const clock = new FakeClock(new Date('2026-03-02T08:00:00Z'));
    const inTransaction = <T>(work: (tx: Tx) => Promise<T>) =>
      withContext('e'.repeat(32), actor, () => new Database(source, clock).transaction(work));
    const agent = { agentId: AGENT, agentCode: 'edge-1', session: null };
    const [older, younger] = [randomUUID(), randomUUID()];
    const hello = (session: string, startedAt: string) =>
      inTransaction((tx) => agents.hello(tx, agent, { session, startedAt }));
    const olderAsks = () => hello(older, '2020-01-01T00:00:00Z');
    /** The younger one tells its state as it does, every 5 s. */
    const passes = async (seconds: number) => {
      for (let at = 0; at < seconds; at += 5) {
        clock.advance(5_000);
        const state = { online: true, session: younger } as AgentState;
        await inTransaction((tx) => agents.agentState(tx, { ...agent, session: younger }, state));
      }
    };
    const isFenced = async () => (await inTransaction(agentViews))[0]!.fenced;
    await owner.query(`delete from exceptions where code = 'devices.identity-twice'`);
    await hello(younger, '2020-01-02T00:00:00Z');
    await olderAsks();
    await passes(170);
    expect(await isFenced()).toBe(true);
    await olderAsks();
    await passes(170);
    expect(await isFenced()).toBe(true);
    // Nobody is heard while the broker is away: that does not count.
    clock.advance(600_000);
    await passes(180);
    expect(await isFenced()).toBe(true);
    await passes(10);
    expect(await isFenced()).toBe(false);
    expect(
      await owner.query(`select resolution from exceptions where code = 'devices.identity-twice'`),
    ).toEqual([{ resolution: 'only one process has been heard for three minutes' }]);
    // It was only cut off: the next question opens the alarm anew.
    await olderAsks();
    expect(await isFenced()).toBe(true);
    await owner.query(`delete from exceptions where code = 'devices.identity-twice'`);
    await owner.query('update agents set session = $1, session_started_at = null, epoch = 0', [SESSION]);
  });

  it('shuts out the same one of two that started in the same moment, however often they say hello', async () => {
    const startedAt = '2020-01-01T00:00:00Z';
    const actor = { kind: 'system', name: 'spec', siteId: 1 } as const;
    const agent = { agentId: AGENT, agentCode: 'edge-1', session: null };
    const hello = (session: string) =>
      withContext('e'.repeat(32), actor, () =>
        new Database(source, systemClock).transaction((tx) =>
          agents.hello(tx, agent, { session, startedAt }),
        ),
      );
    const [lower, higher] = [randomUUID(), randomUUID()].sort() as [string, string];
    await hello(lower);
    const epoch = await hello(higher);
    expect(await hello(lower)).toBeNull();
    expect(await hello(higher)).toBe(epoch);
    await owner.query('update agents set session = $1, session_started_at = null, epoch = 0', [SESSION]);
  });

  it('is over before another process may say that it is the agent, and hears what it has: else its records would pass for theirs', async () => {
    apply = async () => applied;
    await send(['zero']);
    let goOn: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let begun: () => void = () => {};
    const applying = new Promise<void>((resolve) => {
      begun = resolve;
    });
    apply = async () => {
      begun();
      await gate;
      return applied;
    };
    const batch = send(['one', 'two'], 2);
    await applying;
    const agent = { agentId: AGENT, agentCode: 'edge-1', session: SESSION };
    const actor = { kind: 'system', name: 'spec', siteId: 1 } as const;
    let heard = false;
    const hello = withContext('c'.repeat(32), actor, () =>
      new Database(source, systemClock).transaction(async (tx) => {
        await agents.hello(tx, agent, { session: randomUUID(), startedAt: new Date().toISOString() });
        return rows<{ last_seq: string }>(tx, 'select last_seq from inbox_streams where stream = $1', [
          stream,
        ]);
      }),
    ).finally(() => {
      heard = true;
    });
    await eventually(async () => {
      const [{ n }] = await owner.query('select count(*)::int as n from pg_locks where not granted');
      return heard || n > 0;
    });
    goOn();
    expect((await batch)!.ack.seq).toBe(3);
    expect(await hello).toEqual([{ last_seq: '3' }]);
    expect((await send(['three'], 4))!.ack).toMatchObject({ seq: 3, fenced: true });
  });
});
