import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { newId } from '../platform/ids.js';

let floor: Floor;
let services: FloorServices;
let nextLocation = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 4, totes: 1 });
  services = floorServices(floor);
});
afterAll(() => floor.close());

async function stockAt(item: FixtureItem, quantity: number): Promise<void> {
  const { code: locationCode } = floor.locations[nextLocation++]!;
  await floor.system(() =>
    services.adjustments.adjustStock({
      eventId: newId(),
      merchantCode: 'acme',
      sku: item.sku,
      locationCode,
      quantity,
      reason: 'spec',
    }),
  );
}

async function order({ sku }: FixtureItem, quantity: number): Promise<string> {
  const body = {
    externalRef: newId(),
    carrier: 'post',
    service: 'standard',
    consignee: { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
    lines: [{ sku, quantity }],
  };
  const [result] = await floor.merchant(() =>
    services.intake.acceptOrders([{ row: 1, order: body, externalRef: body.externalRef, faults: [] }]),
  );
  return (result as { orderId: string }).orderId;
}

it('never promises the same goods twice: 200 allocators at once on one item', async () => {
  const item = floor.items[0]!;
  const have = 300;
  await stockAt(item, 120);
  await stockAt(item, have - 120);
  const orders = await Promise.all(Array.from({ length: 200 }, (_, n) => order(item, 1 + (n % 3))));
  const lines = await floor.ask<{ id: string; quantity: number; location: string }>(
    `select l.id, l.ordered as quantity, (select account_id from levels v where v.item_id = l.item_id and v.account_kind = 'location'
       order by v.quantity desc offset l.ordered % 2 limit 1) as location from order_lines l where order_id = any($1::uuid[])`,
    [orders],
  );
  const made = await Promise.all(
    lines.map((line) =>
      floor.system(() =>
        floor.db.transaction((tx) =>
          services.reservations.reserve(tx, [
            {
              orderLineId: line.id,
              merchantId: floor.merchantId,
              waveId: null,
              locationId: line.location,
              itemId: item.id,
              lot: '',
              quantity: line.quantity,
              because: [],
            },
          ]),
        ),
      ),
    ),
  );
  const got = made.flat().reduce((sum, { quantity }) => sum + quantity, 0);
  const [levels] = await floor.ask<{ reserved: number }>(
    'select sum(reserved)::int as reserved from levels where item_id = $1',
    [item.id],
  );
  expect(levels!.reserved).toBe(got);
  // As much as was asked for and is there, at each place: nothing is left that would have served a line that went short.
  const places = await floor.ask<{ id: string; quantity: number; reserved: number }>(
    `select account_id as id, quantity, reserved from levels where item_id = $1 and account_kind = 'location'`,
    [item.id],
  );
  expect(places).toHaveLength(2);
  for (const { id, quantity, reserved } of places) {
    const asked = lines.reduce((sum, line) => sum + (line.location === id ? line.quantity : 0), 0);
    expect({ id, reserved }).toEqual({ id, reserved: Math.min(asked, quantity) });
  }
  // The orders came in all at once as well: all that is there is promised, and no more.
  const [promises] = await floor.ask<{ asked: number; lines: number; total: number }>(
    `select sum(l.ordered)::int as asked, sum(l.promised)::int as lines,
       (select promised from stock_totals t where t.item_id = $1) as total from order_lines l where l.item_id = $1`,
    [item.id],
  );
  expect(promises!.asked).toBeGreaterThan(have);
  expect(promises).toEqual({ asked: promises!.asked, lines: have, total: have });
  const over = await floor.ask(
    `select l.account_id from levels l where l.item_id = $1 and (l.reserved > l.quantity or l.reserved <> (select coalesce(sum(r.quantity), 0)
       from reservations r where r.location_id = l.account_id and r.item_id = l.item_id and r.state = 'open'))`,
    [item.id],
  );
  expect(over).toEqual([]);
});
