import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#lib/testkit';
import { buildOutbound, labelledParcel, type Outbound } from '../../test/outbound-fixture.js';
import { openException } from '../platform/exceptions.js';
import { newId } from '../platform/ids.js';
import { BoardService } from './board.service.js';
import { ExceptionsService } from './exceptions.service.js';
import { NewsService } from './news.service.js';
import { StoryService } from './story.service.js';
import { TowerJob } from './tower.job.js';
import { WhatIsService } from './what-is.service.js';

let world: Outbound;
let parcel: Awaited<ReturnType<typeof labelledParcel>>;

beforeAll(async () => {
  world = await buildOutbound();
  parcel = await labelledParcel(world, [[world.floor.items[0]!, 2]]);
  const arrival = { point: 'P1', trackId: 5, seq: 1 };
  await world.apply('point.seen', { ...arrival, codes: [parcel.sscc!], result: 'read' });
  const decided = {
    decisionId: newId(),
    action: 'divert',
    decidedBy: 'edge',
    routeVersion: 1,
    latencyMicros: 1500,
  } as const;
  await world.apply('point.decided', { ...arrival, ...decided, lane: 'L1' });
  await world.apply('point.confirmed', { point: 'P1', trackId: 5, actual: 'L2' });
  await world.apply('point.seen', { point: 'P1', trackId: 6, seq: 2, codes: [], result: 'no-read' });
  await world.apply('lane.jam', { lane: 'L3' });
});
afterAll(() => world.floor.close());

describe('the board', () => {
  it('shows orders by stage, lanes with their last parcels, the sorter, cut-offs and exceptions', async () => {
    const board = await world.person(() => new BoardService(world.floor.db, world.lanes).board());
    expect(board.stages.find(({ stage }) => stage === 'packed')).toMatchObject({ orders: 1 });
    expect(board.throughput).toHaveLength(60);
    expect(board.throughput.at(-1)).toMatchObject({ packed: 2, shipped: 0 });
    expect(board.lanes.find(({ code }) => code === 'L2')).toMatchObject({
      parcelsLastHour: 1,
      last: [{ parcelId: parcel.parcelId, code: parcel.trackingNumber }],
    });
    expect(board.lanes.find(({ code }) => code === 'L3')).toMatchObject({ fill: 'jam' });
    expect(board.sorter).toMatchObject({
      seenLastHour: 2,
      noReads: 1,
      divertReliability: 0,
      decisionP50Ms: 1.5,
    });
    expect(board.cutOffs).toMatchObject([
      { carrier: 'post', service: 'standard', open: 0, packed: 1, atRisk: false },
    ]);
    expect(board.exceptions.map(({ code }) => code).sort()).toEqual(['lane-jam', 'misrouted', 'no-read']);
    expect(board.agents[0]!.devices.map(({ code }) => code)).toContain('printer-1');
    expect(board.waves).toHaveLength(1);
    expect(board.newestEventAt).not.toBeNull();
  });
});

describe('the tower job', () => {
  it('computes the board only while somebody looks, and shows it at once when somebody comes', async () => {
    const { db } = world.floor;
    let watched = false;
    let looks = 0;
    world.live.towerIsWatched = () => {
      looks += 1;
      return watched;
    };
    const boards = () => world.live.pushed.filter(({ topic }) => topic === 'board');
    const job = new TowerJob(db, new BoardService(db, world.lanes), new NewsService(db), world.live);
    job.onApplicationBootstrap();
    try {
      await eventually(() => expect(looks).toBeGreaterThan(1));
      expect(boards()).toEqual([]);
      watched = true;
      await eventually(() => expect(boards()).toHaveLength(1));
      await world.person(() => world.lanes.closeLane('L3', 'spec'));
      await eventually(() => expect(boards().length).toBeGreaterThan(1));
      const told = world.live.pushed.filter(({ topic }) => topic === 'tower.event');
      expect(told).toContainEqual(
        expect.objectContaining({ data: expect.objectContaining({ text: 'Lane L3 closed (spec)' }) }),
      );
    } finally {
      await job.beforeApplicationShutdown();
    }
  });
});

describe('the story', () => {
  it('tells the way of a parcel in sentences, with what devices said, oldest first', async () => {
    const stories = new StoryService(world.floor.db);
    const story = await world.person(() => stories.story({ code: parcel.trackingNumber! }));
    expect(story.parcel).toMatchObject({
      id: parcel.parcelId,
      plannedLane: 'L1',
      actualLane: 'L2',
      weightGrams: 750,
    });
    const texts = story.steps.map(({ text }) => text);
    expect(texts).toContain('1 of SKU-1 packed');
    expect(texts).toContain('scale-1 weighed 750 g');
    expect(texts).toContain('P1 said divert to L1, by edge in 1.5 ms');
    expect(texts).toContain('Went to L2 although L1 was commanded');
    expect(texts.some((text) => text.includes('undefined') || text.includes('?'))).toBe(false);
    const times = story.steps.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
  });

  it('refuses a name that nothing has', async () => {
    const story = world.person(() => new StoryService(world.floor.db).story({ code: 'NO-SUCH' }));
    await expect(story).rejects.toMatchObject({ code: 'tower.no-story' });
  });
});

describe('exceptions', () => {
  it('are closed by a remedy of their kind and by nothing else, once', async () => {
    const exceptions = new ExceptionsService(world.floor.db);
    const subjectId = newId();
    await world.floor.system(() =>
      world.floor.db.transaction((tx) =>
        openException(tx, {
          code: 'missing',
          subjectKind: 'parcel',
          subjectId,
          owner: 'conveyor',
          detail: 'spec',
        }),
      ),
    );
    const found = (await world.person(() => exceptions.list())).find(({ code }) => code === 'missing')!;
    expect(found.title).toBe('Parcel lost from sight');
    const wrong = world.person(() => exceptions.resolve(found.id, 'forget it'));
    await expect(wrong).rejects.toMatchObject({ code: 'tower.remedy-not-allowed' });
    await Promise.all([1, 2].map(() => world.person(() => exceptions.resolve(found.id, found.remedies[0]!))));
    expect((await world.person(() => exceptions.list())).map(({ code }) => code)).not.toContain('missing');
    const told = await world.floor.ask(`select 1 from events where type = 'tower.exception-resolved'`);
    expect(told).toHaveLength(1);
  });
});

describe('news', () => {
  it('tells each event once, from the first look on', async () => {
    const news = new NewsService(world.floor.db);
    const look = () => world.floor.system(() => news.since(1));
    expect(await look()).toEqual([]);
    world.floor.clock.advance(1000);
    await world.person(() => world.lanes.closeLane('L2', 'belt is being cleaned'));
    expect(await look()).toMatchObject([
      { type: 'flow.lane-closed', text: 'Lane L2 closed (belt is being cleaned)' },
    ]);
    expect(await look()).toEqual([]);
  });
});

describe('what is this?', () => {
  it.each([
    ['a parcel', () => parcel.sscc!, 'parcel'],
    ['an item', () => world.floor.items[0]!.barcode, 'item'],
    ['a SKU', () => 'I-SKU-2', 'item'],
    ['a place', () => 'L-A-01-01-1', 'location'],
    ['a tote', () => world.floor.totes[0]!, 'tote'],
    ['a cart', () => 'C-0001', 'cart'],
    ['a station', () => 'S-PACK-1', 'station'],
    ['a command', () => '!confirm', 'command'],
    ['nonsense', () => `x'; drop table parcels --`, 'unknown'],
    ['control characters', () => '\u0001\u0002', 'unknown'],
  ])('explains %s', async (_name, scan, kind) => {
    const answer = await world.person(() => new WhatIsService(world.floor.db).whatIs(scan()));
    expect(answer.kind).toBe(kind);
    expect(answer.title).not.toBe('');
  });
});
