import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildOutbound, labelledParcel, type Outbound } from '../../test/outbound-fixture.js';
import { checkInvariants } from './invariant-checker.service.js';
import { INVARIANTS } from './invariants.js';
import { LOOSE_KEYS, orphansOf } from './orphans.js';

let world: Outbound;

beforeAll(async () => {
  world = await buildOutbound();
  const { ask } = world.floor;
  const parcel = await labelledParcel(world, [[world.floor.items[0]!, 2]]);
  const arrival = { point: 'P1', trackId: 1, seq: 1 };
  await world.apply('point.seen', { ...arrival, codes: [parcel.sscc!], result: 'read' });
  await world.apply('point.confirmed', { point: 'P1', trackId: 1, actual: 'L1' });
  await world.person(() => world.shipping.stage(parcel.sscc!, 'L-STG-1'));
  const load = await world.person(() => world.loads.openLoad('post', null));
  await world.person(() => world.loads.loadParcel(load.id, parcel.sscc!));
  await world.person(() => world.loads.depart(load.id));
  await labelledParcel(world, [[world.floor.items[1]!, 1]]);
  await world.deliver();
  // The inbox of this floor was written by the spec itself; its stream is what the uplink would have left.
  await ask(`update inbox set stream = 'one', seq = n.seq from (select record_id, row_number() over (order by seq) as seq from inbox) n
    where n.record_id = inbox.record_id`);
  await ask(`insert into inbox_streams (site_id, agent_id, stream, last_seq) select site_id, agent_id, stream, count(*) from inbox
    group by 1, 2, 3`);
  for (const constraint of GUARDS) await ask(constraint);
});
afterAll(() => world.floor.close());

/** The database would not let the violations in. */
const GUARDS = [
  'alter table levels drop constraint levels_quantity_ck, drop constraint levels_reserved_ck',
  'alter table stock_totals drop constraint stock_totals_ck',
  'alter table order_lines drop constraint order_lines_chain_ck',
  'alter table containers drop constraint containers_one_place_ck',
  'alter table parcels drop constraint parcels_sscc_uq, drop constraint parcels_tracking_uq',
  'drop index labels_active_uq',
  'drop index run_slots_container_uq',
  'alter table inbox drop constraint inbox_pk, drop constraint inbox_record_uq, drop constraint inbox_reason_ck',
  'alter table parcel_contents drop constraint parcel_contents_event_uq',
  'alter table movements drop constraint movements_event_uq, drop constraint movements_quantity_ck, drop constraint movements_accounts_ck',
  'alter table point_decisions drop constraint point_decisions_uq',
];

/** A violation, planted, and how it is mended. */
interface Plant {
  what: string;
  breaks: string;
  plant: string;
  mend: string;
  settled?: true;
}

const COPY = (table: string, changed: string) =>
  `insert into ${table} select (jsonb_populate_record(null::${table}, to_jsonb(t) || ${changed}::jsonb)).* from ${table} t`;
const COPIED_ID = '01900000-0000-7000-8000-00000000c0de';
const NEW_ID = `'{"id": "${COPIED_ID}"}'`;
const COPIED = (table: string, where: string) => ({
  plant: `${COPY(table, NEW_ID)} where ${where} limit 1`,
  mend: `delete from ${table} where id = '${COPIED_ID}'`,
});

const ONE_SHIPPED = `(select id from parcels where state = 'shipped' limit 1)`;
const ONE_ORDER = `(select order_id from parcels where state = 'labelled' limit 1)`;
const ONE_MOVE = `(select id from movements where reason = 'ship' limit 1)`;

const ID = (name: string) => `"${name}": "${COPIED_ID}"`;
/** A row all of whose parents are not there. */
const ORPHAN = (table: string, columns: string[], rest: string): Plant => ({
  what: `a row of ${table} without its parents`,
  breaks: 'rows-have-parents',
  plant: `insert into ${table} select * from jsonb_populate_record(null::${table},
    '{"site_id": 1, ${['id', 'merchant_id', ...columns].map(ID).join(', ')}, ${rest}}')`,
  mend: `delete from ${table} where id = '${COPIED_ID}'`,
});
const ORPHANS: Plant[] = [
  ORPHAN('wave_lines', ['wave_id', 'order_id', 'order_line_id'], '"quantity": 1, "state": "included"'),
  ORPHAN(
    'reservations',
    ['order_line_id', 'location_id', 'item_id', 'replenishment_id'],
    '"lot": "", "quantity": 1, "state": "released", "because": []',
  ),
  ORPHAN(
    'planned_cartons',
    ['wave_id', 'order_id', 'carton_type_id', 'lane_id'],
    '"number_in_order": 1, "contents": [], "gross_grams": 1, "because": [], "lane_because": []',
  ),
  ORPHAN('run_slots', ['run_id', 'order_id'], '"slot": 1, "state": "cancelled"'),
  ORPHAN(
    'tasks',
    [
      'run_id',
      'slot_id',
      'order_id',
      'order_line_id',
      'reservation_id',
      'location_id',
      'item_id',
      'container_id',
    ],
    '"kind": "pick", "sequence": 1, "lot": "", "quantity": 1, "done_quantity": 0, "to_sort": 0, "state": "cancelled"',
  ),
];

const PLANTS: Plant[] = [
  ...ORPHANS,
  {
    what: 'a blocked pick without goods that come',
    breaks: 'blocked-picks-wait',
    plant: ORPHANS.at(-1)!.plant.replace('cancelled', 'blocked'),
    mend: ORPHANS.at(-1)!.mend,
  },
  {
    what: 'goods to sort that are in no tote',
    breaks: 'one-place-each',
    plant: ORPHANS.at(-1)!
      .plant.replace('"done_quantity": 0, "to_sort": 0', '"done_quantity": 1, "to_sort": 1')
      .replace('cancelled', 'done'),
    mend: ORPHANS.at(-1)!.mend,
  },
  {
    what: 'a movement that moves less than nothing',
    breaks: 'ledger-balances',
    plant: `update movements set quantity = -quantity where id = ${ONE_MOVE}`,
    mend: `update movements set quantity = -quantity where quantity < 0`,
  },
  {
    what: 'goods moved under another merchant',
    breaks: 'ledger-balances',
    plant: `insert into merchants (id, code, name, created_at) values ('${COPIED_ID}', 'other', 'Other', now());
      update movements set merchant_id = '${COPIED_ID}' where id = ${ONE_MOVE}`,
    mend: `update movements m set merchant_id = i.merchant_id from items i where i.id = m.item_id;
      delete from merchants where code = 'other'`,
  },
  {
    what: 'a level that nobody moved',
    breaks: 'levels-follow-movements',
    plant: `update levels set quantity = quantity + 1 where account_kind = 'parcel'`,
    mend: `update levels set quantity = quantity - 1 where account_kind = 'parcel'`,
  },
  {
    what: 'a reservation without a level',
    breaks: 'levels-follow-movements',
    plant: `insert into reservations (site_id, id, merchant_id, order_line_id, location_id, item_id, quantity, state)
      select l.site_id, l.id, l.merchant_id, l.id, (select id from locations limit 1), l.item_id, 1, 'open' from order_lines l limit 1`,
    mend: 'delete from reservations',
  },
  {
    what: 'more promised than there is',
    breaks: 'levels-follow-movements',
    plant: 'update stock_totals set promised = on_hand + 7',
    mend: `update stock_totals t set promised = (select coalesce(sum(promised - shipped), 0) from order_lines l where l.item_id = t.item_id)`,
  },
  {
    what: 'a line that shipped more than was packed',
    breaks: 'line-chain-holds',
    plant: `update order_lines set shipped = shipped + 1 where state = 'shipped'`,
    mend: `update order_lines set shipped = shipped - 1 where state = 'shipped'`,
  },
  {
    what: 'a line packed without a pack scan',
    breaks: 'line-chain-holds',
    plant: `update order_lines set packed = packed - 1 where order_id = ${ONE_ORDER}`,
    mend: `update order_lines set packed = packed + 1 where order_id = ${ONE_ORDER}`,
  },
  {
    what: 'a tote in two places',
    breaks: 'one-place-each',
    plant: `update containers set station_id = (select id from stations limit 1), location_id = (select id from locations limit 1)
      where lpn = 'T-000005'`,
    mend: `update containers set station_id = null, location_id = null where lpn = 'T-000005'`,
  },
  {
    what: 'a shipped parcel without a load',
    breaks: 'one-place-each',
    plant: `update parcels set load_id = null where state = 'shipped'`,
    mend: `update parcels set load_id = (select id from loads where state = 'departed') where state = 'shipped'`,
  },
  {
    what: 'two parcels with one SSCC',
    breaks: 'one-place-each',
    plant: `update parcels set sscc = (select sscc from parcels p where p.state = 'shipped'), because = to_jsonb(sscc) where state = 'labelled'`,
    mend: `update parcels set sscc = because #>> '{}' where state = 'labelled'`,
  },
  {
    what: 'two active labels of a parcel',
    breaks: 'one-label-one-shipment',
    ...COPIED('labels', `parcel_id = ${ONE_SHIPPED}`),
  },
  {
    what: 'a second ship event',
    breaks: 'one-label-one-shipment',
    plant: `insert into events (site_id, id, type, aggregate_id, parcel_id, data, actor, trace, at, published_at)
      values (1, '${COPIED_ID}', 'shipping.parcel-shipped', ${ONE_SHIPPED}, ${ONE_SHIPPED}, '{}', 'spec', 'spec', now(), now())`,
    mend: `delete from events where id = '${COPIED_ID}'`,
  },
  {
    what: 'content that nobody scanned',
    breaks: 'one-label-one-shipment',
    ...COPIED('parcel_contents', `parcel_id = ${ONE_SHIPPED}`),
  },
  {
    what: 'a gap in a stream',
    breaks: 'inbox-without-gaps',
    plant: 'update inbox_streams set last_seq = last_seq + 1',
    mend: 'update inbox_streams set last_seq = last_seq - 1',
  },
  {
    what: 'a reading refused without a reason',
    breaks: 'inbox-without-gaps',
    plant: `update inbox set outcome = 'refused' where seq = 1`,
    mend: `update inbox set outcome = 'applied' where seq = 1`,
  },
  {
    what: 'a reading kept twice',
    breaks: 'scans-count-once',
    plant: `${COPY('inbox', `'{"stream": "two"}'`)} where seq = 1`,
    mend: `delete from inbox where stream = 'two'`,
  },
  {
    what: 'a pack scan counted twice',
    breaks: 'scans-count-once',
    ...COPIED('parcel_contents', `parcel_id = ${ONE_SHIPPED}`),
  },
  {
    what: 'an arrival told twice',
    breaks: 'arrivals-end-once',
    ...COPIED('point_decisions', `state = 'confirmed'`),
  },
  {
    what: 'a confirm without a lane',
    breaks: 'arrivals-end-once',
    plant: 'update point_decisions set because = actual_lane, actual_lane = null',
    mend: 'update point_decisions set actual_lane = because, because = null',
  },
  {
    what: 'an arrival that never ends',
    breaks: 'arrivals-end-once',
    settled: true,
    plant: `update point_decisions set state = 'sent', ended_at = null, seen_at = now()`,
    mend: `update point_decisions set state = 'confirmed', ended_at = now()`,
  },
  {
    what: 'an order in the middle of nowhere',
    breaks: 'no-order-is-stuck',
    plant: `update orders set state = 'picked' where state = 'shipped'`,
    mend: `update orders set state = 'shipped' where state = 'picked'`,
  },
  {
    what: 'an accepted order that waits for nothing',
    breaks: 'no-order-is-stuck',
    plant: `update orders set state = 'accepted' where state = 'shipped'`,
    mend: `update orders set state = 'shipped' where state = 'accepted'`,
  },
  {
    what: 'a labelled parcel that never left, once all is at rest',
    breaks: 'no-order-is-stuck',
    settled: true,
    plant: 'select 1',
    mend: 'select 1',
  },
];

const broken = async (settled = false) =>
  (await checkInvariants(world.floor.source, { settled })).filter(({ violations }) => violations > 0);

describe('the invariant checker', () => {
  it('finds nothing on a floor that was worked properly', async () => {
    expect(await broken()).toEqual([]);
  });

  it.each(PLANTS)('catches $what ($breaks)', async ({ breaks, plant, mend, settled }) => {
    await world.floor.ask(plant);
    const found = await broken(settled).finally(() => world.floor.ask(mend));
    expect(found.map(({ name }) => name)).toContain(breaks);
    expect(found.find(({ name }) => name === breaks)!.examples[0]).toMatch(/\w+ .+/);
    expect(await broken()).toEqual([]);
  });

  it('looks at each key that no foreign key checks', async () => {
    const found: string[][] = [];
    // One table after the other: the orphans of one would be the parents of the next.
    for (const [at, table] of [...new Set(LOOSE_KEYS.map((key) => key.table))].entries()) {
      const { plant, mend } = ORPHANS[at]!;
      await world.floor.ask(plant);
      for (const key of LOOSE_KEYS.filter((each) => each.table === table)) {
        const orphans = await world.floor.ask<{ example: string }>(orphansOf(key));
        found.push(orphans.map(({ example }) => example));
      }
      await world.floor.ask(mend);
    }
    expect(found).toEqual(
      LOOSE_KEYS.map(({ table, column, parent }) => [
        `${table} ${COPIED_ID}: its ${column} ${COPIED_ID} is not in ${parent}`,
      ]),
    );
  });

  it('has a planted violation for each invariant', () => {
    const caught = new Set(PLANTS.map(({ breaks }) => breaks));
    expect(INVARIANTS.map(({ name }) => name).filter((name) => !caught.has(name))).toEqual([]);
  });
});
