import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../src/platform/ids.js';
import { buildOutbound, labelledParcel, type Outbound } from './outbound-fixture.js';

let world: Outbound;

beforeAll(async () => {
  world = await buildOutbound();
});
afterAll(() => world.floor.close());

const stateOf = async (orderId: string) =>
  (await world.floor.ask('select state from orders where id = $1', [orderId]))[0]!.state;

describe('the way of one parcel', () => {
  it('goes from the tote over bench, belt and staging onto the truck, and the book follows', async () => {
    const { floor, packing, closing, shipping, loads, person } = world;
    const [one, two] = floor.items;
    const tote = await world.pickedTote([
      [one!, 2],
      [two!, 1],
    ]);

    const opened = await person(() => packing.openParcel(tote.lpn, 'S-PACK-1'));
    expect(opened).toMatchObject({ parcelState: 'open', tote: tote.lpn, expectedGrams: 250 });
    expect(opened.lines.map(({ picked, packed }) => [picked, packed])).toEqual([
      [2, 0],
      [1, 0],
    ]);
    for (const item of [one, two, one]) {
      floor.clock.advance(100);
      await person(() => packing.packItem(opened.parcelId, newId(), item!.barcode));
    }
    expect(await stateOf(tote.orderId)).toBe('packing');

    const readingId = await world.weigh(1003);
    const closed = await person(() =>
      closing.closeParcel(opened.parcelId, { readingId, overrideReason: null }),
    );
    expect(closed.outcome).toBe('closed');
    expect(closed.pack).toMatchObject({
      parcelState: 'verified',
      weightGrams: 1003,
      print: { state: 'queued' },
    });
    expect(closed.pack.sscc).toMatch(/^39521234\d{10}$/);
    expect(closed.pack.trackingNumber).toMatch(/^CP\d{9}FR$/);
    expect(world.downlink.commands.at(-1)).toMatchObject({
      device: 'printer-1',
      args: { jobId: closed.pack.print!.id },
    });
    expect(await floor.ask('select state, station_id from containers where id = $1', [tote.toteId])).toEqual([
      { state: 'empty', station_id: null },
    ]);

    await world.apply('print.sent', { jobId: closed.pack.print!.id });
    await world.apply('print.printed', { jobId: closed.pack.print!.id });
    expect(await stateOf(tote.orderId)).toBe('packed');
    await world.deliver();
    expect(world.downlink.routes.at(-1)).toMatchObject({
      kind: 'change',
      set: [{ parcelId: opened.parcelId, lane: 'L1', alternatives: ['L2'] }],
    });

    const { sscc } = closed.pack;
    const arrival = { point: 'P1', trackId: 7, seq: 1 };
    await world.apply('point.seen', { ...arrival, codes: [`]C100${sscc}`], result: 'read' });
    const decided = {
      decisionId: newId(),
      action: 'divert',
      decidedBy: 'edge',
      routeVersion: 1,
      latencyMicros: 900,
    } as const;
    await world.apply('point.decided', { ...arrival, ...decided, lane: 'L1' });
    await world.apply('point.confirmed', { point: 'P1', trackId: 7, planned: 'L1', actual: 'L1' });
    const parcel = () =>
      floor.ask('select state, actual_lane_id from parcels where id = $1', [opened.parcelId]);
    expect(await parcel()).toEqual([{ state: 'diverted', actual_lane_id: world.laneIds.L1 }]);
    expect(world.downlink.routes.at(-1)).toMatchObject({ removedParcelIds: [opened.parcelId] });

    const staged = await person(() => shipping.stage(sscc!, 'L-STG-1'));
    expect(staged).toMatchObject({ state: 'staged', location: 'STG-1' });
    expect(await stateOf(tote.orderId)).toBe('staged');
    const load = await person(() => loads.openLoad('post', 'S-DOOR-1'));
    expect(load.waiting).toHaveLength(1);
    const loaded = await person(() => loads.loadParcel(load.id, closed.pack.trackingNumber!));
    expect(loaded).toMatchObject({ state: 'loading', parcelCount: 1, waiting: [] });
    const departed = await person(() => loads.depart(load.id));
    expect(departed.state).toBe('departed');
    expect(await stateOf(tote.orderId)).toBe('shipped');
    expect(await floor.ask('select state from order_lines where order_id = $1', [tote.orderId])).toEqual([
      { state: 'shipped' },
      { state: 'shipped' },
    ]);
    const left = await floor.ask(
      `select coalesce(sum(quantity), 0)::int as left from levels where account_kind in ('container', 'parcel')`,
    );
    expect(left).toEqual([{ left: 0 }]);
    expect((await floor.ask('select state from manifests'))[0]).toEqual({ state: 'transmitted' });
  });

  it('ships once although the departure is asked for twice at the same time', async () => {
    const parcel = await labelledParcel(world, [[world.floor.items[2]!, 1]]);
    await world.person(() => world.shipping.stage(parcel.sscc!, 'L-STG-2'));
    const load = await world.person(() => world.loads.openLoad('post', null));
    const both = await Promise.all(
      [1, 2].map(() => world.person(() => world.loads.loadParcel(load.id, parcel.sscc!))),
    );
    expect(both.map(({ parcelCount }) => parcelCount)).toEqual([1, 1]);
    await Promise.all([1, 2].map(() => world.person(() => world.loads.depart(load.id))));
    const shipped = await world.floor.ask(
      `select count(*)::int as count from events where type = 'shipping.parcel-shipped' and parcel_id = $1`,
      [parcel.parcelId],
    );
    expect(shipped).toEqual([{ count: 1 }]);
  });
});
