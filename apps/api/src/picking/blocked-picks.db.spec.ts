import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReplenishmentTask } from '#lib/contracts';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { INVARIANTS } from '../control-tower/invariants.js';
import { newId } from '../platform/ids.js';

let floor: Floor;
let services: FloorServices;
let number = 5_000;
let nextFace = 0;
let nextReserve = 40;
let nextTote = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 60, totes: 40 });
  services = floorServices(floor);
  const reserve = floor.locations.slice(40).map(({ id }) => id);
  await floor.ask(`update locations set type = 'reserve' where id = any($1::uuid[])`, [reserve]);
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

const ana = <T>(work: () => Promise<T>) => floor.person(floor.people[0]!.id, work);
const bo = <T>(work: () => Promise<T>) => floor.person(floor.people[1]!.id, work);

async function stock(item: FixtureItem, locationCode: string, quantity: number): Promise<void> {
  const adjustment = { eventId: newId(), merchantCode: 'acme', sku: item.sku, reason: 'spec' };
  await floor.system(() => services.adjustments.adjustStock({ ...adjustment, locationCode, quantity }));
}

interface Planned {
  item: FixtureItem;
  face: string;
  reserve: string;
  waveId: string;
  orderIds: string[];
  move: ReplenishmentTask;
}

/** A planned wave of orders of one item: the face has `atFace` of it, the rest lies in reserve. */
async function planned(quantities: number[], { atFace = 0, spare = 0 } = {}): Promise<Planned> {
  const service = `b${++number}`;
  await floor.ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  const templateId = newId();
  await floor.ask(
    `insert into wave_templates (site_id, id, name, filter, limits, steps) values (1, $1, $2, $3, '{}', '{}')`,
    [templateId, service, JSON.stringify({ services: [service] })],
  );
  const item = await addItem(floor.ask, floor.merchantId, ++number);
  const [face, reserve] = [floor.locations[nextFace++]!.code, floor.locations[nextReserve++]!.code];
  const units = quantities.reduce((sum, quantity) => sum + quantity, 0);
  await stock(item, face, atFace + 1);
  await stock(item, face, -1);
  await stock(item, reserve, units - atFace + spare);
  const consignee = { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' };
  const rows = quantities.map((quantity, at) => {
    const externalRef = newId();
    const lines = [{ sku: item.sku, quantity }];
    const order = { externalRef, carrier: 'post', service, consignee, lines };
    return { row: at + 1, order, externalRef, faults: [] };
  });
  const accepted = await floor.merchant(() => services.intake.acceptOrders(rows));
  const orderIds = accepted.map((result) => (result as { orderId: string }).orderId);
  const waveId = await floor.system(async () => {
    const wave = await services.waves.createWave({ templateId });
    await services.waves.planWave(wave.waveId);
    return wave.waveId;
  });
  await hear(waveId);
  return { item, face, reserve, waveId, orderIds, move: await moveOf(item) };
}

/** What the listener does with the wishes of a wave. */
async function hear(waveId: string): Promise<void> {
  const told = await floor.ask<{ data: { wanted: never[] } }>(
    `select data from events where type = 'waves.replenishment-wanted' and aggregate_id = $1`,
    [waveId],
  );
  for (const { data } of told)
    await floor.system(() =>
      floor.db.transaction((tx) => services.replenishments.want(tx, waveId, data.wanted)),
    );
}

const moveOf = async (item: FixtureItem) =>
  (await ana(() => services.replenishments.list(null))).find(({ sku }) => sku === item.sku)!;
const release = (waveId: string) => floor.system(() => services.releases.releaseWave(waveId));

const brought = ({ item, face, reserve }: Planned, quantity: number, short?: { reason: string }) => ({
  eventId: newId(),
  fromScan: `L-${reserve}`,
  itemScan: item.barcode,
  quantity,
  toScan: `L-${face}`,
  short,
});
const tasksOf = (waveId: string) =>
  floor.ask<{ state: string; code: string; quantity: number }>(
    `select t.state, a.code, t.quantity from tasks t join locations a on a.id = t.location_id where t.wave_id = $1
     order by t.quantity, t.state`,
    [waveId],
  );
const claimAs = (who: typeof ana, cart: string) => who(() => services.runs.claimRun(cart));

async function expectSound(): Promise<void> {
  for (const { name, checks } of INVARIANTS) {
    for (const { sql, atRest } of checks) {
      if (!atRest) expect({ name, broken: await floor.ask(sql) }).toEqual({ name, broken: [] });
    }
  }
}

/** Picks and drops the run, so that the next spec finds the floor empty. */
async function pickAndDrop(run: NonNullable<Awaited<ReturnType<typeof claimAs>>>): Promise<void> {
  const lpns = new Map<number, string>();
  for (const task of run.tasks) {
    const lpn = lpns.get(task.slot) ?? floor.totes[nextTote++]!;
    lpns.set(task.slot, lpn);
    await ana(() =>
      services.picks.confirmPick(task.id, {
        eventId: newId(),
        locationScan: `L-${task.location.code}`,
        itemScans: Array.from({ length: task.quantity }, () => task.item.barcodes[0]!.code),
        containerScan: lpn,
        at: floor.clock.now().toISOString(),
      }),
    );
  }
  await ana(() => services.runs.dropRun(run.id, { eventId: newId(), stationScan: 'S-PACK-1' }));
}

describe('picks that wait for a replenishment', () => {
  it('are sent to the face, stand on carts of their own and are picked once the goods came', async () => {
    const wave = await planned([2, 2, 2], { atFace: 2 });
    expect(wave.move).toMatchObject({ quantity: 4, blockedPicks: 2, from: wave.reserve, to: wave.face });
    await release(wave.waveId);
    const at = { code: wave.face, quantity: 2 };
    expect(await tasksOf(wave.waveId)).toEqual([
      { state: 'blocked', ...at },
      { state: 'blocked', ...at },
      { state: 'ready', ...at },
    ]);
    await expectSound();
    const [waiting] = await floor.ask<{ id: string }>(
      `select distinct run_id as id from tasks where wave_id = $1 and state = 'blocked'`,
      [wave.waveId],
    );
    const why = await floor.system(() => services.explains.explain('run', waiting!.id));
    expect(why.waiting.map(({ text }) => text)).toEqual([
      `2 picks wait for ${wave.item.sku} from ${wave.reserve} at ${wave.face}`,
    ]);
    const first = (await claimAs(ana, 'C-0001'))!;
    expect(first.tasks.map(({ state }) => state)).toEqual(['assigned']);
    expect(await claimAs(bo, 'C-0002')).toBeNull();
    await pickAndDrop(first);
    const confirm = brought(wave, 4);
    const answers = await Promise.all(
      [1, 2, 3].map(() => bo(() => services.replenishments.confirm(wave.move.id, confirm))),
    );
    expect(answers).toEqual(Array(3).fill({ state: 'done', quantity: 4, picksReady: 2 }));
    await expectSound();
    const second = (await claimAs(ana, 'C-0001'))!;
    expect(second.tasks.map(({ location }) => location.code)).toEqual([wave.face, wave.face]);
    await pickAndDrop(second);
    await expectSound();
  });

  it('keep their goods in reserve from others, and are listed with the most blocking move first', async () => {
    const [one, three] = [await planned([1]), await planned([1, 1, 1])];
    const listed = await ana(() => services.replenishments.list(null));
    const ids = listed.map(({ id }) => id);
    expect(ids.indexOf(three.move.id)).toBeLessThan(ids.indexOf(one.move.id));
    const free = await floor.ask(
      `select quantity - reserved as free from levels where item_id = $1 and account_kind = 'location' and quantity > 0`,
      [three.item.id],
    );
    expect(free).toEqual([{ free: 0 }]);
    for (const { waveId } of [one, three])
      await floor.system(() => services.releases.cancelWave(waveId, 'spec'));
    await floor.system(() => services.replenishments.returnExpired());
    expect(await ana(() => services.replenishments.list(null))).toEqual([]);
    await expectSound();
  });

  it('whose goods come in part: the most urgent are ready, the rest ends short or finds other goods', async () => {
    const wave = await planned([4, 3]);
    await floor.ask(`update orders set priority = 1 where id = $1`, [wave.orderIds[1]]);
    await release(wave.waveId);
    const outcome = await bo(() =>
      services.replenishments.confirm(wave.move.id, brought(wave, 4, { reason: 'one broke' })),
    );
    expect(outcome).toEqual({ state: 'done', quantity: 4, picksReady: 1 });
    // The unit that was left over at the face is taken for the other order, whose rest nobody has.
    expect(await tasksOf(wave.waveId)).toEqual([
      { state: 'ready', code: wave.face, quantity: 1 },
      { state: 'ready', code: wave.face, quantity: 3 },
      { state: 'short', code: wave.face, quantity: 4 },
    ]);
    await expectSound();
    const run = (await claimAs(ana, 'C-0001'))!;
    await pickAndDrop({ ...run, tasks: run.tasks.filter(({ state }) => state === 'assigned') });
    const states = await floor.ask(`select state from orders where id = any($1::uuid[])`, [wave.orderIds]);
    expect(states).toEqual([{ state: 'picked' }, { state: 'picked' }]);
    await expectSound();
  });

  it('whose goods are not there let their orders wait again, and the run is over', async () => {
    const wave = await planned([2, 1]);
    await release(wave.waveId);
    const nothing = { ...brought(wave, 0, { reason: 'empty' }), itemScan: '', toScan: '' };
    expect(await bo(() => services.replenishments.confirm(wave.move.id, nothing))).toEqual({
      state: 'failed',
      quantity: 0,
      picksReady: 0,
    });
    const orders = await floor.ask(
      `select distinct state, wave_id, waiting_for from orders where id = any($1::uuid[])`,
      [wave.orderIds],
    );
    expect(orders).toEqual([{ state: 'ready', wave_id: null, waiting_for: 'goods to be put away' }]);
    expect(await floor.ask(`select distinct state from runs where wave_id = $1`, [wave.waveId])).toEqual([
      { state: 'cancelled' },
    ]);
    expect(await claimAs(ana, 'C-0001')).toBeNull();
    await expectSound();
  });

  it('that fail before the release leave the planned wave with their reason', async () => {
    const wave = await planned([2, 2], { atFace: 2 });
    const nothing = { ...brought(wave, 0, { reason: 'empty' }), itemScan: '', toScan: '' };
    await bo(() => services.replenishments.confirm(wave.move.id, nothing));
    await release(wave.waveId);
    const orders = await floor.ask(
      `select state, waiting_for from orders where id = any($1::uuid[]) order by state`,
      [wave.orderIds],
    );
    expect(orders).toEqual([
      { state: 'ready', waiting_for: 'its goods were not in reserve (empty)' },
      { state: 'released', waiting_for: null },
    ]);
    await expectSound();
    await pickAndDrop((await claimAs(ana, 'C-0001'))!);
  });

  it('go with the undo of their wave, and the move with them; fewer shrink it', async () => {
    const wave = await planned([2, 3], { spare: 5 });
    await release(wave.waveId);
    await floor.merchant(() => services.orders.cancelOrder(wave.orderIds[1]!, 'spec'));
    expect(await moveOf(wave.item)).toMatchObject({ quantity: 2, blockedPicks: 1 });
    const undone = await ana(() =>
      services.undos.undoWave(wave.waveId, { dryRun: false, reason: 'the release was undone' }),
    );
    expect(undone.effects.map(({ code, text }) => [code, text])).toContainEqual([
      'replenishment-withdrawn',
      '1 replenishment brings less or nothing.',
    ]);
    expect(await moveOf(wave.item)).toBeUndefined();
    await expect(bo(() => services.replenishments.claim(wave.move.id))).rejects.toMatchObject({
      code: 'picking.task-closed',
    });
    await expectSound();
  });

  it('race with the undo and a claim without losing or doubling a unit', async () => {
    for (let round = 0; round < 4; round++) {
      const wave = await planned([2, 2], { atFace: 2 });
      await release(wave.waveId);
      const [confirmed, , run] = await Promise.allSettled([
        bo(() => services.replenishments.confirm(wave.move.id, brought(wave, 2))),
        ana(() => services.undos.undoWave(wave.waveId, { dryRun: false, reason: 'spec' })),
        claimAs(ana, 'C-0001'),
      ]);
      if (confirmed!.status === 'rejected')
        expect(confirmed!.reason).toMatchObject({ code: 'picking.task-closed' });
      expect(run).toMatchObject({ status: 'fulfilled' });
      await expectSound();
      const held = await floor.ask(
        `select sum(quantity)::int as quantity, sum(reserved)::int as reserved from levels where item_id = $1`,
        [wave.item.id],
      );
      expect(held).toEqual([{ quantity: 4, reserved: 0 }]);
      await floor.system(() => services.replenishments.returnExpired());
    }
  });
});
