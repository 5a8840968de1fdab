import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor, protectMerchantFloor } from './sql.js';

/** Waves, runs, parcels, carriers and the conveyor. */
export class WavesToLoads1764000000003 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table wave_templates (
        site_id int not null,
        id uuid not null,
        name text not null,
        filter jsonb not null default '{}',
        limits jsonb not null default '{}',
        steps text[] not null,
        active boolean not null default true,
        constraint wave_templates_pk primary key (site_id, id),
        constraint wave_templates_name_uq unique (site_id, name)
      );
      create table release_channels (
        site_id int not null,
        id uuid not null,
        name text not null,
        state text not null,
        template_id uuid not null,
        filter jsonb not null default '{}',
        max_in_flight int not null,
        batch_orders int not null,
        last_released_at timestamptz,
        constraint release_channels_pk primary key (site_id, id),
        constraint release_channels_name_uq unique (site_id, name),
        constraint release_channels_template_fk foreign key (site_id, template_id)
          references wave_templates (site_id, id),
        constraint release_channels_ck check
          (state in ('open', 'locked', 'asleep') and max_in_flight > 0 and batch_orders > 0)
      );
      create table waves (
        site_id int not null,
        id uuid not null,
        number bigint not null,
        template_id uuid not null,
        channel_id uuid,
        state text not null,
        order_count int not null default 0,
        line_count int not null default 0,
        unit_count int not null default 0,
        summary jsonb not null default '{}',
        reason text,
        created_by text not null,
        created_at timestamptz not null,
        released_at timestamptz,
        completed_at timestamptz,
        constraint waves_pk primary key (site_id, id),
        constraint waves_number_uq unique (site_id, number),
        constraint waves_template_fk foreign key (site_id, template_id) references wave_templates (site_id, id),
        constraint waves_channel_fk foreign key (site_id, channel_id) references release_channels (site_id, id),
        constraint waves_state_ck check (state in ('draft', 'planning', 'planned', 'locked', 'released', 'in-progress',
          'completed', 'failed', 'undoing', 'cancelled'))
      );
      create index waves_state_ix on waves (site_id, state);
      create table wave_steps (
        site_id int not null,
        id uuid not null,
        wave_id uuid not null,
        position int not null,
        name text not null,
        state text not null,
        attempts int not null default 0,
        started_at timestamptz,
        ended_at timestamptz,
        log jsonb not null default '[]',
        constraint wave_steps_pk primary key (site_id, id),
        constraint wave_steps_name_uq unique (site_id, wave_id, name),
        constraint wave_steps_wave_fk foreign key (site_id, wave_id) references waves (site_id, id),
        constraint wave_steps_state_ck check
          (state in ('pending', 'running', 'succeeded', 'skipped', 'failed', 'compensated'))
      );
      create table wave_lines (
        site_id int not null,
        id uuid not null,
        wave_id uuid not null,
        order_id uuid not null,
        order_line_id uuid not null,
        merchant_id uuid not null,
        quantity int not null,
        state text not null,
        reason text,
        constraint wave_lines_pk primary key (site_id, id),
        constraint wave_lines_uq unique (site_id, wave_id, order_line_id),
        constraint wave_lines_wave_fk foreign key (site_id, wave_id) references waves (site_id, id),
        constraint wave_lines_order_line_fk foreign key (site_id, order_line_id) references order_lines (site_id, id),
        constraint wave_lines_state_ck check
          (state in ('included', 'reserved', 'short', 'removed', 'rewave-queued', 'failed'))
      );
      create index wave_lines_order_line_ix on wave_lines (site_id, order_line_id);
      create table reservations (
        site_id int not null,
        id uuid not null,
        merchant_id uuid not null,
        order_line_id uuid not null,
        wave_id uuid,
        location_id uuid not null,
        item_id uuid not null,
        lot text not null default '',
        quantity int not null,
        state text not null,
        because jsonb not null default '{}',
        constraint reservations_pk primary key (site_id, id),
        constraint reservations_line_fk foreign key (site_id, order_line_id) references order_lines (site_id, id),
        constraint reservations_location_fk foreign key (site_id, location_id) references locations (site_id, id),
        constraint reservations_item_fk foreign key (item_id) references items (id),
        constraint reservations_ck check (quantity > 0 and state in ('open', 'consumed', 'released'))
      );
      create index reservations_line_ix on reservations (site_id, order_line_id);
      create index reservations_open_ix on reservations (site_id, location_id, item_id, lot) where state = 'open';

      create table runs (
        site_id int not null,
        id uuid not null,
        number bigint not null,
        wave_id uuid not null,
        state text not null,
        cart_id uuid,
        person_id uuid,
        drop_station_id uuid,
        walk_mm bigint not null default 0,
        walk_naive_mm bigint not null default 0,
        because jsonb not null default '{}',
        lease_until timestamptz,
        created_at timestamptz not null,
        assigned_at timestamptz,
        started_at timestamptz,
        ended_at timestamptz,
        constraint runs_pk primary key (site_id, id),
        constraint runs_number_uq unique (site_id, number),
        constraint runs_wave_fk foreign key (site_id, wave_id) references waves (site_id, id),
        constraint runs_cart_fk foreign key (site_id, cart_id) references carts (site_id, id),
        constraint runs_person_fk foreign key (person_id) references people (id),
        constraint runs_station_fk foreign key (site_id, drop_station_id) references stations (site_id, id),
        constraint runs_state_ck check
          (state in ('blocked', 'ready', 'assigned', 'in-progress', 'picked', 'dropped', 'done', 'cancelled'))
      );
      create index runs_open_ix on runs (site_id, state, created_at) where state not in ('done', 'cancelled');
      create unique index runs_person_uq on runs (site_id, person_id) where state in ('assigned', 'in-progress', 'picked');
      create unique index runs_cart_uq on runs (site_id, cart_id) where state in ('assigned', 'in-progress', 'picked');
      create table run_slots (
        site_id int not null,
        id uuid not null,
        run_id uuid not null,
        slot int not null,
        order_id uuid not null,
        merchant_id uuid not null,
        container_id uuid,
        state text not null,
        constraint run_slots_pk primary key (site_id, id),
        constraint run_slots_uq unique (site_id, run_id, slot),
        constraint run_slots_run_fk foreign key (site_id, run_id) references runs (site_id, id),
        constraint run_slots_order_fk foreign key (site_id, order_id) references orders (site_id, id),
        constraint run_slots_container_fk foreign key (site_id, container_id) references containers (site_id, id),
        constraint run_slots_state_ck check (state in ('open', 'picked', 'dropped', 'packing', 'emptied', 'cancelled'))
      );
      create unique index run_slots_container_uq on run_slots (site_id, container_id)
        where container_id is not null and state in ('open', 'picked', 'dropped', 'packing');
      create index run_slots_order_ix on run_slots (site_id, order_id);
      create table tasks (
        site_id int not null,
        id uuid not null,
        kind text not null,
        wave_id uuid,
        run_id uuid,
        slot_id uuid,
        sequence int not null,
        order_id uuid not null,
        order_line_id uuid not null,
        merchant_id uuid not null,
        reservation_id uuid,
        item_id uuid not null,
        lot text not null default '',
        location_id uuid not null,
        quantity int not null,
        done_quantity int not null default 0,
        state text not null,
        short_reason text,
        event_id uuid,
        outcome jsonb,
        person_id uuid,
        ended_at timestamptz,
        constraint tasks_pk primary key (site_id, id),
        constraint tasks_event_uq unique (site_id, event_id),
        constraint tasks_run_fk foreign key (site_id, run_id) references runs (site_id, id),
        constraint tasks_slot_fk foreign key (site_id, slot_id) references run_slots (site_id, id),
        constraint tasks_line_fk foreign key (site_id, order_line_id) references order_lines (site_id, id),
        constraint tasks_reservation_fk foreign key (site_id, reservation_id) references reservations (site_id, id),
        constraint tasks_location_fk foreign key (site_id, location_id) references locations (site_id, id),
        constraint tasks_item_fk foreign key (item_id) references items (id),
        constraint tasks_kind_ck check (kind in ('pick', 'put-back')),
        constraint tasks_quantity_ck check (quantity > 0 and done_quantity >= 0),
        constraint tasks_state_ck check
          (state in ('blocked', 'ready', 'assigned', 'in-progress', 'picked', 'dropped', 'done', 'short', 'cancelled'))
      );
      create index tasks_run_ix on tasks (site_id, run_id, sequence);
      create index tasks_line_ix on tasks (site_id, order_line_id);
      create index tasks_loose_ix on tasks (site_id, state) where run_id is null`);

    await query.query(`
      create table lanes (
        site_id int not null,
        id uuid not null,
        code text not null,
        name text not null,
        kind text not null,
        closed boolean not null default false,
        fill text not null default 'clear',
        fill_since timestamptz,
        staging_location_id uuid,
        constraint lanes_pk primary key (site_id, id),
        constraint lanes_code_uq unique (site_id, code),
        constraint lanes_staging_fk foreign key (site_id, staging_location_id) references locations (site_id, id),
        constraint lanes_ck check (kind in ('ship', 'exception', 'no-read', 'recirculation')
          and fill in ('clear', 'full', 'jam'))
      );
      create table conveyor_points (
        site_id int not null,
        id uuid not null,
        code text not null,
        device_id uuid not null,
        exception_lane_id uuid not null,
        no_read_lane_id uuid not null,
        recirculation_lane_id uuid,
        laps_max int not null,
        deadline_ms int not null,
        constraint conveyor_points_pk primary key (site_id, id),
        constraint conveyor_points_code_uq unique (site_id, code),
        constraint conveyor_points_device_fk foreign key (site_id, device_id) references devices (site_id, id),
        constraint conveyor_points_exception_fk foreign key (site_id, exception_lane_id) references lanes (site_id, id),
        constraint conveyor_points_no_read_fk foreign key (site_id, no_read_lane_id) references lanes (site_id, id),
        constraint conveyor_points_ck check (laps_max >= 0 and deadline_ms > 0)
      );
      create table carrier_services (
        site_id int not null,
        id uuid not null,
        carrier_code text not null,
        service text not null,
        name text not null,
        cut_off_time text not null,
        constraint carrier_services_pk primary key (site_id, id),
        constraint carrier_services_uq unique (site_id, carrier_code, service),
        constraint carrier_services_carrier_fk foreign key (carrier_code) references carriers (code),
        constraint carrier_services_time_ck check (cut_off_time ~ '^[0-2][0-9]:[0-5][0-9]$')
      );
      create table lane_assignments (
        site_id int not null,
        id uuid not null,
        lane_id uuid not null,
        carrier_code text not null,
        service text not null,
        rank int not null,
        constraint lane_assignments_pk primary key (site_id, id),
        constraint lane_assignments_uq unique (site_id, carrier_code, service, lane_id),
        constraint lane_assignments_lane_fk foreign key (site_id, lane_id) references lanes (site_id, id)
      );
      create table manifests (
        site_id int not null,
        id uuid not null,
        number bigint not null,
        carrier_code text not null,
        service text not null,
        state text not null,
        cut_off_at timestamptz not null,
        closed_at timestamptz,
        transmitted_at timestamptz,
        constraint manifests_pk primary key (site_id, id),
        constraint manifests_number_uq unique (site_id, number),
        constraint manifests_state_ck check (state in ('open', 'closed', 'transmitted'))
      );
      create unique index manifests_open_uq on manifests (site_id, carrier_code, service) where state = 'open';
      create table loads (
        site_id int not null,
        id uuid not null,
        number bigint not null,
        carrier_code text not null,
        door_station_id uuid,
        state text not null,
        created_at timestamptz not null,
        departed_at timestamptz,
        constraint loads_pk primary key (site_id, id),
        constraint loads_number_uq unique (site_id, number),
        constraint loads_door_fk foreign key (site_id, door_station_id) references stations (site_id, id),
        constraint loads_state_ck check (state in ('planned', 'loading', 'loaded', 'departed'))
      );
      create table parcels (
        site_id int not null,
        id uuid not null,
        order_id uuid not null,
        merchant_id uuid not null,
        state text not null,
        number_in_order int not null,
        sscc text,
        carton_type_id uuid not null,
        source_container_id uuid,
        station_id uuid,
        expected_grams int,
        weight_grams int,
        weight_override_by text,
        carrier_code text not null,
        service text not null,
        tracking_number text,
        lane_id uuid,
        actual_lane_id uuid,
        staging_location_id uuid,
        manifest_id uuid,
        load_id uuid,
        opened_at timestamptz not null,
        closed_at timestamptz,
        labelled_at timestamptz,
        diverted_at timestamptz,
        shipped_at timestamptz,
        constraint parcels_pk primary key (site_id, id),
        constraint parcels_number_uq unique (site_id, order_id, number_in_order),
        constraint parcels_sscc_uq unique (site_id, sscc),
        constraint parcels_tracking_uq unique (site_id, carrier_code, tracking_number),
        constraint parcels_order_fk foreign key (site_id, order_id) references orders (site_id, id),
        constraint parcels_carton_fk foreign key (site_id, carton_type_id) references carton_types (site_id, id),
        constraint parcels_container_fk foreign key (site_id, source_container_id) references containers (site_id, id),
        constraint parcels_station_fk foreign key (site_id, station_id) references stations (site_id, id),
        constraint parcels_lane_fk foreign key (site_id, lane_id) references lanes (site_id, id),
        constraint parcels_actual_lane_fk foreign key (site_id, actual_lane_id) references lanes (site_id, id),
        constraint parcels_staging_fk foreign key (site_id, staging_location_id) references locations (site_id, id),
        constraint parcels_manifest_fk foreign key (site_id, manifest_id) references manifests (site_id, id),
        constraint parcels_load_fk foreign key (site_id, load_id) references loads (site_id, id),
        constraint parcels_state_ck check (state in ('planned', 'open', 'closed', 'verified', 'labelled', 'inducted',
          'diverted', 'staged', 'loaded', 'shipped', 'cancelled'))
      );
      create index parcels_state_ix on parcels (site_id, state);
      create index parcels_manifest_ix on parcels (site_id, manifest_id) where manifest_id is not null;
      create index parcels_load_ix on parcels (site_id, load_id) where load_id is not null;
      create table parcel_contents (
        site_id int not null,
        id uuid not null,
        parcel_id uuid not null,
        order_line_id uuid not null,
        merchant_id uuid not null,
        item_id uuid not null,
        lot text not null default '',
        quantity int not null,
        event_id uuid not null,
        at timestamptz not null,
        constraint parcel_contents_pk primary key (site_id, id),
        constraint parcel_contents_event_uq unique (site_id, event_id, lot),
        constraint parcel_contents_parcel_fk foreign key (site_id, parcel_id) references parcels (site_id, id),
        constraint parcel_contents_line_fk foreign key (site_id, order_line_id) references order_lines (site_id, id),
        constraint parcel_contents_ck check (quantity > 0)
      );
      create index parcel_contents_parcel_ix on parcel_contents (site_id, parcel_id);
      create table labels (
        site_id int not null,
        id uuid not null,
        parcel_id uuid not null,
        merchant_id uuid not null,
        state text not null,
        active boolean not null,
        carrier_code text not null,
        tracking_number text,
        nonce text not null,
        zpl text,
        reason text,
        created_at timestamptz not null,
        voided_at timestamptz,
        constraint labels_pk primary key (site_id, id),
        constraint labels_parcel_fk foreign key (site_id, parcel_id) references parcels (site_id, id),
        constraint labels_state_ck check (state in ('wanted', 'asked', 'got', 'refused', 'unknown', 'voided'))
      );
      create unique index labels_active_uq on labels (site_id, parcel_id) where active;
      create table prints (
        site_id int not null,
        id uuid not null,
        label_id uuid not null,
        parcel_id uuid not null,
        merchant_id uuid not null,
        device_id uuid not null,
        command_id uuid not null,
        nonce text not null,
        state text not null,
        reason text,
        reprint_reason text,
        requested_by text not null,
        created_at timestamptz not null,
        ended_at timestamptz,
        constraint prints_pk primary key (site_id, id),
        constraint prints_command_uq unique (site_id, command_id),
        constraint prints_label_fk foreign key (site_id, label_id) references labels (site_id, id),
        constraint prints_parcel_fk foreign key (site_id, parcel_id) references parcels (site_id, id),
        constraint prints_device_fk foreign key (site_id, device_id) references devices (site_id, id),
        constraint prints_state_ck check (state in ('queued', 'sent', 'printed', 'failed', 'unknown'))
      );
      create index prints_parcel_ix on prints (site_id, parcel_id);

      create table route_versions (
        site_id int not null,
        version bigint not null,
        constraint route_versions_pk primary key (site_id)
      );
      create table routes (
        site_id int not null,
        id uuid not null,
        parcel_id uuid not null,
        merchant_id uuid not null,
        codes text[] not null,
        lane_id uuid not null,
        alternative_ids uuid[] not null,
        because jsonb not null default '{}',
        active boolean not null,
        version bigint not null,
        at timestamptz not null,
        constraint routes_pk primary key (site_id, id),
        constraint routes_parcel_uq unique (site_id, parcel_id),
        constraint routes_parcel_fk foreign key (site_id, parcel_id) references parcels (site_id, id),
        constraint routes_lane_fk foreign key (site_id, lane_id) references lanes (site_id, id)
      );
      create index routes_codes_ix on routes using gin (codes);
      create index routes_version_ix on routes (site_id, version);
      create table point_decisions (
        site_id int not null,
        id uuid not null,
        agent_id uuid not null,
        point text not null,
        track_id bigint not null,
        seq bigint not null,
        parcel_id uuid,
        merchant_id uuid,
        codes text[] not null,
        result text not null,
        state text not null,
        action text,
        commanded_lane text,
        actual_lane text,
        because text,
        decided_by text,
        latency_micros int,
        seen_at timestamptz not null,
        decided_at timestamptz,
        ended_at timestamptz,
        constraint point_decisions_pk primary key (site_id, id),
        constraint point_decisions_uq unique (site_id, agent_id, point, track_id, seq),
        constraint point_decisions_agent_fk foreign key (site_id, agent_id) references agents (site_id, id),
        constraint point_decisions_state_ck check (state in ('seen', 'decided', 'sent', 'confirmed', 'lost'))
      );
      create index point_decisions_parcel_ix on point_decisions (site_id, parcel_id) where parcel_id is not null;
      create index point_decisions_seen_ix on point_decisions (site_id, seen_at);
      create index point_decisions_open_ix on point_decisions (site_id, agent_id, point, track_id)
        where state not in ('confirmed', 'lost')`);

    await protectFloor(
      query,
      'wave_templates',
      'release_channels',
      'waves',
      'wave_steps',
      'runs',
      'lanes',
      'conveyor_points',
      'carrier_services',
      'lane_assignments',
      'manifests',
      'loads',
      'route_versions',
    );
    await protectMerchantFloor(
      query,
      'wave_lines',
      'reservations',
      'run_slots',
      'tasks',
      'parcels',
      'parcel_contents',
      'labels',
      'prints',
      'routes',
      'point_decisions',
    );
    // A merchant asks for a carrier service when it orders: the codes and cut-offs are no secret of the site.
    await query.query(`create policy carrier_services_offered on carrier_services for select
      using (current_setting('app.scope', true) = 'merchant')`);
    await grant(
      query,
      ['select', 'insert', 'update', 'delete'],
      'wave_templates',
      'release_channels',
      'waves',
      'wave_steps',
      'wave_lines',
      'reservations',
      'runs',
      'run_slots',
      'tasks',
      'lanes',
      'conveyor_points',
      'carrier_services',
      'lane_assignments',
      'manifests',
      'loads',
      'parcels',
      'parcel_contents',
      'labels',
      'prints',
      'route_versions',
      'routes',
      'point_decisions',
    );
  }

  async down(): Promise<void> {
    throw new Error('The first migrations have no way back: drop the database instead.');
  }
}
