import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor } from './sql.js';

/** How much work each stage of a site may hold before release waits for it, and channels that are put away but keep their history. */
export class WorkInProgress1764000000131 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table work_limits (
        site_id int not null,
        id uuid not null,
        stage text not null,
        orders_max int,
        orders_per_person int,
        changed_by text not null,
        changed_at timestamptz not null,
        constraint work_limits_pk primary key (site_id, id),
        constraint work_limits_stage_uq unique (site_id, stage),
        constraint work_limits_ck check (stage in ('pick', 'put-wall', 'pack') and coalesce(orders_max, 1) > 0
          and coalesce(orders_per_person, 1) > 0)
      );
      alter table release_channels add column archived_at timestamptz`);
    await protectFloor(query, 'work_limits');
    await grant(query, ['select', 'insert', 'update', 'delete'], 'work_limits');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table work_limits; alter table release_channels drop column archived_at`);
  }
}
