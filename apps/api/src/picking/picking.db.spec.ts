import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConfirmPick, PickTaskView, RunView } from '#lib/contracts';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { newId } from '../platform/ids.js';

let floor: Floor;
let services: FloorServices;
let templateId: string;
let number = 500;
let nextTote = 0;
let nextLocation = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 60, totes: 80 });
  services = floorServices(floor);
  templateId = newId();
  await floor.ask(
    `insert into wave_templates (site_id, id, name, filter, limits, steps) values (1, $1, 'All', '{}', '{"ordersMax": 100}', '{}')`,
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

async function stockAt(item: FixtureItem, ...quantities: number[]): Promise<string[]> {
  const codes: string[] = [];
  for (const quantity of quantities) {
    const { code } = floor.locations[nextLocation++]!;
    const adjustment = {
      eventId: newId(),
      merchantCode: 'acme',
      sku: item.sku,
      locationCode: code,
      quantity,
      reason: 'spec',
    };
    await floor.system(() => services.adjustments.adjustStock(adjustment));
    codes.push(code);
  }
  return codes;
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

const freshItem = () => addItem(floor.ask, floor.merchantId, ++number);

function confirmation(run: RunView, task: PickTaskView, over: Partial<ConfirmPick> = {}): ConfirmPick {
  const code = task.item.barcodes[0]!.code;
  return {
    eventId: newId(),
    locationScan: `L-${task.location.code}`,
    itemScans: Array.from({ length: task.quantity }, () => code),
    containerScan: run.slots.find(({ slot }) => slot === task.slot)!.lpn ?? tote(),
    at: new Date().toISOString(),
    ...over,
  };
}

const view = (orderId: string) => floor.merchant(() => services.ordersQueries.view(orderId));
const totals = async (item: FixtureItem) =>
  (await floor.ask('select on_hand, promised from stock_totals where item_id = $1', [item.id]))[0];

/** The sums that must agree whatever happened before. */
async function expectBooksToAgree(): Promise<void> {
  const drift = await floor.ask(
    `select l.account_kind, l.account_id, l.item_id, l.quantity, m.sum from levels l left join lateral (
       select coalesce(sum(case when (m.to_kind, m.to_id) = (l.account_kind, l.account_id) then m.quantity else -m.quantity end), 0) as sum
       from movements m where m.site_id = l.site_id and m.item_id = l.item_id and m.lot = l.lot
         and ((m.to_kind, m.to_id) = (l.account_kind, l.account_id) or (m.from_kind, m.from_id) = (l.account_kind, l.account_id))) m on true
     where l.quantity <> m.sum`,
  );
  expect(drift).toEqual([]);
  const reserved = await floor.ask(
    `select l.account_id, l.item_id, l.reserved from levels l where l.reserved <> coalesce((select sum(r.quantity) from reservations r
       where r.site_id = l.site_id and r.location_id = l.account_id and r.item_id = l.item_id and r.lot = l.lot and r.state = 'open'), 0)`,
  );
  expect(reserved).toEqual([]);
  const promised = await floor.ask(
    `select t.item_id, t.promised from stock_totals t where t.promised <> coalesce((select sum(l.promised - l.shipped)
       from order_lines l where l.site_id = t.site_id and l.item_id = t.item_id), 0)`,
  );
  expect(promised).toEqual([]);
  const onHand = await floor.ask(
    `select t.item_id, t.on_hand from stock_totals t where t.on_hand <> coalesce((select sum(l.quantity) from levels l
       where l.site_id = t.site_id and l.item_id = t.item_id and l.account_kind in ('location', 'container', 'parcel')), 0)`,
  );
  expect(onHand).toEqual([]);
}

describe('the way of an order from the dock to the pack bench', () => {
  it('receives, puts away, orders, plans, releases, claims, confirms and drops', async () => {
    const item = await freshItem();
    const receipt = await floor.system(() =>
      services.receiving.announceReceipt({
        merchantCode: 'acme',
        reference: newId(),
        lines: [{ sku: item.sku, quantity: 10 }],
      }),
    );
    const goods = { eventId: newId(), sku: item.sku, quantity: 6 };
    await ana(() => services.receiving.receiveGoods(receipt.receipt.id, goods));
    const again = await ana(() => services.receiving.receiveGoods(receipt.receipt.id, goods));
    expect(again).toMatchObject({ state: 'receiving', lines: [{ expected: 10, received: 6 }] });
    const tooMany = ana(() =>
      services.receiving.receiveGoods(receipt.receipt.id, { ...goods, eventId: newId(), quantity: 5 }),
    );
    await expect(tooMany).rejects.toMatchObject({
      code: 'receiving.over-receipt',
      details: { facts: { stillExpected: 4 } },
    });
    const [putAway] = (await ana(() => services.receivingQueries.putAways('ready'))).items;
    const wrong = ana(() =>
      services.putAways.confirmPutAway(putAway!.id, {
        eventId: newId(),
        itemScan: 'I-OTHER',
        locationScan: `L-${putAway!.to}`,
      }),
    );
    await expect(wrong).rejects.toMatchObject({ code: 'receiving.wrong-item' });
    const done = { eventId: newId(), itemScan: item.barcode, locationScan: `L-${putAway!.to}` };
    expect(await ana(() => services.putAways.confirmPutAway(putAway!.id, done))).toMatchObject({
      state: 'done',
    });
    expect(await ana(() => services.putAways.confirmPutAway(putAway!.id, done))).toMatchObject({
      state: 'done',
    });
    nextLocation = 20;

    const orderIds = [await order([item, 2]), await order([item, 3])];
    await releasedWave();
    const run = (await ana(() => services.runs.claimRun('C-0001')))!;
    expect(run.tasks.map(({ quantity }) => quantity).sort()).toEqual([2, 3]);
    expect(run.tasks[0]!.because).toEqual(['the only place that has it']);
    for (const task of run.tasks) {
      const outcome = await ana(() => services.picks.confirmPick(task.id, confirmation(run, task)));
      expect(outcome).toMatchObject({ outcome: 'picked', quantity: task.quantity });
    }
    const drop = await ana(() =>
      services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }),
    );
    expect(drop).toMatchObject({ orders: 2 });
    expect(
      await ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' })),
    ).toMatchObject({ orders: 0, containers: drop.containers });
    for (const id of orderIds)
      expect(await view(id)).toMatchObject({ state: 'picked', lines: [{ state: 'picked' }] });
    expect(await ana(() => services.pickingQueries.myRun())).toBeNull();
    await expectBooksToAgree();
  });
});

describe('confirmPick', () => {
  it('answers the same event the same and counts it once, however many channels bring it', async () => {
    const item = await freshItem();
    await stockAt(item, 5);
    await order([item, 2]);
    await releasedWave();
    const run = (await ana(() => services.runs.claimRun('C-0001')))!;
    const confirm = confirmation(run, run.tasks[0]!);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => ana(() => services.picks.confirmPick(run.tasks[0]!.id, confirm))),
    );
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    const other = ana(() => services.picks.confirmPick(run.tasks[0]!.id, { ...confirm, eventId: newId() }));
    await expect(other).rejects.toMatchObject({ code: 'picking.task-closed' });
    await ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
    await expectBooksToAgree();
  });

  it('refuses wrong scans and other people and changes nothing', async () => {
    const item = await freshItem();
    await stockAt(item, 5);
    await order([item, 2]);
    await releasedWave();
    const run = (await ana(() => services.runs.claimRun('C-0001')))!;
    const [task] = run.tasks;
    const attempts: [Partial<ConfirmPick>, string][] = [
      [{ locationScan: 'L-A-99-01-1' }, 'picking.wrong-location'],
      [{ itemScans: ['4006381333931', '4006381333931'] }, 'picking.wrong-item'],
      [{ itemScans: [item.barcode] }, 'picking.incomplete'],
      [{ itemScans: [item.barcode, item.barcode, item.barcode] }, 'picking.too-many'],
      [{ containerScan: 'T-999999' }, 'picking.unknown-tote'],
      [{ containerScan: 'S-PACK-1' }, 'picking.wrong-tote'],
      [{ locationScan: "'; drop table tasks; --" }, 'picking.wrong-location'],
    ];
    for (const [over, code] of attempts) {
      await expect(
        ana(() => services.picks.confirmPick(task!.id, confirmation(run, task!, over))),
      ).rejects.toMatchObject({ code });
    }
    await expect(
      bo(() => services.picks.confirmPick(task!.id, confirmation(run, task!))),
    ).rejects.toMatchObject({ code: 'picking.run-not-yours' });
    expect(await ana(() => services.pickingQueries.myRun())).toMatchObject({
      state: 'assigned',
      tasks: [{ state: 'assigned', doneQuantity: 0 }],
    });
    await ana(() => services.picks.confirmPick(task!.id, confirmation(run, task!)));
    await ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
  });

  it('finds a short rest elsewhere as a new task in the same run', async () => {
    const item = await freshItem();
    await stockAt(item, 3, 2);
    const orderId = await order([item, 3]);
    await releasedWave();
    const run = (await ana(() => services.runs.claimRun('C-0001')))!;
    const [task] = run.tasks;
    const confirm = confirmation(run, task!, { itemScans: [item.barcode], short: { reason: 'fewer' } });
    const outcome = await ana(() => services.picks.confirmPick(task!.id, confirm));
    expect(outcome).toMatchObject({
      outcome: 'short',
      quantity: 1,
      missing: 2,
      remedy: 'reallocated',
      runState: 'in-progress',
    });
    const now = (await ana(() => services.pickingQueries.myRun()))!;
    const rest = now.tasks.find(({ state }) => state === 'assigned')!;
    expect(rest).toMatchObject({ quantity: 2, lpn: confirm.containerScan });
    expect(rest.because[0]).toBe(`was missing at ${task!.location.code}`);
    await ana(() => services.picks.confirmPick(rest.id, confirmation(now, rest)));
    await ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
    expect(await view(orderId)).toMatchObject({ state: 'picked', lines: [{ picked: 3, reserved: 3 }] });
    await expectBooksToAgree();
  });

  it('closes a line short when the rest of the order goes on, and sends an order back when nothing does', async () => {
    const [here, gone] = [await freshItem(), await freshItem()];
    await stockAt(here, 5);
    await stockAt(gone, 4);
    const mixed = await order([here, 1], [gone, 2]);
    const alone = await order([gone, 2]);
    await releasedWave();
    const run = (await ana(() => services.runs.claimRun('C-0001')))!;
    const remedies: Record<string, string> = {};
    for (const task of run.tasks) {
      const over: Partial<ConfirmPick> =
        task.item.sku === gone.sku ? { itemScans: [], containerScan: '', short: { reason: 'empty' } } : {};
      const outcome = await ana(() => services.picks.confirmPick(task.id, confirmation(run, task, over)));
      const orderId = run.slots.find(({ slot }) => slot === task.slot)!.orderId;
      if (outcome.outcome === 'short') remedies[orderId] = outcome.remedy;
    }
    expect(remedies).toEqual({ [mixed]: 'closed-short', [alone]: 'backordered' });
    await ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
    expect(await view(mixed)).toMatchObject({
      state: 'picked',
      lines: [{ picked: 1 }, { picked: 0, state: 'closed-short', promised: 0 }],
    });
    expect(await view(alone)).toMatchObject({
      state: 'accepted',
      waitingFor: 'stock to arrive',
      lines: [{ state: 'backordered', promised: 0 }],
    });
    expect(await totals(gone)).toEqual({ on_hand: 0, promised: 0 });
    await expectBooksToAgree();
    await stockAt(gone, 2);
    await floor.system(() => floor.db.transaction((tx) => services.backorders.promiseArrived(tx, gone.id)));
    expect(await view(alone)).toMatchObject({ state: 'ready' });
    await floor.merchant(() => services.orders.cancelOrder(alone, 'spec'));
  });
});

describe('runs', () => {
  it('gives each run to one person and each person one run, also in a rush', async () => {
    const item = await freshItem();
    await stockAt(item, 40);
    for (let n = 0; n < 8; n++) await order([item, 1]);
    await releasedWave();
    const claims = await Promise.allSettled([
      ...Array.from({ length: 5 }, () => ana(() => services.runs.claimRun('C-0001'))),
      ...Array.from({ length: 5 }, () => bo(() => services.runs.claimRun('C-0002'))),
    ]);
    const ids = claims.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value!.id] : []));
    for (const claim of claims)
      if (claim.status === 'rejected')
        expect(claim.reason).toMatchObject({ code: 'picking.already-picking' });
    expect(new Set(ids).size).toBe(2);
    const held = await floor.ask(
      `select person_id, count(*)::int as runs from runs where state = 'assigned' group by person_id`,
    );
    expect(held.map((each) => (each as { runs: number }).runs)).toEqual([1, 1]);
  });

  it('come back when the lease runs out, and go on with the same cart', async () => {
    const mine = (await ana(() => services.pickingQueries.myRun()))!;
    const [task] = mine.tasks;
    await ana(() => services.picks.confirmPick(task!.id, confirmation(mine, task!)));
    floor.clock.advance(31 * 60_000);
    expect(await floor.system(() => services.runs.returnExpired())).toBe(2);
    expect(await ana(() => services.pickingQueries.myRun())).toBeNull();
    expect((await bo(() => services.runs.claimRun('C-0003')))!.id).not.toBe(mine.id);
    const again = (await ana(() => services.runs.claimRun('C-0001')))!;
    expect(again).toMatchObject({ id: mine.id, state: 'in-progress' });
    const early = ana(() => services.runs.dropRun(again.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
    await expect(early).rejects.toMatchObject({ code: 'picking.not-all-picked' });
    for (const run of [again, (await bo(() => services.pickingQueries.myRun()))!]) {
      const who = run.id === again.id ? ana : bo;
      for (const open of run.tasks.filter(({ state }) => state === 'assigned')) {
        const now = (await who(() => services.pickingQueries.myRun()))!;
        await who(() => services.picks.confirmPick(open.id, confirmation(now, open)));
      }
      const elsewhere = who(() =>
        services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-RCV-1' }),
      );
      await expect(elsewhere).rejects.toMatchObject({
        code: 'picking.wrong-station',
        details: { facts: { needed: 'S-PACK-1' } },
      });
      await who(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
    }
    await expectBooksToAgree();
  });
});

describe('cancelOrder after release', () => {
  it('withdraws open picks, makes put-backs of picked goods and frees the stock', async () => {
    const item = await freshItem();
    const other = await freshItem();
    const [place] = await stockAt(item, 5);
    await stockAt(other, 5);
    const orderId = await order([item, 2], [other, 1]);
    await releasedWave();
    const run = (await ana(() => services.runs.claimRun('C-0001')))!;
    const task = run.tasks.find((each) => each.item.sku === item.sku)!;
    const confirm = confirmation(run, task);
    await ana(() => services.picks.confirmPick(task.id, confirm));
    expect(await floor.merchant(() => services.orders.cancelOrder(orderId, 'spec'))).toEqual([
      '1 picks withdrawn',
      '1 picks to be put back',
    ]);
    expect(await totals(item)).toEqual({ on_hand: 5, promised: 0 });
    const [putBack] = await ana(() => services.putBacks.list());
    expect(putBack).toMatchObject({ lpn: confirm.containerScan, quantity: 2, location: place });
    const scans = {
      eventId: newId(),
      containerScan: confirm.containerScan,
      itemScans: [item.barcode, item.barcode],
      locationScan: `L-${place}`,
    };
    const wrong = ana(() =>
      services.putBacks.confirm(putBack!.id, { ...scans, locationScan: 'L-A-01-01-9' }),
    );
    await expect(wrong).rejects.toMatchObject({ code: 'picking.wrong-location' });
    expect(await ana(() => services.putBacks.confirm(putBack!.id, scans))).toEqual({ state: 'done' });
    expect(await ana(() => services.putBacks.confirm(putBack!.id, scans))).toEqual({ state: 'done' });
    expect(await floor.ask('select state from containers where lpn = $1', [confirm.containerScan])).toEqual([
      { state: 'empty' },
    ]);
    await ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
    expect(await view(orderId)).toMatchObject({ state: 'cancelled' });
    await expectBooksToAgree();
  });
});
