import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { eventually } from '#lib/testkit';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { newId } from '../platform/ids.js';
import { WAVE_STEPS } from './wave-steps.js';

let floor: Floor;
let services: FloorServices;
let number = 1_500;
let nextLocation = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 60, totes: 10 });
  services = floorServices(floor);
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

/** A carrier service with a lane, a template and goods of its own. */
async function line(): Promise<{ service: string; templateId: string; laneId: string; item: FixtureItem }> {
  const service = `r${++number}`;
  const [templateId, laneId] = [newId(), newId()];
  await floor.ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  await floor.ask(
    `insert into wave_templates (site_id, id, name, filter, limits, steps) values (1, $1, $2, $3, '{}', '{}')`,
    [templateId, service, JSON.stringify({ services: [service] })],
  );
  await floor.ask(`insert into lanes (site_id, id, code, name, kind) values (1, $1, $2, $2, 'ship')`, [
    laneId,
    service,
  ]);
  await floor.ask(
    `insert into lane_assignments (site_id, id, lane_id, carrier_code, service, rank) values (1, $1, $2, 'post', $3, 1)`,
    [newId(), laneId, service],
  );
  const item = await addItem(floor.ask, floor.merchantId, ++number);
  await floor.system(() =>
    services.adjustments.adjustStock({
      eventId: newId(),
      merchantCode: 'acme',
      sku: item.sku,
      locationCode: floor.locations[nextLocation++]!.code,
      quantity: 100,
      reason: 'spec',
    }),
  );
  return { service, templateId, laneId, item };
}

async function orders(count: number, service: string, item: FixtureItem): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, at) => {
    const externalRef = newId();
    const consignee = { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' };
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
  return results.map((result) => (result as { orderId: string }).orderId);
}

async function plannedWave(templateId: string): Promise<string> {
  return floor.system(async () => {
    const { waveId } = await services.waves.createWave({ templateId });
    await services.waves.planWave(waveId);
    return waveId;
  });
}

const limit = (stage: 'pick' | 'pack', ordersMax: number | null) =>
  floor.system(() => services.work.changeLimits({ stage, ordersMax, ordersPerPerson: null }));
const stateOf = async (waveId: string) =>
  (await floor.ask<{ state: string }>('select state from waves where id = $1', [waveId]))[0]!.state;
const fields = (templateId: string) => ({
  templateId,
  state: 'open' as const,
  filter: {},
  maxInFlight: 20,
  batchOrders: 4,
});

describe('a wave released by hand', () => {
  it('is held with every reason while the floor is not ready, and passes on a supervisor only', async () => {
    const { service, templateId, laneId, item } = await line();
    await orders(3, service, item);
    const waveId = await plannedWave(templateId);
    await limit('pick', 2);
    await floor.ask(`update lanes set fill = 'full' where id = $1`, [laneId]);
    const release = (override: { reason: string } | null) =>
      floor.person(floor.people[0]!.id, () => services.releases.releaseByHand(waveId, override));
    const refused = await release(null).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'waves.release-held',
      details: { facts: { reasons: [{ code: 'no-room-to-pick' }, { code: 'lane-full' }] } },
    });
    expect(await stateOf(waveId)).toBe('planned');
    await release({ reason: 'the truck waits' });
    expect(await stateOf(waveId)).toBe('released');
    const kept = await floor.ask(
      `select actor, data from events where type = 'waves.hold-overridden' and aggregate_id = $1`,
      [waveId],
    );
    expect(kept).toEqual([
      {
        actor: `person:${floor.people[0]!.id}`,
        data: { waveId, reason: 'the truck waits', held: ['no-room-to-pick', 'lane-full'] },
      },
    ]);
    await limit('pick', null);
  });
});

describe('a wave that is released as soon as it is planned', () => {
  const automatic = (templateId: string) =>
    floor.ask(`update wave_templates set pipeline = $2 where id = $1`, [
      templateId,
      JSON.stringify(WAVE_STEPS.map((name) => (name === 'release' ? { name, automatic: true } : { name }))),
    ]);
  const look = () => floor.system(() => services.waves.goOnWithWaiting(floor.siteId));
  const view = (waveId: string) => floor.system(() => services.wavesQueries.view(waveId));

  it('says what holds it, and goes when the floor is ready', async () => {
    const { service, templateId, laneId, item } = await line();
    await automatic(templateId);
    await orders(2, service, item);
    await floor.ask(`update lanes set fill = 'full' where id = $1`, [laneId]);
    const waveId = await floor.system(() => services.waves.startWave(templateId));
    await eventually(async () => expect(await stateOf(waveId)).toBe('planned'), { limitMs: 30_000 });
    await look();
    const held = await view(waveId);
    expect(held).toMatchObject({ state: 'planned', held: [{ code: 'lane-full' }] });
    expect(held.blocker).toContain(held.held![0]!.text);
    await floor.system(() => services.releases.lockWave(waveId));
    await floor.ask(`update lanes set fill = 'clear' where id = $1`, [laneId]);
    await look();
    expect(await stateOf(waveId)).toBe('locked');
    await floor.system(() => services.releases.unlockWave(waveId));
    expect((await view(waveId)).held).toEqual([]);
    await look();
    expect(await stateOf(waveId)).toBe('released');
  });

  it('goes at the next look when its process died between the plan and the release', async () => {
    const { service, templateId, item } = await line();
    const other = await line();
    await automatic(templateId);
    await orders(1, service, item);
    await orders(1, other.service, other.item);
    const [died, byHand] = [await plannedWave(templateId), await plannedWave(other.templateId)];
    await look();
    expect(await stateOf(died)).toBe('released');
    expect(await stateOf(byHand)).toBe('planned');
    expect(await view(byHand)).not.toHaveProperty('held');
  });
});

describe('the controller of work in progress', () => {
  it('holds channels by the limits of the site and says so', async () => {
    const { service, templateId, item } = await line();
    await orders(9, service, item);
    const inFlight = await floor.ask<{ n: number }>(
      `select count(*)::int as n from orders where state in ('released', 'picking')`,
    );
    await limit('pick', inFlight[0]!.n + 6);
    const channelId = await floor.system(() =>
      services.channels.createChannel({ ...fields(templateId), name: service }),
    );
    const due = () => floor.system(() => services.channels.releaseDue());
    expect(await due()).toHaveLength(1);
    expect(await due()).toHaveLength(0);
    const view = await floor.system(() => services.releaseQueries.channelView(channelId));
    expect(view).toMatchObject({
      inFlight: 4,
      waiting: 5,
      releasable: 0,
      reasons: [{ code: 'no-room-to-pick' }],
    });
    await limit('pick', null);
    floor.clock.advance(20_000);
    expect(await due()).toHaveLength(1);
    await floor.system(() => services.channels.archiveChannel(channelId));
  });

  it('waits longer after each wave that cannot be planned, has a supervisor told, and goes on once they can', async () => {
    const { service, templateId, item } = await line();
    await orders(4, service, item);
    const id = await floor.system(() =>
      services.channels.createChannel({ name: service, ...fields(templateId) }),
    );
    const wavesOf = () =>
      floor.ask<{ state: string }>('select state from waves where channel_id = $1 order by number', [id]);
    const look = () =>
      floor.system(async () => {
        await services.waves.finishChannelWaves();
        await services.channels.releaseDue();
      });
    const stuck = () =>
      floor.ask(
        `select resolution from exceptions where code = 'waves.channel-stuck' and subject_id = $1 order by opened_at`,
        [id],
      );
    const lookOften = async () => {
      for (let at = 0; at < 8; at += 1) await look();
    };
    Logger.overrideLogger(false);
    const end = services.steps.end.bind(services.steps);
    const spy = jest.spyOn(services.steps, 'end').mockImplementation((tx, waveId, step) => {
      if (step.name === 'assign' && step.state === 'succeeded') throw new Error('spec');
      return end(tx, waveId, step);
    });
    await lookOften();
    expect(await wavesOf()).toEqual([{ state: 'cancelled' }]);
    expect(await stuck()).toEqual([{ resolution: null }]);
    floor.clock.advance(61_000);
    await lookOften();
    expect(await wavesOf()).toHaveLength(2);
    floor.clock.advance(61_000);
    await lookOften();
    expect(await wavesOf()).toHaveLength(2);
    spy.mockRestore();
    floor.clock.advance(60_000);
    await look();
    expect((await wavesOf()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'released']);
    expect(await stuck()).toEqual([{ resolution: 'its waves are planned again' }]);
    await floor.system(() => services.channels.archiveChannel(id));
  });

  it('does not try orders that no wave can hold again every second, and takes those that come beside them', async () => {
    const { service, templateId, item } = await line();
    const [large] = await orders(1, service, item);
    await floor.ask('update orders set unit_count = 9, state_at = $2 where id = $1', [
      large,
      new Date(floor.clock.now().getTime() - 3_600_000),
    ]);
    await floor.ask(`update wave_templates set limits = '{"unitsMax": 5}' where id = $1`, [templateId]);
    const id = await floor.system(() =>
      services.channels.createChannel({ name: service, ...fields(templateId) }),
    );
    const look = () => floor.system(() => services.channels.releaseDue());
    const states = async () =>
      (
        await floor.ask<{ state: string }>('select state from waves where channel_id = $1 order by number', [
          id,
        ])
      ).map(({ state }) => state);
    for (let at = 0; at < 3; at += 1) await look();
    expect(await states()).toEqual(['cancelled']);
    expect((await floor.system(() => services.waiting.order(large!))).waitingFor.code).toBe(
      'larger-than-wave',
    );
    await orders(1, service, item);
    await look();
    expect(await states()).toEqual(['cancelled', 'released']);
    await floor.system(() => services.channels.archiveChannel(id));
  });

  it('leaves the services of full lanes waiting and lets the others go', async () => {
    const [full, free] = [await line(), await line()];
    await orders(2, full.service, full.item);
    await orders(2, free.service, free.item);
    const both = newId();
    await floor.ask(
      `insert into wave_templates (site_id, id, name, filter, limits, steps) values (1, $1, $1::uuid::text, $2, '{}', '{}')`,
      [both, JSON.stringify({ services: [full.service, free.service] })],
    );
    await floor.ask(`update lanes set fill = 'full' where id = $1`, [full.laneId]);
    const name = `both ${full.service}`;
    const id = await floor.system(() => services.channels.createChannel({ ...fields(both), name }));
    // The pickers have a batch before them: a part of one gathers longer.
    floor.clock.advance(5 * 60_000);
    expect(await floor.system(() => services.channels.releaseDue())).toHaveLength(1);
    const states = await floor.ask(
      `select service, state, count(*)::int as n from orders where service = any($1) group by service, state order by service`,
      [[full.service, free.service]],
    );
    expect(states).toEqual([
      { service: full.service, state: 'ready', n: 2 },
      { service: free.service, state: 'released', n: 2 },
    ]);
    const view = await floor.system(() => services.releaseQueries.channelView(id));
    expect(view).toMatchObject({ waiting: 2, releasable: 0, reasons: [{ code: 'lane-full' }] });
    await floor.ask(`update lanes set fill = 'clear' where id = $1`, [full.laneId]);
    expect(await floor.system(() => services.channels.releaseDue())).toHaveLength(1);
    await floor.system(() => services.channels.archiveChannel(id));
  });
});

describe('channels', () => {
  it('are warned of what else may take their orders: how many, and who goes first', async () => {
    const [{ service, templateId, item }, other] = [await line(), await line()];
    await orders(3, service, item);
    const make = (name: string, over: object) =>
      floor.system(() =>
        services.channels.createChannel({ ...fields(templateId), name: `${name} ${service}`, ...over }),
      );
    const view = (id: string) => floor.system(() => services.releaseQueries.channelView(id));
    const gathering = await make('wide', { batchOrders: 8, maxInFlight: 8 });
    const quick = await make('quick', { batchOrders: 2, filter: { linesMax: 1 } });
    const long = await make('long', { filter: { linesMin: 2 } });
    const locked = await make('locked', { state: 'locked' });
    const elsewhere = await make('elsewhere', { templateId: other.templateId });
    expect((await view(gathering)).rivals).toEqual([
      expect.objectContaining({ kind: 'channel', id: quick, orders: 3, goesFirst: true }),
      expect.objectContaining({ id: long, orders: 0 }),
    ]);
    expect((await view(quick)).rivals).toMatchObject([
      {
        id: gathering,
        orders: 3,
        goesFirst: false,
        because: { facts: { first: `quick ${service}`, few: 2, many: 8 } },
      },
    ]);
    for (const id of [locked, elsewhere]) expect((await view(id)).rivals).toEqual([]);

    // In the editor the channel is judged as it is typed, with the filter of its template.
    const schedule = await floor.system(() =>
      services.scheduleSetup.create({
        name: `noon ${service}`,
        templateId,
        rule: { kind: 'times', times: ['12:00'], days: [1] },
        planOnly: false,
        active: true,
      }),
    );
    const draft = { id: locked, name: 'locked', templateId, batchOrders: 1 };
    const typed = await floor.system(() =>
      services.matches.match({ filter: { linesMax: 1 }, channel: draft }),
    );
    expect(typed).toMatchObject({ orders: 3, rivals: [{ orders: 3 }, { orders: 3 }, { orders: 3 }] });
    expect(typed.rivals.map(({ id, goesFirst }) => [id, goesFirst])).toEqual(
      expect.arrayContaining([
        [gathering, false],
        [quick, false],
        [schedule, false],
      ]),
    );
    for (const id of [gathering, quick, long, locked, elsewhere])
      await floor.system(() => services.channels.archiveChannel(id));
  });

  it('are made, changed and put away; a name comes back with its channel', async () => {
    const { templateId } = await line();
    const create = (over = {}) =>
      floor.system(() => services.channels.createChannel({ ...fields(templateId), name: 'night', ...over }));
    const id = await create();
    await expect(create()).rejects.toMatchObject({ code: 'waves.channel-name-taken' });
    await expect(create({ name: 'x', maxInFlight: 2 })).rejects.toMatchObject({
      code: 'waves.batch-too-large',
    });
    const other = await create({ name: 'day' });
    await expect(
      floor.system(() => services.channels.changeChannel(other, { name: 'night' })),
    ).rejects.toMatchObject({ code: 'waves.channel-name-taken' });
    await expect(
      floor.system(() => services.channels.changeChannel(other, { maxInFlight: 1 })),
    ).rejects.toMatchObject({ code: 'waves.batch-too-large' });
    await floor.system(() => services.channels.archiveChannel(id));
    await floor.system(() => services.channels.archiveChannel(id));
    await expect(
      floor.system(() => services.channels.changeChannel(id, { state: 'open' })),
    ).rejects.toMatchObject({ code: 'waves.unknown-channel' });
    expect(await create({ batchOrders: 3 })).toBe(id);
    const view = await floor.system(() => services.releaseQueries.channelView(id));
    expect(view).toMatchObject({ name: 'night', batchOrders: 3, maxInFlight: 20, state: 'open' });
  });
});

describe('a merge', () => {
  it('makes one wave of two with all that was set aside, and refuses what is not planned, each with its reason', async () => {
    const [one, two] = [await line(), await line()];
    await orders(3, one.service, one.item);
    await orders(2, two.service, two.item);
    const [first, second] = [await plannedWave(one.templateId), await plannedWave(two.templateId)];
    await floor.system(() => services.releases.lockWave(second));
    const merged = () =>
      floor.system(() => floor.db.transaction((tx) => services.merges.merge(tx, [first, second])));
    expect(await merged()).toBe(first);
    expect(await floor.system(() => services.waves.planWave(first))).toBe(true);
    const view = await floor.system(() => services.wavesQueries.view(first));
    expect(view).toMatchObject({ state: 'planned', orderCount: 5, lineCount: 5 });
    expect(await stateOf(second)).toBe('cancelled');
    const tasks = await floor.ask(
      `select t.state, count(*)::int as n from tasks t join runs r on r.id = t.run_id where r.wave_id = $1 group by 1 order by 1`,
      [first],
    );
    expect(tasks).toEqual([
      { state: 'cancelled', n: 3 },
      { state: 'ready', n: 5 },
    ]);
    await floor.system(() => services.releases.releaseWave(first));
    const released = await floor.ask(
      `select state, count(*)::int as n from orders where wave_id = $1 group by 1`,
      [first],
    );
    expect(released).toEqual([{ state: 'released', n: 5 }]);
    await expect(merged()).rejects.toMatchObject({
      code: 'waves.cannot-merge',
      details: { facts: { reasons: [{ code: 'wrong-state' }, { code: 'wrong-state' }] } },
    });
  });

  it('and a release at the same moment: one of them wins, and every order is in one wave', async () => {
    const [one, two] = [await line(), await line()];
    await orders(2, one.service, one.item);
    await orders(2, two.service, two.item);
    const [first, second] = [await plannedWave(one.templateId), await plannedWave(two.templateId)];
    const raced = await Promise.allSettled([
      floor.system(() => floor.db.transaction((tx) => services.merges.merge(tx, [first, second]))),
      floor.system(() => services.releases.releaseWave(second)),
    ]);
    expect(raced.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    if (raced[0]!.status === 'fulfilled') await floor.system(() => services.waves.planWave(first));
    const lines = await floor.ask(
      `select count(*)::int as n, count(distinct order_line_id)::int as lines from wave_lines
       where wave_id = any($1) and state = 'included'`,
      [[first, second]],
    );
    expect(lines).toEqual([{ n: 4, lines: 4 }]);
  });
});

describe('a line that five waves could not take', () => {
  const failed = async (service: string, item: FixtureItem): Promise<string> => {
    const [orderId] = await orders(1, service, item);
    const [own] = await floor.ask<{ id: string }>(`select id from order_lines where order_id = $1`, [
      orderId,
    ]);
    for (let attempt = 1; attempt <= 5; attempt++)
      await floor.system(() =>
        floor.db.transaction((tx) =>
          services.leftOut.countAttempts(tx, newId(), [
            { orderId: orderId!, reason: 'gone', shortLineIds: [own!.id] },
          ]),
        ),
      );
    const opened = await floor.ask(
      `select code from exceptions where order_id = $1 and resolved_at is null`,
      [orderId],
    );
    expect(opened).toEqual([{ code: 'waves.line-failed' }]);
    return orderId!;
  };
  const decide = (orderId: string, remedy: string) =>
    floor.system(() => floor.db.transaction((tx) => services.remedies.carryOut(tx, orderId, remedy)));
  const stateAfter = async (orderId: string) =>
    (await floor.ask<{ state: string }>(`select state from orders where id = $1`, [orderId]))[0]!.state;

  it('is tried again, closed short or cancelled as the supervisor decides', async () => {
    const { service, templateId, item } = await line();
    const again = await failed(service, item);
    await expect(plannedWave(templateId)).rejects.toMatchObject({ code: 'waves.nothing-to-plan' });
    await decide(again, 'try again');
    expect(await stateOf(await plannedWave(templateId))).toBe('planned');
    const short = await failed(service, item);
    for (let twice = 0; twice < 2; twice++) await decide(short, 'close the lines short');
    expect(await stateAfter(short)).toBe('closed-short');
    const cancelled = await failed(service, item);
    for (let twice = 0; twice < 2; twice++) await decide(cancelled, 'cancel the order');
    expect(await stateAfter(cancelled)).toBe('cancelled');
  });
});
