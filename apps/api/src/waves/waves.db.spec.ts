import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { eventually } from '#lib/testkit';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { newId } from '../platform/ids.js';
import { WAVE_STEPS } from './wave-steps.js';

let floor: Floor;
let services: FloorServices;
let number = 700;
let nextLocation = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 120, totes: 20 });
  services = floorServices(floor);
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

const freshItem = (tracking = 'none') => addItem(floor.ask, floor.merchantId, ++number, tracking);

async function stockAt(
  item: FixtureItem,
  quantity: number,
  over: { expiresOn?: string } = {},
): Promise<string> {
  const { code } = floor.locations[nextLocation++]!;
  const adjustment = {
    eventId: newId(),
    merchantCode: 'acme',
    sku: item.sku,
    locationCode: code,
    quantity,
    reason: 'spec',
    ...over,
  };
  await floor.system(() => services.adjustments.adjustStock(adjustment));
  return code;
}

async function order(service: string, ...lines: [FixtureItem, number][]): Promise<string> {
  const body = {
    externalRef: newId(),
    carrier: 'post',
    service,
    consignee: { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
    lines: lines.map(([{ sku }, quantity]) => ({ sku, quantity })),
  };
  const [result] = await floor.merchant(() =>
    services.intake.acceptOrders([{ row: 1, order: body, externalRef: body.externalRef, faults: [] }]),
  );
  return (result as { orderId: string }).orderId;
}

/** A carrier service and a template of its own for each spec, so that waves only see its orders. */
async function lane(limits = {}): Promise<{ service: string; templateId: string }> {
  const service = `s${++number}`;
  const templateId = newId();
  await floor.ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  await floor.ask(
    `insert into wave_templates (site_id, id, name, filter, limits, steps) values (1, $1, $2, $3, $4, '{}')`,
    [templateId, service, JSON.stringify({ services: [service] }), JSON.stringify(limits)],
  );
  return { service, templateId };
}

const planned = (templateId: string) =>
  floor.system(async () => {
    const { waveId } = await services.waves.createWave({ templateId });
    await services.waves.planWave(waveId);
    return waveId;
  });
const wave = (id: string) => floor.system(() => services.wavesQueries.view(id));
const view = (orderId: string) => floor.merchant(() => services.ordersQueries.view(orderId));
const reservedOf = async (item: FixtureItem) =>
  (
    await floor.ask<{ sum: number }>(
      `select coalesce(sum(reserved), 0)::int as sum from levels where item_id = $1`,
      [item.id],
    )
  )[0]!.sum;

describe('a wave', () => {
  it('goes through its steps, explains itself and is released once', async () => {
    const { service, templateId } = await lane({ ordersMax: 10 });
    const items = [await freshItem(), await freshItem(), await freshItem()];
    for (const item of items) await stockAt(item, 30);
    const orders = await Promise.all(
      Array.from({ length: 9 }, (_, n) => order(service, [items[n % 3]!, 1], [items[(n + 1) % 3]!, 2])),
    );
    const started = await floor.system(() => services.waves.startWave(templateId));
    const done = await eventually(
      async () => {
        const found = await wave(started);
        expect(found.state).toBe('planned');
        return found;
      },
      { limitMs: 30_000 },
    );
    expect(done).toMatchObject({ orderCount: 9, lineCount: 18, unitCount: 27, shortLines: 0 });
    expect(done.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'select succeeded',
      'validate succeeded',
      'promise succeeded',
      'reserve succeeded',
      'replenish succeeded',
      'cartonise succeeded',
      'batch succeeded',
      'route succeeded',
      'assign succeeded',
      'create-tasks succeeded',
      'release pending',
    ]);
    expect(done.summary.runs).toBe(2);
    expect(done.summary.walkMetres!).toBeLessThanOrEqual(done.summary.naiveWalkMetres!);
    await Promise.all([1, 2, 3].map(() => floor.system(() => services.waves.releaseWave(started))));
    expect(await wave(started)).toMatchObject({ state: 'released' });
    expect(await view(orders[0]!)).toMatchObject({
      state: 'released',
      lines: [{ reserved: 1 }, { reserved: 2 }],
    });
    const tasks = await floor.ask(
      `select state, count(*)::int as n from tasks where wave_id = $1 group by state`,
      [started],
    );
    expect(tasks).toEqual([{ state: 'ready', n: 18 }]);
    const told = await floor.ask<{ order_id: string }>(
      `select order_id, aggregate_id, merchant_id, data, actor, parcel_id from events
       where type = 'orders.order-released' and order_id = any($1::uuid[])`,
      [orders],
    );
    expect(told.map(({ order_id }) => order_id).sort()).toEqual([...orders].sort());
    expect(told[0]).toMatchObject({
      aggregate_id: told[0]!.order_id,
      merchant_id: floor.merchantId,
      data: { orderId: told[0]!.order_id, waveId: started },
      actor: expect.stringContaining('system'),
      parcel_id: null,
    });
  });

  it('takes first what expires first and never what has expired', async () => {
    const { service, templateId } = await lane();
    const item = await freshItem('expiry');
    await stockAt(item, 5, { expiresOn: '2026-03-01' });
    const later = await stockAt(item, 5, { expiresOn: '2026-12-31' });
    const sooner = await stockAt(item, 2, { expiresOn: '2026-06-30' });
    await order(service, [item, 4]);
    const waveId = await planned(templateId);
    const picks = await floor.ask(
      `select a.code, t.quantity from tasks t join locations a on a.id = t.location_id where t.wave_id = $1 order by t.quantity, a.code`,
      [waveId],
    );
    expect(new Set(picks.map((each) => JSON.stringify(each)))).toEqual(
      new Set(
        [
          { code: sooner, quantity: 2 },
          { code: later, quantity: 2 },
        ].map((each) => JSON.stringify(each)),
      ),
    );
  });

  it('leaves out an order whose goods are not at a location, says why, and takes it once they are', async () => {
    const { service, templateId } = await lane();
    const [here, dock] = [await freshItem(), await freshItem()];
    await stockAt(here, 5);
    const receipt = await floor.system(() =>
      services.receiving.announceReceipt({
        merchantCode: 'acme',
        reference: newId(),
        lines: [{ sku: dock.sku, quantity: 3 }],
      }),
    );
    await floor.system(() =>
      services.receiving.receiveGoods(receipt.receipt.id, { eventId: newId(), sku: dock.sku, quantity: 3 }),
    );
    const good = await order(service, [here, 1]);
    const waiting = await order(service, [here, 1], [dock, 2]);
    const first = await planned(templateId);
    expect(await wave(first)).toMatchObject({ state: 'planned', orderCount: 1, shortLines: 2 });
    expect(await view(waiting)).toMatchObject({
      state: 'ready',
      waitingFor: `2 of ${dock.sku} to be put away, put back or counted`,
    });
    expect(await view(good)).toMatchObject({ state: 'ready', waitingFor: null });
    expect(await reservedOf(here)).toBe(1);
    await expect(planned(templateId)).rejects.toMatchObject({ code: 'waves.nothing-to-plan' });
    const putAways = (await floor.system(() => services.receivingQueries.putAways('ready'))).items;
    const task = putAways.find(({ sku }) => sku === dock.sku)!;
    await floor.system(() =>
      services.putAways.confirmPutAway(task.id, {
        eventId: newId(),
        itemScan: dock.barcode,
        locationScan: `L-${task.to}`,
      }),
    );
    const second = await planned(templateId);
    expect(await wave(second)).toMatchObject({ orderCount: 1, lineCount: 2 });
  });

  it('never oversells when several plan at once', async () => {
    const { service, templateId } = await lane({ ordersMax: 4 });
    const item = await freshItem();
    await stockAt(item, 20);
    for (let n = 0; n < 20; n++) await order(service, [item, 1]);
    const waves = await Promise.all(Array.from({ length: 5 }, () => planned(templateId)));
    const sums = await floor.ask<{ lines: number; orders: number }>(
      `select count(*)::int as lines, count(distinct order_id)::int as orders from wave_lines where wave_id = any($1::uuid[]) and state = 'included'`,
      [waves],
    );
    expect(sums[0]!.lines).toBe(sums[0]!.orders);
    expect(await reservedOf(item)).toBe(sums[0]!.lines);
  });

  it('is given up whole: everything set aside is free again', async () => {
    const { service, templateId } = await lane();
    const item = await freshItem();
    await stockAt(item, 5);
    const orderId = await order(service, [item, 2]);
    const waveId = await planned(templateId);
    await floor.system(() => services.releases.lockWave(waveId));
    await expect(floor.system(() => services.releases.releaseWave(waveId))).rejects.toMatchObject({
      code: 'wave.wrong-state',
    });
    await floor.system(() => services.releases.unlockWave(waveId));
    expect(await reservedOf(item)).toBe(2);
    await floor.system(() => services.releases.cancelWave(waveId, 'spec'));
    expect(await reservedOf(item)).toBe(0);
    expect(await wave(waveId)).toMatchObject({ state: 'cancelled', reason: 'spec' });
    expect(await wave(await planned(templateId))).toMatchObject({ state: 'planned', orderCount: 1 });
    expect(await view(orderId)).toMatchObject({ state: 'ready' });
  });

  it('goes on at the step that failed', async () => {
    const { service, templateId } = await lane();
    const item = await freshItem();
    await stockAt(item, 5);
    await order(service, [item, 1]);
    Logger.overrideLogger(false);
    await floor.ask(`alter table run_slots rename to run_slots_gone`);
    const waveId = await planned(templateId);
    await floor.ask(`alter table run_slots_gone rename to run_slots`);
    const failed = await wave(waveId);
    expect(failed.state).toBe('failed');
    expect(failed.steps.find(({ state }) => state === 'failed')).toMatchObject({
      name: 'assign',
      attempts: 1,
    });
    await floor.system(() => services.waves.resumeWave(waveId));
    const done = await eventually(
      async () => {
        const found = await wave(waveId);
        expect(found.state).toBe('planned');
        return found;
      },
      { limitMs: 30_000 },
    );
    expect(done.steps.find(({ name }) => name === 'assign')).toMatchObject({
      state: 'succeeded',
      attempts: 2,
    });
    expect(done.steps.find(({ name }) => name === 'reserve')).toMatchObject({ attempts: 1 });
    // The cartons were chosen before the failure and are kept after it.
    expect(await floor.ask('select contents from planned_cartons where wave_id = $1', [waveId])).toEqual([
      { contents: [{ itemId: item.id, quantity: 1 }] },
    ]);
  });

  describe('goes on at the step that failed, and is what it would have been', () => {
    /** What a wave has in the tables. */
    const made = async (waveId: string) => {
      const count = (table: string, where = 'true') =>
        `(select count(*)::int from ${table} where wave_id = $1 and ${where}) as ${table}`;
      const [found] = await floor.ask(
        `select ${count('orders')}, ${count('wave_lines', "state = 'included'")}, ${count('reservations', "state = 'open'")},
           ${count('planned_cartons')}, ${count('runs')}, ${count('tasks', "state <> 'cancelled'")},
           (select count(*)::int from run_slots s join runs r on r.id = s.run_id where r.wave_id = $1) as slots`,
        [waveId],
      );
      return found;
    };

    it.each(WAVE_STEPS.filter((name) => name !== 'release'))('%s', async (failing) => {
      const { service, templateId } = await lane();
      const item = await freshItem();
      await stockAt(item, 5);
      for (let n = 0; n < 3; n += 1) await order(service, [item, 1]);
      Logger.overrideLogger(false);
      // At its very end, in the transaction that keeps it: all that it wrote must go with it.
      const end = services.steps.end.bind(services.steps);
      let failed = false;
      const spy = jest.spyOn(services.steps, 'end').mockImplementation((tx, waveId, step) => {
        if (failed || step.name !== failing || step.state !== 'succeeded') return end(tx, waveId, step);
        failed = true;
        throw new Error('spec');
      });
      const waveId = await planned(templateId);
      expect(await wave(waveId)).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(`^${failing}: `),
      });
      await floor.system(() => services.waves.resumeWave(waveId));
      await eventually(async () => expect((await wave(waveId)).state).toBe('planned'), { limitMs: 30_000 });
      spy.mockRestore();
      const { steps, faultCount } = await wave(waveId);
      expect(faultCount).toBe(0);
      expect(steps.map(({ name, attempts }) => [name, attempts])).toEqual(
        WAVE_STEPS.map((name) => [name, name === 'release' ? 0 : name === failing ? 2 : 1]),
      );
      expect(await made(waveId)).toEqual({
        orders: 3,
        wave_lines: 3,
        reservations: 3,
        planned_cartons: 3,
        runs: 1,
        tasks: 3,
        slots: 3,
      });
      expect(await reservedOf(item)).toBe(3);
    });
  });

  it('is planned on at the next look when its planner died', async () => {
    const { service, templateId } = await lane();
    const item = await freshItem();
    await stockAt(item, 5);
    await order(service, [item, 1]);
    const { waveId, siteId } = await floor.system(() => services.waves.createWave({ templateId }));
    const look = () => floor.system(() => services.waves.goOnWithWaiting(siteId));
    await look();
    await eventually(async () => expect((await wave(waveId)).state).toBe('planned'), { limitMs: 30_000 });
  });

  it('is shown by a dry run first, which keeps nothing', async () => {
    const { service, templateId } = await lane();
    const item = await freshItem();
    await stockAt(item, 5);
    for (let n = 0; n < 3; n++) await order(service, [item, 1]);
    const preview = await floor.system(() => services.dryRuns.ofTemplate(templateId));
    expect(preview).toMatchObject({ orders: 3, lines: 3, units: 3, runs: 1, shorts: [], left: 0 });
    expect(await reservedOf(item)).toBe(0);
  });
});

describe('a release channel', () => {
  it('keeps at most so many orders on the floor and says why it waits', async () => {
    const { service, templateId } = await lane();
    const item = await freshItem();
    await stockAt(item, 50);
    const orders: string[] = [];
    for (let n = 0; n < 10; n++) orders.push(await order(service, [item, 1]));
    const channelId = newId();
    await floor.ask(
      `insert into release_channels (site_id, id, name, state, template_id, max_in_flight, batch_orders) values (1, $1, $1::uuid::text, 'open', $2, 6, 3)`,
      [channelId, templateId],
    );
    const due = () => floor.system(() => services.channels.releaseDue());
    const channel = () => floor.system(() => services.releaseQueries.channelView(channelId));
    expect(await due()).toHaveLength(1);
    expect(await due()).toHaveLength(1);
    expect(await due()).toHaveLength(0);
    expect(await channel()).toMatchObject({
      inFlight: 6,
      waiting: 4,
      because: '6 of at most 6 orders are on the floor',
    });
    const waiting = await Promise.all(orders.map(async (id) => (await view(id)).waitingFor));
    expect(
      waiting.filter((text) => text === 'the floor has as many orders as its channel allows'),
    ).toHaveLength(4);
    await floor.system(() =>
      services.channels.changeChannel(channelId, { state: 'asleep', maxInFlight: 20 }),
    );
    expect(await due()).toHaveLength(0);
    expect(await channel()).toMatchObject({ state: 'asleep', because: 'asleep' });
    await floor.system(() => services.channels.changeChannel(channelId, { state: 'open' }));
    expect(await due()).toHaveLength(1);
    // A part of a batch gathers while the pickers have a whole one before them.
    floor.clock.advance(5 * 60_000);
    expect(await due()).toHaveLength(1);
    expect(await channel()).toMatchObject({ inFlight: 10, waiting: 0, because: 'no order waits' });
    const held = await floor.ask(
      `select count(*)::int as n from orders where service = $1 and state = 'released' and waiting_for is null`,
      [service],
    );
    expect(held).toEqual([{ n: 10 }]);
  });

  it('finishes what a process that died left half-way, and gives up what keeps failing', async () => {
    const { service, templateId } = await lane();
    const item = await freshItem();
    await stockAt(item, 50);
    const channelId = newId();
    await floor.ask(
      `insert into release_channels (site_id, id, name, state, template_id, max_in_flight, batch_orders) values (1, $1, $1::uuid::text, 'locked', $2, 9, 3)`,
      [channelId, templateId],
    );
    const channel = { id: channelId, filter: {}, ordersMax: 2 };
    const begin = () => floor.system(() => services.waves.createWave({ templateId, channel }));
    const finish = () => floor.system(() => services.waves.finishChannelWaves());
    await Promise.all([1, 2, 3, 4].map(() => order(service, [item, 1])));
    const { waveId: halfWay } = await begin();
    await floor.ask(
      `update wave_steps set state = 'running', attempts = 1 where wave_id = $1 and name = 'select'`,
      [halfWay],
    );
    await finish();
    expect(await wave(halfWay)).toMatchObject({ state: 'released', orderCount: 2 });
    const { waveId: hopeless } = await begin();
    await floor.ask(`update waves set state = 'failed' where id = $1`, [hopeless]);
    await floor.ask(
      `update wave_steps set state = 'failed', attempts = 5 where wave_id = $1 and name = 'select'`,
      [hopeless],
    );
    await finish();
    expect(await wave(hopeless)).toMatchObject({ state: 'cancelled', reason: 'given up after 5 attempts' });
  });

  it('does not take orders on hold, and takes them once the hold is released', async () => {
    const { service, templateId } = await lane();
    const item = await freshItem();
    await stockAt(item, 5);
    const orderId = await order(service, [item, 1]);
    await floor.merchant(() => services.orders.placeHold(orderId, 'address', 'no number'));
    await expect(planned(templateId)).rejects.toMatchObject({ code: 'waves.nothing-to-plan' });
    await floor.merchant(() => services.orders.releaseHold(orderId, 'address'));
    expect(await wave(await planned(templateId))).toMatchObject({ orderCount: 1 });
  });

  it('lets an order that is cancelled while planned go from its wave', async () => {
    const { service, templateId } = await lane();
    const item = await freshItem();
    await stockAt(item, 5);
    const [gone, stays] = [await order(service, [item, 1]), await order(service, [item, 2])];
    const waveId = await planned(templateId);
    await floor.merchant(() => services.orders.cancelOrder(gone, 'spec'));
    expect(await reservedOf(item)).toBe(2);
    await floor.system(() => services.waves.releaseWave(waveId));
    expect(await view(stays)).toMatchObject({ state: 'released' });
    expect(await view(gone)).toMatchObject({ state: 'cancelled' });
    const tasks = await floor.ask(`select state, quantity from tasks where wave_id = $1 order by quantity`, [
      waveId,
    ]);
    expect(tasks).toEqual([
      { state: 'cancelled', quantity: 1 },
      { state: 'ready', quantity: 2 },
    ]);
  });
});
