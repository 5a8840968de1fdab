import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { newId } from '../platform/ids.js';
import { SlottingQueries } from './slotting.queries.js';

let floor: Floor;
let services: FloorServices;
let slotting: SlottingQueries;

beforeAll(async () => {
  floor = await buildFloor({ locations: 40, totes: 2 });
  services = floorServices(floor);
  slotting = new SlottingQueries(floor.db, services.planner);
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

async function stockAt(item: FixtureItem, code: string): Promise<void> {
  const adjustment = {
    eventId: newId(),
    merchantCode: 'acme',
    sku: item.sku,
    locationCode: code,
    quantity: 5_000,
    reason: 'spec',
  };
  await floor.system(() => services.adjustments.adjustStock(adjustment));
}

/** So many picks from a place, as the ledger has them. */
async function picked(item: FixtureItem, code: string, times: number): Promise<void> {
  await floor.ask(
    `insert into movements (site_id, id, merchant_id, item_id, quantity, from_kind, from_id, to_kind, to_id, reason, event_id, actor, at)
     select 1, gen_random_uuid(), $1, $2, 1, 'location', a.id, 'container', gen_random_uuid(), 'pick', gen_random_uuid(), 'spec', now()
     from generate_series(1, $4), locations a where a.site_id = 1 and a.code = $3`,
    [floor.merchantId, item.id, code, times],
  );
}

it('brings what is picked often nearer, and says what it saves', async () => {
  const faces = [...floor.locations];
  const [near, far] = [faces[0]!.code, faces.at(-1)!.code];
  const [rare, busy] = [
    await addItem(floor.ask, floor.merchantId, 801),
    await addItem(floor.ask, floor.merchantId, 802),
  ];
  await stockAt(rare, near);
  await stockAt(busy, far);
  await picked(rare, near, 1);
  await picked(busy, far, 400);
  const advice = await floor.system(() => slotting.advice(14, 50));
  expect(advice).toMatchObject({ days: 14, items: 2 });
  const moves = advice.chains.flatMap((chain) => chain.moves);
  const move = moves.find(({ sku }) => sku === busy.sku)!;
  expect(move).toMatchObject({ from: far, picksPerDay: 28.6 });
  expect(move.to).not.toBe(far);
  expect(move.savedMetresPerDay).toBeGreaterThan(0);
  expect(advice.savedMetresPerDay).toBeCloseTo(
    moves.reduce((sum, each) => sum + each.savedMetresPerDay, 0),
    0,
  );
});

it('leaves goods alone that nobody picks or that share their place', async () => {
  const code = floor.locations[20]!.code;
  const [one, other] = [
    await addItem(floor.ask, floor.merchantId, 803),
    await addItem(floor.ask, floor.merchantId, 804),
  ];
  await stockAt(one, code);
  await stockAt(other, code);
  await picked(one, code, 500);
  const advice = await floor.system(() => slotting.advice(14, 50));
  const moves = advice.chains.flatMap((chain) => chain.moves);
  expect(moves.filter(({ from, to }) => from === code || to === code)).toEqual([]);
});
