import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor, protectMerchantFloor } from './sql.js';

/** The building, the ledger, orders and receipts. */
export class SiteStockAndOrders1764000000002 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table zones (
        site_id int not null,
        id uuid not null,
        code text not null,
        name text not null,
        constraint zones_pk primary key (site_id, id),
        constraint zones_site_fk foreign key (site_id) references sites (id),
        constraint zones_code_uq unique (site_id, code)
      );
      create table locations (
        site_id int not null,
        id uuid not null,
        code text not null,
        zone_id uuid not null,
        type text not null,
        aisle int not null default 0,
        bay int not null default 0,
        level int not null default 0,
        x_mm int not null,
        y_mm int not null,
        pick_sequence int not null default 0,
        blocked boolean not null default false,
        constraint locations_pk primary key (site_id, id),
        constraint locations_code_uq unique (site_id, code),
        constraint locations_zone_fk foreign key (site_id, zone_id) references zones (site_id, id),
        constraint locations_type_ck check
          (type in ('pick-face', 'reserve', 'receiving', 'staging', 'hospital', 'dock'))
      );
      create table stations (
        site_id int not null,
        id uuid not null,
        code text not null,
        kind text not null,
        name text not null,
        x_mm int not null,
        y_mm int not null,
        constraint stations_pk primary key (site_id, id),
        constraint stations_code_uq unique (site_id, code),
        constraint stations_site_fk foreign key (site_id) references sites (id),
        constraint stations_kind_ck check
          (kind in ('receiving-desk', 'pick-start', 'put-wall', 'pack-bench', 'induction', 'dock-door'))
      );
      create table carts (
        site_id int not null,
        id uuid not null,
        code text not null,
        slots int not null,
        constraint carts_pk primary key (site_id, id),
        constraint carts_code_uq unique (site_id, code),
        constraint carts_site_fk foreign key (site_id) references sites (id),
        constraint carts_slots_ck check (slots between 1 and 60)
      );
      create table carton_types (
        site_id int not null,
        id uuid not null,
        code text not null,
        name text not null,
        length_mm int not null,
        width_mm int not null,
        height_mm int not null,
        tare_grams int not null,
        max_grams int not null,
        active boolean not null default true,
        constraint carton_types_pk primary key (site_id, id),
        constraint carton_types_code_uq unique (site_id, code),
        constraint carton_types_site_fk foreign key (site_id) references sites (id),
        constraint carton_types_size_ck check
          (length_mm > 0 and width_mm > 0 and height_mm > 0 and tare_grams >= 0 and max_grams > 0)
      );
      create table containers (
        site_id int not null,
        id uuid not null,
        lpn text not null,
        type text not null,
        state text not null default 'empty',
        location_id uuid,
        parent_id uuid,
        station_id uuid,
        constraint containers_pk primary key (site_id, id),
        constraint containers_lpn_uq unique (site_id, lpn),
        constraint containers_location_fk foreign key (site_id, location_id) references locations (site_id, id),
        constraint containers_parent_fk foreign key (site_id, parent_id) references containers (site_id, id),
        constraint containers_station_fk foreign key (site_id, station_id) references stations (site_id, id),
        constraint containers_type_ck check (type in ('tote', 'pallet')),
        constraint containers_state_ck check (state in ('empty', 'picking', 'picked', 'packing')),
        constraint containers_one_place_ck check (num_nonnulls(location_id, parent_id, station_id) <= 1)
      );

      create table devices (
        site_id int not null,
        id uuid not null,
        agent_id uuid not null,
        code text not null,
        kind text not null,
        driver text not null,
        station_id uuid,
        link jsonb not null default '{}',
        config jsonb not null default '{}',
        state text not null default 'init',
        state_since timestamptz,
        state_reason text,
        last_reading_at timestamptz,
        last_reading jsonb,
        constraint devices_pk primary key (site_id, id),
        constraint devices_code_uq unique (site_id, code),
        constraint devices_agent_fk foreign key (site_id, agent_id) references agents (site_id, id),
        constraint devices_station_fk foreign key (site_id, station_id) references stations (site_id, id),
        constraint devices_state_ck check (state in ('init', 'ready', 'degraded', 'lost', 'fault', 'disabled'))
      );
      create table device_commands (
        site_id int not null,
        id uuid not null,
        device_id uuid not null,
        op text not null,
        args jsonb not null,
        state text not null,
        reason text,
        valid_until timestamptz not null,
        created_at timestamptz not null,
        sent_at timestamptz,
        ended_at timestamptz,
        trace text not null,
        constraint device_commands_pk primary key (site_id, id),
        constraint device_commands_device_fk foreign key (site_id, device_id) references devices (site_id, id),
        constraint device_commands_state_ck check
          (state in ('queued', 'sent', 'accepted', 'started', 'done', 'failed', 'unknown', 'expired'))
      );
      create index device_commands_queued_ix on device_commands (site_id, created_at)
        where state in ('queued', 'sent', 'accepted', 'started');

      create table lots (
        site_id int not null,
        item_id uuid not null,
        lot text not null,
        merchant_id uuid not null,
        expires_on date,
        received_at timestamptz not null,
        constraint lots_pk primary key (site_id, item_id, lot),
        constraint lots_item_fk foreign key (item_id) references items (id)
      );
      create table movements (
        site_id int not null,
        id uuid not null,
        merchant_id uuid not null,
        item_id uuid not null,
        lot text not null default '',
        quantity int not null,
        from_kind text not null,
        from_id uuid not null,
        to_kind text not null,
        to_id uuid not null,
        reason text not null,
        event_id uuid not null,
        line_no int not null default 0,
        order_line_id uuid,
        actor text not null,
        at timestamptz not null,
        constraint movements_pk primary key (site_id, id),
        constraint movements_event_uq unique (site_id, event_id, line_no),
        constraint movements_merchant_fk foreign key (merchant_id) references merchants (id),
        constraint movements_item_fk foreign key (item_id) references items (id),
        constraint movements_quantity_ck check (quantity > 0),
        constraint movements_accounts_ck check (
          from_kind in ('location','container','parcel','missing','shortfall','supplier','customer','scrap','adjustment')
          and to_kind in ('location','container','parcel','missing','shortfall','supplier','customer','scrap','adjustment')
          and (from_kind, from_id) <> (to_kind, to_id))
      );
      create index movements_item_ix on movements (site_id, item_id, at);
      create index movements_line_ix on movements (site_id, order_line_id) where order_line_id is not null;
      create table levels (
        site_id int not null,
        account_kind text not null,
        account_id uuid not null,
        merchant_id uuid not null,
        item_id uuid not null,
        lot text not null default '',
        quantity int not null,
        reserved int not null default 0,
        constraint levels_pk primary key (site_id, account_kind, account_id, item_id, lot),
        constraint levels_item_fk foreign key (item_id) references items (id),
        constraint levels_kind_ck check
          (account_kind in ('location', 'container', 'parcel', 'missing', 'shortfall')),
        constraint levels_quantity_ck check (quantity >= 0 or account_kind = 'shortfall'),
        constraint levels_reserved_ck check (reserved >= 0 and (reserved <= quantity or reserved = 0))
      );
      create index levels_item_ix on levels (site_id, item_id) where account_kind = 'location';
      create table stock_totals (
        site_id int not null,
        item_id uuid not null,
        merchant_id uuid not null,
        on_hand int not null,
        promised int not null default 0,
        constraint stock_totals_pk primary key (site_id, item_id),
        constraint stock_totals_item_fk foreign key (item_id) references items (id),
        constraint stock_totals_ck check (on_hand >= 0 and promised >= 0 and promised <= on_hand)
      );
      create table counts (
        site_id int not null,
        id uuid not null,
        merchant_id uuid not null,
        location_id uuid not null,
        item_id uuid not null,
        lot text not null default '',
        state text not null,
        expected int not null,
        counted int,
        reason text not null,
        opened_by text not null,
        opened_at timestamptz not null,
        closed_at timestamptz,
        constraint counts_pk primary key (site_id, id),
        constraint counts_location_fk foreign key (site_id, location_id) references locations (site_id, id),
        constraint counts_item_fk foreign key (item_id) references items (id),
        constraint counts_state_ck check
          (state in ('requested', 'counting', 'counted', 'investigating', 'approved', 'posted'))
      );
      create unique index counts_open_uq on counts (site_id, location_id, item_id, lot) where state <> 'posted'`);

    await query.query(`
      create table orders (
        site_id int not null,
        id uuid not null,
        merchant_id uuid not null,
        external_ref text not null,
        body_hash text not null,
        body jsonb not null,
        state text not null,
        reason text,
        priority int not null default 5,
        carrier_code text not null,
        service text not null,
        cut_off_at timestamptz not null,
        consignee jsonb not null,
        line_count int not null,
        unit_count int not null,
        wave_id uuid,
        waiting_for text,
        received_at timestamptz not null,
        state_at timestamptz not null,
        constraint orders_pk primary key (site_id, id),
        constraint orders_ref_uq unique (site_id, merchant_id, external_ref),
        constraint orders_merchant_fk foreign key (merchant_id) references merchants (id),
        constraint orders_state_ck check (state in ('received', 'accepted', 'rejected', 'ready', 'released', 'picking',
          'picked', 'packing', 'packed', 'staged', 'shipped', 'delivered', 'cancelled', 'closed-short'))
      );
      create index orders_state_ix on orders (site_id, state, cut_off_at);
      create index orders_received_ix on orders (site_id, received_at);
      create index orders_wave_ix on orders (site_id, wave_id) where wave_id is not null;
      create table order_lines (
        site_id int not null,
        id uuid not null,
        order_id uuid not null,
        merchant_id uuid not null,
        line_no int not null,
        item_id uuid not null,
        ordered int not null,
        promised int not null default 0,
        reserved int not null default 0,
        picked int not null default 0,
        packed int not null default 0,
        shipped int not null default 0,
        state text not null,
        wave_attempts int not null default 0,
        reason text,
        constraint order_lines_pk primary key (site_id, id),
        constraint order_lines_no_uq unique (site_id, order_id, line_no),
        constraint order_lines_order_fk foreign key (site_id, order_id) references orders (site_id, id),
        constraint order_lines_item_fk foreign key (item_id) references items (id),
        constraint order_lines_state_ck check
          (state in ('open', 'backordered', 'released', 'picked', 'packed', 'shipped', 'closed-short', 'cancelled')),
        constraint order_lines_chain_ck check (ordered > 0 and shipped >= 0 and shipped <= packed and packed <= picked
          and picked <= reserved and reserved <= ordered and promised >= 0 and promised <= ordered)
      );
      create index order_lines_item_ix on order_lines (site_id, item_id) where state in ('open', 'backordered');
      create table order_holds (
        site_id int not null,
        id uuid not null,
        order_id uuid not null,
        merchant_id uuid not null,
        code text not null,
        reason text not null,
        placed_by text not null,
        placed_at timestamptz not null,
        released_by text,
        released_at timestamptz,
        constraint order_holds_pk primary key (site_id, id),
        constraint order_holds_order_fk foreign key (site_id, order_id) references orders (site_id, id)
      );
      create unique index order_holds_open_uq on order_holds (site_id, order_id, code) where released_at is null;

      create table receipts (
        site_id int not null,
        id uuid not null,
        merchant_id uuid not null,
        reference text not null,
        state text not null,
        expected_at timestamptz,
        created_at timestamptz not null,
        closed_at timestamptz,
        constraint receipts_pk primary key (site_id, id),
        constraint receipts_reference_uq unique (site_id, merchant_id, reference),
        constraint receipts_merchant_fk foreign key (merchant_id) references merchants (id),
        constraint receipts_state_ck check (state in ('expected', 'receiving', 'received', 'closed'))
      );
      create table receipt_lines (
        site_id int not null,
        id uuid not null,
        receipt_id uuid not null,
        merchant_id uuid not null,
        line_no int not null,
        item_id uuid not null,
        expected int not null,
        received int not null default 0,
        lot text not null default '',
        expires_on date,
        constraint receipt_lines_pk primary key (site_id, id),
        constraint receipt_lines_no_uq unique (site_id, receipt_id, line_no),
        constraint receipt_lines_receipt_fk foreign key (site_id, receipt_id) references receipts (site_id, id),
        constraint receipt_lines_item_fk foreign key (item_id) references items (id),
        constraint receipt_lines_ck check (expected > 0 and received >= 0)
      );
      create table put_aways (
        site_id int not null,
        id uuid not null,
        merchant_id uuid not null,
        item_id uuid not null,
        lot text not null default '',
        quantity int not null,
        from_location_id uuid not null,
        to_location_id uuid not null,
        state text not null,
        event_id uuid,
        created_at timestamptz not null,
        done_at timestamptz,
        done_by text,
        constraint put_aways_pk primary key (site_id, id),
        constraint put_aways_event_uq unique (site_id, event_id),
        constraint put_aways_from_fk foreign key (site_id, from_location_id) references locations (site_id, id),
        constraint put_aways_to_fk foreign key (site_id, to_location_id) references locations (site_id, id),
        constraint put_aways_ck check (quantity > 0 and state in ('ready', 'done', 'cancelled'))
      )`);

    await protectFloor(
      query,
      'zones',
      'locations',
      'stations',
      'carts',
      'carton_types',
      'containers',
      'devices',
      'device_commands',
    );
    await protectMerchantFloor(
      query,
      'lots',
      'movements',
      'levels',
      'stock_totals',
      'counts',
      'orders',
      'order_lines',
      'order_holds',
      'receipts',
      'receipt_lines',
      'put_aways',
    );
    await grant(query, ['select', 'insert'], 'movements');
    await grant(
      query,
      ['select', 'insert', 'update', 'delete'],
      'zones',
      'locations',
      'stations',
      'carts',
      'carton_types',
      'containers',
      'devices',
      'device_commands',
      'lots',
      'levels',
      'stock_totals',
      'counts',
      'orders',
      'order_lines',
      'order_holds',
      'receipts',
      'receipt_lines',
      'put_aways',
    );
  }

  async down(): Promise<void> {
    throw new Error('The first migrations have no way back: drop the database instead.');
  }
}
