import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor, protectMerchantFloor } from './sql.js';

/** In-line checks, safe states, ways between points, the lane on duty for a carrier service, and what supervisors override. */
export class ConveyorControl1764000000141 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table conveyor_points add column confirm_limit_ms int not null default 300000;
      alter table conveyor_points add column safe_lane_id uuid;
      alter table conveyor_points add column core_gone_after_ms int;
      alter table conveyor_points add column forced_safe text;
      alter table conveyor_points add column check_lane_id uuid;
      alter table conveyor_points add column check_scale_id uuid;
      alter table conveyor_points add column check_dimensioner_id uuid;
      alter table conveyor_points add column check_window_ms int not null default 1500;
      alter table conveyor_points add column check_wait_ms int not null default 0;
      alter table conveyor_points add column check_when_missing text not null default 'pass';
      alter table conveyor_points add constraint conveyor_points_safe_fk
        foreign key (site_id, safe_lane_id) references lanes (site_id, id);
      alter table conveyor_points add constraint conveyor_points_check_fk
        foreign key (site_id, check_lane_id) references lanes (site_id, id);
      alter table conveyor_points add constraint conveyor_points_scale_fk
        foreign key (site_id, check_scale_id) references devices (site_id, id);
      alter table conveyor_points add constraint conveyor_points_dimensioner_fk
        foreign key (site_id, check_dimensioner_id) references devices (site_id, id);
      alter table conveyor_points add constraint conveyor_points_limits_ck check (confirm_limit_ms > 0
        and check_window_ms > 0 and check_wait_ms >= 0 and check_when_missing in ('pass', 'check')
        and coalesce(core_gone_after_ms, 0) >= 0);
      alter table lanes add column capacity int;
      alter table lanes add column forced_open boolean not null default false;
      alter table lanes add constraint lanes_capacity_ck check (capacity > 0);
      alter table routes add column laps int not null default 0;
      alter table routes add column pinned boolean not null default false;
      alter table routes add column expected jsonb;
      alter table point_decisions add column alternatives text[] not null default '{}';
      alter table point_decisions add column plc_reason text;
      alter table point_decisions add column check_result text;
      alter table point_decisions add column check_grams int;
      alter table point_decisions add column check_sides_mm int[];
      alter table point_decisions add column mis_sorted boolean not null default false;
      create index routes_lane_ix on routes (site_id, lane_id) where active`);
    await query.query(`
      create table conveyor_segments (
        site_id int not null,
        id uuid not null,
        from_point_id uuid not null,
        lane_id uuid not null,
        to_point_id uuid not null,
        length_mm int not null,
        speed_mm_per_s int not null,
        margin_ms int not null,
        constraint conveyor_segments_pk primary key (site_id, id),
        constraint conveyor_segments_uq unique (site_id, from_point_id, lane_id),
        constraint conveyor_segments_from_fk foreign key (site_id, from_point_id) references conveyor_points (site_id, id),
        constraint conveyor_segments_to_fk foreign key (site_id, to_point_id) references conveyor_points (site_id, id),
        constraint conveyor_segments_lane_fk foreign key (site_id, lane_id) references lanes (site_id, id),
        constraint conveyor_segments_ck check (length_mm >= 0 and speed_mm_per_s > 0 and margin_ms >= 0)
      );
      create table travels (
        site_id int not null,
        id uuid not null,
        parcel_id uuid not null,
        merchant_id uuid not null,
        agent_id uuid not null,
        from_point text not null,
        lane text not null,
        to_point text not null,
        state text not null,
        left_at timestamptz not null,
        due_at timestamptz not null,
        ended_at timestamptz,
        constraint travels_pk primary key (site_id, id),
        constraint travels_parcel_fk foreign key (site_id, parcel_id) references parcels (site_id, id),
        constraint travels_agent_fk foreign key (site_id, agent_id) references agents (site_id, id),
        constraint travels_ck check (state in ('under-way', 'arrived', 'lost')
          and (state = 'under-way') = (ended_at is null))
      );
      create unique index travels_parcel_uq on travels (site_id, parcel_id) where state = 'under-way';
      create index travels_due_ix on travels (site_id, due_at) where state = 'under-way';
      create table flow_settings (
        site_id int not null,
        settings jsonb not null,
        set_at timestamptz not null,
        set_by text not null,
        constraint flow_settings_pk primary key (site_id)
      );
      create table lane_duties (
        site_id int not null,
        id uuid not null,
        carrier_code text not null,
        service text not null,
        lane_id uuid not null,
        since timestamptz not null,
        because text not null,
        constraint lane_duties_pk primary key (site_id, id),
        constraint lane_duties_uq unique (site_id, carrier_code, service),
        constraint lane_duties_lane_fk foreign key (site_id, lane_id) references lanes (site_id, id)
      );
      create table flow_overrides (
        site_id int not null,
        id uuid not null,
        kind text not null,
        subject_id uuid not null,
        lane_id uuid,
        reason text not null,
        set_by text not null,
        set_at timestamptz not null,
        expires_at timestamptz,
        ended_at timestamptz,
        ended_by text,
        ended_because text,
        constraint flow_overrides_pk primary key (site_id, id),
        constraint flow_overrides_lane_fk foreign key (site_id, lane_id) references lanes (site_id, id),
        constraint flow_overrides_ck check (kind in ('lane-closed', 'lane-open', 'parcel-lane', 'point-safe')
          and (kind = 'parcel-lane') = (lane_id is not null))
      );
      create unique index flow_overrides_subject_uq on flow_overrides (site_id, kind, subject_id) where ended_at is null;
      create index flow_overrides_set_ix on flow_overrides (site_id, set_at)`);
    await protectFloor(query, 'conveyor_segments', 'flow_settings', 'lane_duties', 'flow_overrides');
    await protectMerchantFloor(query, 'travels');
    await grant(
      query,
      ['select', 'insert', 'update', 'delete'],
      'conveyor_segments',
      'travels',
      'flow_settings',
      'lane_duties',
    );
    // What was overridden stays on record.
    await grant(query, ['select', 'insert', 'update'], 'flow_overrides');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop table flow_overrides, lane_duties, flow_settings, travels, conveyor_segments;
      drop index routes_lane_ix;
      alter table point_decisions drop column alternatives, drop column plc_reason, drop column check_result,
        drop column check_grams, drop column check_sides_mm, drop column mis_sorted;
      alter table routes drop column laps, drop column pinned, drop column expected;
      alter table lanes drop column capacity, drop column forced_open;
      alter table conveyor_points drop column confirm_limit_ms, drop column safe_lane_id, drop column core_gone_after_ms,
        drop column forced_safe, drop column check_lane_id, drop column check_scale_id, drop column check_dimensioner_id,
        drop column check_window_ms, drop column check_wait_ms, drop column check_when_missing`);
  }
}
