import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewOrder } from '#lib/contracts';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { InventoryService } from '../inventory/inventory.service.js';
import { PromisesService } from '../inventory/promises.service.js';
import { newId, WORLD } from '../platform/ids.js';
import { BackordersService } from './backorders.service.js';
import { IntakeService } from './intake.service.js';
import { OrderProgressService } from './order-progress.service.js';
import { OrdersQueries } from './orders.queries.js';
import { OrdersService } from './orders.service.js';

let floor: Floor;
let intake: IntakeService;
let orders: OrdersService;
let queries: OrdersQueries;
const promises = new PromisesService();
const progress = new OrderProgressService(promises);
const backorders = new BackordersService(promises);
const inventory = new InventoryService();
let number = 100;

beforeAll(async () => {
  floor = await buildFloor();
  intake = new IntakeService(floor.db, promises);
  orders = new OrdersService(floor.db, promises);
  queries = new OrdersQueries(floor.db);
});
afterAll(() => floor.close());

const freshItem = () => addItem(floor.ask, floor.merchantId, ++number);

function body(lines: NewOrder['lines'], over: Partial<NewOrder> = {}): NewOrder {
  return {
    externalRef: newId(),
    carrier: 'post',
    service: 'standard',
    consignee: { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
    lines,
    ...over,
  };
}

const send = (...list: NewOrder[]) =>
  floor.merchant(() =>
    intake.acceptOrders(
      list.map((order, at) => ({ row: at + 1, order, externalRef: order.externalRef, faults: [] })),
    ),
  );

const stock = (item: FixtureItem, quantity: number) =>
  floor.system(() =>
    floor.db.transaction((tx) =>
      inventory.move(tx, [
        {
          merchantId: item.merchantId,
          itemId: item.id,
          lot: '',
          quantity,
          reason: 'spec',
          eventId: newId(),
          from: { kind: 'supplier', id: WORLD },
          to: { kind: 'location', id: floor.locations[0]!.id },
        },
      ]),
    ),
  );

describe('acceptOrders', () => {
  it('promises stock first come first served and lets the rest wait', async () => {
    const item = await freshItem();
    await stock(item, 5);
    const results = await send(
      body([{ sku: item.sku, quantity: 3 }]),
      body([{ sku: item.sku, quantity: 3 }]),
    );
    expect(results.map((each) => each.status === 'created' && each.state)).toEqual(['ready', 'accepted']);
    const waiting = await floor.merchant(() => queries.view((results[1] as { orderId: string }).orderId));
    expect(waiting).toMatchObject({
      waitingFor: `stock: 1 of ${item.sku}`,
      lines: [{ promised: 2, state: 'backordered' }],
    });
    expect(waiting.cutOffAt).toBe('2026-03-02T16:00:00.000Z');
    await stock(item, 4);
    await floor.system(() => floor.db.transaction((tx) => backorders.promiseArrived(tx, item.id)));
    expect(await floor.merchant(() => queries.view(waiting.id))).toMatchObject({
      state: 'ready',
      waitingFor: null,
    });
  });

  it('answers the same order as the first time and names what differs in another', async () => {
    const item = await freshItem();
    const first = body([{ sku: item.sku, quantity: 1 }]);
    const [created] = await send(first);
    const changed = { ...first, lines: [{ sku: item.sku, quantity: 2 }], priority: 1 };
    const [again, conflict] = await send({ ...first, lines: [...first.lines] }, changed);
    expect(again).toMatchObject({ status: 'duplicate', orderId: (created as { orderId: string }).orderId });
    expect(conflict).toMatchObject({ status: 'conflict', code: 'orders.reference-taken' });
    expect((conflict as { errors: { field: string }[] }).errors.map(({ field }) => field)).toEqual([
      'lines.0.quantity',
      'priority',
    ]);
  });

  it('takes one order on when twenty senders send it at once', async () => {
    const item = await freshItem();
    await stock(item, 10);
    const same = body([{ sku: item.sku, quantity: 1 }]);
    const results = (await Promise.all(Array.from({ length: 20 }, () => send(same)))).flat();
    expect(results.filter(({ status }) => status === 'created')).toHaveLength(1);
    expect(results.filter(({ status }) => status === 'duplicate')).toHaveLength(19);
    expect(await floor.ask('select promised from stock_totals where item_id = $1', [item.id])).toEqual([
      { promised: 1 },
    ]);
  });

  it('names everything that stands against an order and takes nothing of it', async () => {
    const [result] = await send(
      body(
        [
          { sku: 'NO-1', quantity: 1 },
          { sku: 'NO-2', quantity: 1 },
        ],
        { service: 'moon' },
      ),
    );
    expect(result).toMatchObject({ status: 'refused', code: 'orders.unknown-service' });
    expect((result as { errors: { field: string }[] }).errors.map(({ field }) => field)).toEqual([
      'service',
      'lines.0.sku',
      'lines.1.sku',
    ]);
  });

  it("does not see another merchant's items, orders or stock", async () => {
    const other = newId();
    await floor.ask(
      `insert into merchants (id, code, name, created_at) values ($1, 'other', 'Other', now())`,
      [other],
    );
    const item = await freshItem();
    const [created] = await send(body([{ sku: item.sku, quantity: 1 }]));
    const theirs = body([{ sku: item.sku, quantity: 1 }]);
    const [refused] = await floor.merchant(
      () => intake.acceptOrders([{ row: 1, order: theirs, externalRef: theirs.externalRef, faults: [] }]),
      other,
    );
    expect(refused).toMatchObject({ status: 'refused', code: 'orders.unknown-sku' });
    const [named] = await send({ ...theirs, merchantCode: 'other' });
    expect(named).toMatchObject({ status: 'refused', code: 'orders.unknown-merchant' });
    const { orderId } = created as { orderId: string };
    await expect(floor.merchant(() => queries.view(orderId), other)).rejects.toMatchObject({
      code: 'orders.unknown',
    });
    await expect(floor.merchant(() => orders.cancelOrder(orderId, 'mine'), other)).rejects.toMatchObject({
      code: 'orders.unknown',
    });
    expect((await floor.merchant(() => queries.list({ limit: 10 }), other)).items).toEqual([]);
  });
});

describe('promiseArrived', () => {
  it('serves who waits first and tells the others what is still missing', async () => {
    const item = await freshItem();
    const [first, second] = await send(
      body([{ sku: item.sku, quantity: 2 }]),
      body([{ sku: item.sku, quantity: 4 }]),
    );
    await stock(item, 3);
    await floor.system(() => floor.db.transaction((tx) => backorders.promiseArrived(tx, item.id)));
    const view = (result: unknown) =>
      floor.merchant(() => queries.view((result as { orderId: string }).orderId));
    expect(await view(first)).toMatchObject({ state: 'ready', lines: [{ promised: 2 }] });
    expect(await view(second)).toMatchObject({
      state: 'accepted',
      waitingFor: `stock: 3 of ${item.sku}`,
      lines: [{ promised: 1 }],
    });
  });
});

describe('holds and cancellation', () => {
  it('shows a hold as the reason for waiting until it is released', async () => {
    const item = await freshItem();
    await stock(item, 1);
    const [created] = await send(body([{ sku: item.sku, quantity: 1 }]));
    const { orderId } = created as { orderId: string };
    await floor.merchant(() => orders.placeHold(orderId, 'address', 'no house number'));
    await floor.merchant(() => orders.placeHold(orderId, 'address', 'again'));
    expect((await floor.merchant(() => queries.view(orderId))).waitingFor).toBe('hold: no house number');
    await floor.merchant(() => orders.releaseHold(orderId, 'address'));
    expect((await floor.merchant(() => queries.view(orderId))).waitingFor).toBeNull();
  });

  it('gives the promise back, tells the other modules and answers a second cancellation like the first', async () => {
    const item = await freshItem();
    await stock(item, 4);
    const [created] = await send(body([{ sku: item.sku, quantity: 3 }]));
    const { orderId } = created as { orderId: string };
    const told: string[] = [];
    const own = new OrdersService(floor.db, promises);
    own.onCancel(async (_tx, id) => [`told ${told.push(id)}`]);
    expect(await floor.merchant(() => own.cancelOrder(orderId, 'changed my mind'))).toEqual(['told 1']);
    expect(await floor.merchant(() => own.cancelOrder(orderId, 'changed my mind'))).toEqual([]);
    expect(told).toEqual([orderId]);
    expect(
      await floor.ask('select on_hand, promised from stock_totals where item_id = $1', [item.id]),
    ).toEqual([{ on_hand: 4, promised: 0 }]);
    expect(await floor.merchant(() => queries.view(orderId))).toMatchObject({
      state: 'cancelled',
      reason: 'changed my mind',
    });
  });
});

describe('progress', () => {
  it('goes from released to shipped and refuses to count anything twice', async () => {
    const item = await freshItem();
    await stock(item, 2);
    const [created] = await send(body([{ sku: item.sku, quantity: 2 }]));
    const { orderId } = created as { orderId: string };
    const [line] = (await floor.merchant(() => queries.view(orderId))).lines;
    const two = [{ orderLineId: line!.id, quantity: 2 }];
    const inTx = <T>(work: (tx: Parameters<Parameters<Floor['db']['transaction']>[0]>[0]) => Promise<T>) =>
      floor.system(() => floor.db.transaction(work));
    const waveId = newId();
    await floor.ask('update orders set wave_id = $2 where id = $1', [orderId, waveId]);
    await expect(inTx((tx) => progress.markReleased(tx, waveId))).rejects.toMatchObject({
      code: 'orders.chain-broken',
    });
    await floor.ask(
      `insert into reservations (site_id, id, merchant_id, order_line_id, wave_id, location_id, item_id, quantity, state)
       select site_id, $2, merchant_id, id, $3, $2, item_id, 2, 'open' from order_lines where id = $1`,
      [line!.id, newId(), waveId],
    );
    expect(await inTx((tx) => progress.markReleased(tx, waveId))).toBe(1);
    await inTx((tx) => progress.addPicked(tx, two));
    await expect(inTx((tx) => progress.addPicked(tx, two))).rejects.toMatchObject({
      code: 'orders.chain-broken',
    });
    expect(await inTx((tx) => progress.markPicked(tx, [orderId]))).toEqual([orderId]);
    await inTx((tx) => progress.addPacked(tx, [{ orderLineId: line!.id, quantity: 1 }]));
    expect(await inTx((tx) => progress.markPacked(tx, [orderId]))).toEqual([]);
    await inTx((tx) => progress.addPacked(tx, [{ orderLineId: line!.id, quantity: 1 }]));
    expect(await inTx((tx) => progress.markPacked(tx, [orderId]))).toEqual([orderId]);
    await inTx((tx) => progress.markStaged(tx, [orderId]));
    expect(await inTx((tx) => progress.addShipped(tx, two))).toEqual([orderId]);
    expect(await floor.merchant(() => queries.view(orderId))).toMatchObject({
      state: 'shipped',
      lines: [{ shipped: 2, state: 'shipped' }],
    });
  });
});
