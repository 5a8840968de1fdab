import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor } from './sql.js';

/**
 * Put walls: a slot is a container that stays in its wall, so that goods lie in it as they lie in a tote. A batch run's tote brings
 * goods of many orders; each pick says which tote its goods are in and how many of them are still to be sorted.
 */
export class PutWalls1764000000221 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table containers drop constraint containers_type_ck;
      alter table containers add constraint containers_type_ck check (type in ('tote', 'pallet', 'slot'));
      alter table runs drop constraint runs_method_ck;
      alter table runs add constraint runs_method_ck check (method in ('cluster', 'zone', 'single', 'batch'));

      create table put_wall_slots (
        site_id int not null,
        id uuid not null,
        station_id uuid not null,
        row_no int not null,
        column_no int not null,
        volume_ml int not null,
        light_device_id uuid,
        light_address text,
        constraint put_wall_slots_pk primary key (site_id, id),
        constraint put_wall_slots_place_uq unique (site_id, station_id, row_no, column_no),
        constraint put_wall_slots_container_fk foreign key (site_id, id) references containers (site_id, id),
        constraint put_wall_slots_station_fk foreign key (site_id, station_id) references stations (site_id, id),
        constraint put_wall_slots_light_fk foreign key (site_id, light_device_id) references devices (site_id, id),
        constraint put_wall_slots_ck check (row_no > 0 and column_no > 0 and volume_ml > 0
          and (light_device_id is null) = (light_address is null))
      );

      alter table run_slots add column because jsonb;
      alter table tasks add column container_id uuid;
      alter table tasks add column to_sort int not null default 0;
      alter table tasks add constraint tasks_to_sort_ck check
        (to_sort between 0 and done_quantity and (to_sort = 0 or container_id is not null));
      create index tasks_container_ix on tasks (site_id, container_id) where container_id is not null`);
    await protectFloor(query, 'put_wall_slots');
    await grant(query, ['select', 'insert', 'update', 'delete'], 'put_wall_slots');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop index tasks_container_ix;
      alter table tasks drop constraint tasks_to_sort_ck;
      alter table tasks drop column to_sort;
      alter table tasks drop column container_id;
      alter table run_slots drop column because;
      drop table put_wall_slots;
      alter table runs drop constraint runs_method_ck;
      alter table runs add constraint runs_method_ck check (method in ('cluster', 'zone', 'single'));
      alter table containers drop constraint containers_type_ck;
      alter table containers add constraint containers_type_ck check (type in ('tote', 'pallet'))`);
  }
}
