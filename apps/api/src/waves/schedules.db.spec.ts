import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#lib/testkit';
import { addItem, buildFloor, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { newId } from '../platform/ids.js';

let floor: Floor;
let services: FloorServices;
/** Another process on the same database. */
let other: FloorServices;
let number = 2_600;
let nextLocation = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 60, totes: 10 });
  services = floorServices(floor);
  other = floorServices(floor);
});
afterAll(async () => {
  await services.waves.onApplicationShutdown();
  await other.waves.onApplicationShutdown();
  await services.planner.onApplicationShutdown();
  await other.planner.onApplicationShutdown();
  await floor.close();
});

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

async function line(count: number, limits = {}) {
  const service = `t${++number}`;
  const templateId = newId();
  await floor.ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  await floor.ask(
    `insert into wave_templates (site_id, id, name, filter, limits, steps) values (1, $1, $2, $3, $4, '{}')`,
    [templateId, service, JSON.stringify({ services: [service] }), JSON.stringify(limits)],
  );
  const item = await addItem(floor.ask, floor.merchantId, ++number);
  await floor.system(() =>
    services.adjustments.adjustStock({
      eventId: newId(),
      merchantCode: 'acme',
      sku: item.sku,
      locationCode: floor.locations[nextLocation++]!.code,
      quantity: 50,
      reason: 'spec',
    }),
  );
  const consignee = { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' };
  const rows = Array.from({ length: count }, (_, at) => {
    const externalRef = newId();
    const order = {
      externalRef,
      carrier: 'post',
      service,
      consignee,
      lines: [{ sku: item.sku, quantity: 1 }],
    };
    return { row: at + 1, order, externalRef, faults: [] };
  });
  const results = await floor.merchant(() => services.intake.acceptOrders(rows));
  return {
    service,
    templateId,
    item,
    orderIds: results.map((result) => (result as { orderId: string }).orderId),
  };
}

const look = (which = services) => floor.system(() => which.schedules.look());
const runsOf = (id: string) => floor.system(async () => (await services.schedulesQueries.runs(id)).items);
const times = (...at: string[]) => ({ kind: 'times' as const, times: at, days: EVERY_DAY });
const archive = (id: string) => floor.system(() => services.scheduleSetup.archive(id));

/** Looks again until the newest run of the schedule has ended. */
async function ended(scheduleId: string) {
  return eventually(
    async () => {
      await look();
      const [run] = await runsOf(scheduleId);
      expect(run?.state ?? 'due').not.toBe('due');
      return run!;
    },
    { limitMs: 30_000 },
  );
}

function create(
  templateId: string,
  rule: Parameters<typeof services.scheduleSetup.create>[0]['rule'],
  planOnly = false,
) {
  return floor.system(() =>
    services.scheduleSetup.create({ name: newId(), templateId, rule, planOnly, active: true }),
  );
}

describe('a schedule with times', () => {
  it('is due once for two processes that look at once, caught up once after a stop, and tells what stayed', async () => {
    const { templateId, orderIds } = await line(5, { ordersMax: 3 });
    // The fixture's clock says 09:00 in Paris.
    const id = await create(templateId, times('09:30', '10:00', '10:30'));
    await look();
    expect(await runsOf(id)).toEqual([]);
    floor.clock.advance(70 * 60_000);
    await Promise.all([look(), look(other), look(), look(other)]);
    const run = await ended(id);
    expect(await runsOf(id)).toHaveLength(1);
    expect(run).toMatchObject({ dueAt: '2026-03-02T09:00:00.000Z', state: 'done', released: 3, left: 2 });
    expect(run.reasons).toMatchObject([{ code: 'wave-full', facts: { orders: 2 } }]);
    const waves = await floor.ask(`select state, order_count from waves where template_id = $1`, [
      templateId,
    ]);
    expect(waves).toEqual([{ state: 'released', order_count: 3 }]);
    const waiting = await floor.system(() => services.waiting.orders({ code: 'schedule', cursor: null }));
    const own = waiting.items.filter(({ orderId }) => orderIds.includes(orderId));
    expect(own).toHaveLength(2);
    expect(own[0]!.waitingFor.text).toMatch(/^Waits for the schedule .+, due at 10:30\.$/);
    await archive(id);
  });

  it('holds its wave while the floor is not ready, and releases it when it is', async () => {
    const { templateId } = await line(3);
    const id = await create(templateId, times('10:15'));
    await floor.ask(`update release_channels set state = 'asleep'`);
    const limit = (ordersMax: number | null) =>
      floor.system(() => services.work.changeLimits({ stage: 'pick', ordersMax, ordersPerPerson: null }));
    await limit(1);
    floor.clock.advance(15 * 60_000);
    expect(await ended(id)).toMatchObject({ state: 'held', released: 0 });
    await limit(null);
    await look();
    expect(await runsOf(id)).toMatchObject([{ state: 'done', released: 3 }]);
    await archive(id);
  });

  it('ends with the reason when nothing waits, and only plans where a person releases', async () => {
    const { templateId } = await line(0);
    const id = await create(templateId, times('10:30'));
    floor.clock.advance(10 * 60_000);
    expect(await ended(id)).toMatchObject({ state: 'nothing', reasons: [{ code: 'waves.nothing-to-plan' }] });
    await archive(id);
    const planned = await line(1);
    const planOnly = await create(planned.templateId, times('10:40'), true);
    floor.clock.advance(10 * 60_000);
    await ended(planOnly);
    const [wave] = await floor.ask<{ state: string }>(`select state from waves where template_id = $1`, [
      planned.templateId,
    ]);
    expect(wave).toEqual({ state: 'planned' });
    await archive(planOnly);
  });

  it('goes on with the same wave when the process died after it was made', async () => {
    const { templateId } = await line(2);
    const id = await create(templateId, times('10:50'));
    floor.clock.advance(20 * 60_000);
    await look();
    const [made] = await floor.ask<{ wave_id: string }>(
      `select wave_id from schedule_runs where schedule_id = $1`,
      [id],
    );
    await eventually(async () => expect((await ended(id)).state).toBe('done'), { limitMs: 30_000 });
    const waves = await floor.ask(`select id from waves where template_id = $1`, [templateId]);
    expect(waves).toEqual([{ id: made!.wave_id }]);
    await archive(id);
  });
});

describe('a schedule by cut-off', () => {
  it('waits until its orders must start, then releases them', async () => {
    const { templateId } = await line(4);
    const id = await create(templateId, { kind: 'cut-off', marginMinutes: 30, ordersMin: 2 });
    await look();
    expect(await runsOf(id)).toEqual([]);
    const view = await floor.system(() => services.schedulesQueries.view(id));
    const nextAt = new Date(view.nextAt!);
    expect(nextAt > floor.clock.now() && nextAt < new Date('2026-03-02T16:00:00Z')).toBe(true);
    floor.clock.advance(nextAt.getTime() - floor.clock.now().getTime() + 10 * 60_000);
    expect(await ended(id)).toMatchObject({ state: 'done', released: 4 });
    await archive(id);
  });
});

describe('every order that is not released', () => {
  it('has one reason', async () => {
    const { templateId, orderIds, service } = await line(6);
    const [held, short, spent, inWave] = orderIds as [string, string, string, string];
    await floor.merchant(() => services.orders.placeHold(held, 'address', 'no house number'));
    await floor.ask(`update order_lines set reason = 'goods gone' where order_id = $1`, [short]);
    await floor.ask(`update order_lines set wave_attempts = 5, reason = 'goods gone' where order_id = $1`, [
      spent,
    ]);
    const { waveId } = await floor.system(() =>
      services.waves.createWave({ templateId, narrow: { filter: {}, ordersMax: 1 } }),
    );
    await floor.ask(`update orders set wave_id = $1 where id = $2`, [waveId, inWave]);
    const reasonOf = async (orderId: string) =>
      (await floor.system(() => services.waiting.order(orderId))).waitingFor.code;
    expect(await Promise.all([held, short, spent, inWave, orderIds[4]!].map(reasonOf))).toEqual([
      'hold',
      'goods-not-at-hand',
      'attempts-spent',
      'wave-planning',
      'nobody-takes-it',
    ]);
    await floor.system(() =>
      services.channels.createChannel({
        name: service,
        templateId,
        state: 'locked',
        filter: {},
        maxInFlight: 10,
        batchOrders: 5,
      }),
    );
    expect(await reasonOf(orderIds[4]!)).toBe('channel-locked');
    const groups = await floor.system(() => services.waiting.groups());
    const [counted] = await floor.ask<{ n: number }>(
      `select count(*)::int as n from orders where state in ('received', 'accepted', 'ready')`,
    );
    expect(groups.orders).toBe(counted!.n);
    expect(groups.groups.find(({ code }) => code === 'channel-locked')).toMatchObject({ orders: 2 });
    const listed = await floor.system(() => services.waiting.orders({ code: 'wave-planning', cursor: null }));
    expect(listed.items.map(({ orderId }) => orderId)).toEqual([inWave]);
    await expect(floor.system(() => services.waiting.order(newId()))).rejects.toMatchObject({
      code: 'waves.not-waiting',
    });
  });

  it('tells what the last wave had too little of, until a wave has room; nothing is written for those that go', async () => {
    const { templateId, orderIds, service } = await line(4, { unitsMax: 3 });
    const large = orderIds[3]!;
    await floor.ask('update orders set unit_count = 7 where id = $1', [large]);
    const plan = (narrow?: object, channel?: object) =>
      floor.system(async () => {
        const { waveId } = await services.waves.createWave({ templateId, ...narrow, ...channel });
        await services.waves.planWave(waveId);
        const [wave] = await floor.ask<{ number: number }>('select number::int from waves where id = $1', [
          waveId,
        ]);
        return wave!.number;
      });
    const waiting = (orderId: string) =>
      floor.system(async () => (await services.waiting.order(orderId)).waitingFor);
    const kept = () =>
      floor.ask('select order_ids from wave_left_orders where id = any($1::uuid[])', [
        [templateId, channelId],
      ]);
    let channelId: string = templateId;
    const wave = await plan({ narrow: { filter: {}, ordersMax: 2 } });
    const left = orderIds.slice(0, 3);
    const codes = await Promise.all(left.map(async (id) => (await waiting(id)).code));
    expect(codes.sort()).toEqual(['no-room-in-wave', 'wave-planned', 'wave-planned']);
    const last =
      left[(await Promise.all(left.map(waiting))).findIndex(({ code }) => code === 'no-room-in-wave')]!;
    expect(await waiting(last)).toEqual({
      code: 'no-room-in-wave',
      facts: { wave, capacity: 'orders', needed: 1, free: 0 },
      text: `Wave ${wave} had no room for it (orders: 1 needed, 0 free). A person plans the next wave.`,
    });
    expect(await waiting(large)).toMatchObject({
      code: 'larger-than-wave',
      facts: { wave, capacity: 'units', needed: 7, limit: 3 },
    });
    const grouped = await floor.system(() => services.waiting.groups());
    expect(
      grouped.groups
        .filter(({ facts }) => facts.wave === wave)
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['larger-than-wave', 'no-room-in-wave', 'wave-planned']);
    const listed = await floor.system(() =>
      services.waiting.orders({ code: 'larger-than-wave', cursor: null }),
    );
    expect(listed.items.map(({ orderId }) => orderId)).toEqual([large]);
    // A channel takes the last one, and finds the large one too large like the template's wave.
    channelId = await floor.system(() =>
      services.channels.createChannel({
        name: service,
        templateId,
        state: 'open',
        filter: {},
        maxInFlight: 10,
        batchOrders: 5,
      }),
    );
    expect((await waiting(large)).code).not.toBe('larger-than-wave');
    const next = await plan({}, { channel: { id: channelId, filter: {}, ordersMax: 5 } });
    expect(await waiting(large)).toMatchObject({ code: 'larger-than-wave', facts: { wave: next } });
    expect(await kept()).toHaveLength(2);
    await floor.ask('update orders set unit_count = 1 where id = $1', [large]);
    await plan();
    await plan({}, { channel: { id: channelId, filter: {}, ordersMax: 5 } });
    expect(await kept()).toEqual([]);
    await floor.system(() => services.channels.archiveChannel(channelId));
  });
});
