import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PackView } from '#lib/contracts';
import { conveyorWords, PARCEL_BY_ID } from '../../test/conveyor-words.js';
import { buildOutbound, type Outbound } from '../../test/outbound-fixture.js';
import type { Parcel } from '../packing/parcels.service.js';
import { rows } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';

let world: Outbound;

beforeAll(async () => {
  world = await buildOutbound({ totes: 30 });
});
afterAll(() => world.floor.close());

const { ask, parcelOnTheBelt, arrivalAt, seen, decided, confirmed, exceptionsOf, told, eventsOf, laneOf } =
  conveyorWords(() => world);

describe('rebalancing', () => {
  const rebalance = () => world.floor.system(() => world.rebalancing.rebalance());

  it('sends parcels that are on their way to another lane when theirs closes, tells the edge at once, and explains it', async () => {
    const [one, two] = [await parcelOnTheBelt(), await parcelOnTheBelt()];
    await world.person(() => world.lanes.closeLane('L1', 'belt broken'));
    const before = told().length;
    const both = await Promise.all([rebalance(), rebalance()]);
    expect(both.flat().length).toBeGreaterThanOrEqual(1);
    const ids = [one.parcelId, two.parcelId];
    const messages = told().slice(before);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      set: expect.arrayContaining(
        ids.map((parcelId) => expect.objectContaining({ parcelId, lane: 'L2', alternatives: ['L1'] })),
      ),
    });
    expect(await laneOf(one)).toBe('L2');
    expect((await eventsOf('flow.duty-changed')).at(-1)).toMatchObject({
      data: { carrier: 'post', from: 'L1', to: 'L2', because: 'L1 is closed' },
    });
    const { duties, changes } = await world.person(() => world.flow.sorter());
    expect(duties).toMatchObject([{ carrier: 'post', lane: 'L2', because: 'L1 is closed' }]);
    expect(changes[0]!.text).toBe('post standard → L2: L1 is closed');
  });

  it('does not flap: it goes back only when the hold is over', async () => {
    await world.person(() => world.lanes.openLane('L1'));
    world.floor.clock.advance(1_000);
    expect(await rebalance()).toEqual([]);
    const parcel = await parcelOnTheBelt();
    expect(await laneOf(parcel)).toBe('L2');
    world.floor.clock.advance(60_000);
    expect(await rebalance()).toMatchObject([{ carrier: 'post' }]);
    expect(await laneOf(parcel)).toBe('L1');
  });

  it('a jam counts when it lasts', async () => {
    await world.apply('lane.jam', { lane: 'L1' });
    world.floor.clock.advance(2_000);
    expect(await rebalance()).toEqual([]);
    world.floor.clock.advance(4_000);
    expect(await rebalance()).toMatchObject([{ because: 'L1 has been jammed for 6 s' }]);
    await world.apply('lane.clear', { lane: 'L1' });
  });
});

describe('trucks of one carrier service', () => {
  const cutOffs = (times: Record<string, string | null>) =>
    Promise.all(
      Object.entries(times).map(([lane, time]) =>
        ask(`update lane_assignments set cut_off_time = $2 where lane_id = $1 and carrier_code = 'post'`, [
          world.laneIds[lane as 'L1'],
          time,
        ]),
      ),
    );
  /** A parcel whose order leaves at this time of day on the site's clock, with the route that it gets then. */
  const parcelFor = async (time: string) => {
    const parcel = await parcelOnTheBelt();
    await ask(
      `update orders o set cut_off_at = ((o.cut_off_at at time zone s.timezone)::date + $2::time) at time zone s.timezone
       from sites s, parcels p where s.id = o.site_id and p.id = $1 and o.id = p.order_id`,
      [parcel.parcelId, time],
    );
    await world.floor.system(() =>
      world.floor.db.transaction(async (tx) => {
        const [found] = await rows<Parcel>(tx, PARCEL_BY_ID, [tx.siteId, parcel.parcelId]);
        await world.routes.setRoute(tx, found!);
      }),
    );
    return parcel;
  };
  const rebalance = () => world.floor.system(() => world.rebalancing.rebalance());
  const outcomeIn = async (parcel: PackView, lane: string) => {
    const arrival = arrivalAt();
    await seen(arrival, parcel.sscc!);
    await decided(arrival, lane);
    await confirmed(arrival, lane);
    return (await exceptionsOf(parcel)).map(({ code }) => code);
  };

  beforeAll(async () => {
    await ask('delete from lane_duties');
    await cutOffs({ L1: '15:00', L2: '18:30' });
  });
  afterAll(() => cutOffs({ L1: null, L2: null }));

  it('have lanes of their own, and the other one is a mis-sort', async () => {
    const [early, between, late] = [
      await parcelFor('15:00'),
      await parcelFor('17:00'),
      await parcelFor('18:30'),
    ];
    expect(await Promise.all([early, between, late].map(laneOf))).toEqual(['L1', 'L1', 'L2']);
    expect(await outcomeIn(early, 'L1')).toEqual([]);
    expect(await outcomeIn(late, 'L1')).toEqual(['misrouted']);
  });

  it('change their lanes one by one', async () => {
    await ask(
      `insert into lane_assignments (site_id, id, lane_id, carrier_code, service, rank) values (1, $1, $2, 'post', 'standard', 3)`,
      [newId(), world.laneIds.L3],
    );
    const [early, late] = [await parcelFor('15:00'), await parcelFor('18:30')];
    await world.person(() => world.lanes.closeLane('L2', 'belt broken'));
    expect(await rebalance()).toMatchObject([{ carrier: 'post', truck: '18:30', because: 'L2 is closed' }]);
    expect([await laneOf(early), await laneOf(late)]).toEqual(['L1', 'L3']);
    const { duties } = await world.person(() => world.flow.sorter());
    expect(duties).toMatchObject([{ carrier: 'post', truck: '18:30', lane: 'L3' }]);
    expect(await laneOf(await parcelFor('15:00'))).toBe('L1');
    expect(await laneOf(await parcelFor('18:30'))).toBe('L3');
    await world.person(() => world.lanes.openLane('L2'));
    await ask(`delete from lane_duties`);
    await ask(`delete from lane_assignments where lane_id = $1 and carrier_code = 'post'`, [
      world.laneIds.L3,
    ]);
  });
});

describe('overrides', () => {
  const set = (given: Parameters<typeof world.overrides.set>[0]) =>
    world.person(() => world.overrides.set(given));
  const expire = () => world.floor.system(() => world.overrides.expire());

  it('close a lane for a while, and say who, when and why', async () => {
    const view = await set({ kind: 'lane-closed', subject: 'L2', reason: 'pallet is full', minutes: 10 });
    const [person] = await ask<{ name: string }>('select name from people where id = $1', [
      world.floor.people[0]!.id,
    ]);
    expect(view).toMatchObject({
      kind: 'lane-closed',
      subject: 'L2',
      reason: 'pallet is full',
      setBy: person!.name,
    });
    expect(told().at(-1)).toMatchObject({ lanes: [{ code: 'L2', state: 'closed' }] });
    world.floor.clock.advance(10 * 60_000 - 1);
    expect(await expire()).toBe(0);
    world.floor.clock.advance(2);
    expect(await expire()).toBe(1);
    expect(told().at(-1)).toMatchObject({ lanes: [{ code: 'L2', state: 'open' }] });
    const [ended] = (await world.person(() => world.overrides.list())).filter(({ id }) => id === view.id);
    expect(ended).toMatchObject({ endedBecause: 'its time was over' });
  });

  it('open a lane against its photo-eye', async () => {
    await world.apply('lane.full', { lane: 'L2' });
    const { id } = await set({ kind: 'lane-open', subject: 'L2', reason: 'photo-eye is dirty', minutes: 5 });
    expect(told().at(-1)).toMatchObject({ lanes: [{ code: 'L2', state: 'open', forced: true }] });
    await world.person(() => world.overrides.end(id, 'cleaned'));
    expect(told().at(-1)).toMatchObject({ lanes: [{ code: 'L2', state: 'full' }] });
    await expect(world.person(() => world.overrides.end(id, 'again'))).rejects.toMatchObject({
      code: 'flow.override-ended',
    });
    await world.apply('lane.clear', { lane: 'L2' });
  });

  it('send a parcel to a lane that rebalancing does not touch, and let it go again', async () => {
    const parcel = await parcelOnTheBelt();
    const usual = await laneOf(parcel);
    const { id } = await set({
      kind: 'parcel-lane',
      subject: parcel.sscc!,
      lane: 'L3',
      reason: 'courier waits',
      minutes: 30,
    });
    expect(told().at(-1)).toMatchObject({
      set: [{ parcelId: parcel.parcelId, lane: 'L3', alternatives: [] }],
    });
    await world.floor.system(() =>
      world.floor.db.transaction((tx) =>
        world.routes.moveRoutes(tx, { carrier: 'post', service: 'standard', truck: null }),
      ),
    );
    expect(await laneOf(parcel)).toBe('L3');
    await world.person(() => world.overrides.end(id, 'courier left'));
    expect(await laneOf(parcel)).toBe(usual);
  });

  it('put a point into its safe state, and the sorter shows it', async () => {
    const first = await set({
      kind: 'point-safe',
      subject: 'P1',
      reason: 'technician on the belt',
      minutes: 5,
    });
    expect(told().at(-1)).toMatchObject({
      points: [{ code: 'P1', safe: { lane: 'EXC', forced: 'technician on the belt' } }],
    });
    const { points } = await world.person(() => world.flow.sorter());
    expect(points[0]).toMatchObject({
      state: 'forced-safe',
      because: 'Everything goes to EXC: technician on the belt',
    });
    const second = await set({ kind: 'point-safe', subject: 'P1', reason: 'still there', minutes: 5 });
    const views = await world.person(() => world.overrides.list());
    expect(views.find(({ id }) => id === first.id)).toMatchObject({ endedBecause: 'replaced' });
    await world.person(() => world.overrides.end(second.id, 'done'));
    expect(told().at(-1)).toMatchObject({ points: [{ safe: { forced: null } }] });
  });

  it.each([
    ['a lane', { kind: 'lane-closed', subject: 'NONE' }, 404],
    ['a point', { kind: 'point-safe', subject: 'NONE' }, 404],
    ['a lane to send a parcel to', { kind: 'parcel-lane', subject: 'x', lane: 'NONE' }, 404],
  ] as const)('of %s that is not there are refused and change nothing', async (_name, given, status) => {
    const before = told().length;
    await expect(set({ ...given, reason: 'spec', minutes: 5 })).rejects.toMatchObject({ status });
    expect(told()).toHaveLength(before);
  });
});
