import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PickTaskView, RunView, UndoView } from '#lib/contracts';
import { INVARIANTS } from '../src/control-tower/invariants.js';
import { newId } from '../src/platform/ids.js';
import { addItem, buildFloor, type FixtureItem, type Floor } from './floor-fixture.js';
import { type FloorServices, floorServices } from './floor-services.js';

let floor: Floor;
let services: FloorServices;
let number = 2_000;
let nextLocation = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 60, totes: 60 });
  services = floorServices(floor);
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

const ana = <T>(work: () => Promise<T>) => floor.person(floor.people[0]!.id, work);
const bo = <T>(work: () => Promise<T>) => floor.person(floor.people[1]!.id, work);

/** A wave of `count` orders of two units of one item of their own, released. */
async function releasedWave(
  count: number,
): Promise<{ waveId: string; orderIds: string[]; item: FixtureItem; templateId: string }> {
  const service = `u${++number}`;
  const templateId = newId();
  await floor.ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  await floor.ask(
    `insert into wave_templates (site_id, id, name, filter, limits, steps) values (1, $1, $2, $3, '{}', '{}')`,
    [templateId, service, JSON.stringify({ services: [service] })],
  );
  const item = await addItem(floor.ask, floor.merchantId, ++number);
  for (const quantity of [count, count * 2])
    await floor.system(() =>
      services.adjustments.adjustStock({
        eventId: newId(),
        merchantCode: 'acme',
        sku: item.sku,
        locationCode: floor.locations[nextLocation++]!.code,
        quantity,
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
      lines: [{ sku: item.sku, quantity: 2 }],
    };
    return { row: at + 1, order, externalRef, faults: [] };
  });
  const results = await floor.merchant(() => services.intake.acceptOrders(rows));
  const orderIds = results.map((result) => (result as { orderId: string }).orderId);
  const waveId = await plan(templateId);
  await floor.system(() => services.releases.releaseWave(waveId));
  return { waveId, orderIds, item, templateId };
}

const plan = (templateId: string) =>
  floor.system(async () => {
    const { waveId } = await services.waves.createWave({ templateId });
    await services.waves.planWave(waveId);
    return waveId;
  });

const undo = (waveId: string, dryRun = false) =>
  ana(() => services.undos.undoWave(waveId, { dryRun, reason: 'the release was undone' }));

let tote = 0;
/** Confirms a pick as a handheld would: into the slot's tote, or a fresh one. */
function confirmation(run: RunView, task: PickTaskView) {
  const slot = run.slots.find((each) => each.slot === task.slot)!;
  slot.lpn ??= floor.totes[tote++]!;
  return {
    eventId: newId(),
    locationScan: `L-${task.location.code}`,
    itemScans: Array.from({ length: task.quantity }, () => task.item.barcodes[0]!.code),
    containerScan: slot.lpn,
    at: floor.clock.now().toISOString(),
  };
}

const counts = (view: UndoView) => Object.fromEntries(view.effects.map(({ code, count }) => [code, count]));

async function expectSound(): Promise<void> {
  for (const { name, checks } of INVARIANTS) {
    for (const { sql, atRest } of checks) {
      if (!atRest) expect({ name, broken: await floor.ask(sql) }).toEqual({ name, broken: [] });
    }
  }
}

describe('the undo of a wave', () => {
  it('before anybody picks gives everything back, and is refused for a wave that was not released', async () => {
    const { waveId, orderIds, templateId } = await releasedWave(8);
    const view = await undo(waveId);
    expect(view).toMatchObject({ state: 'cancelled', ordersBack: 8, ordersKept: 0, kept: [], dryRun: false });
    expect(counts(view)).toMatchObject({ 'run-withdrawn': 2, 'order-waits-again': 8 });
    const orders = await floor.ask(
      `select state, wave_id, waiting_for, count(*)::int as n from orders where id = any($1) group by 1, 2, 3`,
      [orderIds],
    );
    expect(orders).toEqual([{ state: 'ready', wave_id: null, waiting_for: null, n: 8 }]);
    await expectSound();
    await expect(undo(waveId)).rejects.toMatchObject({ code: 'wave.wrong-state' });
    const again = await plan(templateId);
    await expect(undo(again)).rejects.toMatchObject({ code: 'waves.not-released' });
    await floor.system(() => services.releases.cancelWave(again, 'spec'));
  });

  it('rehearsed says exactly what it then does, and changes nothing', async () => {
    const { waveId } = await releasedWave(7);
    const run = (await ana(() => services.runs.claimRun('C-0001')))!;
    await ana(() => services.picks.confirmPick(run.tasks[0]!.id, confirmation(run, run.tasks[0]!)));
    const book = () =>
      floor.ask(
        `select (select json_agg(t order by t.id) from tasks t where t.wave_id = $1) as tasks,
           (select json_agg(o order by o.id) from orders o where o.wave_id = $1) as orders,
           (select json_agg(l order by l.account_id, l.item_id) from levels l) as levels, (select count(*) from events) as events`,
        [waveId],
      );
    const before = await book();
    const rehearsal = await undo(waveId, true);
    expect(await book()).toEqual(before);
    const done = await undo(waveId);
    expect({ ...done, dryRun: true }).toEqual(rehearsal);
    expect(counts(done)).toMatchObject({ 'put-back': 1, 'run-to-station': 1, 'order-waits-again': 7 });
    await ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
    await expectSound();
  });

  it('puts picked goods back where they were taken, and their order is planned again only then', async () => {
    const { waveId, item, templateId } = await releasedWave(1);
    const run = (await ana(() => services.runs.claimRun('C-0001')))!;
    const first = run.tasks[0]!;
    const pick = confirmation(run, first);
    await ana(() => services.picks.confirmPick(first.id, pick));
    expect(await undo(waveId)).toMatchObject({ state: 'cancelled', ordersBack: 1 });
    await ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
    await expect(plan(templateId)).rejects.toMatchObject({ code: 'waves.nothing-to-plan' });
    const [putBack] = (await ana(() => services.putBacks.list())).filter(({ sku }) => sku === item.sku);
    expect(putBack).toMatchObject({
      lpn: pick.containerScan,
      quantity: first.quantity,
      location: first.location.code,
    });
    expect(await ana(() => services.putBacks.claim(putBack!.id))).toMatchObject({
      state: 'assigned',
      mine: true,
    });
    const scans = {
      eventId: newId(),
      containerScan: pick.containerScan,
      itemScans: pick.itemScans,
      locationScan: pick.locationScan,
    };
    await Promise.all([1, 2, 3].map(() => ana(() => services.putBacks.confirm(putBack!.id, scans))));
    await expectSound();
    const again = await plan(templateId);
    const lines = await floor.ask(`select state, reason from wave_lines where wave_id = $1`, [again]);
    expect(lines).toEqual([{ state: 'included', reason: null }]);
  });

  it('keeps a claimed put-back for who took it until the lease runs out', async () => {
    const { waveId, item } = await releasedWave(1);
    const run = (await ana(() => services.runs.claimRun('C-0001')))!;
    await ana(() => services.picks.confirmPick(run.tasks[0]!.id, confirmation(run, run.tasks[0]!)));
    await undo(waveId);
    const [task] = (await ana(() => services.putBacks.list())).filter(({ sku }) => sku === item.sku);
    await ana(() => services.putBacks.claim(task!.id));
    floor.clock.advance(31 * 60_000);
    expect(await floor.system(() => services.putBacks.returnExpired())).toBe(1);
    expect(await bo(() => services.putBacks.claim(task!.id))).toMatchObject({ mine: true, person: 'Bo' });
    await bo(() => services.putBacks.release(task!.id));
    const [free] = (await ana(() => services.putBacks.list())).filter(({ sku }) => sku === item.sku);
    expect(free).toMatchObject({ state: 'ready', person: null });
    await ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
  });

  it('races with confirmations without losing or doubling a unit', async () => {
    for (let round = 0; round < 4; round++) {
      const { waveId, item } = await releasedWave(6);
      const run = (await ana(() => services.runs.claimRun('C-0001')))!;
      const picks = run.tasks.map((task) => ({ task, confirm: confirmation(run, task) }));
      const raced = await Promise.allSettled([
        ...picks
          .slice(0, 4)
          .map(({ task, confirm }) => ana(() => services.picks.confirmPick(task.id, confirm))),
        undo(waveId),
        ...picks.slice(4).map(({ task, confirm }) => ana(() => services.picks.confirmPick(task.id, confirm))),
      ]);
      for (const each of raced) {
        if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'picking.task-closed' });
      }
      await expectSound();
      const [moved] = await floor.ask<{ n: number }>(
        `select coalesce(sum(quantity), 0)::int as n from movements where item_id = $1 and reason = 'pick'`,
        [item.id],
      );
      const putBacks = (await ana(() => services.putBacks.list())).filter(({ sku }) => sku === item.sku);
      expect(putBacks.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(moved!.n);
      const mine = await ana(() => services.pickingQueries.myRun());
      if (mine)
        await ana(() => services.runs.dropRun(mine.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
    }
  });

  it('promises again what a short had lost, or lets the order wait for stock', async () => {
    const { waveId, orderIds } = await releasedWave(1);
    await floor.ask(`update order_lines set promised = 1, reserved = 1 where order_id = $1`, [orderIds[0]]);
    await floor.ask(
      `update stock_totals t set promised = t.promised - 1 from order_lines l where l.order_id = $1 and t.item_id = l.item_id`,
      [orderIds[0]],
    );
    expect(await undo(waveId)).toMatchObject({ state: 'cancelled' });
    const lines = await floor.ask(
      `select ordered, promised, reserved, state from order_lines where order_id = $1`,
      [orderIds[0]],
    );
    expect(lines).toEqual([{ ordered: 2, promised: 2, reserved: 0, state: 'open' }]);
    await expectSound();
  });
});
