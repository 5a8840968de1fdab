import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoadView, PackView } from '#lib/contracts';
import { buildOutbound, labelledParcel, type Outbound } from '../../test/outbound-fixture.js';
import { checkInvariants } from '../control-tower/invariant-checker.service.js';
import { newId } from '../platform/ids.js';

let world: Outbound;

beforeAll(async () => {
  world = await buildOutbound();
});
afterAll(() => world.floor.close());

const stage = (parcel: PackView, place = 'L-STG-1') =>
  world.person(() => world.shipping.stage(parcel.sscc!, place));
const load = (onto: LoadView, parcel: PackView) =>
  world.person(() => world.loads.loadParcel(onto.id, parcel.sscc!));
const openLoads = () => world.person(() => world.loads.list('open'));
const newParcel = (carrier = 'post') => labelledParcel(world, [[world.floor.items[0]!, 1]], carrier);

describe('staging', () => {
  it('opens a load for the carrier by itself, one however many parcels come', async () => {
    const parcels = [await newParcel(), await newParcel(), await newParcel()];
    await Promise.all(parcels.map((parcel) => stage(parcel)));
    await world.deliver();
    const [only, ...others] = await openLoads();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ carrier: 'post', door: 'S-DOOR-1', state: 'planned', parcelCount: 0 });
    expect(only!.waiting.map(({ parcelId }) => parcelId).sort()).toEqual(
      parcels.map(({ parcelId }) => parcelId).sort(),
    );
    for (const parcel of parcels) await load(only!, parcel);
    await world.person(() => world.loads.depart(only!.id));
  });

  it('moves an order on with its last parcel, also when the last two are labelled and staged at the same moment', async () => {
    const { packing, closing, person, floor } = world;
    const tote = await world.pickedTote([[floor.items[2]!, 2]]);
    const parcels: PackView[] = [];
    for (const _ of [1, 2]) {
      const opened = await person(() => packing.openParcel(tote.lpn, 'S-PACK-1'));
      floor.clock.advance(10);
      await person(() => packing.packItem(opened.parcelId, newId(), floor.items[2]!.barcode));
      const readingId = await world.weigh(500);
      parcels.push(
        (await person(() => closing.closeParcel(opened.parcelId, { readingId, overrideReason: null }))).pack,
      );
      // The first one's label is still in the printer while the second is packed.
      await floor.ask(`update parcels set source_container_id = null where id = $1`, [opened.parcelId]);
    }
    const state = () => floor.ask('select state from orders where id = $1', [tote.orderId]);
    await Promise.all(parcels.map((parcel) => world.apply('print.printed', { jobId: parcel.print!.id })));
    expect(await state()).toEqual([{ state: 'packed' }]);
    await Promise.all(parcels.map((parcel) => stage(parcel)));
    expect(await state()).toEqual([{ state: 'staged' }]);
    const truck = await person(() => world.loads.openLoad('post', 'S-DOOR-1'));
    for (const parcel of parcels) await load(truck, parcel);
    await person(() => world.loads.depart(truck.id));
    expect(await state()).toEqual([{ state: 'shipped' }]);
  });

  it('may be corrected, and refuses what is no staging place', async () => {
    const parcel = await newParcel();
    expect(await stage(parcel)).toMatchObject({ location: 'STG-1' });
    expect(await stage(parcel, 'L-STG-2')).toMatchObject({ location: 'STG-2', state: 'staged' });
    await expect(stage(parcel, 'L-A-01-01-1')).rejects.toMatchObject({ code: 'shipping.not-staging' });
    await expect(stage(parcel, 'T-000001')).rejects.toMatchObject({ code: 'shipping.not-a-location' });
    await expect(world.person(() => world.shipping.stage('96385074', 'L-STG-1'))).rejects.toMatchObject({
      code: 'packing.not-a-parcel',
    });
  });
});

describe('loading', () => {
  let onto: LoadView;
  beforeEach(async () => {
    onto = await world.person(() => world.loads.openLoad('post', 'S-DOOR-1'));
  });

  it('refuses another carrier, a parcel that is not staged and one on another truck', async () => {
    const fast = await newParcel('fast');
    await stage(fast);
    await expect(load(onto, fast)).rejects.toMatchObject({
      code: 'shipping.wrong-carrier',
      message: expect.stringContaining('This is a parcel for fast'),
    });
    const labelled = await newParcel();
    await expect(load(onto, labelled)).rejects.toMatchObject({ code: 'parcel.wrong-state' });
    await stage(labelled);
    await load(onto, labelled);
    const [id] = (await world.floor.ask<{ id: string }>(
      `insert into loads (site_id, id, number, carrier_code, state, created_at)
       select 1, gen_random_uuid(), 999, 'post', 'planned', now() returning id`,
    )) as [{ id: string }];
    await expect(load({ ...onto, id: id.id }, labelled)).rejects.toMatchObject({
      code: 'shipping.on-other-load',
    });
    await world.floor.ask('delete from loads where number = 999');
  });

  it('lets one of two who scan the same parcel onto two trucks win', async () => {
    const parcel = await newParcel();
    await stage(parcel);
    await world.floor.ask(
      `insert into loads (site_id, id, number, carrier_code, state, created_at) select 1, gen_random_uuid(), 998, 'post', 'planned', now()`,
    );
    const second = (await openLoads()).find(({ number }) => number === 998)!;
    const tries = await Promise.allSettled([load(onto, parcel), load(second, parcel)]);
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const place = await world.floor.ask('select state from parcels where id = $1', [parcel.parcelId]);
    expect(place).toEqual([{ state: 'loaded' }]);
  });

  it('is undone by unloading, and nothing goes onto a truck that is gone', async () => {
    const [stays, comesOff] = [await newParcel(), await newParcel()];
    for (const parcel of [stays, comesOff]) {
      await stage(parcel);
      await load(onto, parcel);
    }
    await world.person(() => world.loads.unloadParcel(onto.id, comesOff.sscc!, 'L-STG-2'));
    const gone = await world.person(() => world.loads.depart(onto.id));
    expect(gone.state).toBe('departed');
    await expect(load(onto, comesOff)).rejects.toMatchObject({ code: 'shipping.load-departed' });
    const states = await world.floor.ask<{ id: string; state: string }>(
      'select id, state from parcels where id = any($1::uuid[])',
      [[stays.parcelId, comesOff.parcelId]],
    );
    expect(new Map(states.map(({ id, state }) => [id, state]))).toEqual(
      new Map([
        [stays.parcelId, 'shipped'],
        [comesOff.parcelId, 'staged'],
      ]),
    );
    const next = (await openLoads()).find(({ waiting }) =>
      waiting.some(({ parcelId }) => parcelId === comesOff.parcelId),
    );
    expect(next?.id).not.toBe(onto.id);
  });

  it('refuses to send an empty truck off', async () => {
    await expect(world.person(() => world.loads.depart(onto.id))).rejects.toMatchObject({
      code: 'shipping.empty-load',
    });
  });
});

describe('an order whose parcels are ahead of it', () => {
  it('follows them when its last line turns out to be missing', async () => {
    const { ask, siteId, merchantId, items } = world.floor;
    const parcel = await newParcel();
    const orderId = parcel.orderId;
    // Another line of it is still being picked elsewhere.
    await ask(`update orders set state = 'picking' where id = $1`, [orderId]);
    await ask(`update order_lines set state = 'picked' where order_id = $1`, [orderId]);
    await ask(
      `insert into order_lines (site_id, id, order_id, merchant_id, line_no, item_id, ordered, promised, reserved, state)
       values ($1, gen_random_uuid(), $2, $3, 2, $4, 1, 0, 0, 'closed-short')`,
      [siteId, orderId, merchantId, items[1]!.id],
    );
    await stage(parcel);
    const truck = await world.person(() => world.loads.openLoad('post', 'S-DOOR-1'));
    await load(truck, parcel);
    await world.person(() => world.loads.depart(truck.id));
    const state = () => ask('select state from orders where id = $1', [orderId]);
    expect(await state()).toEqual([{ state: 'picking' }]);
    await world.floor.system(() =>
      world.floor.db.transaction((tx) => world.progress.markPicked(tx, [orderId])),
    );
    await world.deliver();
    expect(await state()).toEqual([{ state: 'shipped' }]);
    expect(
      await ask('select state from order_lines where order_id = $1 order by line_no', [orderId]),
    ).toEqual([{ state: 'shipped' }, { state: 'closed-short' }]);
  });
});

describe('manifests', () => {
  it('are one per carrier service, with its next cut-off by the clock of the site, however many parcels come at once', async () => {
    const parcels = [await newParcel('fast'), await newParcel('fast'), await newParcel('fast')];
    await world.floor.ask(`update parcels set manifest_id = null where carrier_code = 'fast'`);
    await world.floor.ask(`delete from manifests where carrier_code = 'fast'`);
    await Promise.all(parcels.map((parcel) => stage(parcel)));
    const open = await world.floor.ask<{ cut_off_at: Date }>(
      `select cut_off_at from manifests where carrier_code = 'fast' and state = 'open'`,
    );
    expect(open).toHaveLength(1);
    // 18:00 in Paris in winter.
    expect(open[0]!.cut_off_at.toISOString()).toBe('2026-03-02T17:00:00.000Z');
  });

  it('close at their cut-off with what is staged; the rest goes on the next day', async () => {
    const [staged, late] = [await newParcel('fast'), await newParcel('fast')];
    await stage(staged);
    world.floor.clock.set('2026-03-02T17:00:01Z');
    expect(await world.floor.system(() => world.manifests.closeDue())).toBeGreaterThanOrEqual(1);
    const on = async (parcel: PackView) =>
      (
        await world.floor.ask<{ state: string; cut_off_at: Date }>(
          'select m.state, m.cut_off_at from parcels p join manifests m on m.id = p.manifest_id where p.id = $1',
          [parcel.parcelId],
        )
      )[0]!;
    expect(await on(staged)).toMatchObject({ state: 'closed' });
    expect(await on(late)).toMatchObject({ state: 'open', cut_off_at: new Date('2026-03-03T17:00:00Z') });
    await world.deliver();
    const truck = (await openLoads()).find(({ carrier }) => carrier === 'fast')!;
    await load(truck, staged);
    await world.person(() => world.loads.depart(truck.id));
    expect(await on(staged)).toMatchObject({ state: 'transmitted' });
  });
});

it('leaves every invariant whole', async () => {
  const inbox = new Set(['inbox-without-gaps']); // written by the spec, not by the uplink
  const broken = (await checkInvariants(world.floor.source)).filter(
    ({ name, violations }) => violations > 0 && !inbox.has(name),
  );
  expect(broken).toEqual([]);
});
