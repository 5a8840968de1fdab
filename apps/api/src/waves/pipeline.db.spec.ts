import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OrderFilter, RunView, TemplateStep, WaveTemplateBody } from '#lib/contracts';
import { eventually } from '#lib/testkit';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { holdThread } from '../../test/hold-thread.js';
import { newId } from '../platform/ids.js';
import { WAVE_STEPS } from './wave-steps.js';

let floor: Floor;
let services: FloorServices;
let number = 900;
let nextLocation = 0;
let nextTote = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 90, totes: 20 });
  services = floorServices(floor);
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

const system = <T>(work: () => Promise<T>) => floor.system(work);
const freshItem = (tracking = 'none') => addItem(floor.ask, floor.merchantId, ++number, tracking);
const limits = { ordersMax: 500, linesMax: 5_000, unitsMax: 50_000 };

async function stockAt(item: FixtureItem, quantity: number, over: object = {}): Promise<string> {
  const { code } = floor.locations[nextLocation++]!;
  const adjustment = {
    eventId: newId(),
    merchantCode: 'acme',
    sku: item.sku,
    locationCode: code,
    quantity,
    reason: 'spec',
  };
  await system(() => services.adjustments.adjustStock({ ...adjustment, ...over }));
  return code;
}

async function order(service: string, lines: [FixtureItem, number][], over: object = {}): Promise<string> {
  const body = {
    externalRef: newId(),
    carrier: 'post',
    service,
    consignee: { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
    lines: lines.map(([{ sku }, quantity]) => ({ sku, quantity })),
    ...over,
  };
  const [result] = await floor.merchant(() =>
    services.intake.acceptOrders([{ row: 1, order: body, externalRef: body.externalRef, faults: [] }]),
  );
  return (result as { orderId: string }).orderId;
}

/** A carrier service of its own for each spec, so that its template only sees its orders. */
async function freshService(): Promise<string> {
  const service = `p${++number}`;
  await floor.ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  return service;
}

const withOptions = (...options: TemplateStep[]): TemplateStep[] =>
  WAVE_STEPS.map((name) => options.find((each) => each.name === name) ?? ({ name } as TemplateStep));
const body = (service: string, over: Partial<WaveTemplateBody> = {}): WaveTemplateBody => ({
  name: service,
  filter: { services: [service] },
  limits,
  ...over,
});
const template = (service: string, over: Partial<WaveTemplateBody> = {}) =>
  system(() => services.templates.createTemplate(body(service, over)));
const planned = (templateId: string) =>
  system(async () => {
    const { waveId } = await services.waves.createWave({ templateId });
    await services.waves.planWave(waveId);
    return waveId;
  });
const wave = (id: string) => system(() => services.wavesQueries.view(id));
const reservedOf = async (item: FixtureItem) =>
  (
    await floor.ask<{ sum: number }>(
      `select coalesce(sum(reserved), 0)::int as sum from levels where item_id = $1`,
      [item.id],
    )
  )[0]!.sum;

describe('a template', () => {
  it('is made, changed by one at a time, copied and put away', async () => {
    const service = await freshService();
    const id = await template(service, { thresholds: { ordersMin: 2 }, planningSecondsMax: 5 });
    const view = () => system(() => services.templatesQueries.view(id));
    expect(await view()).toMatchObject({ version: 1, planningSecondsMax: 5, steps: WAVE_STEPS, matching: 0 });
    const change = (over: Partial<WaveTemplateBody>) =>
      system(() => services.templates.changeTemplate(id, body(service, over)));
    await change({ version: 1, pipeline: withOptions({ name: 'reserve', strategy: 'fifo' }) });
    expect((await view()).pipeline[3]).toEqual({ name: 'reserve', strategy: 'fifo' });
    await expect(change({ version: 1 })).rejects.toMatchObject({ code: 'waves.template-changed' });
    await expect(change({ filter: { linesMin: 3, linesMax: 2 } })).rejects.toMatchObject({
      code: 'waves.template-invalid',
      details: { status: 422, errors: [{ field: 'filter.linesMin' }] },
    });
    const copy = await system(() => services.templates.copyTemplate(id, `${service} copy`));
    expect((await system(() => services.templatesQueries.view(copy))).pipeline).toEqual(
      (await view()).pipeline,
    );
    await expect(system(() => services.templates.copyTemplate(id, `${service} copy`))).rejects.toMatchObject({
      code: 'waves.template-name-taken',
    });
    await system(() => services.templates.setArchived(copy, true));
    await expect(planned(copy)).rejects.toMatchObject({ code: 'waves.unknown-template' });
    const names = async (archived: boolean) =>
      (await system(() => services.templatesQueries.list(archived))).items.map(({ name }) => name);
    expect(await names(false)).not.toContain(`${service} copy`);
    expect(await names(true)).toContain(`${service} copy`);
  });

  it('counts what a filter would find, by merchant and service, and whether it is worth a wave', async () => {
    const service = await freshService();
    const [small, large] = [await freshItem(), await freshItem()];
    await floor.ask('update items set length_mm = 800, weight_grams = 9000 where id = $1', [large.id]);
    await stockAt(small, 50);
    await stockAt(large, 50);
    await order(service, [[small, 1]]);
    await order(service, [[small, 3]], { priority: 1 });
    await order(service, [
      [large, 1],
      [small, 2],
    ]);
    const match = (filter: OrderFilter) =>
      system(() =>
        services.matches.match({ filter: { services: [service], ...filter }, thresholds: { ordersMin: 3 } }),
      );
    expect(await match({})).toMatchObject({
      orders: 3,
      lines: 4,
      units: 7,
      below: [],
      byMerchant: [{ merchantCode: 'acme', orders: 3 }],
      byService: [{ carrier: 'post', service, orders: 3 }],
    });
    const counts: [OrderFilter, number][] = [
      [{ shape: 'single-unit' }, 1],
      [{ shape: 'single-line' }, 2],
      [{ shape: 'multi-line' }, 1],
      [{ unitsMin: 3 }, 2],
      [{ unitsMin: 3, unitsMax: 3, linesMax: 1 }, 1],
      [{ weightGramsMin: 9_000 }, 1],
      [{ volumeMlMax: 100 }, 0],
      [{ countries: ['FR'] }, 3],
      [{ countries: ['DE'] }, 0],
      [{ priorityMax: 1 }, 1],
      [{ cutOffAfterMinutes: 20_000 }, 0],
      [{ zones: ['A'] }, 3],
      [{ zones: ['nowhere'] }, 0],
    ];
    for (const [filter, orders] of counts)
      expect({ filter, ...(await match(filter)) }).toMatchObject({ filter, orders });
    expect((await match({ shape: 'multi-line' })).below).toEqual([{ measure: 'orders', have: 1, need: 3 }]);
    const id = await template(service, { thresholds: { ordersMin: 4 } });
    await expect(planned(id)).rejects.toMatchObject({ code: 'waves.below-threshold' });
  });
});

describe('a dry run', () => {
  it('decides as the wave does, keeps nothing, and tells what changed since the last one', async () => {
    const service = await freshService();
    const items = [await freshItem(), await freshItem()] as const;
    for (const item of items) await stockAt(item, 20);
    for (let n = 0; n < 5; n += 1) await order(service, [[items[n % 2]!, 1 + n]]);
    const id = await template(service);
    const dryRun = () => system(() => services.dryRuns.ofTemplate(id));
    const first = await dryRun();
    expect(first).toMatchObject({ orders: 5, lines: 5, units: 15, runs: 1, left: 0, difference: null });
    expect(first.cartons.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(5);
    expect(first.labour.pickMinutes).toBeGreaterThan(0);
    expect(first.cutOffs).toMatchObject([{ carrier: 'post', service, orders: 5 }]);
    expect(first.steps.map(({ name }) => name)).toEqual(WAVE_STEPS.filter((name) => name !== 'release'));
    expect(await reservedOf(items[0])).toBe(0);
    expect(await floor.ask('select 1 from waves where template_id = $1', [id])).toEqual([]);
    await order(service, [[items[0], 1]]);
    const second = await dryRun();
    expect(second.difference).toMatchObject({ since: first.at, ordersAdded: 1, ordersGone: 0 });
    expect(second.difference!.figures).toContainEqual({ name: 'orders', before: 5, after: 6 });
    expect(second.difference!.figures.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['cartons', 'labourMinutes', 'packMinutes']),
    );
    expect(await system(() => services.dryRuns.last(id))).toEqual(JSON.parse(JSON.stringify(second)));
    const waveId = await planned(id);
    const kept = await wave(waveId);
    expect(kept).toMatchObject({ orderCount: 6, unitCount: second.units });
    expect(kept.summary).toMatchObject({ runs: second.runs, walkMetres: second.walkMetres });
    expect(await system(() => services.dryRuns.ofWave(waveId))).toMatchObject({
      orders: 6,
      runs: second.runs,
      walkMetres: second.walkMetres,
      steps: [],
    });
  });

  it('tells all faults at once, of orders and of lines', async () => {
    const service = await freshService();
    const [item, none] = [await freshItem(), await freshItem()];
    await stockAt(item, 9);
    await order(service, [[item, 1]]);
    const short = await order(service, [
      [item, 1],
      [none, 2],
    ]);
    const id = await template(service);
    // Promised, and yet at no location: as goods that are still at the dock.
    await floor.ask(`update stock_totals set on_hand = 2, promised = 2 where item_id = $1`, [none.id]);
    await floor.ask(`update order_lines set promised = ordered, state = 'open' where order_id = $1`, [short]);
    await floor.ask(`update orders set state = 'ready' where id = $1`, [short]);
    const { orders, faults, shortLines } = await system(() => services.dryRuns.ofTemplate(id));
    expect({ orders, shortLines }).toEqual({ orders: 1, shortLines: 1 });
    expect(faults.map(({ reason, sku }) => [reason.code, sku])).toEqual([
      ['no-stock', none.sku],
      ['order-incomplete', item.sku],
    ]);
    const waveId = await planned(id);
    expect(await wave(waveId)).toMatchObject({ orderCount: 1, faultCount: 2 });
    const kept = await system(() => services.faults.ofWave(waveId));
    expect(kept.items.map(({ reason, orderId }) => [reason.code, orderId]).sort()).toEqual([
      ['no-stock', short],
      ['order-incomplete', short],
    ]);
    const why = await system(() => services.explains.explain('order', short));
    expect(why.choices.filter(({ kind }) => kind === 'left-out')).toHaveLength(2);
    expect(why.waiting).toHaveLength(1);
  });
});

it('a dry run that takes too long can be stopped; nothing of it is kept', async () => {
  const service = await freshService();
  const item = await freshItem();
  await stockAt(item, 3);
  await order(service, [[item, 1]]);
  const id = await template(service);
  const stop = () => system(async () => services.dryRuns.stop(id));
  await expect(stop()).rejects.toMatchObject({ code: 'waves.no-dry-run' });
  const thread = holdThread(services.planner);
  const dryRun = system(() => services.dryRuns.ofTemplate(id));
  const refused = expect(dryRun).rejects.toMatchObject({ code: 'waves.dry-run-stopped' });
  await eventually(stop);
  await refused;
  await thread.letGo();
  await expect(system(() => services.dryRuns.last(id))).rejects.toMatchObject({ code: 'waves.no-dry-run' });
});

describe('a planned wave', () => {
  it('explains its choices, has a drawn route, and plans cartons for the bench', async () => {
    const service = await freshService();
    const item = await freshItem('expiry');
    await stockAt(item, 3, { expiresOn: '2026-04-01' });
    await stockAt(item, 30, { expiresOn: '2026-09-01' });
    const orderId = await order(service, [[item, 5]]);
    const waveId = await planned(await template(service));
    const why = await system(() => services.explains.explain('order', orderId));
    const kinds = new Set(why.choices.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['bin', 'carton', 'run', 'select']);
    expect(why.choices.every(({ reasons }) => reasons.every(({ code, text }) => code && text))).toBe(true);
    expect(
      why.choices.filter(({ kind }) => kind === 'bin').flatMap(({ reasons }) => reasons[0]!.code),
    ).toEqual(['fefo', 'fefo']);
    const { items: runs } = await system(() => services.waveRunsQueries.runs(waveId, 0));
    expect(runs).toMatchObject([
      { method: 'cluster', orders: 1, stops: 2, units: 5, slots: [{ slot: 1, orderId }] },
    ]);
    const route = await system(() => services.waveRunsQueries.route(waveId, runs[0]!.id));
    expect(route.stops.map(({ stop }) => stop)).toEqual([1, 2]);
    expect(Math.round(route.walkMm / 1000)).toBe(runs[0]!.walkMetres);
    expect(route.path[0]).toEqual({ xMm: route.start.xMm, yMm: route.start.yMm });
    for (const id of [runs[0]!.id, waveId]) {
      const kind = id === waveId ? 'wave' : 'run';
      expect((await system(() => services.explains.explain(kind, id))).choices.length).toBeGreaterThan(0);
    }
    const map = await system(() => services.floorMaps.floorMap());
    expect(map.marks.length).toBeGreaterThanOrEqual(90);
    expect(map.walkways.some(({ kind }) => kind === 'cross-aisle')).toBe(true);
    const [carton] = await floor.ask<{ contents: unknown }>(
      'select contents from planned_cartons where order_id = $1',
      [orderId],
    );
    expect(carton!.contents).toEqual([{ itemId: item.id, quantity: 5 }]);
  });

  it.each([
    ['cancel', false, 'cancelled'],
    ['keep the best', true, 'planned'],
  ])('can be stopped while it is being planned: %s', async (_what, keepBest, state) => {
    const service = await freshService();
    const item = await freshItem();
    await stockAt(item, 400);
    for (let n = 0; n < 30; n += 1) await order(service, [[item, 1]]);
    const id = await template(service, { planningSecondsMax: 600 });
    const waveId = await system(() => services.waves.startWave(id));
    await system(() => services.waves.cancelWave(waveId, { reason: 'spec', keepBest }));
    const ended = await eventually(
      async () => {
        const found = await wave(waveId);
        expect(found.state).toBe(state);
        return found;
      },
      { limitMs: 30_000 },
    );
    expect(ended.orderCount).toBe(keepBest ? 30 : 0);
    expect(await reservedOf(item)).toBe(keepBest ? 30 : 0);
  });
});

describe('pick and pass', () => {
  it('sends a cart from zone to zone, one picker after the other, with the totes of the orders that go on', async () => {
    const zoneB = newId();
    await floor.ask(`insert into zones (site_id, id, code, name) values (1, $1, 'B', 'Far')`, [zoneB]);
    const far = floor.locations.slice(-20).map(({ id }) => id);
    await floor.ask('update locations set zone_id = $1 where id = any($2::uuid[])', [zoneB, far]);
    const [near, away] = [await freshItem(), await freshItem()];
    await stockAt(near, 20);
    nextLocation = 80;
    await stockAt(away, 20);
    const service = await freshService();
    const both = await order(service, [
      [near, 1],
      [away, 2],
    ]);
    const nearOnly = await order(service, [[near, 2]]);
    const waveId = await planned(
      await template(service, { pipeline: withOptions({ name: 'batch', method: 'zone' }) }),
    );
    await system(() => services.waves.releaseWave(waveId));
    await floor.ask(OTHER_RUNS, [waveId]);
    const runs = () => system(async () => (await services.waveRunsQueries.runs(waveId, 0)).items);
    expect((await runs()).map(({ zone, leg, state, orders }) => [zone, leg, state, orders])).toEqual([
      ['A', 0, 'ready', 2],
      ['B', 1, 'blocked', 1],
    ]);
    const first = await pickAll(0);
    const view = (orderId: string) => floor.merchant(() => services.ordersQueries.view(orderId));
    expect((await view(nearOnly)).state).toBe('picked');
    expect((await view(both)).state).toBe('picking');
    const pass = () => system(() => floor.db.transaction((tx) => services.gates.passOn(tx, waveId)));
    expect(await pass()).toHaveLength(1);
    expect(await pass()).toEqual([]);
    const second = await pickAll(1);
    const lpnOf = (run: typeof first, orderId: string) =>
      run.slots.find((slot) => slot.orderId === orderId)!.lpn;
    expect(second.slots.map(({ orderId }) => orderId)).toEqual([both]);
    expect(lpnOf(second, both)).toBe(lpnOf(first, both));
    expect((await view(both)).state).toBe('picked');
    const goods = await floor.ask(
      `select count(distinct l.item_id)::int as items from levels l join containers c on c.id = l.account_id
       where c.lpn = $1 and l.quantity > 0`,
      [lpnOf(first, both)],
    );
    expect(goods).toEqual([{ items: 2 }]);
  });

  it.each([
    ['handed over', 1],
    ['passed on', 1],
    ['picked on', 3],
  ])(
    'is undone when the cart was %s: what it carries goes back, and nobody goes on with it',
    async (stage, units) => {
      const [near, away] = [await freshItem(), await freshItem()];
      const farther = nextLocation;
      nextLocation = 60;
      await stockAt(near, 20);
      nextLocation = farther;
      await stockAt(away, 20);
      const service = await freshService();
      const orderId = await order(service, [
        [near, 1],
        [away, 2],
      ]);
      const waveId = await planned(
        await template(service, { pipeline: withOptions({ name: 'batch', method: 'zone' }) }),
      );
      await system(() => services.waves.releaseWave(waveId));
      await floor.ask(OTHER_RUNS, [waveId]);
      const pass = () => system(() => floor.db.transaction((tx) => services.gates.passOn(tx, waveId)));
      const first = await pickAll(0);
      if (stage !== 'handed over') expect(await pass()).toHaveLength(1);
      const lpns = new Map<number, string | null>(first.slots.map(({ slot, lpn }) => [slot, lpn]));
      const ana = <T>(work: () => Promise<T>) => floor.person(floor.people[0]!.id, work);
      const second = stage === 'picked on' ? (await ana(() => services.runs.claimRun('C-0001')))! : null;
      if (second) await pickTasks(ana, second, lpns);
      const undo = { dryRun: false, reason: 'the release was undone' };
      expect(await ana(() => services.undos.undoWave(waveId, undo))).toMatchObject({
        state: 'cancelled',
        ordersBack: 1,
        ordersKept: 0,
      });
      expect(await pass()).toEqual([]);
      if (second)
        await ana(() => services.runs.dropRun(second.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
      expect(await ana(() => services.runs.claimRun('C-0001'))).toBeNull();
      const back = (await ana(() => services.putBacks.list())).filter(({ sku }) =>
        [near.sku, away.sku].includes(sku),
      );
      expect(back.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(units);
      for (const putBack of back)
        await ana(() =>
          services.putBacks.confirm(putBack.id, {
            eventId: newId(),
            containerScan: putBack.sourceCodes[0]!,
            itemScans: Array.from({ length: putBack.quantity }, () => putBack.barcodes[0]!.code),
            locationScan: `L-${putBack.location}`,
          }),
        );
      const shelves = await floor.ask(
        `select sum(quantity)::int as quantity, sum(reserved)::int as reserved from levels where account_kind = 'location'
         and item_id = any($1::uuid[])`,
        [[near.id, away.id]],
      );
      expect(shelves).toEqual([{ quantity: 40, reserved: 0 }]);
      const totes = await floor.ask(
        `select state, station_id is null as loose from containers where lpn = $1`,
        [first.slots[0]!.lpn],
      );
      expect(totes).toEqual([{ state: 'empty', loose: true }]);
      expect((await floor.merchant(() => services.ordersQueries.view(orderId))).state).toBe('ready');
    },
  );
});

/** Runs of earlier specs, out of the way. */
const OTHER_RUNS = `update runs set state = 'cancelled' where wave_id <> $1 and state in ('ready', 'blocked')`;

/** A person claims the next run with the one cart, confirms each pick and drops the totes; answers the run as it was picked. */
async function pickAll(person: number) {
  const act = <T>(work: () => Promise<T>) => floor.person(floor.people[person]!.id, work);
  const run = (await act(() => services.runs.claimRun('C-0001')))!;
  const lpns = new Map(run.slots.map(({ slot, lpn }) => [slot, lpn]));
  await pickTasks(act, run, lpns);
  await act(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
  return { ...run, slots: run.slots.map((slot) => ({ ...slot, lpn: lpns.get(slot.slot) ?? null })) };
}

/** Confirms every pick of a run, into the tote of its slot or a fresh one. */
async function pickTasks(
  act: <T>(work: () => Promise<T>) => Promise<T>,
  run: RunView,
  lpns: Map<number, string | null>,
): Promise<void> {
  for (const task of run.tasks) {
    const lpn = lpns.get(task.slot) ?? floor.totes[nextTote++]!;
    lpns.set(task.slot, lpn);
    const code = task.item.barcodes[0]!.code;
    await act(() =>
      services.picks.confirmPick(task.id, {
        eventId: newId(),
        locationScan: `L-${task.location.code}`,
        itemScans: Array.from({ length: task.quantity }, () => code),
        containerScan: lpn,
        at: new Date().toISOString(),
      }),
    );
  }
}
