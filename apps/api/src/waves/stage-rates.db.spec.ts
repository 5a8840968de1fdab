import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { buildOutbound, labelledParcel, type Outbound } from '../../test/outbound-fixture.js';
import { measuredRates } from './stage-rates.queries.js';

let world: Outbound;
let parcel: Awaited<ReturnType<typeof labelledParcel>>;

beforeAll(async () => {
  world = await buildOutbound();
  parcel = await labelledParcel(world, [[world.floor.items[0]!, 2]]);
});
afterAll(() => world.floor.close());

const rates = () => world.person(() => world.floor.db.transaction((tx) => measuredRates(tx)));

it('takes what is usual while too little was done', async () => {
  const { stages, basis } = await rates();
  expect(basis).toBe('standard');
  expect(stages.map(({ stage, transferMs, spread }) => ({ stage, transferMs, spread }))).toEqual([
    { stage: 'pick', transferMs: 300_000, spread: undefined },
    { stage: 'pack', transferMs: 600_000, spread: undefined },
  ]);
});

it('measures how long parcels take, how much longer the slow ones, and the way to their lane', async () => {
  // Packed in 60 s, every fourth in 90 s; on the belt for 101 to 124 s.
  await world.floor.ask(
    `insert into parcels select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'number_in_order', 100 + n,
       'sscc', null, 'tracking_number', null, 'closed_at', now() - interval '30 minutes',
       'opened_at', now() - interval '30 minutes' - make_interval(secs => case when n % 4 = 0 then 90 else 60 end),
       'diverted_at', now() - interval '30 minutes' + make_interval(secs => 100 + n)))).*
     from parcels p cross join generate_series(1, 24) n where p.id = '${parcel.parcelId}'`,
  );
  const { stages } = await rates();
  const pack = stages.find(({ stage }) => stage === 'pack')!;
  expect(pack.transferMs).toBeGreaterThan(118_000);
  expect(pack.transferMs).toBeLessThan(121_000);
  expect(pack.spread).toBeCloseTo(1.5, 5);
});
