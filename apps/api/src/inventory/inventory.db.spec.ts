import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { newId, WORLD } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { AdjustmentsService } from './adjustments.service.js';
import { CountsService } from './counts.service.js';
import { InventoryService } from './inventory.service.js';
import type { Movement } from './movement.js';
import { PromisesService } from './promises.service.js';
import { ReservationsService } from './reservations.service.js';

let floor: Floor;
const inventory = new InventoryService();
const promises = new PromisesService();
const reservations = new ReservationsService();
let item: FixtureItem;
let next = 0;

beforeAll(async () => {
  floor = await buildFloor({ items: 12 });
});
afterAll(() => floor.close());
beforeEach(() => {
  item = floor.items[next++]!;
});

const at = (index: number) => ({ kind: 'location' as const, id: floor.locations[index]!.id });

function movement(quantity: number, from: Movement['from'], to: Movement['to']): Movement {
  const { id: itemId, merchantId } = item;
  return { merchantId, itemId, lot: '', quantity, from, to, reason: 'spec', eventId: newId() };
}

const inTx = <T>(work: Parameters<Floor['db']['transaction']>[0]) =>
  floor.system(() => floor.db.transaction(work)) as Promise<T>;
const arrive = (quantity: number, index = 0) =>
  inTx((tx) => inventory.move(tx, [movement(quantity, { kind: 'supplier', id: WORLD }, at(index))]));

async function levelOf(index = 0, kind = 'location') {
  const sql =
    'select quantity, reserved from levels where account_kind = $1 and account_id = $2 and item_id = $3';
  return (await floor.ask(sql, [kind, floor.locations[index]!.id, item.id]))[0];
}
const totalOf = async () =>
  (await floor.ask('select on_hand, promised from stock_totals where item_id = $1', [item.id]))[0];

/** The order lines that reservations and promises belong to. */
async function orderLines(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  const orderId = newId();
  await floor.ask(
    `insert into orders (site_id, id, merchant_id, external_ref, body_hash, body, state, carrier_code, service, cut_off_at,
       consignee, line_count, unit_count, received_at, state_at)
     values (1, $1::uuid, $2, $1::uuid::text, '', '{}', 'ready', 'post', 'standard', now(), '{}', 1, 1, now(), now())`,
    [orderId, floor.merchantId],
  );
  await floor.ask(
    `insert into order_lines (site_id, id, order_id, merchant_id, line_no, item_id, ordered, state)
     select 1, l.id, $2, $3, l.no, $4, 100, 'open' from unnest($1::uuid[]) with ordinality as l (id, no)`,
    [ids, orderId, floor.merchantId, item.id],
  );
  return ids;
}

describe('move', () => {
  it('brings goods in once for one event, however often it is told', async () => {
    const arrival = movement(5, { kind: 'supplier', id: WORLD }, at(0));
    await Promise.all([1, 2, 3].map(() => inTx((tx) => inventory.move(tx, [arrival]))));
    expect(await levelOf()).toEqual({ quantity: 5, reserved: 0 });
    expect(await totalOf()).toEqual({ on_hand: 5, promised: 0 });
  });

  it('refuses to take what is not there, and changes nothing', async () => {
    await arrive(3);
    const both = [movement(1, at(0), at(1)), movement(4, at(0), at(2))];
    await expect(inTx((tx) => inventory.move(tx, both))).rejects.toThrow(Refusal);
    expect(await levelOf(0)).toEqual({ quantity: 3, reserved: 0 });
    expect(await levelOf(1)).toBeUndefined();
  });

  it('conserves under parallel moves in opposite directions', async () => {
    await arrive(50, 0);
    await arrive(50, 1);
    const moves = Array.from({ length: 60 }, (_, n) =>
      inTx((tx) =>
        inventory.move(tx, [
          movement(1 + (n % 3), at(n % 2), at((n + 1) % 2)),
          movement(1, at(n % 2), at(2)),
        ]),
      ),
    );
    const outcomes = await Promise.allSettled(moves);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(Refusal);
    const sum = await floor.ask(
      'select sum(quantity)::int as sum, min(quantity) as least from levels where item_id = $1',
      [item.id],
    );
    expect(sum[0]).toMatchObject({ sum: 100 });
    expect(await totalOf()).toEqual({ on_hand: 100, promised: 0 });
  });

  it('never lets goods leave that others have been promised', async () => {
    await arrive(4);
    const [line] = await orderLines(1);
    await inTx((tx) =>
      promises.promise(tx, [
        { orderLineId: line!, merchantId: item.merchantId, itemId: item.id, quantity: 3 },
      ]),
    );
    const scrap = inTx((tx) => inventory.move(tx, [movement(2, at(0), { kind: 'scrap', id: WORLD })]));
    await expect(scrap).rejects.toMatchObject({ code: 'inventory.promised' });
  });
});

describe('promise and reserve', () => {
  it('never promises more than is on hand to 200 who ask at once', async () => {
    await arrive(150);
    const lines = await orderLines(200);
    const grants = await Promise.all(
      lines.map((orderLineId) =>
        inTx<Map<string, number>>((tx) =>
          promises.promise(tx, [{ orderLineId, merchantId: item.merchantId, itemId: item.id, quantity: 1 }]),
        ),
      ),
    );
    expect(grants.reduce((sum, grant) => sum + [...grant.values()][0]!, 0)).toBe(150);
    expect(await totalOf()).toEqual({ on_hand: 150, promised: 150 });
  });

  it('conserves when 200 allocators reserve one item at one location', async () => {
    await arrive(500);
    const lines = await orderLines(200);
    const made = await Promise.all(
      lines.map((orderLineId, n) =>
        inTx<{ quantity: number }[]>((tx) =>
          reservations.reserve(tx, [
            {
              orderLineId,
              merchantId: item.merchantId,
              waveId: null,
              locationId: at(0).id,
              itemId: item.id,
              lot: '',
              quantity: 1 + (n % 5),
              because: [],
            },
          ]),
        ),
      ),
    );
    expect(made.flat().reduce((sum, each) => sum + each.quantity, 0)).toBe(500);
    expect(await levelOf()).toEqual({ quantity: 500, reserved: 500 });
  });

  it('lets reservations go once, and free goods can be reserved again', async () => {
    await arrive(10);
    const [line] = await orderLines(1);
    const request = {
      orderLineId: line!,
      merchantId: item.merchantId,
      waveId: null,
      locationId: at(0).id,
      itemId: item.id,
      lot: '',
      quantity: 7,
      because: [],
    };
    const [first] = await inTx<{ id: string }[]>((tx) => reservations.reserve(tx, [request]));
    await Promise.all([1, 2, 3].map(() => inTx((tx) => reservations.release(tx, [first!.id]))));
    expect(await levelOf()).toEqual({ quantity: 10, reserved: 0 });
  });
});

describe('pick', () => {
  it('posts what the book does not have to the shortfall account and asks for a count', async () => {
    await arrive(2);
    const [line] = await orderLines(1);
    const [tote] = await floor.ask<{ id: string }>(`select id from containers where lpn = 'T-000001'`);
    await inTx((tx) =>
      inventory.pick(tx, {
        merchantId: item.merchantId,
        itemId: item.id,
        lot: '',
        quantity: 3,
        locationId: at(0).id,
        containerId: tote!.id,
        eventId: newId(),
        orderLineId: line!,
      }),
    );
    expect(await levelOf()).toEqual({ quantity: 0, reserved: 0 });
    expect(await levelOf(0, 'shortfall')).toEqual({ quantity: -1, reserved: 0 });
    expect(await totalOf()).toEqual({ on_hand: 3, promised: 0 });
    const counts = await floor.ask('select state, reason from counts where item_id = $1', [item.id]);
    expect(counts).toEqual([{ state: 'requested', reason: 'picked-beyond-book' }]);
  });
});

describe('counts', () => {
  it('post what was found, settle the shortfall and leave the ledger at zero', async () => {
    await arrive(8);
    const counts = new CountsService(floor.db, inventory);
    const requested = {
      merchantId: item.merchantId,
      locationId: at(0).id,
      itemId: item.id,
      lot: '',
      reason: 'spec',
    };
    await inTx((tx) => inventory.openCount(tx, requested));
    await inTx((tx) => inventory.openCount(tx, requested));
    const [open] = await floor.ask<{ id: string }>('select id from counts where item_id = $1', [item.id]);
    expect(await floor.system(() => counts.recordCount(open!.id, 6))).toEqual({
      state: 'counted',
      difference: -2,
    });
    expect(await levelOf()).toEqual({ quantity: 8, reserved: 0 });
    expect(await floor.system(() => counts.approveCount(open!.id))).toEqual({
      state: 'posted',
      difference: -2,
    });
    expect(await levelOf()).toEqual({ quantity: 6, reserved: 0 });
    await expect(floor.system(() => counts.approveCount(open!.id))).rejects.toMatchObject({
      code: 'count.wrong-state',
    });
  });
});

describe('adjustStock', () => {
  it('adjusts once per event and refuses what it does not know', async () => {
    const adjustments = new AdjustmentsService(floor.db, inventory);
    const adjustment = {
      eventId: newId(),
      merchantCode: 'acme',
      sku: item.sku,
      locationCode: floor.locations[0]!.code,
      quantity: 9,
      reason: 'found',
    };
    expect(await floor.system(() => adjustments.adjustStock(adjustment))).toEqual({ applied: true });
    expect(await floor.system(() => adjustments.adjustStock(adjustment))).toEqual({ applied: false });
    expect(await levelOf()).toEqual({ quantity: 9, reserved: 0 });
    const unknown = { ...adjustment, eventId: newId(), sku: 'NO-SUCH' };
    await expect(floor.system(() => adjustments.adjustStock(unknown))).rejects.toMatchObject({
      code: 'inventory.unknown-item',
    });
  });
});
