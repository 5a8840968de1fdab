import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PackView } from '#lib/contracts';
import { type Arrival, conveyorWords } from '../../test/conveyor-words.js';
import { buildOutbound, labelledParcel, type Outbound } from '../../test/outbound-fixture.js';
import { rows } from '../platform/database.service.js';

let world: Outbound;

beforeAll(async () => {
  world = await buildOutbound();
});
afterAll(() => world.floor.close());

const { ask, parcelOnTheBelt, arrivalAt, seen, decided, confirmed, exceptionsOf, told } = conveyorWords(
  () => world,
);
const parcelState = async ({ parcelId }: PackView) =>
  (await ask<{ state: string }>('select state from parcels where id = $1', [parcelId]))[0]!.state;
const decision = async ({ trackId }: Arrival) =>
  (
    await ask(
      'select state, commanded_lane, actual_lane, parcel_id from point_decisions where track_id = $1',
      [trackId],
    )
  )[0]!;
const routesOf = ({ parcelId }: PackView) =>
  ask<{ lane: string }>(
    'select l.code as lane from routes r join lanes l on l.id = r.lane_id where r.parcel_id = $1 and r.active',
    [parcelId],
  );
const openOf = async (parcel: PackView) => (await exceptionsOf(parcel)).map(({ code }) => code);
const timesTold = async ({ parcelId }: PackView, type: string) =>
  (await ask('select 1 from events where parcel_id = $1 and type = $2', [parcelId, type])).length;

describe('arrivals', () => {
  it('are one row however often they are told, and end once', async () => {
    const parcel = await parcelOnTheBelt();
    const arrival = arrivalAt();
    await Promise.all([1, 2, 3].map(() => seen(arrival, parcel.sscc!)));
    await Promise.all([1, 2].map(() => decided(arrival, 'L1')));
    await confirmed(arrival, 'L1');
    expect(await confirmed(arrival, 'L1')).toMatchObject({ outcome: 'refused' });
    expect(await decision(arrival)).toEqual({
      state: 'confirmed',
      commanded_lane: 'L1',
      actual_lane: 'L1',
      parcel_id: parcel.parcelId,
    });
    expect(await parcelState(parcel)).toBe('diverted');
    for (const type of ['flow.parcel-seen', 'flow.parcel-decided', 'flow.parcel-diverted']) {
      expect([type, await timesTold(parcel, type)]).toEqual([type, 1]);
    }
  });

  it('may be decided before they are told', async () => {
    const parcel = await parcelOnTheBelt();
    const arrival = arrivalAt();
    await decided(arrival, 'L1');
    await seen(arrival, parcel.trackingNumber!);
    await confirmed(arrival, 'L1');
    expect(await decision(arrival)).toMatchObject({ state: 'confirmed', parcel_id: parcel.parcelId });
    expect(await parcelState(parcel)).toBe('diverted');
  });

  it('keep the commanded lane beside the actual one, and say when a parcel went where its carrier is not served', async () => {
    const parcel = await parcelOnTheBelt();
    const arrival = arrivalAt();
    await seen(arrival, parcel.sscc!);
    await decided(arrival, 'L1');
    await confirmed(arrival, 'L3');
    expect(await decision(arrival)).toMatchObject({ commanded_lane: 'L1', actual_lane: 'L3' });
    expect(await openOf(parcel)).toEqual(['misrouted']);
    await world.person(() => world.shipping.stage(parcel.sscc!, 'L-STG-1'));
    expect(await openOf(parcel)).toEqual([]);
  });

  it('go round, then wait on the exception lane until somebody puts the parcel back', async () => {
    const parcel = await parcelOnTheBelt();
    const first = arrivalAt();
    await seen(first, parcel.sscc!);
    await decided(first, 'LOOP', { action: 'recirculate', because: 'lane-full' });
    await confirmed(first, 'LOOP');
    expect(await parcelState(parcel)).toBe('inducted');
    const second = arrivalAt();
    await seen(second, parcel.sscc!);
    await decided(second, 'EXC', { action: 'reject', because: 'laps-spent' });
    await confirmed(second, 'EXC');
    expect(await openOf(parcel)).toEqual(['recirculation-limit']);
    told().length = 0;
    const again = await world.person(() => world.flow.reinduct(parcel.sscc!, parcel.parcelId));
    expect(again).toMatchObject({ state: 'inducted', lane: 'L1' });
    expect(await openOf(parcel)).toEqual([]);
    // Taken away first, so that the edge forgets its laps.
    expect(told()).toMatchObject([
      { removedParcelIds: [parcel.parcelId] },
      { set: [{ parcelId: parcel.parcelId }] },
    ]);
  });

  it.each([
    ['no-read', []],
    ['unknown', ['EE471108151FR']],
  ])('open %s where the label says nothing', async (code, codes) => {
    const arrival = arrivalAt();
    await seen(arrival, ...codes);
    await confirmed(arrival, code === 'no-read' ? 'NOREAD' : 'EXC');
    const open = await ask(
      'select code, owner_queue from exceptions where resolved_at is null and code = $1',
      [code],
    );
    expect(open).toEqual([{ code, owner_queue: 'conveyor' }]);
    const parcel = await parcelOnTheBelt();
    await world.person(() => world.flow.reinduct(parcel.sscc!));
    const left = await ask('select 1 from exceptions where resolved_at is null and code = $1', [code]);
    expect(left).toEqual([]);
  });

  it('with the labels of two parcels are a conflict and move neither', async () => {
    const [one, two] = [await parcelOnTheBelt(), await parcelOnTheBelt()];
    const arrival = arrivalAt();
    await seen(arrival, one.sscc!, two.sscc!);
    expect(await decision(arrival)).toMatchObject({ parcel_id: null });
    expect([await parcelState(one), await parcelState(two)]).toEqual(['labelled', 'labelled']);
    await confirmed(arrival, 'EXC');
  });

  it('that nobody confirms are given up; a confirm that comes later still says where the parcel is', async () => {
    const parcel = await parcelOnTheBelt();
    const arrival = arrivalAt();
    await seen(arrival, parcel.sscc!);
    world.floor.clock.advance(6 * 60_000);
    const counts = await Promise.all(
      [1, 2].map(() => world.floor.system(() => world.flow.giveUpStaleArrivals())),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(1);
    expect(await decision(arrival)).toMatchObject({ state: 'lost' });
    expect(await openOf(parcel)).toEqual(['missing']);
    expect(await timesTold(parcel, 'flow.parcel-lost')).toBe(1);
    await confirmed(arrival, 'L1');
    expect(await decision(arrival)).toMatchObject({ state: 'lost', actual_lane: 'L1' });
    expect(await parcelState(parcel)).toBe('diverted');
    expect(await openOf(parcel)).toEqual([]);
  });

  it('that the PLC lost end as lost, once', async () => {
    const parcel = await parcelOnTheBelt();
    const arrival = arrivalAt();
    await seen(arrival, parcel.sscc!);
    const { point, trackId } = arrival;
    await world.apply('point.lost', { point, trackId, reason: 'removed by hand' });
    expect(await world.apply('point.lost', { point, trackId })).toMatchObject({ outcome: 'refused' });
    expect(await openOf(parcel)).toEqual(['missing']);
  });
});

describe('routes', () => {
  it('have versions without gaps, also when many are set at once', async () => {
    const before = told().length;
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.push((await parcelOnTheBelt()).parcelId);
    await Promise.all(
      ids.map((id) =>
        world.floor.system(() =>
          world.floor.db.transaction((tx) =>
            world.routes.removeRoutes(tx, [{ parcelId: id, because: 'spec' }]),
          ),
        ),
      ),
    );
    const versions = told()
      .slice(before)
      .map(({ version }) => version);
    expect(versions).toHaveLength(10);
    expect([...versions].sort((one, two) => one - two)).toEqual(
      versions.map((_, index) => Math.min(...versions) + index),
    );
  });

  it('are sent whole to an agent that asks, with its points and all lanes', async () => {
    const parcel = await parcelOnTheBelt();
    const version = await world.floor.system(() => world.flow.askedForSnapshot('edge-1'));
    const snapshot = told().at(-1)!;
    expect(snapshot).toMatchObject({
      kind: 'snapshot',
      version,
      points: [{ code: 'P1', device: 'plc-1', noReadLane: 'NOREAD' }],
    });
    expect(snapshot.kind === 'snapshot' && snapshot.routes).toContainEqual({
      codes: [parcel.sscc, parcel.trackingNumber],
      parcelId: parcel.parcelId,
      lane: 'L1',
      alternatives: ['L2'],
    });
    expect(snapshot.lanes).toHaveLength(6);
  });

  it('are answered to an agent that meets a parcel it does not know, labelled a moment ago', async () => {
    const parcel = await parcelOnTheBelt();
    await ask('delete from routes where parcel_id = $1', [parcel.parcelId]);
    const question = (...codes: string[]) => world.questions.ask(1, codes);
    // The first is answered alone, the others together while it commits; one that cannot be answered takes nobody with it.
    const nonsense = question(null as never);
    const answers = Promise.all([
      question(`]C100${parcel.sscc}`),
      question('RR473124829GB'),
      question(parcel.sscc!),
    ]);
    await expect(nonsense).rejects.toThrow();
    const route = { parcelId: parcel.parcelId, lane: 'L1' };
    expect(await answers).toMatchObject([route, null, route]);
    await world.questions.onApplicationShutdown();
    expect(await routesOf(parcel)).toHaveLength(1);
    expect(await question(parcel.sscc!)).toMatchObject(route);
  });

  it('are answered while somebody holds the parcel, and written when it is free: as told, or not at all', async () => {
    const [parcel, gone] = [await parcelOnTheBelt(), await parcelOnTheBelt()];
    const ids = [parcel.parcelId, gone.parcelId];
    await ask('delete from routes where parcel_id = any($1::uuid[])', [ids]);
    const question = (code: string) => world.questions.ask(1, [code]);
    await world.floor.system(() =>
      world.floor.db.transaction(async (tx) => {
        await rows(tx, `update parcels set state = 'cancelled' where id = $1`, [gone.parcelId]);
        await rows(tx, 'select 1 from parcels where id = $1 for update', [parcel.parcelId]);
        expect(await question(parcel.sscc!)).toMatchObject({ lane: 'L1' });
        expect(await question(gone.sscc!)).toMatchObject({ lane: 'L1' });
        expect(await routesOf(parcel)).toEqual([]);
      }),
    );
    await world.questions.onApplicationShutdown();
    expect(await routesOf(parcel)).toEqual([{ lane: 'L1' }]);
    expect(await routesOf(gone)).toEqual([]);
  });

  it('are missing where no lane serves the carrier, which is an exception', async () => {
    await ask(`delete from lane_assignments where carrier_code = 'fast'`);
    const parcel = await labelledParcel(world, [[world.floor.items[1]!, 1]], 'fast');
    expect(await openOf(parcel)).toEqual(['no-route']);
  });
});

describe('lanes', () => {
  it('are closed and opened by people, told to the edge once, and take their place in routes', async () => {
    const before = told().length;
    const closed = await world.person(() => world.lanes.closeLane('L1', 'cleaning'));
    expect(closed).toMatchObject({ closed: true });
    await world.person(() => world.lanes.closeLane('L1', 'cleaning'));
    expect(told().slice(before)).toMatchObject([{ lanes: [{ code: 'L1', state: 'closed' }] }]);
    const parcel = await parcelOnTheBelt();
    expect(told().at(-1)).toMatchObject({
      set: [{ parcelId: parcel.parcelId, lane: 'L2', alternatives: ['L1'] }],
    });
    await world.person(() => world.lanes.openLane('L1'));
    const audit = await ask(
      `select type, actor from events where type in ('flow.lane-closed', 'flow.lane-opened') order by seq`,
    );
    const actor = `person:${world.floor.people[0]!.id}`;
    expect(audit).toEqual([
      { type: 'flow.lane-closed', actor },
      { type: 'flow.lane-opened', actor },
    ]);
    await expect(world.person(() => world.lanes.openLane('NONE'))).rejects.toMatchObject({ status: 404 });
  });

  it('keep what their photo-eyes say, and a jam calls somebody until it is gone', async () => {
    await world.apply('lane.jam', { lane: 'L2' });
    await world.apply('lane.jam', { lane: 'L2' });
    const jams = () => ask(`select 1 from exceptions where code = 'lane-jam' and resolved_at is null`);
    expect(await jams()).toHaveLength(1);
    expect(told().at(-1)).toMatchObject({ lanes: [{ code: 'L2', state: 'jam' }] });
    await world.apply('lane.clear', { lane: 'L2' });
    expect(await jams()).toHaveLength(0);
    expect(await world.apply('lane.full', { lane: 'NONE' })).toMatchObject({ outcome: 'refused' });
  });
});
