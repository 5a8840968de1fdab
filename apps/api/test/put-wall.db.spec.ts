import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConfirmPick, PickTaskView, PutWallView, RunView } from '#lib/contracts';
import { checkInvariants } from '../src/control-tower/invariant-checker.service.js';
import { CartonAdviceService } from '../src/packing/carton-advice.service.js';
import { PackingService } from '../src/packing/packing.service.js';
import { ParcelsService } from '../src/packing/parcels.service.js';
import { newId } from '../src/platform/ids.js';
import { addItem, buildFloor, type FixtureItem, type Floor } from './floor-fixture.js';
import { type FloorServices, floorServices } from './floor-services.js';

const WALL = 'S-WALL-1';

let floor: Floor;
let services: FloorServices;
let packing: PackingService;
let templateId: string;
let number = 800;
let nextTote = 0;
let nextLocation = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 60, totes: 60 });
  services = floorServices(floor);
  const { db } = floor;
  packing = new PackingService(
    db,
    services.inventory,
    services.progress,
    new ParcelsService(),
    new CartonAdviceService(services.planner),
  );
  const slots = Array.from({ length: 6 }, (_, at) => ({
    code: `T-90000${at + 1}`,
    row: 1 + Math.floor(at / 3),
    column: 1 + (at % 3),
    volumeMl: 20_000,
  }));
  await floor.system(() => services.wallSetup.configure(WALL, { name: 'Wall', slots }));
  templateId = newId();
  await floor.ask(
    `insert into wave_templates (site_id, id, name, filter, limits, steps, pipeline) values (1, $1, 'Batch', '{}', '{"ordersMax": 20}', '{}',
       (select jsonb_agg(case when name = 'batch' then jsonb_build_object('name', name, 'method', 'batch') else jsonb_build_object('name', name) end)
        from unnest(array['select', 'validate', 'promise', 'reserve', 'replenish', 'cartonise', 'batch', 'route', 'assign', 'create-tasks',
          'release']) as name))`,
    [templateId],
  );
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

const tote = () => floor.totes[nextTote++]!;
const ana = <T>(work: () => Promise<T>) => floor.person(floor.people[0]!.id, work);
const bo = <T>(work: () => Promise<T>) => floor.person(floor.people[1]!.id, work);
const freshItem = () => addItem(floor.ask, floor.merchantId, ++number);
const view = (orderId: string) => floor.merchant(() => services.ordersQueries.view(orderId));
const wall = () => ana(() => services.walls.view(WALL));

async function stock(item: FixtureItem, quantity: number): Promise<string> {
  const { code } = floor.locations[nextLocation++]!;
  const { sku } = item;
  await floor.system(() =>
    services.adjustments.adjustStock({
      eventId: newId(),
      merchantCode: 'acme',
      sku,
      locationCode: code,
      quantity,
      reason: 'spec',
    }),
  );
  return code;
}

async function order(...lines: [FixtureItem, number][]): Promise<string> {
  const body = {
    externalRef: newId(),
    carrier: 'post',
    service: 'standard',
    consignee: { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
    lines: lines.map(([{ sku }, quantity]) => ({ sku, quantity })),
  };
  const [result] = await floor.merchant(() =>
    services.intake.acceptOrders([{ row: 1, order: body, externalRef: body.externalRef, faults: [] }]),
  );
  return (result as { orderId: string }).orderId;
}

async function releasedWave(): Promise<string> {
  return floor.system(async () => {
    const { waveId } = await services.waves.createWave({ templateId });
    expect(await services.waves.planWave(waveId)).toBe(true);
    await services.waves.releaseWave(waveId);
    return waveId;
  });
}

const claim = async () => (await ana(() => services.runs.claimRun('C-0001')))!;

function pick(task: PickTaskView, lpn: string, over: Partial<ConfirmPick> = {}) {
  const code = task.item.barcodes[0]!.code;
  const confirm: ConfirmPick = {
    eventId: newId(),
    locationScan: `L-${task.location.code}`,
    itemScans: Array.from({ length: task.quantity }, () => code),
    containerScan: lpn,
    at: new Date().toISOString(),
    ...over,
  };
  return ana(() => services.picks.confirmPick(task.id, confirm));
}

const drop = (run: RunView, stationScan = WALL) =>
  ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan }));

/** Picks a whole run into one tote and hands it over at the wall. */
async function pickedTote(): Promise<string> {
  const run = await claim();
  const lpn = tote();
  for (const task of run.tasks) await pick(task, lpn);
  expect(await drop(run)).toEqual({ containers: [lpn], orders: 0 });
  return lpn;
}

async function sorted(lpn: string, item: FixtureItem, by = ana) {
  const asked = await by(() => services.walls.sort(WALL, { containerScan: lpn, itemScan: item.barcode }));
  return by(() => services.walls.put(WALL, putOf(lpn, item, asked.slot)));
}

/** @returns the event of the put */
async function put(lpn: string, item: FixtureItem, slotScan: string): Promise<string> {
  const confirm = putOf(lpn, item, slotScan);
  await ana(() => services.walls.put(WALL, confirm));
  return confirm.eventId;
}

const undo = (putEventId: string, by = ana, eventId = newId()) =>
  by(() => services.putUndo.undo(WALL, { eventId, putEventId }));

const putOf = (lpn: string, item: FixtureItem, slotScan: string) => ({
  eventId: newId(),
  containerScan: lpn,
  itemScan: item.barcode,
  slotScan,
});

const slotOf = (view: PutWallView, orderId: string) => view.slots.find((slot) => slot.orderId === orderId)!;

async function packed(orderId: string): Promise<void> {
  const { code } = slotOf(await wall(), orderId);
  const parcel = await bo(() => packing.openParcel(code, 'S-PACK-1'));
  expect(parcel).toMatchObject({ orderId, tote: code });
  for (const line of parcel.lines)
    for (let at = 0; at < line.picked; at++)
      await bo(() => packing.packItem(parcel.parcelId, newId(), line.barcodes[0]!.code));
  await floor.ask(`update run_slots set state = 'emptied' where order_id = $1`, [orderId]);
  await floor.ask(`update containers set state = 'empty', station_id = null where lpn = $1`, [code]);
}

async function expectNoViolation(): Promise<void> {
  const broken = (await checkInvariants(floor.source)).filter(({ violations }) => violations > 0);
  expect(broken).toEqual([]);
}

describe('a put wall', () => {
  it('sorts a batch run into orders: no order is chosen at the shelf, each has a slot, and packing opens the order from it', async () => {
    const [shared, own] = [await freshItem(), await freshItem()];
    await stock(shared, 20);
    await stock(own, 5);
    const [one, two] = [await order([shared, 2], [own, 1]), await order([shared, 3])];
    const waveId = await releasedWave();
    const planned = await wall();
    expect(slotOf(planned, one)).toMatchObject({ state: 'waiting', wanted: 3, put: 0 });
    expect(planned.freeSlots).toBe(4);

    const run = await claim();
    expect(run).toMatchObject({ method: 'batch', slots: [], dropStation: { code: WALL } });
    expect(run.tasks.map(({ item, quantity, slot, lpn }) => [item.sku, quantity, slot, lpn])).toEqual(
      expect.arrayContaining([
        [shared.sku, 5, 0, null],
        [own.sku, 1, 0, null],
      ]),
    );
    const lpn = tote();
    for (const task of run.tasks) expect(await pick(task, lpn)).toMatchObject({ outcome: 'picked' });
    await expect(drop(run, 'S-PACK-1')).rejects.toMatchObject({ code: 'picking.wrong-station' });
    expect(await drop(run)).toEqual({ containers: [lpn], orders: 0 });
    expect(await wall()).toMatchObject({ totes: [{ lpn, units: 6 }] });
    await expect(bo(() => packing.openParcel(lpn, 'S-PACK-1'))).rejects.toMatchObject({
      code: 'packing.tote-to-sort',
    });

    const ownSlot = slotOf(await wall(), one).code;
    const asked = await ana(() => services.walls.sort(WALL, { containerScan: lpn, itemScan: own.barcode }));
    expect(asked).toMatchObject({ slot: ownSlot, sku: own.sku, quantity: 1, wanted: 1, completes: false });
    const other = slotOf(await wall(), two).code;
    await expect(ana(() => services.walls.put(WALL, putOf(lpn, own, other)))).rejects.toMatchObject({
      code: 'picking.wrong-slot',
      message: `Need slot ${ownSlot}, got ${other}.`,
    });
    await sorted(lpn, own);
    for (let at = 0; at < 4; at++) await sorted(lpn, shared);
    await expect(bo(() => packing.openParcel(other, 'S-PACK-1'))).rejects.toMatchObject({
      code: expect.stringContaining('packing.slot-not-complete'),
    });
    expect(await sorted(lpn, shared)).toMatchObject({ orderComplete: true, toteEmpty: true });
    expect((await wall()).slots.filter(({ state }) => state === 'complete')).toHaveLength(2);
    expect((await wall()).totes).toEqual([]);
    expect(await view(one)).toMatchObject({ state: 'picked' });
    await expectNoViolation();
    await packed(one);
    await packed(two);
    expect((await wall()).freeSlots).toBe(6);
    expect(await view(two)).toMatchObject({ state: 'packing', lines: [{ packed: 3 }] });
    const why = await floor.ask(
      `select s.because from run_slots s join runs r on r.id = s.run_id where r.wave_id = $1`,
      [waveId],
    );
    expect(why).toHaveLength(2);
    for (const { because } of why)
      expect(because).toMatchObject([{ code: expect.stringContaining('slot-') }]);
    await expectNoViolation();
  });

  it('counts a put once, however often and by whom it comes, and never gives one unit to two slots', async () => {
    const item = await freshItem();
    await stock(item, 10);
    const orders = [await order([item, 2]), await order([item, 2]), await order([item, 1])];
    await releasedWave();
    const lpn = await pickedTote();
    const first = slotOf(await wall(), orders[0]!).code;
    const same = putOf(lpn, item, first);
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, at) => (at % 2 ? ana : bo)(() => services.walls.put(WALL, same))),
    );
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(slotOf(await wall(), orders[0]!)).toMatchObject({ state: 'filling', put: 1 });
    // Two people at one wall: five units are wanted by the slots, twenty puts are tried.
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, at) => {
        const { slots } = await wall();
        const mine = slots.filter(({ orderId }) => orderId && orders.includes(orderId));
        return (at % 2 ? ana : bo)(() =>
          services.walls.put(WALL, putOf(lpn, item, mine[at % mine.length]!.code)),
        );
      }),
    );
    for (const tried of tries)
      if (tried.status === 'rejected')
        expect(tried.reason).toMatchObject({
          code: expect.stringMatching(/wrong-slot|nothing-to-sort|tote-empty/),
        });
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    for (const orderId of orders) expect(slotOf(await wall(), orderId)).toMatchObject({ state: 'complete' });
    await expectNoViolation();
    for (const orderId of orders) await packed(orderId);
  });

  it('picks others of what is missing in a tote, and closes short what there is no more of', async () => {
    const [plenty, last] = [await freshItem(), await freshItem()];
    await stock(plenty, 2);
    await stock(plenty, 5);
    await stock(last, 1);
    const both = await order([plenty, 2], [last, 1]);
    await releasedWave();
    const lpn = await pickedTote();
    await sorted(lpn, plenty);
    const report = { eventId: newId(), containerScan: lpn };
    const outcome = await bo(() => services.walls.short(WALL, report));
    expect(outcome).toEqual({ missing: 2, complete: [] });
    expect(await bo(() => services.walls.short(WALL, report))).toMatchObject({ missing: 2 });
    expect(await view(both)).toMatchObject({ state: 'picking' });
    expect(slotOf(await wall(), both)).toMatchObject({ state: 'filling', put: 1, wanted: 2 });
    await expectNoViolation();
    const again = await pickedTote();
    expect(await sorted(again, plenty)).toMatchObject({ orderComplete: true, toteEmpty: true });
    expect(await view(both)).toMatchObject({ state: 'picked' });
    await expectNoViolation();
    await packed(both);
  });

  it('keeps units that only their lot tells apart in different totes', async () => {
    const item = await addItem(floor.ask, floor.merchantId, ++number, 'lot');
    for (const lot of ['L1', 'L2']) {
      const code = await stockLot(item, lot);
      expect(code).toBeTruthy();
    }
    const orderId = await order([item, 2]);
    await releasedWave();
    const run = await claim();
    const [one, two] = run.tasks as [PickTaskView, PickTaskView];
    const [lpn, second] = [tote(), tote()];
    await pick(one, lpn);
    await expect(pick(two, lpn)).rejects.toMatchObject({ code: 'picking.tote-other-lot' });
    await pick(two, second);
    expect((await drop(run)).containers).toEqual([lpn, second]);
    await sorted(lpn, item);
    expect(await sorted(second, item)).toMatchObject({ orderComplete: true });
    await packed(orderId);
    await expectNoViolation();
  });

  it('undoes the last put of a person exactly once: tote, slot and order are as they were', async () => {
    const [shared, own] = [await freshItem(), await freshItem()];
    await stock(shared, 5);
    await stock(own, 5);
    const orderId = await order([shared, 1], [own, 1]);
    await releasedWave();
    const lpn = await pickedTote();
    const { code } = slotOf(await wall(), orderId);
    const before = await wall();
    const first = await put(lpn, shared, code);
    const once = await undo(first);
    expect(once).toEqual({ slot: code, tote: lpn, quantity: 1 });
    expect(await wall()).toEqual(before);
    await expect(undo(first)).rejects.toMatchObject({ code: 'picking.put-not-last' });
    await expectNoViolation();

    await put(lpn, shared, code);
    const last = await put(lpn, own, code);
    expect(await view(orderId)).toMatchObject({ state: 'picked' });
    expect(await wall()).toMatchObject({ totes: [] });
    await expect(undo(last, bo)).rejects.toMatchObject({ code: 'picking.put-not-last' });
    const eventId = newId();
    const undone = await Promise.all(Array.from({ length: 6 }, () => undo(last, ana, eventId)));
    for (const each of undone) expect(each).toEqual({ slot: code, tote: lpn, quantity: 1 });
    expect(await view(orderId)).toMatchObject({ state: 'picking' });
    expect(slotOf(await wall(), orderId)).toMatchObject({ state: 'filling', put: 1, wanted: 2 });
    expect(await wall()).toMatchObject({ totes: [{ lpn, units: 1 }] });
    await expect(bo(() => packing.openParcel(code, 'S-PACK-1'))).rejects.toMatchObject({
      code: 'packing.slot-not-complete',
    });
    await expectNoViolation();

    expect(await sorted(lpn, own)).toMatchObject({ orderComplete: true, toteEmpty: true });
    expect(await view(orderId)).toMatchObject({ state: 'picked' });
    await packed(orderId);
    await expectNoViolation();
  });

  it('undoes no put whose slot is being packed, whose tote is at other work, or that was never made here', async () => {
    const item = await freshItem();
    await stock(item, 9);
    const [one, two] = [await order([item, 1]), await order([item, 2])];
    await releasedWave();
    const lpn = await pickedTote();
    const [slot, other] = [slotOf(await wall(), one).code, slotOf(await wall(), two).code];
    await expect(undo(newId())).rejects.toMatchObject({ code: 'picking.unknown-put' });
    const packedPut = await put(lpn, item, slot);
    const [opened, taken] = await Promise.allSettled([
      bo(() => packing.openParcel(slot, 'S-PACK-1')),
      undo(packedPut),
    ]);
    // Who comes first has it; the other is told.
    if (opened.status === 'fulfilled')
      expect(taken).toMatchObject({
        reason: { code: 'picking.put-packed', message: expect.stringContaining(slot) },
      });
    else {
      expect(opened).toMatchObject({ reason: { code: 'packing.slot-not-complete' } });
      await put(lpn, item, slot);
    }
    await put(lpn, item, other);
    const last = await put(lpn, item, other);
    await floor.ask(`update containers set state = 'picking' where lpn = $1`, [lpn]);
    await expect(undo(last)).rejects.toMatchObject({ code: 'picking.tote-taken' });
    await floor.ask(`update containers set state = 'empty' where lpn = $1`, [lpn]);
    await packed(one);
    await packed(two);
    await expect(undo(last)).rejects.toMatchObject({ code: 'picking.put-packed' });
    await expectNoViolation();
  });

  it('takes no more orders than slots are free, and says why the others wait', async () => {
    const item = await freshItem();
    await stock(item, 40);
    const orders: string[] = [];
    for (let at = 0; at < 8; at++) orders.push(await order([item, 1]));
    const waveId = await releasedWave();
    const taken = await floor.ask(`select 1 from orders where wave_id = $1`, [waveId]);
    expect(taken).toHaveLength(6);
    expect((await wall()).freeSlots).toBe(0);
    const full = await floor.system(() => services.releaseQueries.workInProgress());
    expect(full.stages.find(({ stage }) => stage === 'put-wall')).toMatchObject({
      orders: 6,
      ordersMax: 6,
      room: 0,
    });
    expect(full.pressures).toMatchObject([{ code: 'put-wall-backlog', stage: 'put-wall' }]);
    await expect(
      floor.system(() => services.wallSetup.configure(WALL, { slots: [slotLike('T-900001', 1)] })),
    ).rejects.toMatchObject({ code: 'picking.slots-in-use' });

    // The wave is undone with goods at the shelf, in the tote and in the wall.
    const run = await claim();
    const lpn = tote();
    for (const task of run.tasks) await pick(task, lpn);
    await drop(run);
    await sorted(lpn, item);
    await sorted(lpn, item);
    const undone = await floor.system(() =>
      services.undos.undoWave(waveId, { dryRun: false, reason: 'spec' }),
    );
    expect(undone).toMatchObject({ ordersBack: 6, ordersKept: 0, state: 'cancelled' });
    expect((await wall()).slots.map(({ state }) => state).sort()).toEqual([
      'free',
      'free',
      'free',
      'free',
      'put-back',
      'put-back',
    ]);
    await expectNoViolation();
    for (const task of await ana(() => services.putBacks.list()))
      await ana(() =>
        services.putBacks.confirm(task.id, {
          eventId: newId(),
          containerScan: task.lpn!,
          itemScans: Array.from({ length: task.quantity }, () => item.barcode),
          locationScan: `L-${task.location}`,
        }),
      );
    expect((await wall()).freeSlots).toBe(6);
    await expectNoViolation();
  });
});

const slotLike = (code: string, column: number) => ({ code, row: 1, column, volumeMl: 20_000 });

async function stockLot(item: FixtureItem, lot: string): Promise<string> {
  const { code } = floor.locations[nextLocation++]!;
  await floor.system(() =>
    services.adjustments.adjustStock({
      eventId: newId(),
      merchantCode: 'acme',
      sku: item.sku,
      lot,
      locationCode: code,
      quantity: 1,
      reason: 'spec',
    }),
  );
  return code;
}
