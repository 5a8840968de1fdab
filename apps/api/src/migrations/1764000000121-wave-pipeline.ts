import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor, protectMerchantFloor } from './sql.js';

/** Templates with thresholds and options, plans that can be stopped, planned cartons with lanes, pick and pass, dry runs, reasons. */
export class WavePipeline1764000000121 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table wave_templates add column thresholds jsonb not null default '{}';
      alter table wave_templates add column pipeline jsonb not null default '[]';
      alter table wave_templates add column planning_seconds_max int;
      alter table wave_templates add column version int not null default 1;
      alter table wave_templates add column changed_at timestamptz;
      alter table wave_templates add column changed_by text;
      alter table wave_templates add constraint wave_templates_seconds_ck check (planning_seconds_max between 1 and 600);

      alter table waves add column stop_asked text;
      alter table waves add constraint waves_stop_ck check (stop_asked in ('cancel', 'keep-best'));

      alter table wave_lines add column because jsonb;
      alter table wave_lines add column fault jsonb;
      -- Lines and tasks change their state a few times soon after they are written: room for it in the same page.
      alter table wave_lines set (fillfactor = 70);
      create index wave_lines_order_ix on wave_lines (site_id, order_id);
      create index reservations_wave_ix on reservations (site_id, wave_id) where state = 'open';
      create index runs_wave_ix on runs (site_id, wave_id);

      alter table runs add column method text not null default 'cluster';
      alter table runs add column zone_id uuid;
      alter table runs add column leg int;
      alter table runs add column after_run_id uuid;
      alter table runs add constraint runs_method_ck check (method in ('cluster', 'zone', 'single'));
      alter table runs add constraint runs_zone_fk foreign key (site_id, zone_id) references zones (site_id, id);
      alter table runs add constraint runs_after_fk foreign key (site_id, after_run_id) references runs (site_id, id);
      create index runs_after_ix on runs (site_id, after_run_id) where after_run_id is not null;

      create table planned_cartons (
        site_id int not null,
        id uuid not null,
        wave_id uuid not null,
        order_id uuid not null,
        merchant_id uuid not null,
        number_in_order int not null,
        carton_type_id uuid not null,
        contents jsonb not null,
        gross_grams int not null,
        lane_id uuid,
        because jsonb not null default '[]',
        lane_because jsonb not null default '[]',
        constraint planned_cartons_pk primary key (site_id, id),
        constraint planned_cartons_uq unique (site_id, order_id, wave_id, number_in_order),
        constraint planned_cartons_wave_fk foreign key (site_id, wave_id) references waves (site_id, id),
        constraint planned_cartons_order_fk foreign key (site_id, order_id) references orders (site_id, id),
        constraint planned_cartons_type_fk foreign key (site_id, carton_type_id) references carton_types (site_id, id),
        constraint planned_cartons_lane_fk foreign key (site_id, lane_id) references lanes (site_id, id)
      );
      create index planned_cartons_wave_ix on planned_cartons (site_id, wave_id);

      create table wave_replenishments (
        site_id int not null,
        id uuid not null,
        wave_id uuid not null,
        merchant_id uuid not null,
        item_id uuid not null,
        lot text not null default '',
        from_location_id uuid not null,
        to_location_id uuid not null,
        quantity int not null,
        need text not null,
        because jsonb not null default '{}',
        created_at timestamptz not null,
        constraint wave_replenishments_pk primary key (site_id, id),
        constraint wave_replenishments_wave_fk foreign key (site_id, wave_id) references waves (site_id, id),
        constraint wave_replenishments_item_fk foreign key (item_id) references items (id),
        constraint wave_replenishments_from_fk foreign key (site_id, from_location_id) references locations (site_id, id),
        constraint wave_replenishments_to_fk foreign key (site_id, to_location_id) references locations (site_id, id),
        constraint wave_replenishments_ck check (quantity > 0 and need in ('before-wave', 'top-up'))
      );
      create index wave_replenishments_wave_ix on wave_replenishments (site_id, wave_id);

      create table dry_runs (
        site_id int not null,
        id uuid not null,
        subject_id uuid not null,
        at timestamptz not null,
        report jsonb not null,
        order_ids uuid[] not null,
        constraint dry_runs_pk primary key (site_id, id)
      );
      create index dry_runs_subject_ix on dry_runs (site_id, subject_id, at)`);
    await protectFloor(query, 'dry_runs');
    await protectMerchantFloor(query, 'planned_cartons', 'wave_replenishments');
    await grant(
      query,
      ['select', 'insert', 'update', 'delete'],
      'dry_runs',
      'planned_cartons',
      'wave_replenishments',
    );
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop table dry_runs;
      drop table wave_replenishments;
      drop table planned_cartons;
      drop index runs_after_ix;
      alter table runs drop constraint runs_after_fk;
      alter table runs drop constraint runs_zone_fk;
      alter table runs drop constraint runs_method_ck;
      alter table runs drop column after_run_id;
      alter table runs drop column leg;
      alter table runs drop column zone_id;
      alter table runs drop column method;
      drop index runs_wave_ix;
      drop index reservations_wave_ix;
      drop index wave_lines_order_ix;
      alter table wave_lines reset (fillfactor);
      alter table wave_lines drop column fault;
      alter table wave_lines drop column because;
      alter table waves drop constraint waves_stop_ck;
      alter table waves drop column stop_asked;
      alter table wave_templates drop constraint wave_templates_seconds_ck;
      alter table wave_templates drop column changed_by;
      alter table wave_templates drop column changed_at;
      alter table wave_templates drop column version;
      alter table wave_templates drop column planning_seconds_max;
      alter table wave_templates drop column pipeline;
      alter table wave_templates drop column thresholds`);
  }
}
