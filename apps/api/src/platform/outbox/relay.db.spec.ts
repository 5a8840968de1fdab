import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { Clock } from '#lib/contracts';
import { eventually, FakeClock, type FreshDatabase, freshDatabase } from '#lib/testkit';
import { AppConfig } from '../config.js';
import { asSystem } from '../context.js';
import { openDataSource } from '../data-source.js';
import { Database, rows, type Tx } from '../database.service.js';
import { addEvents, type HeardEvent, type NewEvent } from '../events.js';
import { log } from '../log.js';
import type { Listener, Registry } from '../registry.js';
import { ATTEMPTS_MAX, deliver, pauseAfter } from './delivery.js';
import { Relay } from './relay.service.js';

let database: FreshDatabase;
let source: DataSource;
let owner: DataSource;
let db: Database;
let clock: FakeClock;
let heard: string[];
/** Throws when it should fail. */
let listen: (tx: Tx, event: HeardEvent) => Promise<void>;
const relays: Relay[] = [];

const listener: Listener = {
  name: 'Spec.listens',
  hear: (tx, event) => listen(tx, event),
};
let spoils = true;
/** Hears several at once; one whose name is `poison` spoils it for all. */
const gathering: Listener = {
  name: 'Spec.gathers',
  hear: (tx, event) => gathering.hearAll!(tx, [event]),
  hearAll: async (_tx, events) => {
    const names = events.map(({ data }) => (data as unknown as { name: string }).name);
    if (spoils && names.includes('poison')) throw new Error('not yet');
    heard.push(names.join('+'));
  },
};
const registry = {
  listenersOf: (type: string) =>
    ({ 'spec.happened': [listener], 'spec.gathered': [gathering] })[type] ?? ([] as Listener[]),
} as unknown as Registry;

beforeAll(async () => {
  log.level = 'silent';
  database = await freshDatabase();
  source = await openDataSource(database.appUrl);
  owner = await (await import('../../../../../ormconfig.js'))
    .createDataSource(database.ownerUrl, 2)
    .initialize();
  await owner.query(
    `insert into sites values (1, 'ONE', 'One', 'UTC', now()), (2, 'TWO', 'Two', 'UTC', now())`,
  );
}, 120_000);
afterAll(async () => {
  await Promise.all([source.destroy(), owner.destroy()]);
  await database.drop();
});
beforeEach(() => {
  clock = new FakeClock(new Date());
  db = new Database(source, clock);
  heard = [];
  listen = async (_tx, event) => {
    heard.push((event.data as unknown as { name: string }).name);
  };
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.onApplicationShutdown()));
});

function startRelay(): Relay {
  const config = new AppConfig({ databaseUrl: database.appUrl } as AppConfig);
  const relay = new Relay(config, db, registry, clock as Clock);
  relays.push(relay);
  relay.onApplicationBootstrap();
  return relay;
}

function happened(
  siteId: number,
  events: [aggregateId: string, name: string][],
  type = 'spec.happened',
): Promise<void> {
  const of = events.map(([aggregateId, name]) => ({ type, aggregateId, data: { name } }));
  return asSystem('spec', siteId, () => db.transaction((tx) => addEvents(tx, of as unknown as NewEvent[])));
}

const unpublished = async () => (await owner.query('select 1 from events where published_at is null')).length;

describe('the relay', () => {
  it('delivers in order per aggregate, at every site, and marks what is through', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    await happened(1, [
      [one, 'a1'],
      [two, 'b1'],
      [one, 'a2'],
      [one, 'a3'],
      [two, 'b2'],
    ]);
    await happened(2, [[one, 'c1']]);
    startRelay();
    await eventually(async () => expect(await unpublished()).toBe(0));
    expect(heard.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(heard.filter((name) => name.startsWith('b'))).toEqual(['b1', 'b2']);
    expect(heard).toContain('c1');
    await happened(1, [[one, 'later']]);
    await eventually(() => heard.includes('later'));
  });

  it('rolls a failed listener back and tries again, while other aggregates go on and its own waits', async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    let fails = true;
    listen = async (tx, event) => {
      const { name } = event.data as unknown as { name: string };
      await rows(
        tx,
        `insert into zones (site_id, id, code, name) values ($1, $2, $3, 'made by a listener')`,
        [tx.siteId, randomUUID(), name],
      );
      if (event.aggregateId === bad && fails) throw new Error('not yet');
      heard.push(name);
    };
    await happened(1, [
      [bad, 'bad-1'],
      [bad, 'bad-2'],
      [good, 'good-1'],
    ]);
    startRelay();
    await eventually(() => heard.includes('good-1'));
    expect(heard).toEqual(['good-1']);
    fails = false;
    await eventually(() => {
      clock.advance(1_000);
      return heard.length === 3;
    });
    expect(heard).toEqual(['good-1', 'bad-1', 'bad-2']);
    const zones = await owner.query(`select code from zones where name = 'made by a listener' order by code`);
    expect(zones).toEqual([{ code: 'bad-1' }, { code: 'bad-2' }, { code: 'good-1' }]);
  });

  it('gives up after the last attempt, opens an exception and lets the next event pass', async () => {
    const aggregate = randomUUID();
    listen = async (_tx, event) => {
      const { name } = event.data as unknown as { name: string };
      if (name === 'poison') throw new Error('never');
      heard.push(name);
    };
    await happened(1, [
      [aggregate, 'poison'],
      [aggregate, 'behind'],
    ]);
    startRelay();
    await eventually(
      () => {
        clock.advance(61_000);
        return heard.includes('behind');
      },
      { limitMs: 30_000 },
    );
    const [delivery] = await owner.query(
      `select attempts, state, error from event_deliveries where state = 'dead'`,
    );
    expect(delivery).toEqual({ attempts: ATTEMPTS_MAX, state: 'dead', error: 'never' });
    const open = await owner.query(
      `select owner_queue, detail from exceptions where code = 'platform.delivery-dead'`,
    );
    expect(open).toEqual([{ owner_queue: 'supervisor', detail: expect.stringContaining('never') }]);
  }, 60_000);

  it('lets a listener hear several at once, and each alone when one of them cannot be heard', async () => {
    const one = randomUUID();
    await happened(
      1,
      [
        [one, 'a1'],
        [randomUUID(), 'b1'],
        [one, 'a2'],
        [randomUUID(), 'c1'],
      ],
      'spec.gathered',
    );
    startRelay();
    await eventually(async () => expect(await unpublished()).toBe(0));
    expect(heard).toEqual(['a1+b1+c1', 'a2']);
    await happened(
      1,
      [
        [randomUUID(), 'd1'],
        [randomUUID(), 'poison'],
        [randomUUID(), 'e1'],
      ],
      'spec.gathered',
    );
    await eventually(() => heard.length === 4);
    expect(heard.slice(2).sort()).toEqual(['d1', 'e1']);
    spoils = false;
    await eventually(async () => {
      clock.advance(1_000);
      expect(await unpublished()).toBe(0);
    });
    expect(heard.slice(4)).toEqual(['poison']);
  });

  it('does not deliver again what was committed although the answer to the COMMIT was lost', async () => {
    const aggregateId = randomUUID();
    await happened(1, [[aggregateId, 'once']]);
    const [{ id }] = await owner
      .query('update events set published_at = at where aggregate_id = $1 returning id', [aggregateId])
      .then(([updated]) => updated);
    const data = { name: 'once' };
    const event = { id, siteId: 1, type: 'spec.happened', aggregateId, data, trace: '0'.repeat(32) };
    let cuts = 1;
    const cut = Object.create(db, {
      transaction: {
        value: async (work: (tx: Tx) => Promise<unknown>) => {
          const answer = await db.transaction(work);
          if (cuts-- > 0) throw new Error('read ECONNRESET');
          return answer;
        },
      },
    }) as Database;
    expect(await deliver(cut, listener, event as unknown as HeardEvent)).toEqual({ outcome: 'done' });
    expect(await deliver(cut, listener, event as unknown as HeardEvent)).toEqual({ outcome: 'done' });
    expect(heard).toEqual(['once']);
    const [delivery] = await owner.query('select attempts, state from event_deliveries where event_id = $1', [
      id,
    ]);
    expect(delivery).toEqual({ attempts: 1, state: 'done' });
  });

  it('has one leader among several, and another takes over when it ends', async () => {
    const first = startRelay();
    startRelay();
    startRelay();
    const names = Array.from({ length: 40 }, (_, at) => `n${at}`);
    await happened(
      1,
      names.slice(0, 20).map((name) => [randomUUID(), name]),
    );
    await eventually(() => heard.length === 20);
    await first.onApplicationShutdown();
    await happened(
      1,
      names.slice(20).map((name) => [randomUUID(), name]),
    );
    await eventually(() => heard.length === 40, { limitMs: 15_000 });
    await eventually(async () => expect(await unpublished()).toBe(0));
    expect([...heard].sort()).toEqual([...names].sort());
  });
});

describe('the pause after failures', () => {
  it.each([
    [1, 200],
    [2, 400],
    [9, 51_200],
    [10, 60_000],
    [40, 60_000],
  ])('is, after %i, %i ms', (attempts, ms) => expect(pauseAfter(attempts)).toBe(ms));
});
