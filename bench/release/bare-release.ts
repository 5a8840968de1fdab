import type pg from 'pg';

/** The same orders, lines and stock in tables with nothing but a primary key: what any release has to do at the least. */
export const BARE_TABLES = `
  create table bare_orders (id uuid primary key, state text not null, cut_off_at timestamptz not null, wave_id uuid);
  create table bare_lines (id uuid primary key, order_id uuid not null, item_id uuid not null, quantity int not null);
  create table bare_stock (location_id uuid, item_id uuid, quantity int not null, reserved int not null default 0,
    primary key (location_id, item_id));
  create table bare_reservations (id uuid primary key, line_id uuid not null, location_id uuid not null, quantity int not null);
  create index bare_orders_ix on bare_orders (state, cut_off_at);
  create index bare_lines_ix on bare_lines (order_id)`;

export const FILL_BARE = `
  insert into bare_orders select id, state, cut_off_at from orders;
  insert into bare_lines select id, order_id, item_id, ordered from order_lines;
  truncate bare_stock;
  insert into bare_stock select account_id, item_id, quantity - reserved from levels where account_kind = 'location'`;

/** Selects, claims and allocates in one transaction: by cumulated demand against cumulated stock, as far as it goes. */
export async function bareRelease(client: pg.Client, orders: number): Promise<number> {
  const startMs = performance.now();
  await client.query('begin');
  await client.query(
    `with chosen as (select id from bare_orders where state = 'ready' order by cut_off_at, id limit $1 for update skip locked)
     update bare_orders o set state = 'released', wave_id = gen_random_uuid() from chosen c where o.id = c.id`,
    [orders],
  );
  await client.query(`
    insert into bare_reservations
    with demand as (select l.id, l.item_id, l.quantity, sum(l.quantity) over (partition by l.item_id order by l.id) as upto
        from bare_lines l join bare_orders o on o.id = l.order_id where o.state = 'released'
          and not exists (select from bare_reservations r where r.line_id = l.id)),
      stock as (select s.location_id, s.item_id, s.quantity - s.reserved as free,
        sum(s.quantity - s.reserved) over (partition by s.item_id order by s.location_id) as upto from bare_stock s)
    select gen_random_uuid(), d.id, s.location_id,
      least(d.upto, s.upto) - greatest(d.upto - d.quantity, s.upto - s.free)
    from demand d join stock s on s.item_id = d.item_id and s.upto > d.upto - d.quantity and s.upto - s.free < d.upto`);
  await client.query(`
    update bare_stock s set reserved = r.total
    from (select r.location_id, l.item_id, sum(r.quantity) as total from bare_reservations r join bare_lines l on l.id = r.line_id
      group by r.location_id, l.item_id) r
    where s.location_id = r.location_id and s.item_id = r.item_id`);
  await client.query('commit');
  return performance.now() - startMs;
}
