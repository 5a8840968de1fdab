import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor } from './sql.js';

/**
 * What lanes take is changed in revisions that stay on record, each with the plan before and after it. A lane may take several trucks of
 * one carrier service, each in a place of its own: the first for one of them, an alternative for another.
 */
export class LanePlans1764000000321 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table lane_assignments drop constraint lane_assignments_uq;
      alter table lane_assignments add constraint lane_assignments_uq
        unique nulls not distinct (site_id, carrier_code, service, lane_id, cut_off_time);
      create table lane_plan_changes (
        site_id int not null,
        id uuid not null,
        revision int not null,
        kind text not null,
        at timestamptz not null,
        changed_by text not null,
        before jsonb not null,
        after jsonb not null,
        -- Until then routes that were being made by the plan before are looked for.
        settled_at timestamptz,
        constraint lane_plan_changes_pk primary key (site_id, id),
        constraint lane_plan_changes_uq unique (site_id, revision),
        constraint lane_plan_changes_ck check (revision > 0 and kind in ('edited', 'imported', 'undone'))
      );
      create index lane_plan_changes_open_ix on lane_plan_changes (site_id) where settled_at is null`);
    await protectFloor(query, 'lane_plan_changes');
    // What was changed stays on record.
    await grant(query, ['select', 'insert', 'update'], 'lane_plan_changes');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop table lane_plan_changes;
      delete from lane_assignments a using lane_assignments b
        where a.site_id = b.site_id and a.carrier_code = b.carrier_code and a.service = b.service and a.lane_id = b.lane_id
          and a.id > b.id;
      alter table lane_assignments drop constraint lane_assignments_uq;
      alter table lane_assignments add constraint lane_assignments_uq unique (site_id, carrier_code, service, lane_id)`);
  }
}
