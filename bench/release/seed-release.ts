import type pg from 'pg';

export const SITE = 1;
export const SERVICE = 'bench';
const AISLES = 40;
const BAYS = 50;
const LEVELS = 3;
const MERCHANTS = 50;
const ITEMS = 5_000;
/** Of 100 orders so many have one line, two, three, and five: 2.5 lines in the mean. */
const LINES_OF = [
  { upto: 30, lines: 1 },
  { upto: 60, lines: 2 },
  { upto: 80, lines: 3 },
  { upto: 100, lines: 5 },
];

/** One site with shelves, merchants, items, stock for all, cartons, carts, benches and lanes. */
export async function seedSite(client: pg.Client): Promise<void> {
  await client.query(`
    insert into sites (id, code, name, timezone, created_at) values (${SITE}, 'BENCH', 'Bench', 'UTC', now());
    insert into carriers (code, name) values ('post', 'Post') on conflict do nothing;
    insert into merchants (id, code, name, created_at)
      select gen_random_uuid(), 'm' || n, 'Merchant ' || n, now() from generate_series(1, ${MERCHANTS}) n;
    insert into zones (site_id, id, code, name) values (${SITE}, gen_random_uuid(), 'A', 'Shelves');
    insert into locations (site_id, id, code, zone_id, type, aisle, bay, level, x_mm, y_mm, pick_sequence)
      select ${SITE}, gen_random_uuid(), format('A-%s-%s-%s', a, b, l), z.id, 'pick-face', a, b, l, a * 3600, b * 1000,
        a * 1000 + b * 10 + l
      from zones z, generate_series(1, ${AISLES}) a, generate_series(1, ${BAYS}) b, generate_series(1, ${LEVELS}) l;
    insert into items (id, merchant_id, sku, name, length_mm, width_mm, height_mm, weight_grams, updated_at)
      select gen_random_uuid(), m.id, 'SKU-' || n, 'Item ' || n, 60 + n % 120, 40 + n % 80, 20 + n % 60, 100 + n % 900, now()
      from generate_series(1, ${ITEMS}) n join lateral (select id from merchants order by code offset n % ${MERCHANTS} limit 1) m on true;
    insert into stations (site_id, id, code, kind, name, x_mm, y_mm)
      values (${SITE}, gen_random_uuid(), 'PS-1', 'pick-start', 'Start', 0, 0);
    insert into stations (site_id, id, code, kind, name, x_mm, y_mm)
      select ${SITE}, gen_random_uuid(), 'PB-' || n, 'pack-bench', 'Bench ' || n, n * 3000, 0 from generate_series(1, 20) n;
    insert into carts (site_id, id, code, slots) select ${SITE}, gen_random_uuid(), 'C-' || n, 12 from generate_series(1, 40) n;
    insert into carton_types (site_id, id, code, name, length_mm, width_mm, height_mm, tare_grams, max_grams)
      select ${SITE}, gen_random_uuid(), code, code, l, w, h, 100, 30000
      from (values ('S', 250, 180, 100), ('M', 350, 250, 200), ('L', 500, 400, 350), ('XL', 800, 600, 600)) t (code, l, w, h);
    insert into lanes (site_id, id, code, name, kind)
      select ${SITE}, gen_random_uuid(), 'L' || n, 'Lane ' || n, 'ship' from generate_series(1, 4) n;
    insert into lane_assignments (site_id, id, lane_id, carrier_code, service, rank)
      select ${SITE}, gen_random_uuid(), id, 'post', '${SERVICE}', 1 from lanes;
    insert into wave_templates (site_id, id, name, filter, limits, steps)
      values (${SITE}, gen_random_uuid(), 'bench', '{"services": ["${SERVICE}"]}',
        '{"ordersMax": 100000, "linesMax": 1000000, "unitsMax": 10000000}', '{}')`);
  await client.query(`
    with place as (select id, row_number() over (order by pick_sequence) as n from locations where site_id = ${SITE}),
      item as (select id, merchant_id, row_number() over (order by sku) as n from items)
    insert into levels (site_id, account_kind, account_id, merchant_id, item_id, lot, quantity)
      select ${SITE}, 'location', p.id, i.merchant_id, i.id, '', 1000000 from item i join place p on p.n % ${ITEMS} = i.n % ${ITEMS};
    `);
  await client.query(`
    insert into stock_totals (site_id, item_id, merchant_id, on_hand)
      select site_id, item_id, merchant_id, sum(quantity)::int from levels where site_id = ${SITE} group by 1, 2, 3`);
  // A site that works has statistics.
  await client.query('analyze');
}

/** An id as the product makes them for orders and lines: the milliseconds first, then chance (UUID v7). */
const ID_IN_TIME = `(lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
  || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid`;

/** Orders that are ready, with their promises; 2.5 lines in the mean, of a merchant's own items, some much more often than others. */
export async function seedOrders(
  client: pg.Client,
  orders: number,
): Promise<{ orders: number; lines: number }> {
  const cases = LINES_OF.map(({ upto, lines }) => `when n % 100 < ${upto} then ${lines}`).join(' ');
  await client.query(`
    create temp table made on commit preserve rows as
      select ${ID_IN_TIME} as id, m.id as merchant_id, n, case ${cases} end as lines
      from generate_series(1, ${orders}) n join lateral
        (select id from merchants order by code offset (n * 7919) % ${MERCHANTS} limit 1) m on true;
    create temp table goods on commit preserve rows as
      select id, merchant_id, row_number() over (partition by merchant_id order by sku) - 1 as n,
        count(*) over (partition by merchant_id) as total from items;
    create index on goods (merchant_id, n);
    create temp table wanted on commit preserve rows as
      select ${ID_IN_TIME} as id, o.id as order_id, o.merchant_id, k as line_no, g.id as item_id, 1 + (o.n + k) % 3 as quantity
      from made o cross join lateral generate_series(1, o.lines) k
      join lateral (select id from goods g where g.merchant_id = o.merchant_id
        and g.n = (o.n * 31 + k * (17 + o.n % 5)) % g.total limit 1) g on true;
    create index on wanted (order_id);
    analyze made, wanted;
    insert into orders (site_id, id, merchant_id, external_ref, body_hash, body, state, priority, carrier_code, service, cut_off_at,
        consignee, line_count, unit_count, received_at, state_at)
      select ${SITE}, o.id, o.merchant_id, o.id::text, '', '{}', 'ready', 5, 'post', '${SERVICE}',
        now() + (4 + n % 2 * 0.5) * interval '1 hour', '{"country": "FR"}', o.lines,
        (select sum(quantity) from wanted w where w.order_id = o.id), now(), now() from made o;
    insert into order_lines (site_id, id, order_id, merchant_id, line_no, item_id, ordered, promised, state)
      select ${SITE}, id, order_id, merchant_id, line_no, item_id, quantity, quantity, 'open' from wanted;
    update stock_totals t set promised = t.promised + w.total
      from (select item_id, sum(quantity)::int as total from wanted group by item_id) w
      where t.site_id = ${SITE} and t.item_id = w.item_id`);
  const counted = await client.query<{ lines: number }>('select count(*)::int as lines from wanted');
  await client.query('drop table made, goods, wanted');
  await client.query('analyze orders, order_lines, levels');
  return { orders, lines: counted.rows[0]!.lines };
}
